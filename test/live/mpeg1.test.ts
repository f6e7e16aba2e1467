import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { decodeLiveFrame } from '../../gateway/domain/live-frame.ts'
import { systemClock } from '../../gateway/lib/clock.ts'
import { openLog } from '../../gateway/lib/log.ts'
import { type Channel, channel } from '../../gateway/live/channel.ts'
import { maxTranscoders, mpeg1Tier } from '../../gateway/live/mpeg1.ts'
import { boxesOf } from '../../gateway/media/boxes.ts'
import { samplesOf } from '../../gateway/media/fragment.ts'
import { readInit } from '../../gateway/media/init.ts'
import { tsTimes } from '../../gateway/media/ts-times.ts'
import { cells, type Clip, type ClipOptions, filmClip } from '../support/live-clips.ts'
import { waitFor } from '../support/wait.ts'
import { counter, hevcChannel } from './made-channel.ts'

describe('MPEG-1 tier', () => {
  test('turns H.265 into MPEG-TS for those who look, and ends with the last of them', async () => {
    const tier = mpeg1Tier({ clock: systemClock, log: openLog('silent') }, counter())
    const source = hevcChannel('cam')
    const bytes: number[] = []
    const joined = tier.join(source, {
      onPacket: (packet) => {
        const { header, payload } = decodeLiveFrame(Uint8Array.from(packet.bytes).buffer) ?? {}
        expect(header).toMatchObject({ kind: 3, generation: joined?.generation })
        bytes.push(...(payload ?? []))
      },
      onEnd: () => {},
    })
    expect(joined?.generation).toBeGreaterThan(0)
    await waitFor(() => bytes.length > 188 * 20)
    // MPEG-TS: a packet of 188 bytes begins with 0x47.
    for (let at = 0; at < 188 * 20; at += 188) expect(bytes[at]).toBe(0x47)
    joined?.leave()
    expect(tier.running).toBe(0)
    // Whoever leaves does not make it a failure.
    expect(tier.room(source)).toBe('free')
  })

  test('is full after its last transcoder, and has room again when one ends', async () => {
    const tier = mpeg1Tier({ clock: systemClock, log: openLog('silent') }, counter())
    const viewer = { onPacket: () => {}, onEnd: () => {} }
    const channels = Array.from({ length: maxTranscoders + 1 }, (_, n) =>
      channel(`cam-${n}`, 'sub', { nextGeneration: counter() }),
    )
    const leaves = channels.map((one) => tier.join(one, viewer))
    expect(leaves.map((joined) => joined !== undefined)).toEqual([true, true, true, true, false])
    expect(channels.map((one) => tier.room(one))).toEqual(['free', 'free', 'free', 'free', 'full'])
    leaves[0]?.leave()
    expect(tier.join(channels[4] as Channel, viewer)).toBeDefined()
    await tier.stopAll()
    expect(tier.running).toBe(0)
  })

  test('a transcoder that cannot make anything of it says so, and is left alone for a while', async () => {
    const tier = mpeg1Tier({ clock: systemClock, log: openLog('silent') }, counter())
    const source = channel('cam', 'sub', { nextGeneration: counter() })
    source.put({
      init: { bytes: Buffer.from('no video at all'), codec: 'hvc1', timescale: 1, widthPx: 1, heightPx: 1 },
    })
    let ended = 0
    tier.join(source, { onPacket: () => {}, onEnd: () => ended++ })
    // ffmpeg waits for more before it gives up.
    await waitFor(() => {
      const sample = { data: new Uint8Array(), dts: 0, cts: 0, duration: 1, key: true }
      source.put({ frame: { sample, bytes: Buffer.alloc(200_000, 1), arrivedUtcMs: 1 } })
      return ended === 1
    })
    expect(tier.room(source)).toBe('failed')
    expect(tier.running).toBe(0)
  })
})

/** A piece that came out: when, with which stamp. */
interface Out {
  readonly atUtcMs: number
  readonly captureUtcMs: number
  readonly bytes: Buffer
}

/** A camera of now: a film whose pictures are given to a channel one by one at their time, as they would come, from its second group on. */
function filmingChannel(clip: Clip, gopPictures: number) {
  const source = channel('cam', 'sub', { nextGeneration: counter() })
  const init = readInit(Buffer.from(clip.init))
  source.put({ init })
  /** When each picture was taken, as viewers of the camera's own video are told, by its number. */
  const taken = new Map<number, number>()
  let toldUtcMs = Number.NaN
  source.viewers.add({ onInit: () => {}, onFrame: ({ captureUtcMs }) => void (toldUtcMs = captureUtcMs) })
  const stop = new AbortController()
  const { signal } = stop
  const run = async () => {
    const startedMs = performance.now()
    for (const [n, frame] of clip.frames.slice(gopPictures).entries()) {
      const dueMs = startedMs + (n * 1_000) / clip.fps
      await sleep(Math.max(0, dueMs - performance.now()), undefined, { signal })
      const [moof, mdat] = boxesOf(frame.bytes)
      const [sample] = samplesOf(moof?.body ?? new Uint8Array(), mdat?.body ?? new Uint8Array())
      if (!sample) throw new Error('a frame without a sample')
      source.put({ frame: { sample, bytes: frame.bytes, arrivedUtcMs: systemClock.now() } })
      taken.set(frame.picture, toldUtcMs)
    }
    throw new Error('the film is too short')
  }
  const running = run().catch((cause: unknown) => {
    if (!signal.aborted) throw cause
  })
  const end = async () => {
    stop.abort()
    await running
  }
  return { source, taken, end }
}

/** The numbers of all pictures in MPEG-TS, in order: one for each, as its cells say. */
function numbersIn(bytes: Buffer): number[] {
  const [widthPx, heightPx] = [cells, 4]
  const grey = execFileSync(
    'ffmpeg',
    [
      ['-loglevel', 'error', '-f', 'mpegts', '-i', 'pipe:0', '-fps_mode', 'passthrough'],
      ['-vf', `scale=${widthPx}:${heightPx}:flags=area`, '-pix_fmt', 'gray', '-f', 'rawvideo', 'pipe:1'],
    ].flat(),
    { input: bytes, maxBuffer: 1 << 28 },
  )
  return Array.from({ length: grey.length / widthPx / heightPx }, (_, n) =>
    Array.from(grey.subarray(n * widthPx * heightPx, n * widthPx * heightPx + widthPx)).reduce(
      (number, level, cell) => number + (level > 125 ? 2 ** cell : 0),
      0,
    ),
  )
}

/** The times of the same pictures. */
function timesIn(bytes: Buffer): number[] {
  const read = tsTimes()
  const packets = Array.from({ length: bytes.length / 188 }, (_, n) => bytes.subarray(n * 188, (n + 1) * 188))
  return packets.map((packet) => read(packet)).filter((pts) => pts !== undefined)
}

/** The transcoder that this process runs. */
function transcoderPid(): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const ours = pids.filter((pid) => {
    try {
      const parent = /\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]
      return Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('mpeg1video')
    } catch {
      // It ended while we looked.
      return false
    }
  })
  expect(ours).toHaveLength(1)
  return Number(ours[0])
}

/** Watches a film with a transcoder; compares each stamp with when the picture in it, as its cells tell, was taken. */
async function watched(options: ClipOptions, during: (seen: Out[]) => Promise<void>) {
  const { fps = 15, gopS = 2 } = options
  const clip = filmClip({ ...options, seconds: 30 })
  const tier = mpeg1Tier({ clock: systemClock, log: openLog('silent') }, counter())
  const { source, taken, end } = filmingChannel(clip, fps * gopS)
  await waitFor(() => source.gop.length > 5)
  const seen: Out[] = []
  const joined = tier.join(source, {
    onPacket: ({ bytes, captureUtcMs }) =>
      seen.push({ atUtcMs: systemClock.now(), captureUtcMs, bytes: bytes.subarray(32) }),
    onEnd: () => {},
  })
  try {
    await waitFor(() => seen.length > 0, { timeoutMs: 20_000, message: 'the first picture' })
    await during(seen)
  } finally {
    joined?.leave()
    await tier.stopAll()
    await end()
  }
  const whole = Buffer.concat(seen.map(({ bytes }) => bytes))
  const numbers = numbersIn(whole)
  const times = timesIn(whole)
  const readTimes = tsTimes()
  const compared = seen.flatMap((out) => {
    const pts = readTimes(out.bytes)
    const number = pts === undefined ? undefined : numbers[times.indexOf(pts)]
    const truthUtcMs = number === undefined ? undefined : taken.get(number)
    if (truthUtcMs === undefined) return []
    return [{ ...out, number, offMs: out.captureUtcMs - truthUtcMs, ageMs: out.atUtcMs - out.captureUtcMs }]
  })
  return { compared, numbers, times, gop: fps * gopS }
}

/** No stamp is newer than the picture, and none is much older. */
function expectTrue(compared: readonly { readonly offMs: number }[]) {
  for (const { offMs } of compared) {
    expect(offMs).toBeLessThanOrEqual(0)
    expect(offMs).toBeGreaterThanOrEqual(-150)
  }
}

describe('the age of MPEG-1', () => {
  test.each([
    ['15 a second', {}],
    ['25 a second, H.265', { fps: 25, codec: 'libx265' }],
    ['30 a second', { fps: 30 }],
    ['10 a second with B-frames', { fps: 10, bFrames: 2 }],
  ] as const)('each piece says when the picture in it was taken: %s', async (_name, options) => {
    const { compared, numbers, times } = await watched(options, async (seen) => {
      const from = seen.length
      await waitFor(() => seen.length > from + 60, { timeoutMs: 20_000, message: 'sixty pieces' })
    })
    // Of the last picture only the beginning may have come.
    expect([0, 1]).toContain(times.length - numbers.length)
    expect(compared.length).toBeGreaterThan(50)
    expectTrue(compared)
  })

  test('a transcoder that was stopped for three seconds tells how late it is, leaves pictures out, and is of now again', async () => {
    let continuedAtUtcMs = 0
    const { compared, numbers, gop } = await watched({}, async (seen) => {
      await waitFor(() => seen.length > 20)
      const pid = transcoderPid()
      process.kill(pid, 'SIGSTOP')
      try {
        await sleep(3_000)
      } finally {
        continuedAtUtcMs = systemClock.now()
        process.kill(pid, 'SIGCONT')
      }
      await waitFor(() => seen.some((one) => one.atUtcMs > continuedAtUtcMs && one.atUtcMs - one.captureUtcMs < 600), {
        timeoutMs: 20_000,
        message: 'a picture of now',
      })
      const from = seen.length
      await waitFor(() => seen.length > from + 10)
    })
    expectTrue(compared)
    const [first] = compared.filter(({ atUtcMs }) => atUtcMs > continuedAtUtcMs)
    expect(first?.ageMs).toBeGreaterThan(2_700)
    // What was not in ffmpeg when it was behind is gone up to a keyframe.
    const steps = numbers.map((number, n) => number - (numbers[n - 1] ?? number - 1))
    const jumps = steps.flatMap((step, n) => (step === 1 ? [] : [{ step, to: numbers[n] }]))
    expect(jumps.length).toBeGreaterThan(0)
    for (const { step, to = 1 } of jumps) expect([step > 1, to % gop]).toEqual([true, 0])
  })
})
