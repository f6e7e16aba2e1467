/** Cameras with a wrong password, and where a right one must never be seen. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Camera } from '../../gateway/contract/camera.ts'
import { type GatewayProcess, startGateway } from '../support/gateway-process.ts'
import { type RtspServer, startRtsp } from '../support/gst-rtsp.ts'
import { freePort } from '../support/ports.ts'
import { waitFor } from '../support/wait.ts'
import { type Api, api } from './api.ts'
import { registered } from './registered.ts'
import { smallZone } from './small-zone.ts'

const stack = new AsyncDisposableStack()
let gateway: GatewayProcess
let ask: Api
let server: RtspServer

const right = { user: 'op', password: "right-S3cret'&/ x" }
const wrong = { user: 'op', password: 'wrong-S3cret' }
const place = { name: '灶台', areaId: 'w01-process', purpose: '食品安全' }
/** As they stand, and as they stand in an address. */
const secrets = [right, wrong].flatMap(({ password }) => [password, encodeURIComponent(password)])
const serve = (password: string, port: number) =>
  startRtsp({ user: right.user, password, port, widthPx: 160, heightPx: 96, gop: 15 })

beforeAll(async () => {
  server = await serve(right.password, await freePort())
  stack.defer(() => server.stop())
  gateway = stack.use(await startGateway({ zone: smallZone }))
  ask = api(gateway)
  await ask.zone()
})
afterAll(() => stack.disposeAsync())

const post = (body: object, method = 'POST'): RequestInit => ({ method, body: JSON.stringify(body) })
const recording = (id: string) =>
  waitFor(async () => (await ask.camera(id)).state.status === 'recording', {
    timeoutMs: 20_000,
    message: 'the recording',
  })

/** Programs that the gateway started: their arguments, as every user of the machine may read them. */
function childArguments(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const [, parent] = /\) \S (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
        return Number(parent) === gateway.pid
          ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')]
          : []
      } catch (cause) {
        // It ended while we looked.
        if (cause instanceof Error && 'code' in cause && ['ENOENT', 'ESRCH'].includes(String(cause.code))) return []
        throw cause
      }
    })
}
const expectNoSecret = (text: string) => {
  for (const secret of secrets) expect(text).not.toContain(secret)
}

let added: Camera

test('a wrong password is refused in one sentence, and nothing is stored', async () => {
  const before = await registered(ask)
  const rtspUrl = server.url('h264')
  const problem = await ask.refused('/api/cameras', post({ ...place, rtspUrl, ...wrong }))
  expect(problem).toMatchObject({
    status: 400,
    code: 'camera-denied',
    detail: 'the camera refuses the user or the password',
  })
  const none = await ask.refused('/api/cameras', post({ ...place, rtspUrl }))
  expect(none).toMatchObject({ status: 400, code: 'camera-denied' })
  expect(await registered(ask)).toEqual(before)
  expect(childArguments().filter((line) => line.includes('ffmpeg'))).toEqual([])
})

test('a login inside the address is taken out of it', async () => {
  const rtspUrl = server.url('h264').replace('rtsp://', `rtsp://op:${encodeURIComponent(right.password)}@`)
  added = await ask.ask(Camera, '/api/cameras', { ...place, rtspUrl })
  expect(added).toMatchObject({ address: server.url('h264'), user: 'op' })
  await recording(added.id)
})

test('a wrong new password changes nothing: the camera goes on', async () => {
  const before = await registered(ask)
  const problem = await ask.refused(
    `/api/cameras/${added.id}`,
    post({ password: wrong.password, name: 'renamed' }, 'PATCH'),
  )
  expect(problem).toMatchObject({ status: 400, code: 'camera-denied' })
  expect(await registered(ask)).toEqual(before)
  expect((await ask.camera(added.id)).state.status).toBe('recording')
})

test('no password stands in the arguments of another program', () => {
  const lines = childArguments()
  expect(lines.filter((line) => line.includes('ffmpeg'))).toHaveLength(1)
  expectNoSecret(lines.join('\n'))
  expectNoSecret(readFileSync(`/proc/${gateway.pid}/cmdline`, 'utf8'))
})

test('a camera whose password was changed is denied, and says so on its timeline', async () => {
  const fromUtcMs = Date.now()
  await server.stop()
  server = await serve('an0ther-S3cret', server.port)
  const denied = async () => (await ask.camera(added.id)).state
  await waitFor(async () => (await denied()).reason === 'camera-denied', { timeoutMs: 20_000, message: 'the refusal' })
  expect(await denied()).toMatchObject({ status: 'offline', detail: 'the camera refuses the user or the password' })
  const reasons = (await ask.spans(added.id, fromUtcMs - 60_000, Date.now())).map(({ kind, reason }) => reason ?? kind)
  expect(reasons).toContain('camera-denied')

  // The next try is far off, so that the camera does not lock the account; a new login is tried at once all the same.
  const moved = await ask.ask(Camera, `/api/cameras/${added.id}`, { password: 'an0ther-S3cret' }, 'PATCH')
  expect(moved.id).toBe(added.id)
  await recording(added.id)
})

test('no password is in an answer, in what the process says, or plainly on the disk', async () => {
  secrets.push('an0ther-S3cret')
  for (const path of [
    '/api/cameras',
    `/api/cameras/${added.id}`,
    '/api/discovery',
    '/api/audit',
    '/api/zone/export',
    '/api/alerts?state=all',
    '/readyz',
    '/metrics',
  ])
    expectNoSecret((await ask.bytes(path)).body.toString())
  expectNoSecret(gateway.output())
  const data = join(gateway.folder, 'data')
  for (const name of readdirSync(data).filter((file) => /\.db(-wal)?$/.test(file)))
    expectNoSecret(readFileSync(join(data, name), 'latin1'))
})
