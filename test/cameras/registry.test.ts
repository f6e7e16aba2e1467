import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { cameraLives } from '../../gateway/cameras/camera-lives.ts'
import { type CameraRegistry, cameraRegistry } from '../../gateway/cameras/registry.ts'
import { NewCamera } from '../../gateway/contract/camera.ts'
import { Failure } from '../../gateway/domain/failure.ts'
import type { AreaKind } from '../../gateway/domain/words.ts'
import { systemClock } from '../../gateway/lib/clock.ts'
import { openLog } from '../../gateway/lib/log.ts'
import { openSecretBox } from '../../gateway/lib/secret-box.ts'
import { openStore, type Store } from '../../gateway/store/open.ts'
import { startRtsp } from '../support/gst-rtsp.ts'
import { freePort } from '../support/ports.ts'
import { tempFolder } from '../support/temp.ts'
import { waitFor } from '../support/wait.ts'
import { type SoapCamera, type StubOptions, startSoapCamera } from './soap-camera.ts'

const password = 'soy-7&<x>'
const areas: Record<string, AreaKind> = {
  'w01-boil': 'process',
  'w01-store': 'store',
  'w01-bed': 'living',
  'w01-change': 'changing',
  'w01-wc': 'toilet',
}
const never = new AbortController().signal

let folder: string
let store: Store
let registry: CameraRegistry
let changed: string[]
let written: string
const stops: (() => Promise<void>)[] = []

beforeEach(() => {
  folder = tempFolder('cameras')
  store = openStore(join(folder, 'gateway.db'), 'gateway')
  store.db.exec(`INSERT INTO site (id, name, position) VALUES ('s', 'S', 0)`)
  const insert = store.db.prepare(`INSERT INTO area (id, site_id, name, kind, position) VALUES (?, 's', ?, ?, 0)`)
  for (const [id, kind] of Object.entries(areas)) insert.run(id, id, kind)
  changed = []
  written = ''
  registry = open()
})
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
  store.close()
})

function open(): CameraRegistry {
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written += chunk.toString('utf8')
      done()
    },
  })
  return cameraRegistry({
    store,
    secrets: openSecretBox(join(folder, 'keys')),
    areaKind: (areaId) => areas[areaId],
    disks: ['main', 'second'],
    tools: { clock: systemClock, log: openLog('debug', destination) },
    onChange: (cameraId) => changed.push(cameraId),
  })
}

async function camera(options: Partial<StubOptions> = {}): Promise<SoapCamera> {
  const started = await startSoapCamera(options)
  stops.push(started.stop)
  return started
}

/** No wishes of its own. */
const asEver = { retentionDays: null, retentionBasis: null, disk: null, hours: null, privacy: false }
const place = { name: '煮浆', areaId: 'w01-boil', purpose: 'food safety' }
const input = (address: string, more: Record<string, string> = {}) =>
  NewCamera.parse({ address, user: 'admin', password, ...place, ...more })

async function failureOf(work: () => unknown): Promise<Failure> {
  try {
    await work()
  } catch (cause) {
    if (cause instanceof Failure) return cause
    throw cause
  }
  throw new Error('nothing was thrown')
}

describe('an ONVIF camera', () => {
  test('a third stream is stored with the others, and goes when the camera no longer has it', async () => {
    const two = [
      { token: 'a', encoding: 'H265', width: 1920, height: 1080 },
      { token: 'b', encoding: 'H265', width: 640, height: 360 },
    ]
    const device = await camera({
      media2: true,
      profiles: [...two, { token: 'c', encoding: 'H264', width: 704, height: 576 }],
    })
    const { id, third } = await registry.add(input(device.address), never)
    expect(third).toMatchObject({ codec: 'H264', widthPx: 704, heightPx: 576 })
    expect(await registry.streamOf(id, 'third', never)).toMatchObject({ url: 'rtsp://127.0.0.1:8554/c?x=1' })
    device.state.profiles = two
    expect((await registry.refresh(id, never)).third).toBeNull()
    expect((await failureOf(() => registry.streamOf(id, 'third', never))).code).toBe('camera-no-sub')
  })

  test('is read, stored and there after a restart, without its password anywhere', async () => {
    const device = await camera({ endpoint: 'urn:uuid:one' })
    const added = await registry.add(input(device.address), never)
    expect(added).toEqual({
      id: expect.stringMatching(/^cam-[0-9a-f]{8}$/),
      addedUtcMs: expect.any(Number),
      retentionDays: null,
      retentionBasis: null,
      disk: null,
      hours: null,
      third: null,
      privacy: false,
      ...place,
      address: device.address,
      kind: 'onvif',
      endpoint: 'urn:uuid:one',
      user: 'admin',
      enabled: true,
      device: { manufacturer: "Fu'an", model: 'N1', firmware: '5.10', serial: '12345678901234567890' },
      main: { codec: 'H264', widthPx: 1920, heightPx: 1080, fps: 25, kbps: 2048 },
      sub: { codec: 'H264', widthPx: 640, heightPx: 360, fps: 25, kbps: 2048 },
      ptz: true,
      clockOffsetMs: expect.any(Number),
    })
    expect(changed).toEqual([added.id])
    expect(open().list()).toEqual([added])
    expect(Object.fromEntries(registry.known())).toEqual({ [device.address]: added.id, 'urn:uuid:one': added.id })

    const asked = device.requests.length
    expect(await registry.streamOf(added.id, 'sub', never)).toEqual({
      url: 'rtsp://127.0.0.1:8554/1.0?x=1',
      user: 'admin',
      password,
      codecHint: 'H264',
    })
    expect(device.requests.length).toBe(asked)
    await registry.streamOf(added.id, 'main', never, { refresh: true })
    expect(device.requests.length).toBeGreaterThan(asked)

    store.db.pragma('wal_checkpoint(TRUNCATE)')
    expect(readFileSync(join(folder, 'gateway.db')).includes(password)).toBe(false)
    expect(written + JSON.stringify(registry.list())).not.toContain(password)
  })

  test('cannot be added twice, by address or by endpoint', async () => {
    const device = await camera({ endpoint: 'urn:uuid:one' })
    const twin = await camera({ endpoint: 'urn:uuid:one' })
    const { id } = await registry.add(input(device.address), never)
    for (const address of [device.address, device.address.replace('http', 'HTTP'), twin.address])
      expect(await failureOf(() => registry.add(input(address), never))).toMatchObject({
        kind: 'conflict',
        code: 'camera-known',
        facts: { cameraId: id },
      })
    expect(registry.list()).toHaveLength(1)
  })

  test('two adds of the same at once give one camera', async () => {
    const device = await camera()
    const results = await Promise.allSettled([1, 2].map(() => registry.add(input(device.address), never)))
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(registry.list()).toHaveLength(1)
  })

  test.each([
    ['w01-bed', 'area-forbidden'],
    ['w01-change', 'area-forbidden'],
    ['w01-wc', 'area-forbidden'],
    ['nowhere', 'area-unknown'],
  ])('cannot be placed in %s', async (areaId, code) => {
    const device = await camera()
    expect(await failureOf(() => registry.add(input(device.address, { areaId }), never))).toMatchObject({
      kind: 'invalid',
      code,
    })
    expect(device.requests).toEqual([])
    const { id } = await registry.add(input(device.address), never)
    expect((await failureOf(() => registry.patch(id, { areaId, name: 'x' }, never))).code).toBe(code)
    expect(registry.get(id)).toMatchObject(place)
    const entry = {
      id: 'c1',
      name: 'c',
      area: areaId,
      purpose: 'p',
      address: 'http://10.0.0.9/',
      user: '',
      password: '',
      ...asEver,
    }
    expect((await failureOf(() => registry.importAll([entry]))).code).toBe(code)
    expect(registry.list()).toHaveLength(1)
  })

  test('that cannot be read is not added', async () => {
    const device = await camera()
    const cases: [string, Record<string, string>, string][] = [
      [device.address, { password: 'hunter2secret' }, 'camera-denied'],
      [`http://127.0.0.1:${await freePort()}/`, {}, 'camera-unreachable'],
      ['http://no-such-camera.invalid/', {}, 'camera-unreachable'],
      ['http://example/;rm', {}, 'address-invalid'],
    ]
    for (const [address, more, code] of cases) {
      const failure = await failureOf(() => registry.add(input(address, more), never))
      expect([failure.code, failure.message.includes('hunter2secret')]).toEqual([code, false])
    }
    expect([registry.list(), changed]).toEqual([[], []])
    expect(written).not.toContain('hunter2secret')
  })
})

describe('a change', () => {
  test('of words and switch is kept', async () => {
    const device = await camera()
    const { id } = await registry.add(input(device.address), never)
    const asked = device.requests.length
    await registry.patch(id, { name: 'gate', areaId: 'w01-store', purpose: 'theft', enabled: false }, never)
    expect(open().get(id)).toMatchObject({ name: 'gate', areaId: 'w01-store', purpose: 'theft', enabled: false })
    expect(device.requests.length).toBe(asked)
    expect(changed).toEqual([id, id])
  })

  test('of the login is tried first, and kept when the camera is away', async () => {
    const device = await camera()
    const { id } = await registry.add(input(device.address), never)
    expect((await failureOf(() => registry.patch(id, { password: 'wrong' }, never))).code).toBe('camera-denied')
    expect((await registry.streamOf(id, 'main', never)).password).toBe(password)
    device.state.password = 'new-one'
    await registry.patch(id, { password: 'new-one' }, never)
    expect((await registry.streamOf(id, 'main', never)).password).toBe('new-one')
    await device.stop()
    await registry.patch(id, { user: 'other', password: 'third' }, never)
    expect(await registry.streamOf(id, 'main', never)).toMatchObject({ user: 'other', password: 'third' })
    expect(registry.diagnosis(id)?.code).toBe('camera-unreachable')
  })
})

test('a removed camera is gone, its login too, and it may be added again', async () => {
  const device = await camera({ endpoint: 'urn:uuid:one' })
  const { id } = await registry.add(input(device.address), never)
  registry.remove(id)
  expect(registry.list()).toEqual([])
  for (const work of [
    () => registry.get(id),
    () => registry.remove(id),
    () => registry.refresh(id, never),
    () => registry.streamOf(id, 'main', never),
    () => registry.patch(id, { name: 'x' }, never),
  ])
    expect(await failureOf(work)).toMatchObject({ kind: 'missing', code: 'camera-missing' })
  // Its footage may still be asked for; that of one that never was may not.
  const ever = cameraLives(store)
  ever.require(id)
  expect(ever.list()).toMatchObject([{ id, removedUtcMs: expect.any(Number) }])
  expect(() => ever.require('cam-never')).toThrowError(expect.objectContaining({ code: 'camera-missing' }))
  expect(store.db.prepare('SELECT password_sealed FROM camera WHERE id = ?').pluck().get(id)).toBeNull()
  expect((await registry.add(input(device.address), never)).id).not.toBe(id)
})

test('how a camera is recorded: retention with its basis, disk and hours; a change of hours never rewrites the past', async () => {
  const device = await camera()
  const { id } = await registry.add(input(device.address), never)
  const night = [{ days: [1, 2, 3, 4, 5], from: '22:00', to: '06:00' }]
  const changed = await registry.patch(
    id,
    { retentionDays: 90, retentionBasis: '省局通知 12 号', disk: 'second', hours: night },
    never,
  )
  expect(changed).toMatchObject({ retentionDays: 90, retentionBasis: '省局通知 12 号', disk: 'second', hours: night })
  expect(await failureOf(() => registry.patch(id, { disk: 'third' }, never))).toMatchObject({ code: 'disk-unknown' })
  expect(registry.get(id).disk).toBe('second')
  await registry.patch(id, { hours: night }, never)
  await registry.patch(id, { name: 'other' }, never)
  await systemClock.sleep(2)
  await registry.patch(id, { hours: null, retentionDays: null }, never)
  expect(registry.get(id)).toMatchObject({ retentionDays: null, retentionBasis: '省局通知 12 号', hours: null })
  const [life] = cameraLives(store).list()
  expect(life?.hours.map(({ windows }) => windows)).toEqual([night, null])
})

describe('an RTSP camera', () => {
  test('is described and stored without user info', async () => {
    await using server = await startRtsp({ user: 'admin', password: 'boil-95' })
    const rtspUrl = server.url('h264').replace('//', '//admin:boil-95@')
    const added = await registry.add(NewCamera.parse({ rtspUrl, ...place }), never)
    expect(added).toMatchObject({ kind: 'rtsp', address: server.url('h264'), user: 'admin', device: null, sub: null })
    expect(added.main?.codec).toBe('H264')
    expect(await registry.streamOf(added.id, 'main', never)).toEqual({
      url: server.url('h264'),
      user: 'admin',
      password: 'boil-95',
      codecHint: 'H264',
    })
    expect((await failureOf(() => registry.streamOf(added.id, 'sub', never))).code).toBe('camera-no-sub')
    expect((await failureOf(() => registry.add(NewCamera.parse({ rtspUrl, ...place }), never))).code).toBe(
      'camera-known',
    )
    expect(written + JSON.stringify(registry.list())).not.toContain('boil-95')
  })

  test('of another scheme is refused by the contract and by the registry', async () => {
    expect(NewCamera.safeParse({ rtspUrl: 'http://10.0.0.9/live', ...place }).success).toBe(false)
    const bad = { rtspUrl: 'rtmp://10.0.0.9/live', user: '', password: '', ...place }
    expect((await failureOf(() => registry.add(bad, never))).code).toBe('address-invalid')
  })

  test('shows no password that its maker puts into the path', () => {
    const rtspUrl = 'rtsp://10.0.0.9/user=admin_password=hunter2_channel=1_stream=0.sdp'
    const where = { name: 'x', area: 'w01-boil', purpose: 'p', rtspUrl }
    registry.importAll([{ id: 'xm', ...where, user: '', password: '', ...asEver }])
    expect(registry.get('xm').address).toBe('rtsp://10.0.0.9/user=admin_password=***_channel=1_stream=0.sdp')
  })
})

describe('a zone file', () => {
  const entry = { name: 'c', area: 'w01-boil', purpose: 'p', user: 'admin', password, ...asEver }

  test('says how a camera is recorded; a disk that this gateway does not have is refused', async () => {
    const hours = [{ days: [1], from: '01:00', to: '09:00' }]
    const wishes = { retentionDays: 60, retentionBasis: '合同', disk: 'second', hours }
    registry.importAll([{ ...entry, id: 'gate-1', address: 'http://10.0.0.9/', ...wishes }])
    expect(registry.get('gate-1')).toMatchObject(wishes)
    const bad = { ...entry, id: 'gate-2', address: 'http://10.0.0.8/', disk: 'none' }
    expect((await failureOf(() => registry.importAll([bad]))).code).toBe('disk-unknown')
  })

  test('is stored without asking; the first need asks', async () => {
    const device = await camera()
    registry.importAll([
      { ...entry, id: 'gate-1', address: device.address },
      { ...entry, id: 'gate-2', rtspUrl: 'rtsp://10.0.0.9/live' },
    ])
    expect(device.requests).toEqual([])
    expect(registry.list().map(({ id, main }) => [id, main])).toEqual([
      ['gate-1', null],
      ['gate-2', null],
    ])
    expect((await registry.streamOf('gate-1', 'main', never)).url).toBe('rtsp://127.0.0.1:8554/0?x=1')
    expect(registry.get('gate-1').main?.widthPx).toBe(1920)
    expect(await registry.streamOf('gate-2', 'main', never)).toMatchObject({
      url: 'rtsp://10.0.0.9/live',
      codecHint: null,
    })
  })

  test('may name one device by two addresses: the second keeps no endpoint, and the log says so', async () => {
    const one = await camera({ endpoint: 'urn:uuid:same' })
    const two = await camera({ endpoint: 'urn:uuid:same' })
    registry.importAll([
      { ...entry, id: 'a', address: one.address },
      { ...entry, id: 'b', address: two.address },
    ])
    expect((await registry.refresh('a', never)).endpoint).toBe('urn:uuid:same')
    expect((await registry.refresh('b', never)).endpoint).toBeNull()
    expect(registry.get('b').main?.widthPx).toBe(1920)
    expect(written).toContain('two cameras say that they are the same device')
  })

  test.each([
    ['twice the same id', { id: 'a', address: 'http://10.0.0.9/' }, 'camera-known'],
    ['twice the same address', { id: 'b', address: 'http://10.0.0.8/' }, 'camera-known'],
    ['no address', { id: 'b' }, 'address-invalid'],
    ['two addresses', { id: 'b', address: 'http://10.0.0.9/', rtspUrl: 'rtsp://10.0.0.9/' }, 'address-invalid'],
  ])('with %s changes nothing', async (_what, second, code) => {
    const first = { ...entry, id: 'a', address: 'http://10.0.0.8/' }
    expect((await failureOf(() => registry.importAll([first, { ...entry, ...second }]))).code).toBe(code)
    expect([registry.list(), changed]).toEqual([[], []])
  })
})

test('run reads what is missing, keeps the diagnosis of what fails, and ends', async () => {
  const device = await camera()
  const locked = await camera({ password: 'other' })
  const entry = { name: 'c', area: 'w01-boil', purpose: 'p', user: 'admin', password, ...asEver }
  registry.importAll([
    { ...entry, id: 'good', address: device.address },
    { ...entry, id: 'bad', address: locked.address },
  ])
  const stop = new AbortController()
  const running = registry.run(stop.signal)
  await waitFor(() => registry.get('good').main !== null && registry.diagnosis('bad') !== null, { timeoutMs: 25_000 })
  expect(registry.diagnosis('good')).toBeNull()
  expect(registry.diagnosis('bad')).toMatchObject({
    code: 'camera-denied',
    message: expect.stringContaining('password'),
  })
  stop.abort()
  await running
  expect(written).toContain('camera-denied')
  expect(written).not.toContain(password)
})

test('a camera removed while it is being read stays removed', async () => {
  const device = await camera()
  const { id } = await registry.add(input(device.address), never)
  device.state.odd.GetEndpointReference = (response) => {
    registry.remove(id)
    response.end()
  }
  expect((await failureOf(() => registry.refresh(id, never))).code).toBe('camera-missing')
  expect(store.db.prepare('SELECT count(*) FROM camera_stream').pluck().get()).toBe(0)
})
