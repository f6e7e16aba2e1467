/** The routes of pictures on the real edge. */
import { expect, test } from 'vitest'
import type { PictureState } from '../../gateway/contract/footage.ts'
import { Failure } from '../../gateway/domain/failure.ts'
import type { Role } from '../../gateway/domain/words.ts'
import type { PicturePart } from '../../gateway/http/parts.ts'
import { openGateway } from '../http/fixture.ts'

const state: PictureState = { cameraId: 'cam-1', trouble: null, sinceUtcMs: null, lookedUtcMs: 5, reference: null }
const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xd9])
const known = (id: string, expected: string) => {
  if (id !== expected) throw new Failure('missing', 'no-picture', 'there is no such picture')
}
const part: PicturePart = {
  async preview(cameraId, utcMs) {
    known(cameraId, 'cam-1')
    return { jpeg, utcMs: utcMs - 7 }
  },
  states: () => [state],
  async confirmReference(cameraId, by) {
    known(cameraId, 'cam-1')
    return { ...state, reference: { utcMs: 4, confirmedBy: by, confirmedUtcMs: 6 } }
  },
  reference(cameraId) {
    known(cameraId, 'cam-1')
    return { jpeg, utcMs: 4 }
  },
  ofAlert(alertId) {
    known(alertId, 'a1')
    return { jpeg, utcMs: 3, cameraId: 'cam-1' }
  },
}

async function open() {
  const { app, parts, cookie } = await openGateway({ pictures: part })
  const ask = async (role: Role, method: 'GET' | 'POST', url: string) =>
    await app.inject({ method, url, headers: { cookie: await cookie(role) } })
  return { ask, audit: parts.audit }
}

test('pictures come as JPEG with the moment they show', async () => {
  const { ask } = await open()
  for (const [url, moment] of [
    ['/api/cameras/cam-1/preview.jpg?utcMs=1000', '993'],
    ['/api/cameras/cam-1/picture/reference.jpg', '4'],
    ['/api/alerts/a1/picture.jpg', '3'],
  ]) {
    const answer = await ask('office', 'GET', url ?? '')
    expect(answer.statusCode).toBe(200)
    expect(answer.headers).toMatchObject({ 'content-type': 'image/jpeg', 'x-utc-ms': moment })
    expect(answer.rawPayload.equals(jpeg)).toBe(true)
  }
  expect((await ask('office', 'GET', '/api/cameras/cam-2/preview.jpg?utcMs=1000')).statusCode).toBe(404)
  expect((await ask('office', 'GET', '/api/cameras/cam-1/preview.jpg')).statusCode).toBe(400)
  expect((await ask('office', 'GET', '/api/alerts/a2/picture.jpg')).statusCode).toBe(404)
})

test('who may watch sees states, who may review sees the past, who configures confirms a view, and that is audited', async () => {
  const { ask, audit } = await open()
  expect((await ask('ops', 'GET', '/api/pictures')).json()).toEqual({ pictures: [state] })
  expect((await ask('ops', 'GET', '/api/cameras/cam-1/preview.jpg?utcMs=1')).statusCode).toBe(403)
  expect((await ask('office', 'POST', '/api/cameras/cam-1/picture/reference')).statusCode).toBe(403)
  const confirmed = await ask('ops', 'POST', '/api/cameras/cam-1/picture/reference')
  expect(confirmed.json()).toMatchObject({ cameraId: 'cam-1', reference: { confirmedBy: 'ops' } })
  expect(audit.list({ limit: 5 })).toMatchObject([
    { action: 'camera.confirm-view', object: 'cam-1', outcome: 'done', role: 'ops' },
    { action: 'camera.confirm-view', object: 'cam-1', outcome: 'refused', role: 'office' },
  ])
})
