/** The gateway between parts that nobody here wrote: cameras of GStreamer's RTSP server. Broker and database: real-parts-sensors.test.ts. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Camera } from '../../gateway/contract/camera.ts'
import { FrameFlag, FrameKind } from '../../gateway/domain/live-frame.ts'
import type { RtspServer } from '../support/gst-rtsp.ts'
import { waitFor } from '../support/wait.ts'
import {
  addCamera,
  cameraFps,
  type CameraKind,
  cameraKinds,
  type RealZone,
  startCameras,
  startRealZone,
} from './real-zone.ts'
import { openLive } from './sockets.ts'
import { type DecodedVideo, decodeVideo, joinPlaylist } from './video.ts'

const stack = new AsyncDisposableStack()
let zone: RealZone
let server: RtspServer
let cameras: Record<CameraKind, Camera>
let startedUtcMs: number
/** Three encoders that start at once leave out pictures at first. */
const warmUpMs = 4_000
const codecs = { h264: 'h264', h264b: 'h264', h265: 'hevc' } as const
const avc = 'video/mp4; codecs="avc1.640028"'
const hevc = 'video/mp4; codecs="hvc1.1.6.L93.B0"'

beforeAll(async () => {
  zone = stack.use(await startRealZone())
  server = await startCameras()
  stack.defer(() => server.stop())
  startedUtcMs = Date.now()
  const add = (kind: CameraKind) => addCamera(zone.api, server.url(kind), `camera ${kind}`)
  const [h264, h264b, h265] = await Promise.all([add('h264'), add('h264b'), add('h265')])
  cameras = { h264, h264b, h265 }
})
afterAll(() => stack.disposeAsync())

/** The whole stretch that is recorded without a hole from the first frame on. */
async function firstSpan(kind: CameraKind) {
  const spans = await zone.api.spans(cameras[kind].id, startedUtcMs - 60_000, Date.now())
  const recorded = spans.find((span) => span.kind === 'recorded')
  if (!recorded) throw new Error(`nothing is recorded of ${kind}: ${JSON.stringify(spans)}`)
  return recorded
}
const lengthMs = ({ startUtcMs, endUtcMs }: { startUtcMs: number; endUtcMs: number }) => endUtcMs - startUtcMs
const grown = (kind: CameraKind, toMs: number) =>
  waitFor(async () => lengthMs(await firstSpan(kind)) >= toMs, {
    timeoutMs: 30_000,
    message: () => `${toMs} ms of ${kind}; ${zone.gateway.output().slice(-3_000)}`,
  })

test.each(cameraKinds)('%s: its facts are read, and the recording grows at the speed of the clock', async (kind) => {
  const { id, kind: how, address } = cameras[kind]
  expect({ how, address }).toEqual({ how: 'rtsp', address: server.url(kind) })
  await grown(kind, 4_000)
  const [before, beforeMs] = [await firstSpan(kind), Date.now()]
  await grown(kind, lengthMs(before) + 4_000)
  const [after, afterMs] = [await firstSpan(kind), Date.now()]
  expect(after.startUtcMs).toBeGreaterThan(startedUtcMs - 1_000)
  expect(Math.abs(after.startUtcMs - before.startUtcMs)).toBeLessThan(200)
  // Whole GOPs of a second each are known: two of them may lie between the clock and the timeline.
  expect(Math.abs(after.endUtcMs - before.endUtcMs - (afterMs - beforeMs))).toBeLessThan(2_500)
  expect(afterMs - after.endUtcMs).toBeLessThan(4_000)
  const { state, main } = await zone.api.camera(id)
  expect(state).toMatchObject({ status: 'recording', reason: null })
  expect(main).toMatchObject({ codec: kind === 'h265' ? 'H265' : 'H264', widthPx: 320, heightPx: 180 })
  expect(state.fps).toBeGreaterThan(cameraFps * 0.7)
  expect(state.fps).toBeLessThan(cameraFps * 1.3)
})

/** Every picture of its time. GStreamer's own encoder leaves out a few when the machine is busy. */
function expectWhole({ frames, seconds, missing }: DecodedVideo) {
  expect(frames + missing).toBe(Math.round(seconds * cameraFps))
  expect(missing).toBeLessThanOrEqual(0.1 * frames)
}

test.each(cameraKinds)('%s: a playlist of byte ranges decodes and covers what was asked', async (kind) => {
  await grown(kind, warmUpMs + 6_500)
  const { startUtcMs } = await firstSpan(kind)
  const { text, bytes, seconds } = await joinPlaylist(
    zone.api,
    cameras[kind].id,
    startUtcMs + 1_500,
    startUtcMs + 6_500,
  )
  expect(text).toMatch(/^#EXTM3U\n[^]*#EXT-X-ENDLIST\n$/)
  expect(seconds).toBeGreaterThanOrEqual(5)
  const video = await decodeVideo(bytes, cameraFps)
  expect(video.codec).toBe(codecs[kind])
  expect(Math.abs(video.seconds - seconds)).toBeLessThan(0.5)
  expectWhole(video)
})

test.each(cameraKinds)('%s: a clip holds every frame of its time, and a snapshot is a JPEG', async (kind) => {
  await grown(kind, warmUpMs + 6_500)
  const { startUtcMs } = await firstSpan(kind)
  const range = zone.api.range(startUtcMs + warmUpMs, startUtcMs + warmUpMs + 5_000)
  const clip = await zone.api.bytes(`/api/cameras/${cameras[kind].id}/clip.mp4?${range}`)
  expect(clip.headers.get('content-type')).toBe('video/mp4')
  expect(clip.headers.get('content-disposition')).toContain(`${cameras[kind].id}-`)
  expect(Number(clip.headers.get('content-length'))).toBe(clip.body.length)
  const video = await decodeVideo(clip.body, cameraFps)
  expect(video.codec).toBe(codecs[kind])
  // Five seconds, widened to whole GOPs of at most a second.
  expect(video.seconds).toBeGreaterThanOrEqual(4.9)
  expect(video.seconds).toBeLessThanOrEqual(7.1)
  expectWhole(video)

  const still = await zone.api.bytes(`/api/cameras/${cameras[kind].id}/snapshot.jpg`)
  expect(still.headers.get('content-type')).toBe('image/jpeg')
  expect(still.body.subarray(0, 3).toString('hex')).toBe('ffd8ff')
  expect(still.body.subarray(-2).toString('hex')).toBe('ffd9')
})

test.each([
  ['h264', [avc], 'mse', /^avc1\.42/],
  ['h264b', [avc], 'mse', /^avc1\.4D/i],
  ['h265', [avc, hevc], 'mse', /^hvc1\.1\./],
  ['h265', [avc, 'video/mpeg1'], 'mpeg1', /^mpeg1$/],
] as const)('%s live for a browser that plays %j', async (kind, accept, tier, codec) => {
  await grown(kind, 2_000)
  await using live = await openLive(zone.gateway, cameras[kind].id, accept)
  const stream = await live.event('stream')
  expect(stream).toMatchObject({ stream: 'main', tier, widthPx: 320, heightPx: 180 })
  expect(stream.codec).toMatch(codec)
  await waitFor(() => live.frames.length >= (tier === 'mse' ? 40 : 3), { timeoutMs: 20_000, message: 'frames' })
  const frames = [...live.frames]
  const sequences = frames.map(({ header }) => header.sequence)
  expect(sequences).toEqual([...sequences].sort((a, b) => a - b))
  expect(new Set(frames.map(({ header }) => header.generation))).toEqual(new Set([stream.generation]))
  if (tier === 'mpeg1') {
    // MPEG-TS: packets of 188 bytes, each begins with 0x47.
    expect(frames.map(({ header, payload }) => [header.kind, payload[0]])).toContainEqual([FrameKind.mpegTs, 0x47])
    return
  }
  const [init, first, ...rest] = frames
  expect([init?.header.kind, first?.header.kind]).toEqual([FrameKind.init, FrameKind.media])
  expect((first?.header.flags ?? 0) & FrameFlag.key).toBe(FrameFlag.key)
  // The browser starts with the last GOP, up to a second old; then every frame comes as soon as the gateway has it.
  const agesMs = rest.slice(-10).map(({ header, heardUtcMs }) => heardUtcMs - header.captureUnixMicros / 1_000)
  expect(Math.min(...agesMs)).toBeGreaterThanOrEqual(-1)
  expect(Math.max(...agesMs)).toBeLessThan(1_000)
  const video = await decodeVideo(Buffer.concat(frames.map(({ payload }) => payload)), cameraFps)
  expect(video).toMatchObject({ codec: codecs[kind], frames: frames.length - 1 })
})

test('H.265 for a browser that plays only H.264 is refused in words', async () => {
  await using live = await openLive(zone.gateway, cameras.h265.id, [avc])
  expect(await live.event('refused')).toMatchObject({ code: 'codec-unsupported' })
  expect(live.frames).toEqual([])
})

test('a camera that drops its clients: a gap with its reason, and the same socket shows the next picture', async () => {
  await using live = await openLive(zone.gateway, cameras.h264.id, [avc])
  const before = await live.event('stream')
  await waitFor(() => live.frames.length > 3)
  const heard = live.events.length
  const dropUtcMs = Date.now()
  server.dropClients()
  expect(await live.event('offline', heard)).toMatchObject({ reason: 'camera-lost' })
  await pictureAgain(live, heard, before.generation)
  await gapAfter(dropUtcMs)
})

test('a camera that is away and comes back at the same address', async () => {
  await using live = await openLive(zone.gateway, cameras.h264.id, [avc])
  const before = await live.event('stream')
  const heard = live.events.length
  const stopUtcMs = Date.now()
  await server.stop()
  expect(await live.event('offline', heard)).toMatchObject({ reason: 'camera-lost' })
  const { state } = await zone.api.camera(cameras.h264.id)
  expect(state).toMatchObject({ status: 'offline', reason: 'camera-lost' })
  expect(state.nextTryUtcMs).toBeGreaterThan(stopUtcMs)
  await expect(zone.api.bytes(`/api/cameras/${cameras.h264.id}/snapshot.jpg`)).rejects.toThrow(/502.*no-picture/)
  server = await startCameras(server.port)
  await pictureAgain(live, heard, before.generation)
  await gapAfter(stopUtcMs)

  // Over the hole: a player is told of the discontinuity, a clip closes it up.
  const { id } = cameras.h264
  const range = [startedUtcMs, Date.now()] as const
  const { text } = await joinPlaylist(zone.api, id, ...range)
  expect(text.match(/#EXT-X-DISCONTINUITY/g)?.length).toBe(2)
  const clip = await zone.api.bytes(`/api/cameras/${id}/clip.mp4?${zone.api.range(...range)}`)
  const video = await decodeVideo(clip.body, cameraFps)
  const recorded = (await zone.api.spans(id, ...range)).filter(({ kind }) => kind === 'recorded')
  const recordedMs = recorded.reduce((sum, span) => sum + lengthMs(span), 0)
  expect(Math.abs(video.frames - (recordedMs / 1_000) * cameraFps)).toBeLessThan(3 * cameraFps)
})

type Live = Awaited<ReturnType<typeof openLive>>

/** A new generation arrives on the socket that was open all the time, and begins with init and key frame. */
async function pictureAgain(live: Live, heard: number, generation: number) {
  const stream = await live.event('stream', heard)
  expect(stream.generation).toBeGreaterThan(generation)
  const fresh = () => live.frames.filter(({ header }) => header.generation === stream.generation)
  await waitFor(() => fresh().length > 3, { timeoutMs: 20_000 })
  const [init, first] = fresh()
  expect([init?.header.kind, first?.header.kind]).toEqual([FrameKind.init, FrameKind.media])
  expect((first?.header.flags ?? 0) & FrameFlag.key).toBe(FrameFlag.key)
}

/** After `fromUtcMs` there is a gap because the camera was lost, and behind it the recording goes on. */
async function gapAfter(fromUtcMs: number) {
  const isLater = ({ endUtcMs }: { endUtcMs: number }) => endUtcMs > fromUtcMs + 200
  const later = await waitFor(
    async () => {
      const spans = (await zone.api.spans(cameras.h264.id, startedUtcMs, Date.now())).filter(isLater)
      return spans.at(-1)?.kind === 'recorded' && spans.some(({ kind }) => kind === 'gap') ? spans : undefined
    },
    { timeoutMs: 20_000, message: 'the recording to go on' },
  )
  const gaps = later.filter(({ kind }) => kind === 'gap')
  // While its server is away a second attempt is refused.
  const [reason, ...further] = gaps.map((gap) => gap.reason)
  expect(reason).toBe('camera-lost')
  expect(further.filter((other) => other !== 'camera-unreachable')).toEqual([])
  expect(Math.abs((gaps[0]?.startUtcMs ?? 0) - fromUtcMs)).toBeLessThan(2_500)
}

test('who added, watched and took away what is in the audit trail; the passwords are nowhere', async () => {
  const done = (await zone.api.audit()).map(({ user, action, object, outcome }) => ({ user, action, object, outcome }))
  for (const { id } of Object.values(cameras))
    for (const action of ['camera.add', 'footage.play', 'footage.download', 'footage.snapshot'])
      expect(done).toContainEqual({ user: 'admin', action, object: id, outcome: 'done' })
  expect(done).toContainEqual({
    user: 'admin',
    action: 'footage.snapshot',
    object: cameras.h264.id,
    outcome: 'refused',
  })
})
