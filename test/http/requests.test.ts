import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hours } from '../../gateway/domain/units.ts'
import { Problem } from '../../gateway/contract/common.ts'
import { Failure } from '../../gateway/domain/failure.ts'
import { listen } from '../../gateway/http/listen.ts'
import { expect, test } from 'vitest'
import { tempFolder } from '../support/temp.ts'
import { openGateway, segmentText } from './fixture.ts'

const day = hours(24)

test.each([
  [
    'camera address that is no address',
    'POST',
    '/api/cameras',
    { address: 'http://exa mple', name: 'n', areaId: 'a', purpose: 'p' },
    'address',
  ],
  [
    'RTSP address of another scheme',
    'POST',
    '/api/cameras',
    { rtspUrl: 'file:///etc/passwd', name: 'n', areaId: 'a', purpose: 'p' },
    'rtspUrl',
  ],
  [
    'unknown field',
    'POST',
    '/api/rules',
    { name: 'n', sensorId: 's', metric: 'm', condition: 'above', thresold: 3 },
    'thresold',
  ],
  ['user with a line break', 'PATCH', '/api/cameras/cam-1', { user: 'a\r\nX: y' }, 'user'],
  ['wrong type', 'PATCH', '/api/cameras/cam-1', { enabled: 'yes' }, 'enabled'],
  ['list instead of an object', 'POST', '/api/sensors', [], ''],
  ['short password', 'POST', '/api/accounts', { user: 'u', name: 'n', role: 'ops', password: 'short' }, 'password'],
  ['id with a slash', 'GET', '/api/cameras/..%2Fetc', undefined, 'id'],
  ['file with a path in it', 'GET', '/api/cameras/cam-1/segments/..%2F..%2Fgateway.db', undefined, 'file'],
  ['range backwards', 'GET', '/api/cameras/cam-1/spans?fromUtcMs=2&toUtcMs=1', undefined, 'toUtcMs'],
  ['range without an end', 'GET', '/api/cameras/cam-1/spans?fromUtcMs=2', undefined, 'toUtcMs'],
  ['history without a metric', 'GET', '/api/sensors/sen-1/history?fromUtcMs=1&toUtcMs=2', undefined, 'metric'],
  [
    'a million buckets',
    'GET',
    '/api/sensors/sen-1/history?metric=t&widthPx=1000000&fromUtcMs=1&toUtcMs=2',
    undefined,
    'widthPx',
  ],
  ['no such alert state', 'GET', '/api/alerts?state=new', undefined, 'state'],
] as const)('%s: 400 that names the field, and nothing is done', async (_name, method, url, payload, field) => {
  const { app, cookie, parts } = await openGateway()
  const answer = await app.inject({ method, url, payload, headers: { cookie: await cookie('admin') } })
  expect(answer.statusCode).toBe(400)
  expect(answer.headers['content-type']).toBe('application/problem+json')
  const problem = Problem.parse(answer.json())
  expect(problem).toMatchObject({ code: 'request-invalid', type: 'urn:zone-gateway:request-invalid', status: 400 })
  expect(problem.errors?.map(({ path }) => path)).toContain(field)
  expect(parts.audit.list({ limit: 10 })).toEqual([])
})

test.each([
  ['nothing about who', '/api/session', {}, 'user: missing, or of the wrong kind'],
  ['a user without a password', '/api/session', { user: 'chen' }, 'password: missing, or of the wrong kind'],
  [
    'a ticket that is a number',
    '/api/session',
    { ticket: 5 },
    'ticket: Invalid input: expected string, received number',
  ],
  ['no object', '/api/rules', [], 'the body must be a JSON object'],
  [
    'another scheme',
    '/api/cameras',
    { rtspUrl: 'ftp://h/x', name: 'n', areaId: 'a', purpose: 'p' },
    'rtspUrl: an address that begins with rtsp://',
  ],
])('%s: the sentence says what to do', async (_name, url, payload, detail) => {
  const { app, cookie } = await openGateway()
  const answer = await app.inject({ method: 'POST', url, payload, headers: { cookie: await cookie('admin') } })
  expect(answer.json()).toMatchObject({ code: 'request-invalid', detail })
})

test('a camera that is added leaves in the audit trail whom the gateway was made to speak to, and no password', async () => {
  const { app, cookie, parts } = await openGateway()
  const payload = { rtspUrl: 'rtsp://u:hunter2@192.0.2.9:8554/x', name: 'n', areaId: 'a', purpose: 'p' }
  await app.inject({ method: 'POST', url: '/api/cameras', payload, headers: { cookie: await cookie('ops') } })
  const [entry] = parts.audit.list({ limit: 1 })
  expect(entry).toMatchObject({ action: 'camera.add', facts: { host: '192.0.2.9:8554' } })
  expect(JSON.stringify(entry)).not.toContain('hunter2')
})

test.each([
  ['not JSON', '{"name":', 'application/json', 400, 'body-not-json'],
  ['nothing', '', 'application/json', 400, 'body-not-json'],
  ['another type', '<a/>', 'text/xml', 415, 'body-type'],
  ['1 MiB', JSON.stringify({ name: 'x'.repeat(1_048_576) }), 'application/json', 413, 'body-too-large'],
])('a body that is %s', async (_name, payload, type, status, code) => {
  const { app, cookie } = await openGateway()
  const headers = { cookie: await cookie('admin'), 'content-type': type }
  const answer = await app.inject({ method: 'POST', url: '/api/rules', payload, headers })
  expect([answer.statusCode, Problem.parse(answer.json()).code]).toEqual([status, code])
})

test.each([
  ['clip', `/api/cameras/cam-1/clip.mp4?fromUtcMs=0&toUtcMs=${365 * day}`, 'one clip request covers at most 2 hours'],
  [
    'playlist',
    `/api/cameras/cam-1/playlist.m3u8?fromUtcMs=0&toUtcMs=${day + 1}`,
    'one playlist request covers at most 24 hours',
  ],
  ['spans', `/api/cameras/cam-1/spans?fromUtcMs=0&toUtcMs=${63 * day}`, 'one spans request covers at most 62 days'],
  [
    'history',
    `/api/sensors/sen-1/history?metric=t&fromUtcMs=0&toUtcMs=${401 * day}`,
    'one history request covers at most 400 days',
  ],
])('%s of too long a range is refused with the limit', async (_name, url, detail) => {
  const { app, cookie } = await openGateway()
  const answer = await app.inject({ url, headers: { cookie: await cookie('admin') } })
  expect(answer.statusCode).toBe(400)
  expect(Problem.parse(answer.json())).toMatchObject({ code: 'range-too-long', detail })
})

test.each([
  ['everything', undefined, 200, segmentText, undefined],
  ['the beginning', 'bytes=0-3', 206, '0123', 'bytes 0-3/20'],
  ['from the middle', 'bytes=15-', 206, 'fghij', 'bytes 15-19/20'],
  ['the end', 'bytes=-2', 206, 'ij', 'bytes 18-19/20'],
  ['more than there is', 'bytes=18-4000', 206, 'ij', 'bytes 18-19/20'],
  ['what is not yet whole', 'bytes=20-', 416, undefined, 'bytes */20'],
  ['the last none', 'bytes=-0', 416, undefined, 'bytes */20'],
  ['several ranges', 'bytes=0-1,3-4', 200, segmentText, undefined],
  ['no range', 'lines=1-2', 200, segmentText, undefined],
])('segment: %s', async (_name, range, status, text, contentRange) => {
  const { app, cookie } = await openGateway()
  const headers = { cookie: await cookie('regulator'), ...(range === undefined ? {} : { range }) }
  const answer = await app.inject({ url: '/api/cameras/cam-1/segments/1000-1.mp4', headers })
  expect([answer.statusCode, answer.headers['content-range']]).toEqual([status, contentRange])
  expect(answer.headers['accept-ranges']).toBe('bytes')
  if (text === undefined) expect(Problem.parse(answer.json()).code).toBe('range-not-satisfiable')
  else {
    expect(answer.body).toBe(text)
    expect(answer.headers['content-length']).toBe(String(text.length))
    expect(answer.headers['content-type']).toBe('video/mp4')
    expect(answer.headers['cache-control']).toBe('no-store')
  }
})

test('a segment whose file is gone is missing, not a broken answer', async () => {
  const { app, cookie } = await openGateway()
  const headers = { cookie: await cookie('regulator') }
  const answer = await app.inject({ url: '/api/cameras/cam-1/segments/purged.mp4', headers })
  expect([answer.statusCode, Problem.parse(answer.json()).code]).toEqual([404, 'segment-missing'])
})

test('a clip is a file to keep, with its name', async () => {
  const { app, cookie, parts } = await openGateway()
  const headers = { cookie: await cookie('office') }
  const answer = await app.inject({ url: '/api/cameras/cam-1/clip.mp4?fromUtcMs=1000&toUtcMs=2000', headers })
  expect([answer.statusCode, answer.body, answer.headers['content-length']]).toEqual([200, 'mp4bytes', '8'])
  const name = `attachment; filename="____1.mp4"; filename*=UTF-8''${encodeURIComponent('制面间 1.mp4')}`
  expect(answer.headers['content-disposition']).toBe(name)
  expect(parts.audit.list({ limit: 1 })).toMatchObject([
    { action: 'footage.download', object: 'cam-1', user: 'office', facts: { fromUtcMs: 1_000, toUtcMs: 2_000 } },
  ])
})

test.each([
  ['another page', { origin: 'https://evil.example', host: 'zone.local' }, 403],
  ['another port', { origin: 'http://zone.local:81', host: 'zone.local:80' }, 403],
  ['a sandboxed page', { origin: 'null', host: 'zone.local' }, 403],
  ['a page that hides its origin', { 'sec-fetch-site': 'cross-site' }, 403],
  ['its own page', { origin: 'http://zone.local:8080', host: 'zone.local:8080' }, 204],
  ['its own page behind TLS', { origin: 'https://zone.local', host: 'zone.local' }, 204],
  ['a trusted page', { origin: 'https://zone.example', host: 'zone.local' }, 204],
  ['no browser', {}, 204],
])('a change asked for by %s', async (_name, headers, status) => {
  const { app, cookie } = await openGateway()
  const all = { ...headers, cookie: await cookie('admin') }
  const answer = await app.inject({ method: 'DELETE', url: '/api/rules/rule-1', headers: all })
  expect(answer.statusCode).toBe(status)
  if (status === 403) expect(Problem.parse(answer.json()).code).toBe('origin-foreign')
})

test('what a module cannot do is told by its kind, and a bug says nothing of itself', async () => {
  const thrown = new Map<string, Error>([
    ['a-missing', new Failure('missing', 'camera-missing', 'no such camera', { cameraId: 'a' })],
    ['b-away', new Failure('away', 'camera-lost', 'the camera does not answer')],
    ['c-busy', new Failure('busy', 'snapshot-busy', 'too many at once', { retryAfterMs: 1_500 })],
    ['d-conflict', new Failure('conflict', 'area-forbidden', 'not there')],
    ['e-bug', new TypeError('password hunter2 is undefined')],
  ])
  const { app, cookie, parts } = await openGateway()
  parts.cameras.get = (id) => {
    throw thrown.get(id) ?? new Error('unexpected')
  }
  const headers = { cookie: await cookie('office') }
  const seen = []
  for (const id of thrown.keys()) {
    const answer = await app.inject({ url: `/api/cameras/${id}`, headers })
    const { code, status, facts, detail } = Problem.parse(answer.json())
    expect(status).toBe(answer.statusCode)
    expect(detail).not.toContain('hunter2')
    seen.push([status, code, facts, answer.headers['retry-after']])
  }
  expect(seen).toEqual([
    [404, 'camera-missing', { cameraId: 'a' }, undefined],
    [502, 'camera-lost', undefined, undefined],
    [503, 'snapshot-busy', { retryAfterMs: 1_500 }, '2'],
    [409, 'area-forbidden', undefined, undefined],
    [500, 'bug', undefined, undefined],
  ])
})

test('not ready is 503 with the reason', async () => {
  const parts = { recordings: { ok: false, code: 'disk-away', message: 'not mounted' } }
  const { app } = await openGateway({ ready: () => ({ ok: false, parts }) })
  const answer = await app.inject('/readyz')
  expect([answer.statusCode, answer.json()]).toEqual([503, { ok: false, parts }])
})

test('metrics are for this machine, or for who is signed in', async () => {
  const { app, cookie } = await openGateway()
  const from = async (remoteAddress: string, headers = {}) =>
    (await app.inject({ url: '/metrics', remoteAddress, headers })).statusCode
  expect(await from('127.0.0.1')).toBe(200)
  expect(await from('192.0.2.9')).toBe(401)
  expect(await from('127.0.0.1', { 'x-forwarded-for': '192.0.2.9' })).toBe(401)
  expect(await from('192.0.2.9', { cookie: await cookie('ops') })).toBe(200)
})

test('the dashboard: its page for every page path, its assets for long, and no page for what is a file or the API', async () => {
  const dashboardFolder = tempFolder('dist')
  mkdirSync(join(dashboardFolder, 'assets'))
  writeFileSync(join(dashboardFolder, 'index.html'), '<!doctype html>dashboard')
  writeFileSync(join(dashboardFolder, 'assets/app-1a2b.js'), 'start()')
  writeFileSync(join(dashboardFolder, '.secret'), 'hidden')
  const { app } = await openGateway({ dashboardFolder })
  const get = async (url: string) => {
    const { statusCode, headers, body } = await app.inject(url)
    return [statusCode, headers['cache-control'], body.includes('dashboard')]
  }
  expect(await get('/')).toEqual([200, 'no-cache', true])
  expect(await get('/playback/cam-1?at=5')).toEqual([200, 'no-cache', true])
  expect(await get('/assets/app-1a2b.js')).toEqual([200, 'public, max-age=31536000, immutable', false])
  for (const url of ['/assets/none.js', '/favicon.ico', '/.secret', '/..%2fgateway.db'])
    expect([url, (await app.inject(url)).statusCode]).toEqual([url, 404])
  expect((await app.inject({ method: 'POST', url: '/wall' })).statusCode).toBe(404)
  const { headers } = await app.inject('/')
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
  })
  expect(headers['content-security-policy']).toContain("default-src 'self'; ")
  expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
})

test('a dashboard that is not built says how to build it', async () => {
  const { app } = await openGateway()
  for (const url of ['/', '/wall']) {
    const { statusCode, body } = await app.inject(url)
    expect([statusCode, body]).toEqual([503, expect.stringContaining('npm run build')])
  }
})

test('a port that is taken is named', async () => {
  const { app } = await openGateway()
  const { port } = await listen(app, { host: '127.0.0.1', port: 0 })
  const { app: second } = await openGateway()
  await expect(listen(second, { host: '127.0.0.1', port })).rejects.toMatchObject({
    kind: 'conflict',
    code: 'port-taken',
    facts: { port },
  })
})

test('the password of a camera is in no answer and in no audit row', async () => {
  const { app, cookie, parts } = await openGateway()
  const headers = { cookie: await cookie('ops') }
  const payload = {
    rtspUrl: 'rtsp://op:hunter2@192.0.2.1/a',
    password: 'hunter2',
    name: 'n',
    areaId: 'a',
    purpose: 'p',
  }
  const added = await app.inject({ method: 'POST', url: '/api/cameras', payload, headers })
  const changes = { password: 'hunter2', name: 'm' }
  const changed = await app.inject({ method: 'PATCH', url: '/api/cameras/cam-1', payload: changes, headers })
  expect([added.statusCode, changed.statusCode]).toEqual([201, 200])
  const trail = parts.audit.list({ limit: 9 })
  expect(trail).toMatchObject([
    { action: 'camera.change', object: 'cam-1', facts: { fields: ['name', 'password'] } },
    { action: 'camera.add', object: 'cam-1', facts: { name: 'n', areaId: 'a' } },
  ])
  expect(JSON.stringify([trail, added.body, changed.body])).not.toContain('hunter2')
})

test('what a module refuses is in the audit trail with its code', async () => {
  const { app, cookie, parts } = await openGateway()
  const headers = { cookie: await cookie('regulator') }
  const url = '/api/cameras/cam-9/playlist.m3u8?fromUtcMs=1000&toUtcMs=2000'
  expect((await app.inject({ url, headers })).statusCode).toBe(404)
  const facts = { fromUtcMs: 1_000, toUtcMs: 2_000, code: 'no-such-thing' }
  expect(parts.audit.list({ limit: 9 })).toMatchObject([
    { action: 'footage.play', object: 'cam-9', outcome: 'refused', facts },
  ])
})
