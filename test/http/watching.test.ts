/** An account for some areas: no picture, no footage and no movement of cameras elsewhere; lists stay whole. */
import type { InjectOptions } from 'fastify'
import { expect, test } from 'vitest'
import { hours } from '../../gateway/domain/units.ts'
import { sessionCookie } from '../../gateway/http/guard.ts'
import type { HttpParts } from '../../gateway/http/parts.ts'
import { camera, openGateway } from './fixture.ts'

const range = 'fromUtcMs=1000&toUtcMs=2000'
type Ask = readonly [method: NonNullable<InjectOptions['method']>, url: string, payload?: object]

/** With the audit action under which the refusal is written, if any. */
const pictures: readonly (readonly [ask: Ask, action: string | null])[] = [
  [['GET', '/api/cameras/cam-1/snapshot.jpg'], 'footage.snapshot'],
  [['GET', `/api/cameras/cam-1/spans?${range}`], null],
  [['GET', `/api/cameras/cam-1/playlist.m3u8?${range}`], 'footage.play'],
  [['GET', '/api/cameras/cam-1/segments/1000-1.mp4'], null],
  [['GET', `/api/cameras/cam-1/clips?${range}`], null],
  [['GET', `/api/cameras/cam-1/clip.mp4?${range}`], 'footage.download'],
  [['GET', '/api/cameras/cam-1/still.jpg?utcMs=5'], 'footage.snapshot'],
  [['GET', '/api/cameras/cam-1/preview.jpg?utcMs=5000'], null],
  [['POST', '/api/cameras/cam-1/picture/reference'], 'camera.confirm-view'],
  [['GET', '/api/cameras/cam-1/picture/reference.jpg'], null],
  [['GET', '/api/cameras/cam-1/ptz'], null],
  [['POST', '/api/cameras/cam-1/ptz/move', { pan: 1 }], 'camera.ptz'],
  [['POST', '/api/cameras/cam-1/ptz/stop'], 'camera.ptz'],
  [['POST', '/api/cameras/cam-1/ptz/preset', { token: 't-1' }], 'camera.ptz'],
  [['POST', '/api/cameras/cam-1/ptz/presets', { name: 'n' }], 'camera.ptz'],
  [['DELETE', '/api/cameras/cam-1/ptz/presets/t-1'], 'camera.ptz'],
  [['GET', '/api/alerts/alert-1/picture.jpg'], null],
  // Whoever may move the camera could move it into an area of his.
  [['PATCH', '/api/cameras/cam-1', { areaId: 'w02-process' }], 'camera.change'],
  [['DELETE', '/api/cameras/cam-1'], 'camera.remove'],
  [['POST', '/api/holds', { cameraIds: ['cam-1'], fromUtcMs: 1, toUtcMs: 2, reason: 'r' }], 'hold.add'],
]
const lists = [
  '/api/cameras',
  '/api/cameras/cam-1',
  '/api/pictures',
  '/api/alerts?state=all',
  `/api/coverage?${range}`,
  '/api/holds',
  '/api/planned-off',
]

async function open(areaIds: string[] | null, overrides: Partial<HttpParts> = {}) {
  const gateway = await openGateway(overrides)
  const { accounts, sessions, audit } = gateway.parts
  // An administrator, so that nothing but the area is in the way.
  const { id } = await accounts.add({ user: 'li', name: 'Li', role: 'admin', areaIds, password: 'long enough' })
  const { token } = await sessions.login({ ticket: sessions.createTicket(id, hours(1)) }, null)
  const headers = { cookie: `${sessionCookie}=${token}` }
  const ask = ([method, url, payload]: Ask) => gateway.app.inject({ method, url, payload, headers })
  return { ...gateway, ask, audit, headers }
}

test('every route below a camera’s address is in the table of this test', async () => {
  const { app } = await openGateway()
  const { paths } = (await app.inject('/api/openapi.json')).json<{ paths: Record<string, object> }>()
  const below = Object.entries(paths).flatMap(([path, methods]) =>
    path.startsWith('/api/cameras/{id}/')
      ? Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`)
      : [],
  )
  const named = pictures.map(([[method, url]]) => {
    const [path = ''] = url.split('?')
    const shaped = path.replace('cam-1', '{id}').replace(/segments\/.*/, 'segments/{file}')
    return `${method} ${shaped.replace(/presets\/.*/, 'presets/{token}')}`
  })
  expect(below.filter((route) => !named.includes(route))).toEqual([])
})

test('outside of the areas every picture, piece of footage and movement is refused, and written down', async () => {
  const { ask, audit } = await open(['w02-process'])
  for (const [what, action] of pictures) {
    const before = audit.list({ limit: 100 }).length
    const answer = await ask(what)
    const { code } = answer.json<{ code: string }>()
    expect([what[1], answer.statusCode, code]).toEqual([what[1], 403, 'camera-not-yours'])
    const rows = audit.list({ limit: 100 }).slice(0, -before || undefined)
    const row = { action, user: 'li', outcome: 'refused', facts: { code: 'camera-not-yours' } }
    expect([what[1], rows]).toMatchObject([what[1], action === null ? [] : [row]])
    expect(rows).toHaveLength(action === null ? 0 : 1)
  }
})

test.each([[null], [['w02-process', camera.areaId]]])('with the areas %j all of it is answered', async (areaIds) => {
  const { ask } = await open(areaIds)
  for (const [what] of pictures) {
    const { statusCode } = await ask(what)
    expect([what[1], statusCode < 300]).toEqual([what[1], true])
  }
})

test('lists stay whole, so that a page can say what may not be seen', async () => {
  const { ask } = await open(['w02-process'])
  for (const url of lists) expect([url, (await ask(['GET', url])).statusCode]).toEqual([url, 200])
  expect((await ask(['GET', '/api/cameras'])).json()).toMatchObject({ cameras: [{ id: 'cam-1' }] })
  expect((await ask(['GET', '/api/session'])).json()).toMatchObject({ areaIds: ['w02-process'] })
})

test('a camera that was removed counts by its last area, and one that never was is missing', async () => {
  const areaOf = (cameraId: string) => ({ 'cam-1': camera.areaId, 'cam-old': 'w02-process' })[cameraId]
  const { ask } = await open(['w02-process'], { areaOf })
  const footage = (id: string) => ask(['GET', `/api/cameras/${id}/playlist.m3u8?${range}`])
  expect((await footage('cam-1')).statusCode).toBe(403)
  // The fixture knows neither of them: the guard has let them through.
  for (const id of ['cam-old', 'cam-9']) expect([id, (await footage(id)).statusCode]).toEqual([id, 404])
})

test('a screen for some areas sees no more than these', async () => {
  const { app, parts } = await openGateway()
  const { ticket } = parts.screens.add({ name: 'Gate', areaIds: ['w02-process'] }, 'admin')
  const { token } = await parts.sessions.login({ ticket }, null)
  const headers = { cookie: `${sessionCookie}=${token}` }
  const answer = await app.inject({ url: '/api/cameras/cam-1/picture/reference.jpg', headers })
  expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([403, 'camera-not-yours'])
})
