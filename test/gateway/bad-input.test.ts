/** Bad input over HTTP: each refused clearly, naming the field where there is one, and nothing is changed by it. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { Problem } from '../../gateway/contract/common.ts'
import { Accounts } from '../../gateway/contract/lists.ts'
import { days } from '../../gateway/domain/units.ts'
import { adminPassword, type GatewayProcess, startGateway } from '../support/gateway-process.ts'
import { type Api, api } from './api.ts'
import { registered } from './registered.ts'
import { smallZone } from './small-zone.ts'

const stack = new AsyncDisposableStack()
let gateway: GatewayProcess
let ask: Api
let before: unknown

const camera = { id: 'cam-1', name: '灶台', area: 'w01-process', purpose: '食品安全', rtspUrl: 'rtsp://127.0.0.1:9/a' }
const sensor = { id: 'sen-1', name: '冷库', area: 'w01-store', candidate: 'json:zone/cold' }
const rule = { id: 'rule-1', name: '过热', sensorId: 'sen-1', metric: 't', condition: 'above', threshold: 8 }

beforeAll(async () => {
  const zone = { ...smallZone, cameras: [camera], sensors: [sensor], rules: [rule] }
  gateway = stack.use(await startGateway({ zone }))
  ask = api(gateway)
  await ask.zone()
})
afterAll(() => stack.disposeAsync())
beforeEach(async () => void (before = await registered(ask)))
afterEach(async () => {
  expect(await registered(ask)).toEqual(before)
  expect(await ask.readyz()).toBe(200)
})

const wall = {
  layout: 'auto',
  group: { by: 'all' },
  troubleFirst: true,
  sequence: [],
  tourSeconds: null,
  together: false,
  alertsToFront: true,
}
const post = (body: unknown, method = 'POST'): RequestInit => ({ method, body: JSON.stringify(body) })
const place = { name: 'n', areaId: 'w01-process', purpose: 'p' }
/** The fields that a problem names, wherever it does. */
const fieldsOf = ({ errors = [], facts = {} }: Problem) => [
  ...errors.map(({ path }) => path),
  ...(facts.field === undefined ? [] : [facts.field]),
]

test.each([
  ['address', 'http://example/;rm'],
  ['address', 'http://example/`reboot`'],
  ['address', 'ftp://camera/'],
  ['address', 'http://user:pass@camera/'],
  ['address', 'http:///onvif'],
  ['address', 'http://camera:99999/'],
  ['address', `http://${'a'.repeat(300)}/`],
  ['address', `http://camera/${'a'.repeat(600)}`],
  ['address', 'http://999.1.1.1/'],
  ['address', ''],
  ['address', 7],
  ['rtspUrl', 'ftp://camera/stream'],
  ['rtspUrl', 'file:///etc/passwd'],
  ['rtspUrl', 'http://camera/stream'],
  ['rtspUrl', 'concat:/etc/passwd'],
  ['rtspUrl', "rtsp://h/'\nfile x"],
  ['rtspUrl', 'rtsp://h/a\r\nSETUP b'],
  ['rtspUrl', "rtsp://h/a';rm"],
  ['rtspUrl', 'rtsp://-oProxyCommand=x/a'],
  ['rtspUrl', 'rtsp://'],
  ['rtspUrl', null],
])('a camera with the %s %j', async (field, value) => {
  const problem = await ask.refused('/api/cameras', post({ ...place, [field]: value }))
  expect(problem.status).toBe(400)
  expect(['request-invalid', 'address-invalid']).toContain(problem.code)
  expect(fieldsOf(problem)).toContain(field)
})

test.each([
  ['living', 'w01-living', 'area-forbidden'],
  ['changing', 'w01-changing', 'area-forbidden'],
  ['toilet', 'w01-toilet', 'area-forbidden'],
  ['no', 'w09-attic', 'area-unknown'],
])('a camera in an area of %s kind, new or moved there', async (_kind, areaId, code) => {
  const added = await ask.refused('/api/cameras', post({ ...place, areaId, rtspUrl: 'rtsp://127.0.0.1:9/b' }))
  expect(added).toMatchObject({ status: 400, code, facts: { field: 'areaId', areaId } })
  const moved = await ask.refused('/api/cameras/cam-1', post({ areaId }, 'PATCH'))
  expect(moved).toMatchObject({ status: 400, code, facts: { field: 'areaId', areaId } })
})

test('a camera that nobody answers for', async () => {
  const rtsp = await ask.refused('/api/cameras', post({ ...place, rtspUrl: 'rtsp://127.0.0.1:9/b' }))
  expect(rtsp).toMatchObject({ status: 502, code: 'camera-unreachable' })
  const onvif = await ask.refused('/api/cameras', post({ ...place, address: 'http://127.0.0.1:9/' }))
  expect(onvif).toMatchObject({ status: 502, code: 'camera-unreachable' })
  const twice = await ask.refused('/api/cameras', post({ ...place, rtspUrl: camera.rtspUrl }))
  expect(twice).toMatchObject({ status: 409, code: 'camera-known', facts: { cameraId: 'cam-1' } })
})

test('bodies of every wrong shape, on every route that takes one', async () => {
  const { paths } = (await (await gateway.fetch('/api/openapi.json')).json()) as {
    paths: Record<string, Record<string, { requestBody?: unknown }>>
  }
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    ['post', 'patch', 'put']
      .filter((method) => methods[method]?.requestBody !== undefined)
      .map((method) => [method.toUpperCase(), path.replace('{id}', 'cam-1').replace('{metric}', 't')] as const),
  )
  expect(routes.map((route) => route.join(' ')).sort()).toEqual([
    'PATCH /api/accounts/cam-1',
    'PATCH /api/cameras/cam-1',
    'PATCH /api/holds/cam-1',
    'PATCH /api/rules/cam-1',
    'PATCH /api/sensors/cam-1',
    'PATCH /api/sensors/cam-1/metrics/t',
    'PATCH /api/walls/cam-1',
    'POST /api/accounts',
    'POST /api/alerts/cam-1/acknowledge',
    'POST /api/broker/accounts',
    'POST /api/broker/claims',
    'POST /api/cameras',
    'POST /api/cameras/cam-1/ptz/move',
    'POST /api/cameras/cam-1/ptz/preset',
    'POST /api/cameras/cam-1/ptz/presets',
    'POST /api/discovery/ignore',
    'POST /api/holds',
    'POST /api/holds/cam-1/release',
    'POST /api/planned-off',
    'POST /api/rules',
    'POST /api/screens',
    'POST /api/sensors',
    'POST /api/sensors/approve',
    'POST /api/sensors/cam-1/calibrations',
    'POST /api/sensors/cam-1/readings',
    'POST /api/sensors/manual',
    'POST /api/session',
    'POST /api/walls',
    'PUT /api/walls/current',
  ])
  const shapes: unknown[] = [[], [{}], 'text', 42, true, null, { unexpected: 1 }, { name: { $gt: '' } }]
  const wrongs = [
    ...shapes.map((shape) => JSON.stringify(shape)),
    '{"a":',
    'nonsense',
    '{"__proto__":{"role":"admin"}}',
  ]
  for (const [method, path] of routes) {
    for (const body of wrongs) {
      const problem = await ask.refused(path, { method, body })
      const said = { method, path, body, status: problem.status, code: problem.code }
      expect(said).toMatchObject({ status: 400, code: expect.stringMatching(/^(request-invalid|body-not-json)$/) })
    }
    const big = await ask.refused(path, post({ name: 'x'.repeat(1_048_576) }, method))
    expect([path, big.status, big.code]).toEqual([path, 413, 'body-too-large'])
    const xml = await ask.refused(path, { method, body: '<a/>', headers: { 'content-type': 'text/xml' } })
    expect([path, xml.status, xml.code]).toEqual([path, 415, 'body-type'])
  }
})

test.each([
  ['/api/rules', { ...rule, id: undefined, threshold: 'hot' }, 'threshold'],
  ['/api/rules', { ...rule, id: undefined, hysteresis: -1 }, 'hysteresis'],
  ['/api/rules', { ...rule, id: undefined, forMs: 0.5 }, 'forMs'],
  ['/api/rules', { ...rule, id: undefined, condition: 'sideways' }, 'condition'],
  ['/api/accounts', { user: 'a b', name: 'n', role: 'ops', password: '0123456789' }, 'user'],
  ['/api/accounts', { user: 'ab', name: ' ', role: 'ops', password: '0123456789' }, 'name'],
  ['/api/accounts', { user: 'ab', name: 'n', role: 'root', password: '0123456789' }, 'role'],
  ['/api/accounts', { user: 'ab', name: 'n', role: 'ops', password: 'short' }, 'password'],
  ['/api/sensors', { candidateId: '', areaId: 'w01-store' }, 'candidateId'],
  ['/api/sensors', { candidateId: 'json:x', areaId: '../etc' }, 'areaId'],
  ['/api/sensors/approve', { entries: [] }, 'entries'],
  ['/api/sensors/approve', { entries: [{ candidateId: 'json:x', areaId: '../etc' }] }, 'entries.0.areaId'],
  [
    '/api/sensors/approve',
    { entries: [{ candidateId: 'json:x', areaId: 'a', rules: [{ name: 'n', metric: 't', condition: 'sideways' }] }] },
    'entries.0.rules.0.condition',
  ],
  ['/api/sensors/manual', { name: 'n', areaId: 'a', metrics: [] }, 'metrics'],
  ['/api/sensors/manual', { name: 'n', areaId: 'a', metrics: [{ name: 'pH', unit: 7, kind: null }] }, 'metrics.0.unit'],
  ['/api/sensors/sen-1/readings', { takenUtcMs: 5, values: [] }, 'values'],
  ['/api/sensors/sen-1/readings', { takenUtcMs: 5, values: [{ metric: 't', value: null }] }, 'values.0.value'],
  ['/api/sensors/sen-1/readings', { takenUtcMs: 1e15, values: [{ metric: 't', value: 1 }] }, 'takenUtcMs'],
  ['/api/sensors/sen-1/calibrations', { metric: 't', offset: 0, scale: 0 }, 'scale'],
  ['/api/sensors/sen-1/calibrations', { metric: 't', offset: 'much', scale: 1 }, 'offset'],
  ['/api/sensors/sen-1/calibrations', { metric: 't', offset: 0, scale: 1, dueOn: 'soon' }, 'dueOn'],
  ['/api/discovery/ignore', { candidateIds: [''], ignored: true }, 'candidateIds.0'],
  ['/api/discovery/ignore', { candidateIds: ['c'], ignored: 'yes' }, 'ignored'],
  ['/api/cameras', { ...place, rtspUrl: 'rtsp://127.0.0.1/a', name: '' }, 'name'],
  ['/api/cameras', { ...place, rtspUrl: 'rtsp://127.0.0.1/a', purpose: undefined }, 'purpose'],
  ['/api/accounts', { user: 'ab', name: 'n', role: 'screen', password: '0123456789' }, 'role'],
  ['/api/accounts', { user: 'screen:ab', name: 'n', role: 'ops', password: '0123456789' }, 'user'],
  ['/api/accounts', { user: 'ab', name: 'n', role: 'ops', password: '0123456789', areaIds: [] }, 'areaIds'],
  ['/api/broker/accounts', { user: 'a b', publish: [] }, 'user'],
  ['/api/broker/accounts', { user: 'ab', publish: ['zone/a#'] }, 'publish.0'],
  ['/api/broker/accounts', { user: 'ab', publish: [], subscribe: ['#/x'] }, 'subscribe.0'],
  ['/api/broker/claims', { publish: ['zone/+'], validMinutes: 0 }, 'validMinutes'],
  ['/api/screens', { name: ' ' }, 'name'],
  ['/api/screens', { name: 'n', areaIds: ['../etc'] }, 'areaIds.0'],
  ['/api/walls', { name: 'n', role: 'root', settings: wall }, 'role'],
  ['/api/walls', { name: 'n', role: null, settings: { ...wall, tourSeconds: 1 } }, 'settings.tourSeconds'],
  ['/api/cameras/cam-1/ptz/move', { pan: 2 }, 'pan'],
  ['/api/cameras/cam-1/ptz/move', { zoom: 'in' }, 'zoom'],
  ['/api/cameras/cam-1/ptz/move', { tilt: Number.NaN }, 'tilt'],
  ['/api/cameras/cam-1/ptz/presets', { name: 'a\nb' }, 'name'],
  ['/api/cameras/cam-1/ptz/preset', { token: '\u0000' }, 'token'],
])('POST %s names the field that is wrong: %j', async (path, body, field) => {
  const problem = await ask.refused(path, post(body))
  expect(problem).toMatchObject({ status: 400, code: 'request-invalid' })
  expect(fieldsOf(problem)).toEqual([field])
})

test('sensors that cannot be placed, several or one that is read by a person', async () => {
  const entry = { candidateId: 'json:zone/none', areaId: 'w01-store' }
  const approve = (entries: unknown[]) => ask.refused('/api/sensors/approve', post({ entries }))
  expect(await approve([entry])).toMatchObject({ status: 404, code: 'candidate-missing' })
  expect(await approve([{ ...entry, areaId: 'w99-none' }])).toMatchObject({ status: 400, code: 'area-missing' })
  const manual = { name: 'n', areaId: 'w99-none', metrics: [{ name: 'pH', unit: 'pH', kind: 'ph' }] }
  expect(await ask.refused('/api/sensors/manual', post(manual))).toMatchObject({ status: 400, code: 'area-missing' })
  const ignore = { candidateIds: ['json:zone/none'], ignored: true }
  expect(await ask.refused('/api/discovery/ignore', post(ignore))).toMatchObject({ status: 404 })
})

test('areas that are not there, for an account or a screen', async () => {
  const wrong = { status: 400, code: 'area-unknown', facts: { field: 'areaIds', areaId: 'w99-none' } }
  const areaIds = ['w01-process', 'w99-none']
  const person = { user: 'ab', name: 'n', role: 'ops', password: '0123456789', areaIds }
  expect(await ask.refused('/api/accounts', post(person))).toMatchObject(wrong)
  expect(await ask.refused('/api/screens', post({ name: 'n', areaIds }))).toMatchObject(wrong)
  const { accounts } = await ask.ask(Accounts, '/api/accounts')
  const path = `/api/accounts/${accounts[0]?.id}`
  expect(await ask.refused(path, post({ areaIds }, 'PATCH'))).toMatchObject(wrong)
})

test('a camera that does not turn is not turned', async () => {
  for (const [path, init] of [
    ['ptz', {}],
    ['ptz/move', post({ pan: 1 })],
    ['ptz/stop', { method: 'POST' }],
    ['ptz/preset', post({ token: '1' })],
    ['ptz/presets', post({ name: 'n' })],
    ['ptz/presets/1', { method: 'DELETE' }],
  ] as const)
    expect(await ask.refused(`/api/cameras/cam-1/${path}`, init)).toMatchObject({ status: 404, code: 'camera-no-ptz' })
})

test.each([
  ['a clip of a year', `clip.mp4?fromUtcMs=0&toUtcMs=${days(365)}`, 'range-too-long'],
  ['a playlist of a year', `playlist.m3u8?fromUtcMs=0&toUtcMs=${days(365)}`, 'range-too-long'],
  ['spans of two years', `spans?fromUtcMs=0&toUtcMs=${days(730)}`, 'range-too-long'],
  ...['clip.mp4', 'playlist.m3u8', 'spans'].flatMap((what) => [
    [`${what} backwards`, `${what}?fromUtcMs=2000&toUtcMs=1000`, 'request-invalid'],
    [`${what} of no time`, `${what}?fromUtcMs=2000&toUtcMs=2000`, 'request-invalid'],
    [`${what} of no range`, what, 'request-invalid'],
    [`${what} of text`, `${what}?fromUtcMs=yesterday&toUtcMs=now`, 'request-invalid'],
    [`${what} beyond all time`, `${what}?fromUtcMs=1&toUtcMs=1e300`, 'request-invalid'],
    [`${what} in microseconds`, `${what}?fromUtcMs=1&toUtcMs=17000000000000000`, 'request-invalid'],
    [`${what} before 1970`, `${what}?fromUtcMs=-5&toUtcMs=5`, 'request-invalid'],
  ]),
])('%s', async (_name, query, code) => {
  const problem = await ask.refused(`/api/cameras/cam-1/${query}`)
  expect(problem).toMatchObject({ status: 400, code })
  if (code === 'request-invalid') expect(fieldsOf(problem).join()).toMatch(/UtcMs/)
  else expect(problem.detail).toMatch(/at most \d+ (hours|days)/)
})

const range = 'fromUtcMs=1&toUtcMs=2'
test.each([
  ['GET', '/api/cameras/cam-9'],
  ['PATCH', '/api/cameras/cam-9'],
  ['DELETE', '/api/cameras/cam-9'],
  ['GET', `/api/cameras/cam-9/spans?${range}`],
  ['GET', `/api/cameras/cam-9/clip.mp4?${range}`],
  ['GET', `/api/cameras/cam-9/playlist.m3u8?${range}`],
  ['GET', '/api/cameras/cam-9/snapshot.jpg'],
  ['GET', '/api/cameras/cam-9/ptz'],
  ['DELETE', '/api/cameras/cam-9/ptz/presets/1'],
  ['PATCH', '/api/walls/wall-9'],
  ['DELETE', '/api/walls/wall-9'],
  ['DELETE', '/api/broker/accounts/mqtt-9'],
  ['DELETE', '/api/broker/claims/claim-9'],
  ['POST', '/api/screens/scr-9/link'],
  ['DELETE', '/api/screens/scr-9'],
  ['GET', '/api/cameras/cam-1/segments/1-1.mp4'],
  ['GET', `/api/cameras/cam-1/clip.mp4?${range}`],
  ['PATCH', '/api/sensors/sen-9'],
  ['PATCH', '/api/sensors/sen-9/metrics/t'],
  ['PATCH', '/api/sensors/sen-1/metrics/nothing'],
  ['GET', '/api/discovery/rules?candidateId=json:x&areaId=w01-store'],
  ['DELETE', '/api/sensors/sen-9'],
  ['GET', `/api/sensors/sen-9/history?metric=t&${range}`],
  ['GET', `/api/sensors/sen-1/history?metric=nothing&${range}`],
  ['GET', '/api/sensors/sen-9/calibrations'],
  ['GET', `/api/readings.csv?series=sen-9/t&${range}`],
  ['GET', `/api/readings.csv?series=sen-1/nothing&${range}`],
  ['PATCH', '/api/rules/rule-9'],
  ['DELETE', '/api/rules/rule-9'],
  ['PATCH', '/api/accounts/acc-9'],
  ['POST', '/api/alerts/alert-9/acknowledge'],
  ['GET', '/api/nothing'],
])('%s %s is not there', async (method, path) => {
  const isChange = method === 'PATCH' || method === 'POST'
  const problem = await ask.refused(path, isChange ? post({}, method) : { method })
  expect([problem.status, problem.title]).toEqual([404, 'Not Found'])
})

test.each(['..%2F..%2Fdata', '%00', 'CAM-1', "x'--", 'x'.repeat(65), 'x'.repeat(10_000), '%E0%A4%A'])(
  'the id %j',
  async (id) => {
    for (const path of [
      `/api/cameras/${id}`,
      `/api/cameras/${id}/snapshot.jpg`,
      `/api/sensors/${id}/history?metric=t&${range}`,
    ])
      expect((await ask.refused(path)).status).toBe(400)
  },
)

test('a page of another origin, and nobody at all', async () => {
  const cookie = await gateway.login()
  const send = async (headers: Record<string, string>, path = '/api/cameras') => {
    const response = await fetch(`${gateway.origin}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ ...place, rtspUrl: 'rtsp://127.0.0.1:9/x' }),
    })
    return [response.status, Problem.parse(await response.json()).code]
  }
  for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1', `${gateway.origin}.evil.example`])
    expect(await send({ cookie, origin })).toEqual([403, 'origin-foreign'])
  expect(await send({ cookie, 'sec-fetch-site': 'cross-site' })).toEqual([403, 'origin-foreign'])
  expect(await send({ origin: gateway.origin })).toEqual([401, 'login-required'])
  expect(await send({ origin: gateway.origin, cookie: 'zone_session=made-up' })).toEqual([401, 'login-required'])
  // A form of another page can send this type without being asked first: what it holds is a text, whatever it looks like.
  expect(await send({ cookie, 'content-type': 'text/plain' })).toEqual([400, 'request-invalid'])
})

test('a wrong password, and no password is ever said back', async () => {
  const answer = await ask.refused('/api/session', post({ user: 'admin', password: 'wrong-Passw0rd' }))
  expect(answer).toMatchObject({ status: 401, code: 'login-refused' })
  expect(JSON.stringify(answer)).not.toContain('wrong-Passw0rd')
  const body = JSON.stringify(await ask.audit()) + gateway.output()
  for (const secret of ['wrong-Passw0rd', adminPassword]) expect(body).not.toContain(secret)
})
