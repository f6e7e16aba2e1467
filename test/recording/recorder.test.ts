import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { beforeAll, describe, expect, test } from 'vitest'
import { openLog } from '../../gateway/lib/log.ts'
import { recording } from '../../gateway/recording/recording.ts'
import { openStore } from '../../gateway/store/open.ts'
import { tempFolder } from '../support/temp.ts'
import { always, partsOf, playbackOf } from './camera.ts'
import { encodeVideo, fakeCamera, fps, type ManualClock, manualClock, type Video } from './fake-camera.ts'

let video: Video
let larger: Video
beforeAll(() => {
  video = encodeVideo()
  larger = encodeVideo('480x360')
})

function open(folder = tempFolder('recorder'), clock: ManualClock = manualClock()) {
  const store = openStore(join(folder, 'gateway.db'), 'gateway')
  const told: (string | null)[] = []
  const footage = recording(
    partsOf(store, join(folder, 'recordings'), {
      tools: { clock, log: openLog('silent') },
      onTimeline: (_cameraId, _endUtcMs, gap) => told.push(gap),
    }),
  )
  const play = playbackOf(footage)
  const spans = () =>
    footage
      .spans('cam', always)
      .map((span) => `${span.kind === 'gap' ? span.reason : span.kind} ${span.endUtcMs - span.startUtcMs}`)
  const kinds = () => spans().map((span) => span.split(' ')[0])
  return { folder, clock, store, footage, play, spans, kinds, told }
}
async function opened(folder?: string, clock?: ManualClock) {
  const all = open(folder, clock)
  await all.footage.recover()
  const recorder = all.footage.begin('cam')
  const camera = fakeCamera(video, all.clock, recorder.put)
  return { ...all, recorder, camera }
}
const files = (folder: string) =>
  readdirSync(join(folder, 'recordings'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.mp4'))

describe('what cameras do with time', () => {
  test.each([
    ['a hole in which nothing came', 8_000, 'stalled'],
    ['time stamps that jump ahead', 100, 'clock-step'],
  ])('%s: a gap of its length, and nobody calls it recorded', async (_name, waitedMs, reason) => {
    const { camera, clock, recorder, footage, kinds } = await opened()
    camera.connect()
    camera.send(35)
    camera.sendLong(8_000, waitedMs)
    camera.send(40)
    await recorder.settled()
    await footage.finish('cam', 'gateway-stopped')
    clock.pass(60_000)
    expect(kinds()).toEqual(['recorded', reason, 'recorded', 'gateway-stopped'])
    const [first, hole] = footage.spans('cam', always)
    expect((first?.endUtcMs ?? 0) - (first?.startUtcMs ?? 0)).toBe(3_600)
    expect((hole?.endUtcMs ?? 0) - (hole?.startUtcMs ?? 0)).toBeLessThan(9_500)
  })

  test('time stamps that go back end the run, and the next keyframe begins another one', async () => {
    const { camera, clock, recorder, footage, kinds } = await opened()
    camera.connect()
    camera.send(30)
    const again = fakeCamera(video, clock, recorder.put)
    again.send(30)
    await footage.finish('cam', 'gateway-stopped')
    clock.pass(60_000)
    expect(footage.segments('cam', always)).toHaveLength(2)
    expect(kinds()).toEqual(['recorded', 'gateway-stopped'])
  })

  test('a camera whose clock drifts is cut at a keyframe and loses no frame', async () => {
    const { camera, clock, recorder, footage } = await opened()
    camera.connect()
    const frames = 1_200
    // 1 % slow: half a second apart after 50 s.
    for (let n = 0; n < frames / 100; n++) {
      camera.send(100, 101)
      await recorder.settled()
    }
    await footage.finish('cam', 'gateway-stopped')
    clock.pass(60_000)
    const segments = footage.segments('cam', always)
    expect(new Set(segments.map(({ runId }) => runId)).size).toBeGreaterThan(1)
    const ticks = segments.flatMap(({ fragments }) => fragments).reduce((sum, { duration }) => sum + duration, 0)
    expect(ticks).toBe((frames * video.init.timescale) / fps)
  })

  test('a camera that sends no keyframe any more cannot make a file without an end', async () => {
    const { clock, recorder, footage, kinds } = await opened()
    recorder.put({ init: video.init })
    const [key, other] = video.samples
    if (!key || !other) throw new Error('no samples')
    const ticks = video.init.timescale / fps
    for (let n = 0; n < 700 * fps; n++) {
      const sample = { ...(n === 0 ? key : other), dts: n * ticks, duration: ticks }
      recorder.put({ frame: { sample, bytes: sample.data, arrivedUtcMs: clock.now() } })
      clock.pass(100)
      if (n % 500 === 0) await recorder.settled()
    }
    await recorder.settled()
    expect(kinds()).toEqual(['recorded', 'no-keyframe'])
    expect(footage.segments('cam', always)).toHaveLength(1)
  })
})

test('parameters that change: a new run, a discontinuity with its own map, and two clips instead of a broken one', async () => {
  const { camera, clock, recorder, footage, play, kinds } = await opened()
  camera.connect()
  camera.send(30)
  const changedUtcMs = clock.now()
  const next = fakeCamera(larger, clock, recorder.put)
  next.connect()
  next.send(30)
  await footage.finish('cam', 'gateway-stopped')
  clock.pass(60_000)
  expect(kinds()).toEqual(['recorded', 'gateway-stopped'])
  const playlist = play.playlist('cam', always)
  expect(playlist.match(/#EXT-X-DISCONTINUITY\n#EXT-X-MAP/g)).toHaveLength(1)
  expect(playlist.match(/#EXT-X-MAP/g)).toHaveLength(2)
  await expect(play.clip('cam', always)).rejects.toMatchObject({ code: 'clip-codec-change' })
  for (const [range, width] of [
    [{ fromUtcMs: 0, toUtcMs: changedUtcMs - 500 }, 320],
    [{ fromUtcMs: changedUtcMs + 500, toUtcMs: always.toUtcMs }, 480],
  ] as const) {
    const file = join(tempFolder('clip'), 'clip.mp4')
    writeFileSync(file, await buffer((await play.clip('cam', range)).read()))
    const asked = [
      '-v',
      'error',
      '-count_frames',
      '-show_entries',
      'stream=width,nb_read_frames',
      '-of',
      'csv=p=0',
      file,
    ]
    expect(execFileSync('ffprobe', asked, { encoding: 'utf8' }).trim()).toBe(`${width},30`)
  }
})

test('while a file is being closed its footage is still in the timeline', async () => {
  const { camera, recorder, footage } = await opened()
  camera.connect()
  camera.send(25)
  await recorder.settled()
  const before = footage.segments('cam', always)[0]?.fragments.length ?? 0
  expect(before).toBeGreaterThan(0)
  let least = before
  const ending = footage.finish('cam', 'gateway-stopped')
  const state = { isDone: false }
  void ending.then(() => (state.isDone = true))
  while (!state.isDone) {
    least = Math.min(least, footage.segments('cam', always)[0]?.fragments.length ?? 0)
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(least).toBe(before)
})

describe('cameras that come and go', () => {
  test('switched off, removed, and one that was removed while it was off: no gap stays open for nobody', async () => {
    const { camera, clock, footage, spans, kinds } = await opened()
    footage.begin('other')
    camera.connect()
    camera.send(30)
    await footage.finish('cam', 'disabled')
    clock.pass(10_000)
    footage.reconcile([
      { id: 'cam', enabled: false },
      { id: 'other', enabled: true },
    ])
    expect(spans()).toEqual(['recorded 3000', 'disabled 10000'])
    footage.reconcile([{ id: 'other', enabled: true }])
    clock.pass(50_000)
    expect(spans()).toEqual(['recorded 3000', 'disabled 10000'])
    expect(footage.spans('other', always)).toHaveLength(1)
    // Added again under the same id: its gap begins now.
    footage.begin('cam')
    clock.pass(1_000)
    expect(kinds()).toEqual(['recorded', 'disabled', 'connecting'])
  })

  test('switched off in the moment of a crash: after the start it is off, not crashed', async () => {
    const { folder, camera, recorder, clock, store } = await opened()
    camera.connect()
    camera.send(30)
    await recorder.settled()
    store.close()
    const next = await openAgain(folder, clock)
    clock.pass(5_000)
    next.footage.reconcile([{ id: 'cam', enabled: false }])
    clock.pass(5_000)
    expect(next.kinds()).toEqual(['recorded', 'gateway-crashed', 'disabled'])
  })
})

async function openAgain(folder: string, clock: ManualClock) {
  const all = open(folder, clock)
  await all.footage.recover()
  return all
}

describe('recovery', () => {
  test('a file with zeros behind its last whole fragment, as a power cut leaves it, keeps what is whole', async () => {
    const { folder, camera, recorder, clock, store, footage } = await opened()
    camera.connect()
    camera.send(40)
    await recorder.settled()
    const before = footage.segments('cam', always)[0]?.fragments
    store.close()
    const [path = ''] = files(folder)
    appendFileSync(join(folder, 'recordings', path), Buffer.alloc(5_000))
    const next = open(folder, clock)
    expect(await next.footage.recover()).toMatchObject({ adopted: 1, cutBytes: 5_000, crashedRuns: 1 })
    expect(next.footage.segments('cam', always)[0]?.fragments).toEqual(before)
  })

  test('a file of somebody else that has a name like ours is neither adopted nor removed', async () => {
    const { folder, footage } = await opened()
    const foreign = join(folder, 'recordings/exports/2026-01-01/1767225600000-1.mp4')
    mkdirSync(dirname(foreign), { recursive: true })
    const source = ['-f', 'lavfi', '-i', 'testsrc=size=64x64:rate=5:duration=1', '-pix_fmt', 'yuv420p']
    execFileSync('ffmpeg', ['-loglevel', 'error', ...source, foreign])
    const size = statSync(foreign).size
    expect(await footage.recover()).toMatchObject({ adopted: 0, emptyFiles: 0 })
    expect(statSync(foreign).size).toBe(size)
  })

  test('an index that was lost is made again from the files, run numbers and chain included', async () => {
    const { folder, camera, recorder, clock, store, footage } = await opened()
    for (let run = 0; run < 3; run++) {
      camera.connect()
      camera.send(30)
      recorder.end('camera-lost')
      await recorder.settled()
    }
    const second = fakeCamera(video, clock, footage.begin('aaa').put)
    second.connect()
    second.send(30)
    await footage.finish('aaa', 'gateway-stopped')
    const before = ['cam', 'aaa'].map((id) => footage.segments(id, always))
    store.close()
    for (const name of readdirSync(folder)) if (name.startsWith('gateway.db')) rmSync(join(folder, name))
    const next = open(folder, clock)
    expect(await next.footage.recover()).toMatchObject({ adopted: 4 })
    const after = ['cam', 'aaa'].map((id) => next.footage.segments(id, always))
    const linked = (segments: typeof after) =>
      segments.flat().map(({ path, runId, fragments }) => [path, runId, fragments.at(-1)?.sha256])
    expect(linked(after)).toEqual(linked(before))
  })

  test('a kill while the marker is being written does not lock the folder for ever', async () => {
    const folder = tempFolder('recorder')
    mkdirSync(join(folder, 'recordings'))
    writeFileSync(join(folder, 'recordings/.zone-gateway.new'), '{"disk')
    const { footage } = await openAgain(folder, manualClock())
    expect(footage.troubles()[0]?.trouble).toBeNull()
  })

  test('a disk that was not mounted at the start is compared with the index when it comes', async () => {
    const { folder, camera, recorder, clock, store, footage } = await opened()
    camera.connect()
    camera.send(40)
    await recorder.settled()
    const before = footage.segments('cam', always)[0]
    store.close()
    const root = join(folder, 'recordings')
    renameSync(root, `${root}-away`)
    mkdirSync(root)
    const next = await openAgain(folder, clock)
    expect(next.footage.troubles()[0]?.trouble?.code).toBe('disk-away')
    expect(next.footage.segments('cam', always)).toEqual([])
    rmSync(root, { recursive: true })
    renameSync(`${root}-away`, root)
    const again = fakeCamera(video, clock, next.footage.begin('cam').put)
    again.connect()
    again.send(30)
    await next.footage.finish('cam', 'gateway-stopped')
    const after = next.footage.segments('cam', always)
    expect(after).toHaveLength(2)
    expect(after[0]?.fragments).toEqual(before?.fragments)
  })

  test('a folder that is unmounted while recording: the next file is not written where it was', async () => {
    const { folder, camera, recorder, footage, kinds } = await opened()
    camera.connect()
    camera.send(30)
    await recorder.settled()
    const root = join(folder, 'recordings')
    renameSync(root, `${root}-away`)
    mkdirSync(root)
    // Over a minute: at least one rotation.
    for (let n = 0; n < 8; n++) {
      camera.send(100)
      await recorder.settled()
    }
    expect(readdirSync(root)).toEqual([])
    expect(kinds().at(-1)).toBe('disk-away')
    expect(footage.troubles()[0]?.trouble?.code).toBe('disk-away')
  })
})

test('a first frame that was late: the gap before ends where the run really began', async () => {
  const { camera, clock, recorder, footage, store } = await opened()
  clock.pass(1_000)
  camera.connect()
  camera.send(20)
  // What follows was delayed 300 ms less.
  clock.pass(-300)
  camera.send(20)
  await recorder.settled()
  const gapEnd = () => store.db.prepare(`SELECT end_utc_ms FROM gap ORDER BY id LIMIT 1`).pluck().get()
  await footage.finish('cam', 'gateway-stopped')
  expect(gapEnd()).toBe(footage.segments('cam', always)[0]?.startUtcMs)
})

test('what is on disk is what the index says', async () => {
  const { folder, camera, recorder, footage } = await opened()
  camera.connect()
  for (let n = 0; n < 13; n++) {
    camera.send(100)
    await recorder.settled()
  }
  await footage.finish('cam', 'gateway-stopped')
  const segments = footage.segments('cam', always)
  expect(segments.length).toBeGreaterThan(1)
  for (const { path, sizeBytes, fragments } of segments) {
    expect(readFileSync(join(folder, 'recordings', path))).toHaveLength(sizeBytes)
    expect(fragments[0]?.key).toBe(true)
  }
})
