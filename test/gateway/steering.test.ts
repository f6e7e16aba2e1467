/** A camera that turns, and one whose picture is withheld, through the whole gateway. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { Camera } from '../../gateway/contract/camera.ts'
import { PtzState } from '../../gateway/contract/ptz.ts'
import { demoPassword, demoUser } from '../../scripts/simulate-zone/cameras.ts'
import { ask as askCamera, type Cam, connect } from '../simulate-zone/onvif-client.ts'
import { camera as demoCamera, useZone } from '../simulate-zone/zone.ts'
import { type GatewayProcess, startGateway } from '../support/gateway-process.ts'
import { until, waitFor } from '../support/wait.ts'
import { type Api, api } from './api.ts'
import { smallZone } from './small-zone.ts'

const zone = useZone([demoCamera('c02')])
const stack = new AsyncDisposableStack()
let gateway: GatewayProcess
let ask: Api
let id: string
let eye: Cam

beforeAll(async () => {
  gateway = stack.use(await startGateway({ zone: smallZone }))
  ask = api(gateway)
  const { address, onvifPort: port } = zone('c02')
  const login = { user: demoUser, password: demoPassword }
  const added = await ask.ask(Camera, '/api/cameras', {
    address,
    ...login,
    name: '道路',
    areaId: 'w01-process',
    purpose: 'test',
  })
  id = added.id
  expect(added.ptz).toBe(true)
  eye = await connect({ hostname: '127.0.0.1', port, username: demoUser, password: demoPassword })
})
afterAll(() => stack.disposeAsync())

const send = async (path: string, body?: object, method = 'POST') => {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) }
  return (await gateway.fetch(`/api/cameras/${id}/ptz${path}`, init)).status
}
const Motion = z.object({ moveStatus: z.object({ panTilt: z.string() }) })
const isMoving = async () => Motion.parse(await askCamera(eye, 'getStatus')).moveStatus.panTilt === 'MOVING'
const rows = async () => (await ask.audit()).filter(({ action }) => action === 'camera.ptz')

test('a held button turns the camera, and leaves one row when the hold is over', async () => {
  expect((await ask.ask(PtzState, `/api/cameras/${id}/ptz`)).presets.map(({ name }) => name)).toContain('全景')
  for (let i = 0; i < 3; i++) expect(await send('/move', { pan: 0.1, tilt: 0.05 })).toBe(204)
  expect(await isMoving()).toBe(true)
  expect(await send('/stop')).toBe(204)
  expect(await isMoving()).toBe(false)
  await until('the row of the hold', async () => (await rows()).length > 0)
  expect(await rows()).toMatchObject([
    { user: 'admin', object: id, outcome: 'done', facts: { directions: 'right up', heldMs: expect.any(Number) } },
  ])
})

test('each preset is a row of its own', async () => {
  expect(await send('/preset', { token: '1' })).toBe(204)
  const added = await gateway.fetch(`/api/cameras/${id}/ptz/presets`, {
    method: 'POST',
    body: JSON.stringify({ name: '门' }),
  })
  const { token } = z.object({ token: z.string() }).parse(await added.json())
  expect(await send(`/presets/${token}`, undefined, 'DELETE')).toBe(204)
  expect(await send('/preset', { token })).toBe(404)
  const facts = (await rows()).map(({ outcome, facts }) => [outcome, Object.keys(facts)[0]])
  expect(facts.slice(0, 4)).toEqual([
    ['refused', 'preset'],
    ['done', 'removedPreset'],
    ['done', 'addedPreset'],
    ['done', 'preset'],
  ])
})

test('a withheld picture is not given by snapshot, and given again afterwards; recording goes on', async () => {
  const snapshot = `/api/cameras/${id}/snapshot.jpg`
  await waitFor(async () => (await gateway.fetch(snapshot)).ok, { timeoutMs: 30_000 })
  await ask.ask(Camera, `/api/cameras/${id}`, { privacy: true }, 'PATCH')
  expect(await ask.refused(snapshot)).toMatchObject({ status: 403, code: 'privacy' })
  expect(await ask.camera(id)).toMatchObject({ privacy: true, state: { status: 'recording' } })
  await ask.ask(Camera, `/api/cameras/${id}`, { privacy: false }, 'PATCH')
  expect((await gateway.fetch(snapshot)).status).toBe(200)
})

test('the gateway that stops leaves no camera turning, and writes the hold down', async () => {
  expect(await send('/move', { pan: -0.1 })).toBe(204)
  expect(await isMoving()).toBe(true)
  await gateway.stop()
  expect(await isMoving()).toBe(false)
  await gateway.restart()
  expect((await rows())[0]).toMatchObject({ outcome: 'done', facts: { directions: 'left' } })
})
