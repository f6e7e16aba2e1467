/** Cameras that are odd, through the real reader and the real recorder. B-frames, G.711 and Motion JPEG: see recording.test.ts. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { gapReasonOf } from '../../gateway/cameras/stream-errors.ts'
import { readStream } from '../../gateway/cameras/stream-reader.ts'
import { type Failure, toFailure } from '../../gateway/domain/failure.ts'
import { nalsOf } from '../../gateway/media/nals.ts'
import { type Encoded, encodeInBand, x264 } from '../support/encode.ts'
import { startRtsp } from '../support/gst-rtsp.ts'
import { type OddClient, type OddOptions, startOddRtsp } from '../support/odd-rtsp.ts'
import { tempFolder } from '../support/temp.ts'
import { waitFor } from '../support/wait.ts'
import { always, openRecording, tools } from './camera.ts'

/** 10 pictures a second, one keyframe a second; so say its parameter sets. */
let video: Encoded
beforeAll(() => {
  video = encodeInBand(x264('main', 'yuv420p', 'keyint=10:bframes=0:force-cfr=1'), '320x240', 2)
})
const tick = 90_000
const pictureOf = (n: number) => {
  const sample = video.samples[n % video.samples.length]
  if (!sample) throw new Error('no pictures')
  return sample
}
/** @param timeOf the camera's own time of a picture, in seconds @returns false when the client is gone */
async function send(client: OddClient, count: number, timeOf: (n: number) => number, from = 0, paceMs = 100) {
  for (let n = from; n < from + count; n++) {
    client.picture(pictureOf(n), Math.round(timeOf(n) * tick))
    if (!(await client.wait(paceMs))) return false
  }
  return true
}

/** Reads and records a stream again and again, as the gateway does, until the test ends. */
async function record(url: string) {
  const folder = tempFolder('odd')
  const { store, footage } = openRecording(folder)
  await footage.recover()
  const reader = new AbortController()
  const end = new AbortController()
  const upkeep = footage.run(end.signal)
  const recorder = footage.begin('cam')
  const failures: Failure[] = []
  const seen = { frames: 0 }
  const reading = (async () => {
    while (!reader.signal.aborted) {
      try {
        await readStream({ url, user: '', password: '' }, tools, reader.signal, (event) => {
          if (event.frame) seen.frames++
          recorder.put(event)
        })
      } catch (cause) {
        const failure = toFailure(cause)
        failures.push(failure)
        recorder.end(gapReasonOf(failure))
      }
      await tools.clock.sleep(200, reader.signal)
    }
  })()
  onTestFinished(() => store.close())
  const stop = async () => {
    reader.abort()
    await reading
    end.abort()
    await upkeep
  }
  onTestFinished(stop)
  const spans = () => footage.spans('cam', always)
  return {
    stop,
    failures,
    seen,
    spans,
    segments: () => footage.segments('cam', always),
    kinds: () => spans().map((span) => (span.kind === 'gap' ? span.reason : span.kind)),
    recordedMs: () =>
      spans().reduce(
        (sum, { kind, startUtcMs, endUtcMs }) => sum + (kind === 'recorded' ? endUtcMs - startUtcMs : 0),
        0,
      ),
    /** Of each file what really decodes; a complaint of ffmpeg fails the test. */
    decoded: () =>
      footage.segments('cam', always).map(({ path }) => {
        const entries = ['-show_entries', 'stream=width,height,nb_read_frames', '-of', 'csv=p=0']
        const file = join(folder, 'recordings', path)
        const said = execFileSync('sh', ['-c', 'ffprobe -v error -count_frames "$@" 2>&1', 'sh', ...entries, file])
        const match = /^(\d+),(\d+),(\d+)\n*$/.exec(said.toString())
        if (!match) throw new Error(said.toString())
        return { size: `${match[1]}x${match[2]}`, frames: Number(match[3]) }
      }),
  }
}
async function odd(options: Omit<OddOptions, 'video'> & { told?: Encoded }) {
  const { told = video, ...rest } = options
  const camera = await startOddRtsp({ video: told, ...rest })
  onTestFinished(() => camera[Symbol.asyncDispose]())
  return { camera, ...(await record(camera.url)) }
}

describe.each(['h264change', 'h265change'] as const)('%s', (kind) => {
  test('a new size in mid-stream: a run of its own that decodes, without a lost picture', async () => {
    await using cameras = await startRtsp({ kinds: [kind], gop: 15, changeEverySeconds: 3 })
    const { stop, segments, decoded, seen, spans, failures } = await record(cameras.url(kind))
    await waitFor(() => segments().length >= 3 && (segments().at(-1)?.fragments.length ?? 0) > 2, { timeoutMs: 30_000 })
    await stop()
    const files = decoded()
    expect(files.map(({ size }) => size)).toEqual(['640x360', '320x180', '640x360', '320x180'].slice(0, files.length))
    expect(files.reduce((sum, { frames }) => sum + frames, 0)).toBe(seen.frames)
    expect(new Set(segments().map(({ runId }) => runId)).size).toBe(files.length)
    expect(failures).toEqual([])
    const between = spans()
      .slice(spans().findIndex((span) => span.kind === 'recorded'))
      .slice(0, -1)
    for (const span of between) {
      if (span.kind === 'recorded') continue
      expect(span.reason).toBe('parameters-changed')
      expect(span.endUtcMs - span.startUtcMs).toBeLessThan(1_000)
    }
  })
})

test('the same sets before every keyframe, as most cameras send them, are one run', async () => {
  const { segments, kinds, stop } = await odd({ play: async (client) => void (await send(client, 600, (n) => n / 10)) })
  await waitFor(() => (segments()[0]?.fragments.length ?? 0) > 8)
  await stop()
  expect(kinds().slice(0, 2)).toEqual(['connecting', 'recorded'])
  expect(segments()).toHaveLength(1)
})

test('no parameter sets in the session description, and it begins in the middle of a group', async () => {
  const { segments, decoded, stop, failures } = await odd({
    hasSets: false,
    play: async (client) => void (await send(client, 600, (n) => n / 10, 7)),
  })
  await waitFor(() => (segments()[0]?.fragments.length ?? 0) > 4)
  await stop()
  expect(failures).toEqual([])
  expect(decoded()[0]?.frames).toBeGreaterThan(15)
})

test('a session description of other times: what the pictures say counts, from the first one on', async () => {
  const { segments, decoded, stop, failures, seen } = await odd({
    told: encodeInBand(x264('high'), '640x360'),
    play: async (client) => void (await send(client, 600, (n) => n / 10)),
  })
  await waitFor(() => (segments()[0]?.fragments.length ?? 0) > 2)
  await stop()
  expect(failures).toEqual([])
  expect(decoded()).toEqual([{ size: '320x240', frames: seen.frames }])
})

test('garbage where parameter sets should be: the connection ends with a reason, and what came before is kept', async () => {
  let connections = 0
  const { failures, segments, decoded, kinds, stop } = await odd({
    async play(client) {
      if (connections++ > 0) return
      if (!(await send(client, 25, (n) => n / 10))) return
      const [, ...rest] = nalsOf(pictureOf(0).data)
      const sps = [0x67, 0x4d, 0x40, 0x1e, 0, 0, 0]
      const nals = [Uint8Array.from(sps), ...rest].flatMap((nal) => [Uint8Array.of(0, 0, 0, nal.length), nal])
      for (let n = 25; n < 30; n++) client.picture({ data: Buffer.concat(nals) }, n * 9_000)
      await send(client, 600, (n) => n / 10, 31)
    },
  })
  await waitFor(() => failures.length > 0)
  expect(failures[0]).toMatchObject({ code: 'unsupported-codec' })
  expect(failures[0]?.message).toMatch(/cannot be read/)
  await waitFor(() => kinds().includes('unsupported-codec'))
  await stop()
  expect(segments()).toHaveLength(1)
  expect(decoded()[0]?.frames).toBeGreaterThanOrEqual(20)
})

describe('time stamps', () => {
  test('that jump an hour ahead: the run ends, and nobody calls the hour recorded', async () => {
    const { segments, kinds, recordedMs, stop } = await odd({
      play: async (client) => void (await send(client, 600, (n) => n / 10 + (n < 35 ? 0 : 3_600))),
    })
    await waitFor(() => segments().length >= 2 && (segments().at(-1)?.fragments.length ?? 0) > 4, { timeoutMs: 20_000 })
    await stop()
    expect(kinds()).toContain('clock-step')
    expect(recordedMs()).toBeLessThan(20_000)
  })

  test('that jump a minute back: the connection is made anew, with a reason', async () => {
    const { failures, segments, kinds, recordedMs, stop } = await odd({
      play: async (client) => void (await send(client, 600, (n) => n / 10 + (n < 35 ? 100 : 40))),
    })
    await waitFor(() => segments().length >= 2 && (segments().at(-1)?.fragments.length ?? 0) > 2, { timeoutMs: 30_000 })
    await stop()
    expect(failures[0]).toMatchObject({ code: 'clock-step' })
    expect(kinds()).toContain('clock-step')
    expect(recordedMs()).toBeLessThan(20_000)
  })

  test('that stand still: no picture is called recorded for longer than it was there', async () => {
    const { failures, recordedMs, kinds, stop } = await odd({
      play: async (client) => void (await send(client, 600, (n) => Math.min(n, 30) / 10)),
    })
    await waitFor(() => failures.length >= 1, { timeoutMs: 20_000 })
    expect(failures[0]).toMatchObject({ code: 'clock-step' })
    await waitFor(() => kinds().includes('clock-step'))
    await stop()
    expect(recordedMs()).toBeLessThan(10_000)
  })

  test('that begin anew after 13 hours, as 32 bits of them do, are no jump', async () => {
    const { failures, segments, decoded, seen, stop } = await odd({
      play: async (client) => void (await send(client, 600, (n) => 2 ** 32 / tick - 2.5 + n / 10)),
    })
    await waitFor(() => seen.frames > 45 && segments().length > 0)
    await stop()
    expect(failures).toEqual([])
    expect(segments()).toHaveLength(1)
    expect(decoded()[0]?.frames).toBe(seen.frames)
  })

  test('that come twice: pictures of one moment are kept, and time goes on', async () => {
    const { failures, segments, decoded, stop } = await odd({
      play: async (client) => void (await send(client, 600, (n) => Math.floor(n / 2) / 5)),
    })
    await waitFor(() => (segments()[0]?.fragments.length ?? 0) > 6)
    await stop()
    expect(failures).toEqual([])
    expect(segments()).toHaveLength(1)
    expect(decoded()[0]?.frames).toBeGreaterThan(20)
  })
})

test('a camera that says 50 pictures a second and sends 20: its length is the true one', async () => {
  const { segments, recordedMs, spans, decoded, kinds, stop } = await odd({
    claimedFps: 50,
    play: async (client) => void (await send(client, 600, (n) => n / 20, 0, 50)),
  })
  await waitFor(() => (segments()[0]?.fragments.length ?? 0) > 10, { timeoutMs: 20_000 })
  await stop()
  expect(kinds().slice(0, 2)).toEqual(['connecting', 'recorded'])
  expect(segments()).toHaveLength(1)
  const frames = decoded()[0]?.frames ?? 0
  expect(Math.abs(recordedMs() - frames * 50)).toBeLessThan(150)
  expect(spans().filter(({ kind }) => kind === 'recorded')).toHaveLength(1)
})

test('a keyframe every 10 s: recorded from the first one on, in parts that do not pretend to start at a keyframe', async () => {
  const slow = encodeInBand(x264('main', 'yuv420p', 'keyint=100:min-keyint=100:scenecut=0:bframes=0'), '320x240', 20)
  expect(slow.samples.flatMap(({ key }, n) => (key ? [n] : []))).toEqual([0, 100])
  const sendSlow = async (client: OddClient) => {
    for (let n = 0; n < 130; n++) {
      const sample = slow.samples[(n + 90) % 200]
      if (sample) client.picture(sample, n * 9_000)
      if (!(await client.wait(100))) return
    }
  }
  const { segments, stop, seen, decoded } = await odd({ play: sendSlow })
  await waitFor(() => (segments()[0]?.fragments.filter(({ key }) => key).length ?? 0) >= 2, { timeoutMs: 30_000 })
  await stop()
  const fragments = segments()[0]?.fragments ?? []
  const keys = fragments.flatMap(({ key }, n) => (key ? [n] : []))
  expect(keys[0]).toBe(0)
  expect(keys).toHaveLength(2)
  expect(keys[1]).toBeGreaterThan(4)
  const longest = Math.max(...fragments.map(({ duration }) => duration / (segments()[0]?.timescale ?? 0)))
  expect(longest).toBeLessThanOrEqual(2)
  expect(decoded().reduce((sum, { frames }) => sum + frames, 0)).toBe(seen.frames)
})

describe('silence', () => {
  test('no data at all: said to be connected, not to be away', async () => {
    const { failures, kinds, stop } = await odd({ play: async () => {} })
    await waitFor(() => failures.length >= 1, { timeoutMs: 25_000 })
    expect(failures[0]).toMatchObject({
      code: 'stalled',
      message: 'the camera accepts the connection and sends no video',
    })
    await waitFor(() => kinds().includes('stalled'))
    await stop()
  })

  test('half a packet and then nothing: what was whole is kept, and the gap begins where it stopped', async () => {
    let stoppedUtcMs = 0
    const { failures, camera, kinds, spans, decoded, stop } = await odd({
      async play(client) {
        if (stoppedUtcMs > 0 || !(await send(client, 30, (n) => n / 10))) return
        client.raw(Buffer.from([0x24, 0, 4, 0, 0x80, 96, 1, 2, 3]))
        stoppedUtcMs = Date.now()
      },
    })
    await waitFor(() => failures.length >= 1, { timeoutMs: 25_000 })
    expect(failures[0]).toMatchObject({ code: 'stalled' })
    await waitFor(() => kinds().includes('stalled'))
    const gap = spans().find((span) => span.kind === 'gap' && span.reason === 'stalled')
    expect(Math.abs((gap?.startUtcMs ?? 0) - stoppedUtcMs)).toBeLessThan(1_000)
    expect(decoded()[0]?.frames).toBeGreaterThanOrEqual(28)
    // It was ended, politely or by force: its connection is gone.
    await waitFor(() => camera.asked.filter((method) => method === 'PLAY').length >= 2, { timeoutMs: 20_000 })
    expect(camera.clients.size).toBe(1)
    await stop()
  })
})
