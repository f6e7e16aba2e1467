import type { InjectOptions } from 'fastify'
import { expect, test } from 'vitest'
import { may, type Permission, permissions, roles } from '../../gateway/domain/words.ts'
import { openGateway } from './fixture.ts'

interface Row {
  readonly method: NonNullable<InjectOptions['method']>
  readonly url: string
  readonly permission: Permission | 'signed-in' | 'anyone'
  readonly payload?: object
}

const wall = {
  layout: '4',
  group: { by: 'all' },
  troubleFirst: true,
  sequence: [],
  tourSeconds: null,
  together: false,
  alertsToFront: true,
}
const range = 'fromUtcMs=1000&toUtcMs=2000'
/** Every route under /api, with a request that is right: what is left to refuse it is who asks. */
const table: readonly Row[] = [
  { method: 'POST', url: '/api/session', permission: 'anyone', payload: { user: 'a', password: 'b' } },
  { method: 'GET', url: '/api/session', permission: 'signed-in' },
  { method: 'GET', url: '/api/zone', permission: 'watch' },
  { method: 'GET', url: '/api/zone/export', permission: 'configure' },
  { method: 'GET', url: '/api/cameras', permission: 'watch' },
  {
    method: 'POST',
    url: '/api/cameras',
    permission: 'configure',
    payload: { rtspUrl: 'rtsp://192.0.2.1/a', name: 'n', areaId: 'a', purpose: 'p' },
  },
  { method: 'GET', url: '/api/cameras/cam-1', permission: 'watch' },
  { method: 'PATCH', url: '/api/cameras/cam-1', permission: 'configure', payload: { name: 'n' } },
  { method: 'DELETE', url: '/api/cameras/cam-1', permission: 'configure' },
  { method: 'GET', url: '/api/cameras/cam-1/snapshot.jpg', permission: 'snapshot' },
  { method: 'GET', url: '/api/cameras/cam-1/ptz', permission: 'steer' },
  { method: 'POST', url: '/api/cameras/cam-1/ptz/move', permission: 'steer', payload: { pan: 0.5 } },
  { method: 'POST', url: '/api/cameras/cam-1/ptz/stop', permission: 'steer' },
  { method: 'POST', url: '/api/cameras/cam-1/ptz/preset', permission: 'steer', payload: { token: 't-1' } },
  { method: 'POST', url: '/api/cameras/cam-1/ptz/presets', permission: 'steer', payload: { name: 'gate' } },
  { method: 'DELETE', url: '/api/cameras/cam-1/ptz/presets/t-1', permission: 'steer' },
  { method: 'GET', url: `/api/cameras/cam-1/spans?${range}`, permission: 'watch' },
  { method: 'GET', url: `/api/cameras/cam-1/playlist.m3u8?${range}`, permission: 'review' },
  { method: 'GET', url: '/api/cameras/cam-1/segments/1000-1.mp4', permission: 'review' },
  { method: 'GET', url: `/api/cameras/cam-1/clip.mp4?${range}`, permission: 'download' },
  { method: 'GET', url: `/api/cameras/cam-1/clips?${range}`, permission: 'download' },
  { method: 'GET', url: '/api/cameras/cam-1/still.jpg?utcMs=5', permission: 'review' },
  { method: 'GET', url: '/api/cameras/cam-1/preview.jpg?utcMs=5000', permission: 'review' },
  { method: 'GET', url: '/api/pictures', permission: 'watch' },
  { method: 'POST', url: '/api/cameras/cam-1/picture/reference', permission: 'configure' },
  { method: 'GET', url: '/api/cameras/cam-1/picture/reference.jpg', permission: 'watch' },
  { method: 'GET', url: '/api/alerts/alert-1/picture.jpg', permission: 'watch' },
  { method: 'GET', url: '/api/holds', permission: 'review' },
  {
    method: 'POST',
    url: '/api/holds',
    permission: 'hold',
    payload: { cameraIds: ['cam-1'], fromUtcMs: 1, toUtcMs: 2, reason: 'r' },
  },
  { method: 'PATCH', url: '/api/holds/h-1', permission: 'hold', payload: { toUtcMs: 3_000 } },
  { method: 'POST', url: '/api/holds/h-1/release', permission: 'hold', payload: { reason: 'r' } },
  { method: 'GET', url: `/api/coverage?${range}`, permission: 'watch' },
  { method: 'GET', url: '/api/disks', permission: 'watch' },
  { method: 'GET', url: '/api/planned-off', permission: 'watch' },
  {
    method: 'POST',
    url: '/api/planned-off',
    permission: 'configure',
    payload: { cameraIds: ['cam-1'], fromUtcMs: 1, toUtcMs: 2, reason: 'r' },
  },
  { method: 'DELETE', url: '/api/planned-off/p-1', permission: 'configure' },
  { method: 'GET', url: '/api/discovery', permission: 'configure' },
  { method: 'POST', url: '/api/discovery/scan', permission: 'configure' },
  { method: 'GET', url: '/api/broker/accounts', permission: 'configure' },
  {
    method: 'POST',
    url: '/api/broker/accounts',
    permission: 'configure',
    payload: { user: 'cold-1', publish: ['zone/cold-1/#'] },
  },
  { method: 'DELETE', url: '/api/broker/accounts/mqtt-1', permission: 'configure' },
  { method: 'GET', url: '/api/broker/claims', permission: 'configure' },
  { method: 'POST', url: '/api/broker/claims', permission: 'configure', payload: { publish: ['zone/%c'] } },
  { method: 'DELETE', url: '/api/broker/claims/claim-1', permission: 'configure' },
  {
    method: 'POST',
    url: '/api/discovery/ignore',
    permission: 'configure',
    payload: { candidateIds: ['c'], ignored: true },
  },
  { method: 'GET', url: '/api/discovery/rules?candidateId=c&areaId=a', permission: 'configure' },
  { method: 'GET', url: '/api/sensors', permission: 'watch' },
  {
    method: 'POST',
    url: '/api/sensors/approve',
    permission: 'configure',
    payload: { entries: [{ candidateId: 'c', areaId: 'a' }] },
  },
  {
    method: 'POST',
    url: '/api/sensors/manual',
    permission: 'configure',
    payload: { name: 'n', areaId: 'a', metrics: [{ name: 'pH', unit: 'pH', kind: 'ph' }] },
  },
  {
    method: 'PATCH',
    url: '/api/sensors/sen-1/metrics/temp',
    permission: 'configure',
    payload: { kind: 'temperature' },
  },
  { method: 'POST', url: '/api/sensors', permission: 'configure', payload: { candidateId: 'c', areaId: 'a' } },
  { method: 'PATCH', url: '/api/sensors/sen-1', permission: 'configure', payload: { name: 'n' } },
  { method: 'DELETE', url: '/api/sensors/sen-1', permission: 'configure' },
  { method: 'GET', url: `/api/sensors/sen-1/history?metric=temp&widthPx=100&${range}`, permission: 'watch' },
  {
    method: 'POST',
    url: '/api/sensors/sen-1/readings',
    permission: 'measure',
    payload: { takenUtcMs: 5, values: [{ metric: 'temp', value: 3 }] },
  },
  { method: 'GET', url: '/api/sensors/sen-1/calibrations', permission: 'watch' },
  {
    method: 'POST',
    url: '/api/sensors/sen-1/calibrations',
    permission: 'configure',
    payload: { metric: 'temp', offset: -0.2, scale: 1 },
  },
  { method: 'GET', url: `/api/readings.csv?series=sen-1/temp&${range}`, permission: 'watch' },
  { method: 'GET', url: '/api/quarantine', permission: 'configure' },
  { method: 'GET', url: '/api/readings/ledger', permission: 'watch' },
  { method: 'GET', url: '/api/rules', permission: 'watch' },
  {
    method: 'POST',
    url: '/api/rules',
    permission: 'configure',
    payload: { name: 'n', sensorId: 's', metric: 'm', condition: 'above' },
  },
  { method: 'PATCH', url: '/api/rules/rule-1', permission: 'configure', payload: { enabled: false } },
  { method: 'DELETE', url: '/api/rules/rule-1', permission: 'configure' },
  { method: 'GET', url: '/api/alerts?state=all', permission: 'watch' },
  { method: 'POST', url: '/api/alerts/alert-1/acknowledge', permission: 'acknowledge', payload: { note: 'seen' } },
  { method: 'GET', url: '/api/accounts', permission: 'administer' },
  {
    method: 'POST',
    url: '/api/accounts',
    permission: 'administer',
    payload: { user: 'new', name: 'New', role: 'ops', password: 'long enough' },
  },
  { method: 'PATCH', url: '/api/accounts/acc-x', permission: 'administer', payload: { name: 'n' } },
  { method: 'GET', url: '/api/walls', permission: 'watch' },
  { method: 'PUT', url: '/api/walls/current', permission: 'watch', payload: wall },
  { method: 'POST', url: '/api/walls', permission: 'watch', payload: { name: 'n', role: null, settings: wall } },
  { method: 'PATCH', url: '/api/walls/wall-x', permission: 'watch', payload: { name: 'n' } },
  { method: 'DELETE', url: '/api/walls/wall-x', permission: 'watch' },
  { method: 'GET', url: '/api/screens', permission: 'administer' },
  { method: 'POST', url: '/api/screens', permission: 'administer', payload: { name: 'Gate' } },
  { method: 'POST', url: '/api/screens/scr-x/link', permission: 'administer' },
  { method: 'DELETE', url: '/api/screens/scr-x', permission: 'administer' },
  { method: 'GET', url: '/api/audit?limit=5', permission: 'audit' },
  { method: 'GET', url: '/api/feed', permission: 'watch' },
  { method: 'GET', url: '/api/live/cam-1', permission: 'watch' },
  { method: 'GET', url: '/api/docs', permission: 'signed-in' },
  { method: 'GET', url: '/api/docs/json', permission: 'signed-in' },
  { method: 'GET', url: '/api/docs/static/swagger-ui.css', permission: 'signed-in' },
  { method: 'GET', url: '/api/no-such-thing', permission: 'signed-in' },
  // Last: it ends the session.
  { method: 'DELETE', url: '/api/session', permission: 'signed-in' },
]

/** `GET /api/cameras/:id` for each route of the API description. */
async function described(): Promise<string[]> {
  const { app } = await openGateway()
  const { paths } = (await app.inject('/api/openapi.json')).json<{ paths: Record<string, object> }>()
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
}

const shapeOf = ({ method, url }: Row) => {
  const [path = ''] = url.split('?')
  const shaped = path
    .replace(/\/(cam-1|sen-1|rule-1|alert-1|acc-x|wall-x|scr-x|h-1|p-1|mqtt-1|claim-1)/, '/{id}')
    .replace(/segments\/.*/, 'segments/{file}')
    .replace(/presets\/.*/, 'presets/{token}')
    .replace(/metrics\/.*/, 'metrics/{metric}')
  return `${method} ${shaped}`
}

test('the table of this test names every described route', async () => {
  const missing = (await described()).filter(
    (route) => route.includes(' /api/') && !table.some((row) => shapeOf(row) === route),
  )
  expect(missing).toEqual([])
})

test('the API description names every route but itself and the page that shows it', async () => {
  const routes = table.filter(({ url }) => !/docs|no-such/.test(url)).map(shapeOf)
  expect(await described()).toEqual(expect.arrayContaining([...routes, 'GET /healthz', 'GET /readyz', 'GET /metrics']))
})

test('anonymous: every route refuses with 401 and changes nothing, but signing in', async () => {
  const { app, parts } = await openGateway()
  for (const { method, url, payload, permission } of table) {
    const answer = await app.inject({ method, url, payload })
    const what = `${method} ${url}`
    expect([what, answer.statusCode]).toEqual([what, 401])
    const code = permission === 'anyone' ? 'login-refused' : 'login-required'
    expect([what, answer.json<{ code: string }>().code]).toEqual([what, code])
  }
  expect(parts.audit.list({ limit: 100 }).map(({ action }) => action)).toEqual(['session.login'])
  for (const url of ['/healthz', '/readyz', '/api/openapi.json'])
    expect([url, (await app.inject(url)).statusCode]).toEqual([url, 200])
})

test.each(roles)('%s: each route lets in or refuses by the rights of the role', async (role) => {
  const { app, cookie } = await openGateway()
  const headers = { cookie: await cookie(role) }
  for (const { method, url, payload, permission } of table) {
    const { statusCode, json } = await app.inject({ method, url, payload, headers })
    const what = `${method} ${url}`
    const asked = permissions.find((known) => known === permission)
    if (asked !== undefined && !may(role, asked)) {
      expect([what, statusCode, json<{ code: string }>().code]).toEqual([what, 403, 'forbidden'])
      continue
    }
    const expected =
      {
        'POST /api/session': 401,
        'GET /api/no-such-thing': 404,
        'GET /api/feed': 426,
        'GET /api/live/cam-1': 426,
        'PATCH /api/accounts/acc-x': 404,
        'POST /api/holds/h-1/release': 200,
        'POST /api/cameras/cam-1/picture/reference': 200,
        'DELETE /api/planned-off/p-1': 200,
        'POST /api/cameras/cam-1/ptz/move': 204,
        'POST /api/cameras/cam-1/ptz/stop': 204,
        'POST /api/cameras/cam-1/ptz/preset': 204,
        'PATCH /api/walls/wall-x': 404,
        'DELETE /api/walls/wall-x': 404,
        'POST /api/screens/scr-x/link': 404,
        'DELETE /api/screens/scr-x': 404,
      }[what] ?? { POST: 201, PUT: 200, PATCH: 200, DELETE: 204, GET: 200 }[method as 'GET']
    const answers = /scan|acknowledge|ignore/.test(url) ? 200 : expected
    expect([what, statusCode]).toEqual([what, answers])
  }
})

test('a route under /api without a permission keeps the server from starting', async () => {
  const { app } = await openGateway()
  app.get('/api/forgotten', () => 'open to all')
  await expect(app.ready()).rejects.toThrow('routes without a permission: GET /api/forgotten')
})

test('a refusal for lack of rights is written under the action that was tried', async () => {
  const { app, cookie, parts } = await openGateway()
  await app.inject({ url: `/api/cameras/cam-1/clip.mp4?${range}`, headers: { cookie: await cookie('ops') } })
  expect(parts.audit.list({ limit: 1 })).toMatchObject([
    { user: 'ops', role: 'ops', action: 'footage.download', object: 'cam-1', outcome: 'refused' },
  ])
})

test('the API description says what comes when it is no JSON, and how a refusal looks', async () => {
  const { app } = await openGateway()
  interface Described {
    paths: Record<string, Record<string, { responses: Record<string, { content?: object }> }>>
  }
  const { paths } = (await app.inject('/api/openapi.json')).json<Described>()
  const types = (path: string, status: string) => Object.keys(paths[path]?.get?.responses[status]?.content ?? {})
  expect(types('/api/cameras/{id}/clip.mp4', '200')).toEqual(['video/mp4'])
  expect(types('/api/cameras/{id}/segments/{file}', '206')).toEqual(['video/mp4'])
  expect(types('/api/cameras/{id}/playlist.m3u8', '200')).toEqual(['application/vnd.apple.mpegurl'])
  expect(types('/api/cameras/{id}/snapshot.jpg', '200')).toEqual(['image/jpeg'])
  expect(types('/metrics', '200')).toEqual(['text/plain'])
  for (const path of ['/api/feed', '/api/live/{id}']) expect(paths[path]?.get?.responses).toHaveProperty('101')
  for (const path of Object.keys(paths).filter((path) => path.startsWith('/api/') && paths[path]?.get !== undefined))
    expect([path, types(path, 'default')]).toEqual([path, ['application/problem+json']])
})
