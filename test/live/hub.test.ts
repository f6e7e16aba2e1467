import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { CameraState, StreamFacts } from '../../gateway/contract/camera.ts'
import { CloseCode, type LiveEvent } from '../../gateway/contract/live.ts'
import { decodeLiveFrame, FrameKind, type LiveHeader } from '../../gateway/domain/live-frame.ts'
import { systemClock } from '../../gateway/lib/clock.ts'
import { openLog } from '../../gateway/lib/log.ts'
import { liveHub } from '../../gateway/live/hub.ts'
import type { StreamEvent, StreamFrame } from '../../gateway/media/stream.ts'
import { buildFragment, prftBytes } from '../../gateway/media/fragment.ts'
import { encodeVideo, manualClock } from '../recording/fake-camera.ts'
import { waitFor } from '../support/wait.ts'

const tools = { clock: systemClock, log: openLog('silent') }
const avc = 'video/mp4; codecs="avc1.4D401F"'
const facts: StreamFacts = { codec: 'H264', widthPx: 640, heightPx: 360, fps: 15, kbps: 500 }
const state: CameraState = {
  status: 'offline',
  reason: 'camera-lost',
  detail: 'away',
  sinceUtcMs: 1,
  nextTryUtcMs: 2,
  lastFrameUtcMs: null,
  fps: null,
  kbps: null,
}
const init = (codec = 'avc1.4D401F'): StreamEvent => ({
  init: { bytes: Buffer.from('init'), codec, timescale: 90_000, widthPx: 640, heightPx: 360 },
})
const frame = (n: number, key: boolean, sizeBytes = 100, cts = 0): StreamEvent => {
  const sample: StreamFrame['sample'] = { data: new Uint8Array(), dts: n * 6_000, cts, duration: 6_000, key }
  return { frame: { sample, bytes: Buffer.alloc(sizeBytes, n), arrivedUtcMs: 1_800_000_000_000 + n } }
}

let stop: AbortController
let ended: Promise<void>
let subPulls: { signal: AbortSignal; take: (event: StreamEvent) => void; fail: (cause: Error) => void }[]
let hub: ReturnType<typeof liveHub>
let server: ReturnType<typeof createServer>
let sub: StreamFacts | null
let isThere: boolean
let privacy: boolean
let enabled: boolean
let jpegs: { mp4: Uint8Array; count: number }[]
const sockets: WebSocket[] = []

beforeEach(async () => {
  stop = new AbortController()
  subPulls = []
  sub = null
  isThere = true
  privacy = false
  enabled = true
  jpegs = []
  hub = liveHub({
    tools,
    facts: () => (isThere ? { main: facts, sub, third: null, enabled, privacy } : undefined),
    state: () => state,
    pull: (_cameraId, _stream, signal, take) =>
      new Promise((resolve, reject) => {
        subPulls.push({ signal, take, fail: reject })
        signal.addEventListener('abort', () => resolve(), { once: true })
      }),
    makeJpeg: async (mp4, count) => {
      jpegs.push({ mp4, count })
      return Buffer.from('jpeg')
    },
  })
  ended = hub.run(stop.signal)
  const wss = new WebSocketServer({ noServer: true })
  server = createServer().on('upgrade', (request, socket, head) =>
    wss.handleUpgrade(request, socket, head, (ws) => hub.attach(ws, 'cam')),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate()
  stop.abort()
  await ended
  server.close()
})

/** A browser tile that keeps all it hears. */
async function tile(fields: object = {}) {
  const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  socket.binaryType = 'arraybuffer'
  sockets.push(socket)
  const events: LiveEvent[] = []
  const frames: (LiveHeader & { first: number | undefined })[] = []
  socket.on('message', (data, isBinary) => {
    if (!isBinary) events.push(JSON.parse((data as Buffer).toString()) as LiveEvent)
    else {
      const { header, payload } = decodeLiveFrame(data as ArrayBuffer) ?? {}
      if (header) frames.push({ ...header, first: payload?.[0] })
    }
  })
  await once(socket, 'open')
  socket.send(JSON.stringify({ type: 'hello', version: 1, accept: [avc], widthPx: 640, heightPx: 360, ...fields }))
  return { socket, events, frames }
}

describe('live hub', () => {
  test('a new viewer gets init and the last GOP at once, then each frame', async () => {
    for (const event of [init(), frame(1, true), frame(2, false), frame(3, true), frame(4, false)])
      hub.put('cam', event)
    const { events, frames } = await tile()
    await waitFor(() => frames.length === 3)
    expect(events).toEqual([
      {
        type: 'stream',
        generation: 1,
        stream: 'main',
        tier: 'mse',
        mime: avc,
        codec: 'avc1.4D401F',
        widthPx: 640,
        heightPx: 360,
        why: 'no-sub-stream',
        above: [{ step: 'sub', why: 'no-sub-stream' }],
        keyframesOnly: false,
      },
    ])
    expect(frames.map(({ kind, flags, first }) => [kind, flags, first])).toEqual([
      [FrameKind.init, 1, 'i'.charCodeAt(0)],
      [FrameKind.media, 1, 3],
      [FrameKind.media, 0, 4],
    ])
    expect(frames[1]).toMatchObject({ captureUnixMicros: 1_800_000_000_003_000, pts90k: 18_000, generation: 1 })
    hub.put('cam', frame(5, false))
    await waitFor(() => frames.length === 4)
  })

  test('nothing there yet: the viewer hears why, and the picture follows on the same socket', async () => {
    const { events, frames } = await tile()
    await waitFor(() => events.length === 1)
    expect(events[0]).toEqual({ type: 'offline', reason: 'camera-lost', detail: 'away', nextTryUtcMs: 2 })
    hub.put('cam', init())
    hub.put('cam', frame(1, true))
    await waitFor(() => frames.length === 2)
    hub.lose('cam')
    await waitFor(() => events.at(-1)?.type === 'offline')
    hub.put('cam', init())
    hub.put('cam', frame(2, true))
    await waitFor(() => frames.at(-1)?.generation === 2)
  })

  test('after a loss no old picture is handed to a new viewer', async () => {
    for (const event of [init(), frame(1, true)]) hub.put('cam', event)
    hub.lose('cam')
    const { events, frames } = await tile()
    await waitFor(() => events.length === 1)
    expect(events[0]?.type).toBe('offline')
    expect(frames).toEqual([])
  })

  test('the sub stream is pulled once for all, only while somebody looks', async () => {
    sub = facts
    const first = await tile()
    const second = await tile()
    await waitFor(() => first.events.length === 1 && second.events.length === 1)
    expect(subPulls).toHaveLength(1)
    subPulls[0]?.take(init())
    subPulls[0]?.take(frame(7, true))
    await waitFor(() => first.frames.length === 2 && second.frames.length === 2)
    expect(first.events.at(-1)).toMatchObject({ type: 'stream', stream: 'sub', why: null })
  })

  test('a sub stream that fails: the tile goes on with the main stream and says so', async () => {
    sub = facts
    for (const event of [init(), frame(1, true)]) hub.put('cam', event)
    const { events, frames } = await tile()
    await waitFor(() => subPulls.length === 1 && frames.length === 2)
    subPulls[0]?.fail(new Error('no second stream'))
    await waitFor(() => events.length === 2)
    expect(events.at(-1)).toMatchObject({ type: 'stream', stream: 'main', why: 'sub-unavailable' })
    // It is tried again, and taken again when it is back.
    await waitFor(() => subPulls.length === 2)
    subPulls[1]?.take(init())
    subPulls[1]?.take(frame(9, true))
    await waitFor(() => frames.at(-1)?.first === 9)
    expect(events.at(-1)).toMatchObject({ type: 'stream', stream: 'sub', why: null, above: [] })
  })

  test('few viewers bridge with the whole main stream, the others with its keyframes, until their stream is there', async () => {
    sub = facts
    for (const event of [init(), frame(1, true), frame(2, false)]) hub.put('cam', event)
    const tiles: Awaited<ReturnType<typeof tile>>[] = []
    for (let n = 0; n < 6; n++) {
      const one = await tile()
      await waitFor(() => one.events.length === 1)
      tiles.push(one)
    }
    const bridged = { type: 'stream', stream: 'main', why: 'opening', above: [{ step: 'sub', why: 'opening' }] }
    expect(tiles.map(({ events }) => events[0])).toEqual(
      [0, 1, 2, 3, 4, 5].map((n) => expect.objectContaining({ ...bridged, keyframesOnly: n > 3 })),
    )
    hub.put('cam', frame(3, false))
    hub.put('cam', frame(4, true))
    await waitFor(() => tiles.every(({ frames }) => frames.at(-1)?.first === 4))
    expect(tiles.map(({ frames }) => frames.map(({ first }) => first).slice(1))).toEqual(
      [0, 1, 2, 3, 4, 5].map((n) => (n > 3 ? [1, 4] : [1, 2, 3, 4])),
    )
    await waitFor(() => subPulls.length === 1)
    // Its init alone is no picture yet.
    subPulls[0]?.take(init())
    hub.put('cam', frame(5, true))
    await waitFor(() => tiles.every(({ frames }) => frames.at(-1)?.first === 5))
    subPulls[0]?.take(frame(50, true))
    await waitFor(() => tiles.every(({ frames }) => frames.at(-1)?.first === 50))
    for (const { events, frames } of tiles) {
      expect(events.slice(1)).toEqual([
        expect.objectContaining({ type: 'stream', stream: 'sub', why: null, above: [], keyframesOnly: false }),
      ])
      // No generation has a number twice, whatever stream it is of.
      expect(frames.at(-2)?.generation).toBe(frames.at(-1)?.generation)
      expect(frames.at(-1)?.generation).not.toBe(frames[0]?.generation)
    }
    // What was lent is given back.
    const later = await tile({ prefer: 'main' })
    await waitFor(() => later.events.length === 1)
    expect(later.events[0]).toMatchObject({ stream: 'main', why: null, keyframesOnly: false })
  })

  test('with B-frames a keyframe comes with the frames that a decoder waits for', async () => {
    sub = facts
    const reordered = (n: number, key = false) => frame(n, key, 100, 12_000)
    for (const event of [init(), reordered(1, true), reordered(2), reordered(3)]) hub.put('cam', event)
    const tiles: Awaited<ReturnType<typeof tile>>[] = []
    for (let n = 0; n < 5; n++) {
      const one = await tile()
      await waitFor(() => one.events.length === 1)
      tiles.push(one)
    }
    for (let n = 4; n <= 12; n++) hub.put('cam', reordered(n))
    hub.put('cam', reordered(13, true))
    const last = tiles.at(-1)
    await waitFor(() => last?.frames.at(-1)?.first === 13)
    expect(last?.events[0]).toMatchObject({ keyframesOnly: true })
    expect(last?.frames.slice(1).map(({ first }) => first)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 13])
  })

  test('privacy: refused at once, with the picture again when it ends, in the same socket', async () => {
    for (const event of [init(), frame(1, true)]) hub.put('cam', event)
    const { events, frames, socket } = await tile()
    await waitFor(() => frames.length === 2)
    privacy = true
    hub.changed('cam')
    await waitFor(() => events.length === 2)
    expect(events[1]).toMatchObject({ type: 'refused', code: 'privacy' })
    for (let n = 2; n < 5; n++) hub.put('cam', frame(n, true))
    expect(() => hub.still('cam')).toThrow(expect.objectContaining({ kind: 'denied', code: 'privacy' }))
    const late = await tile()
    await waitFor(() => late.events.length === 1)
    expect([late.events[0]?.type, late.frames.length, frames.length]).toEqual(['refused', 0, 2])
    privacy = false
    hub.changed('cam')
    await waitFor(() => frames.length === 4 && late.frames.length === 2)
    expect([frames.at(-1)?.first, late.frames.at(-1)?.first]).toEqual([4, 4])
    expect(socket.readyState).toBe(socket.OPEN)
    expect(hub.still('cam')?.frame[0]).toBe(4)
  })

  test('a camera that is switched off is not asked for its sub stream', async () => {
    sub = facts
    enabled = false
    const { events } = await tile()
    await waitFor(() => events.length === 1)
    expect(events[0]?.type).toBe('offline')
    expect(subPulls).toEqual([])
    enabled = true
    hub.changed('cam')
    await waitFor(() => subPulls.length === 1)
  })

  test('a browser that plays nothing of it but pictures gets them, and MPEG-1 when a transcoder is free', async () => {
    const hevc = 'hvc1.1.6.L93.B0'
    for (const event of [init(hevc), frame(1, true)]) hub.put('cam', event)
    const { events, frames } = await tile({ accept: [avc, 'image/jpeg'] })
    await waitFor(() => frames.length === 1)
    expect(events).toEqual([
      expect.objectContaining({ tier: 'jpeg', codec: 'jpeg', why: 'main-is-h265', stream: 'main' }),
    ])
    expect(frames[0]).toMatchObject({ kind: FrameKind.jpeg, captureUnixMicros: 1_800_000_000_001_000 })
    expect(jpegs.map(({ count }) => count)).toEqual([1])
    expect(hub.transcoders()).toEqual({ mpeg1: 0, jpeg: 1 })
  })

  test('what players say of themselves is added up, and never goes down', async () => {
    const stat = { type: 'stat', presented: 10, dropped: 1, quotaErrors: 0, decodeErrors: 2, networkErrors: 0 }
    const more = { stalls: 1, rebuilds: 0, ageMs: null }
    const [one, other] = [await tile(), await tile()]
    const say = (socket: WebSocket, fields: object) => socket.send(JSON.stringify({ ...stat, ...more, ...fields }))
    say(one.socket, {})
    say(one.socket, { presented: 25 })
    say(one.socket, { presented: 3 })
    say(one.socket, { presented: 30, dropped: 0 })
    say(other.socket, { presented: 100 })
    await waitFor(() => hub.counts().presented === 130)
    expect(hub.counts()).toMatchObject({ dropped: 2, decodeErrors: 4, stalls: 2, quotaErrors: 0 })
  })

  test('a paused tile gets nothing, and a fresh picture afterwards', async () => {
    for (const event of [init(), frame(1, true)]) hub.put('cam', event)
    const { socket, frames } = await tile()
    await waitFor(() => frames.length === 2)
    socket.send(JSON.stringify({ type: 'pause' }))
    socket.send(JSON.stringify({ type: 'pause' }))
    socket.ping()
    await once(socket, 'pong')
    for (let n = 2; n < 20; n++) hub.put('cam', frame(n, false))
    hub.put('cam', frame(20, true))
    socket.send(JSON.stringify({ type: 'resume' }))
    await waitFor(() => frames.length === 4)
    expect(frames.slice(2).map(({ kind, first }) => [kind, first])).toEqual([
      [FrameKind.init, 'i'.charCodeAt(0)],
      [FrameKind.media, 20],
    ])
  })

  test('a viewer that stops reading loses whole GOPs, is told how many frames, and costs the others nothing', async () => {
    for (const event of [init(), frame(0, true)]) hub.put('cam', event)
    const slow = await tile()
    const quick = await tile()
    await waitFor(() => slow.frames.length === 2 && quick.frames.length === 2)
    slow.socket.pause()
    for (let n = 1; n <= 120; n++) {
      hub.put('cam', frame(n, n % 10 === 0, 100_000))
      if (n % 10 === 0) await waitFor(() => quick.frames.length === 2 + n)
    }
    slow.socket.resume()
    let next = 130
    // Until the gateway has heard that it reads again, keyframes are left out too.
    await waitFor(() => {
      hub.put('cam', frame(next++, true))
      return slow.events.some((event) => event.type === 'drop')
    })
    await waitFor(() => slow.frames.at(-1)?.first === next - 1)
    const lost = slow.events.reduce((sum, event) => sum + (event.type === 'drop' ? event.frames : 0), 0)
    expect(slow.frames.length + lost).toBe(1 + 1 + 120 + next - 130)
    expect(lost).toBeGreaterThan(20)
    expect(hub.counts()).toMatchObject({ leftOut: lost, closedSlow: 0 })
    // What follows a drop is a keyframe: nothing undecodable was sent.
    const at = slow.frames.findIndex((one, n) => n > 1 && one.sequence !== (slow.frames[n - 1]?.sequence ?? 0) + 1)
    expect((slow.frames[at]?.flags ?? 0) & 1).toBe(1)
  })

  test.each([
    ['no JSON', 'hello'],
    ['another shape', '{"type":"hello","version":2}'],
    ['unknown fields', '{"type":"pause","now":true}'],
  ])('%s closes the socket as invalid', async (_name, text) => {
    const { socket } = await tile()
    socket.send(text)
    const [code] = (await once(socket, 'close')) as [number]
    expect(code).toBe(CloseCode.invalid)
  })

  test('a browser that plays nothing of it is refused in words', async () => {
    hub.put('cam', init('hvc1.1.6.L93.B0'))
    const { events } = await tile()
    await waitFor(() => events.length === 1)
    expect(events[0]).toMatchObject({ type: 'refused', code: 'codec-unsupported' })
  })

  test('a keyframe comes first, also when the last GOP was too much to keep', async () => {
    for (const event of [init(), frame(0, true, 5_000_000), frame(1, false, 5_000_000), frame(2, false, 5_000_000)])
      hub.put('cam', event)
    const { events, frames } = await tile()
    await waitFor(() => frames.length === 1)
    hub.put('cam', frame(3, false))
    hub.put('cam', frame(4, true))
    hub.put('cam', frame(5, false))
    await waitFor(() => frames.length === 3)
    expect(frames.map(({ kind, first }) => [kind, first])).toEqual([
      [FrameKind.init, 'i'.charCodeAt(0)],
      [FrameKind.media, 4],
      [FrameKind.media, 5],
    ])
    expect(events.map(({ type }) => type)).toEqual(['stream'])
    // And a picture of now can still be made from the keyframe alone.
    expect(hub.still('cam')?.frame[0]).toBe(4)
  })

  test('an init reaches a viewer whose socket is full: what follows can be played', async () => {
    for (const event of [init(), frame(0, true)]) hub.put('cam', event)
    const { socket, frames } = await tile()
    await waitFor(() => frames.length === 2)
    socket.pause()
    for (let n = 1; n < 60; n++) hub.put('cam', frame(n, true, 200_000))
    hub.put('cam', init())
    hub.put('cam', frame(99, true))
    socket.resume()
    await waitFor(() => frames.some(({ generation }) => generation === 2))
    await waitFor(() => {
      hub.put('cam', frame(100, true))
      return frames.at(-1)?.first === 100
    })
    expect(frames.filter(({ generation }) => generation === 2)[0]?.kind).toBe(FrameKind.init)
  })

  test('a camera that is removed: who looks is told so, and a late hello breaks nothing', async () => {
    for (const event of [init(), frame(0, true)]) hub.put('cam', event)
    const first = await tile()
    await waitFor(() => first.frames.length === 2)
    const closed = once(first.socket, 'close')
    isThere = false
    hub.keepOnly(new Set(['other']))
    expect((await closed)[0]).toBe(CloseCode.missing)
    const late = await tile()
    expect(((await once(late.socket, 'close')) as [number])[0]).toBe(CloseCode.missing)
  })

  test('refused is final until the next hello', async () => {
    hub.put('cam', init('hvc1.1.6.L93.B0'))
    const { socket, events } = await tile()
    await waitFor(() => events.length === 1)
    hub.lose('cam')
    socket.send(JSON.stringify({ type: 'pause' }))
    socket.send(JSON.stringify({ type: 'resume' }))
    socket.ping()
    await once(socket, 'pong')
    expect(events.map(({ type }) => type)).toEqual(['refused'])
  })

  test('an old browser gets each packet once, also after the camera came back twice', async () => {
    const pictures = encodeVideo()
    const ticks = pictures.init.timescale / 10
    let dts = 0
    const sendGop = () => {
      for (const picture of pictures.samples) {
        const sample = { ...picture, dts, duration: ticks }
        const bytes = buildFragment(1, [sample], { utcMs: 1, baseTime: dts }).subarray(prftBytes)
        hub.put('cam', { frame: { sample, bytes, arrivedUtcMs: 1 } })
        dts += ticks
      }
    }
    const send = () => {
      hub.put('cam', { init: pictures.init })
      sendGop()
    }
    send()
    const { frames } = await tile({ accept: ['video/mpeg1'] })
    const until = async (isThere: () => boolean) =>
      waitFor(() => {
        sendGop()
        return isThere()
      })
    await until(() => frames.length > 0)
    hub.lose('cam')
    send()
    hub.lose('cam')
    send()
    const before = frames.length
    await until(() => frames.length > before + 3)
    const latest = frames.slice(before).map(({ sequence }) => sequence)
    // Each transcoder counts from 1: none of its packets twice.
    for (const [n, sequence] of latest.entries())
      if (n > 0 && sequence !== 1) expect(sequence).toBe((latest[n - 1] ?? 0) + 1)
  })
})

test('the sub stream is begun again only when the last pull has ended, and its picture is kept', async () => {
  sub = facts
  const quick = manualClock()
  let endFirst = () => {}
  const pulls: ((event: StreamEvent) => void)[] = []
  const other = liveHub({
    tools: { ...tools, clock: { ...systemClock, sleep: quick.sleep } },
    facts: () => ({ main: null, sub: facts, third: null, enabled: true, privacy: false }),
    state: () => state,
    makeJpeg: async () => Buffer.from('jpeg'),
    pull: (_cameraId, _stream, signal, take) =>
      new Promise((resolve) => {
        pulls.push(take)
        if (pulls.length === 1) endFirst = resolve
        else signal.addEventListener('abort', () => resolve(), { once: true })
      }),
  })
  const end = new AbortController()
  const running = other.run(end.signal)
  const wss = new WebSocketServer({ port: 0, host: '127.0.0.1' }).on('connection', (ws) => other.attach(ws, 'cam'))
  await once(wss, 'listening')
  const look = async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${(wss.address() as AddressInfo).port}`)
    sockets.push(socket)
    await once(socket, 'open')
    const heard: string[] = []
    socket.on(
      'message',
      (data, isBinary) =>
        void heard.push(isBinary ? 'frame' : (JSON.parse((data as Buffer).toString()) as LiveEvent).type),
    )
    socket.send(JSON.stringify({ type: 'hello', version: 1, accept: [avc], widthPx: 640, heightPx: 360 }))
    return { socket, heard }
  }
  const first = await look()
  await waitFor(() => pulls.length === 1)
  first.socket.close()
  await once(first.socket, 'close')
  // The camera's program takes its time to end; somebody looks again meanwhile.
  const second = await look()
  await waitFor(() => second.heard.includes('offline'))
  expect(pulls).toHaveLength(1)
  endFirst()
  await waitFor(() => pulls.length === 2)
  pulls[1]?.(init())
  pulls[1]?.(frame(1, true))
  await waitFor(() => second.heard.filter((what) => what === 'frame').length === 2)
  const third = await look()
  await waitFor(() => third.heard.filter((what) => what === 'frame').length === 2)
  for (const socket of sockets.splice(0)) socket.terminate()
  end.abort()
  await running
  wss.close()
})
