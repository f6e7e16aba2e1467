import { afterEach, describe, expect, test } from 'vitest'
import type { CameraState, StreamFacts, StreamName } from '../../gateway/contract/camera.ts'
import { FrameKind } from '../../gateway/domain/live-frame.ts'
import { readStream } from '../../gateway/cameras/stream-reader.ts'
import { systemClock } from '../../gateway/lib/clock.ts'
import { openLog } from '../../gateway/lib/log.ts'
import { supervise } from '../../gateway/lib/supervise.ts'
import { liveHub } from '../../gateway/live/hub.ts'
import { lastPicture } from '../../gateway/live/last-picture.ts'
import { type RtspKind, type RtspOptions, type RtspServer, startRtsp } from '../support/gst-rtsp.ts'
import { waitFor } from '../support/wait.ts'
import { avc, openHubDoor } from './tile.ts'

const tools = { clock: systemClock, log: openLog('silent') }
const accept = [avc, 'video/mpeg1', 'image/jpeg']
const offline: CameraState = {
  status: 'offline',
  reason: 'camera-lost',
  detail: null,
  sinceUtcMs: 1,
  nextTryUtcMs: null,
  lastFrameUtcMs: null,
  fps: null,
  kbps: null,
}
const h264: StreamFacts = { codec: 'H264', widthPx: 640, heightPx: 360, fps: 15, kbps: 500 }
const h265: StreamFacts = { ...h264, codec: 'H265' }

let end: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const one of end.reverse()) await one()
  end = []
})

/** A hub whose camera is GStreamer's: the main stream is read all the time, as the recorder does. */
async function setUp(
  streams: Partial<Record<StreamName, { kind: RtspKind; facts: StreamFacts; camera?: number }>>,
  options: RtspOptions = {},
) {
  const kinds = [...new Set(Object.values(streams).map(({ kind }) => kind))]
  const start = (port = 0): Promise<RtspServer> => startRtsp({ ...options, kinds, count: 2, port })
  let rtsp = await start()
  const { port } = rtsp
  const stop = new AbortController()
  const addressOf = (stream: StreamName) => {
    const { kind, camera } = streams[stream] ?? { kind: 'h264' as const }
    return { url: rtsp.url(kind, camera), user: '', password: '', codecHint: null }
  }
  const hub = liveHub({
    tools,
    facts: () => ({
      main: streams.main?.facts ?? null,
      sub: streams.sub?.facts ?? null,
      third: streams.third?.facts ?? null,
      enabled: true,
      privacy: false,
    }),
    state: () => offline,
    pull: (_cameraId, stream, signal, take) => readStream(addressOf(stream), tools, signal, take),
    makeJpeg: lastPicture,
  })
  let mainKeys = 0
  const runOnce = (signal: AbortSignal) =>
    readStream(addressOf('main'), tools, signal, (event) => {
      hub.put('cam', event)
      if (event.frame?.sample.key) mainKeys++
    })
  const running = Promise.all([
    hub.run(stop.signal),
    supervise({ name: 'main', runOnce }, tools, stop.signal, {
      retry: { firstMs: 200, capMs: 500, calmMs: 1_000 },
      onFailure: () => hub.lose('cam'),
    }),
  ])
  const door = await openHubDoor(hub)
  end.push(async () => {
    door.close()
    stop.abort()
    await running
    await rtsp.stop()
  })
  await waitFor(() => mainKeys > 0, { timeoutMs: 20_000, message: 'the main stream' })
  return {
    hub,
    tile: door.tile,
    stopCamera: () => rtsp.stop(),
    startCamera: async () => void (rtsp = await start(port)),
  }
}

describe('the hub with real cameras', () => {
  test('a keyframe every ten seconds: the main stream is there at once, the sub stream when its keyframe is', async () => {
    const { tile } = await setUp(
      // Both from one running encoder: who comes in the midst of a group waits for the next one.
      { main: { kind: 'h264', facts: { ...h264, heightPx: 1_080 } }, sub: { kind: 'h264', facts: h264 } },
      { gop: 150 },
    )
    const first = await tile({ accept })
    await waitFor(() => first.picture.firstAfterMs !== undefined, { timeoutMs: 2_000, message: 'the bridge' })
    expect(first.streams()[0]).toMatchObject({ stream: 'main', why: 'opening', keyframesOnly: false })
    await waitFor(() => first.streams().length === 2, { timeoutMs: 20_000, message: 'the sub stream' })
    expect(first.streams()[1]).toMatchObject({ stream: 'sub', why: null, above: [] })
    const generation = first.streams()[1]?.generation
    await waitFor(() => first.frames.filter((one) => one.generation === generation).length > 5)
    const kinds = first.frames.filter((one) => one.generation === generation).map(({ kind, flags }) => [kind, flags])
    expect(kinds.slice(0, 3)).toEqual([
      [FrameKind.init, 1],
      [FrameKind.media, 1],
      [FrameKind.media, 0],
    ])
    // The next one finds it warm.
    const second = await tile({ accept })
    await waitFor(() => second.picture.firstAfterMs !== undefined)
    expect(second.streams().map(({ stream, why }) => [stream, why])).toEqual([['sub', null]])
  })

  test('H.265 in a browser without it: MPEG-1, and when that cannot be played either, a picture each second', async () => {
    const { tile, hub } = await setUp({ main: { kind: 'h265', facts: h265 } }, { gop: 60 })
    const old = await tile({ accept })
    await waitFor(() => old.frames.length > 5, { message: 'MPEG-1' })
    expect(old.streams()[0]).toMatchObject({ tier: 'mpeg1', mime: 'video/mpeg1', why: 'main-is-h265', stream: 'main' })
    expect(old.frames.every(({ kind, first }) => kind === FrameKind.mpegTs && first === 0x47)).toBe(true)
    const mpeg1 = old.streams()[0]?.generation
    old.say({ type: 'hello', version: 1, accept, widthPx: 640, heightPx: 360, failed: ['mpeg1'] })
    await waitFor(() => old.frames.filter(({ kind }) => kind === FrameKind.jpeg).length >= 3, { message: 'pictures' })
    const jpegs = old.frames.filter(({ kind }) => kind === FrameKind.jpeg)
    expect(old.streams()[1]).toMatchObject({ tier: 'jpeg', mime: 'image/jpeg', why: 'player-failed' })
    expect(old.streams()[1]?.generation).not.toBe(mpeg1)
    // Keyframes are four seconds apart; the pictures are not.
    const times = jpegs.map(({ captureUnixMicros }) => captureUnixMicros / 1e6)
    expect((times[2] ?? 0) - (times[0] ?? 0)).toBeLessThan(3.9)
    expect((times[2] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(1)
    expect(hub.transcoders()).toEqual({ mpeg1: 0, jpeg: 1 })
  })

  test('H.265 with one H.264 profile more: that one', async () => {
    const { tile } = await setUp({
      main: { kind: 'h265', facts: h265 },
      sub: { kind: 'h265', camera: 1, facts: h265 },
      third: { kind: 'h264', facts: h264 },
    })
    const one = await tile({ accept })
    // A picture of the main stream until the third one is there.
    await waitFor(() => one.streams().at(-1)?.stream === 'third', { timeoutMs: 15_000 })
    expect(one.streams()[0]).toMatchObject({ tier: 'jpeg', why: 'opening' })
    expect(one.streams().at(-1)).toMatchObject({
      why: 'codec-unsupported',
      above: [
        { step: 'sub', why: 'codec-unsupported' },
        { step: 'main', why: 'main-is-h265' },
      ],
    })
  })

  test('other parameters: a new generation in the same socket, beginning with its init and a keyframe', async () => {
    const { tile } = await setUp({ main: { kind: 'h264change', facts: h264 } }, { changeEverySeconds: 2 })
    const one = await tile()
    await waitFor(() => one.streams().length >= 3, { timeoutMs: 20_000, message: 'two changes of size' })
    const [a, b, c] = one.streams()
    expect([a?.widthPx === b?.widthPx, b?.widthPx === c?.widthPx, a?.widthPx]).toEqual([false, false, c?.widthPx])
    expect(new Set([a?.generation, b?.generation, c?.generation]).size).toBe(3)
    for (const { generation } of [b, c].filter((event) => event !== undefined)) {
      await waitFor(() => one.frames.filter((each) => each.generation === generation).length > 1)
      const [init, key] = one.frames.filter((each) => each.generation === generation)
      expect([init?.kind, key?.kind, key?.flags]).toEqual([FrameKind.init, FrameKind.media, 1])
    }
    expect(one.socket.readyState).toBe(one.socket.OPEN)
  })

  test('a camera that is cut and comes back is spliced into the socket that waits', async () => {
    const { tile, stopCamera, startCamera } = await setUp({ main: { kind: 'h264', facts: h264 } })
    const one = await tile()
    await waitFor(() => one.frames.length > 5)
    await stopCamera()
    await waitFor(() => one.events.at(-1)?.type === 'offline', { timeoutMs: 20_000, message: 'offline' })
    const before = one.frames.length
    await startCamera()
    await waitFor(() => one.frames.length > before + 5, { timeoutMs: 20_000, message: 'the camera to be back' })
    expect(one.events.map(({ type }) => type).filter((type, n, list) => type !== list[n - 1])).toEqual([
      'stream',
      'offline',
      'stream',
    ])
    expect(one.frames[before]).toMatchObject({ kind: FrameKind.init, generation: one.streams().at(-1)?.generation })
    expect(one.socket.readyState).toBe(one.socket.OPEN)
  })
})
