/** Disks that are full, read-only or stall. Mounting needs root; without it these tests are left out. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../gateway/lib/clock.ts'
import { openLog } from '../../gateway/lib/log.ts'
import { recordingIndex } from '../../gateway/recording/index.ts'
import { maxQueuedBytes, recorder } from '../../gateway/recording/recorder.ts'
import { recording } from '../../gateway/recording/recording.ts'
import { createSegment } from '../../gateway/recording/segment-file.ts'
import { openStore } from '../../gateway/store/open.ts'
import { tempFolder } from '../support/temp.ts'
import { waitFor } from '../support/wait.ts'
import { always, partsOf } from './camera.ts'
import { encodeVideo, fakeCamera, manualClock, type Video } from './fake-camera.ts'

let video: Video
beforeAll(() => {
  video = encodeVideo()
})

function tmpfs(sizeMb: number): string {
  const folder = join(tempFolder('disk'), 'mounted')
  mkdirSync(folder)
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMb}m`, 'tmpfs', folder])
  onTestFinished(() => void execFileSync('umount', ['--lazy', folder]))
  return folder
}

/** Records a fake camera at ten times its speed until the test ends. */
async function running(dataDir: string, root: string, minFreeBytes = 0) {
  const store = openStore(join(dataDir, 'gateway.db'), 'gateway')
  const tools = { clock: systemClock, log: openLog('silent') }
  const disks = [{ name: 'main', path: root, minFreeBytes }]
  const footage = recording(partsOf(store, root, { disks, tools }))
  await footage.recover()
  const stop = new AbortController()
  const ended = footage.run(stop.signal)
  const recorderOf = footage.begin('cam')
  const clock = manualClock(Date.now())
  const camera = fakeCamera(video, clock, recorderOf.put)
  camera.connect()
  const feeding = (async () => {
    while ((await systemClock.sleep(10, stop.signal)) === 'slept') camera.send(1)
  })()
  const end = async () => {
    stop.abort()
    await Promise.all([ended, feeding])
  }
  onTestFinished(async () => {
    await end()
    store.close()
  })
  const openGap = () => store.db.prepare(`SELECT reason FROM gap WHERE end_utc_ms IS NULL`).pluck().get()
  const fragments = () => footage.segments('cam', always).at(-1)?.fragments.length ?? 0
  return { store, footage, openGap, fragments, end }
}
const handles = () => readdirSync('/proc/self/fd').length
const fill = (folder: string, sizeMb: number) => {
  try {
    for (let n = 0; n < sizeMb * 16; n++) writeFileSync(join(folder, `filler-${n}`), Buffer.alloc(65_536))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOSPC') throw cause
  }
}
const empty = (folder: string) => {
  for (const name of readdirSync(folder)) if (name.startsWith('filler-')) rmSync(join(folder, name))
}

describe.skipIf(process.getuid?.() !== 0)('mounted disks', () => {
  test('a full disk is named, costs neither files nor handles, and recording goes on when there is room', async () => {
    const disk = tmpfs(8)
    const { store, footage, openGap, fragments } = await running(tempFolder('data'), join(disk, 'recordings'))
    await waitFor(() => fragments() > 3)
    const before = handles()
    fill(disk, 8)
    await waitFor(() => openGap() === 'disk-full' && footage.troubles()[0]?.trouble?.code === 'disk-full')
    const rows = () => store.db.prepare(`SELECT (SELECT count(*) FROM run) + (SELECT count(*) FROM gap)`).pluck().get()
    const rowsBefore = rows()
    // Two more attempts.
    await systemClock.sleep(11_000)
    expect(rows()).toBe(rowsBefore)
    expect(handles()).toBeLessThanOrEqual(before + 2)
    const names = readdirSync(join(disk, 'recordings'), { recursive: true, encoding: 'utf8' })
    expect(names.filter((name) => name.endsWith('.mp4'))).toHaveLength(footage.segments('cam', always).length)
    empty(disk)
    await waitFor(() => openGap() === undefined && footage.troubles()[0]?.trouble === null, { timeoutMs: 20_000 })
    const reasons = footage.spans('cam', always).map((span) => (span.kind === 'gap' ? span.reason : span.kind))
    expect(reasons).toContain('disk-full')
  })

  test('a full disk that holds the index too: nothing crashes, and the run it could not end is ended later', async () => {
    const disk = tmpfs(12)
    mkdirSync(join(disk, 'data'))
    const { store, footage, openGap, fragments, end } = await running(join(disk, 'data'), join(disk, 'recordings'))
    await waitFor(() => fragments() > 3)
    fill(disk, 12)
    await waitFor(() => footage.troubles()[0]?.trouble?.code === 'disk-full')
    await systemClock.sleep(6_000)
    empty(disk)
    await waitFor(() => openGap() === undefined && footage.troubles()[0]?.trouble === null, { timeoutMs: 20_000 })
    await waitFor(() => fragments() > 3)
    expect(store.db.prepare(`SELECT count(*) FROM run WHERE end_utc_ms IS NULL`).pluck().get()).toBeLessThanOrEqual(1)
    await end()
    expect(store.db.prepare(`SELECT count(*) FROM run WHERE end_utc_ms IS NULL`).pluck().get()).toBe(0)
    expect(openGap()).toBe('gateway-stopped')
  })

  test('a read-only disk is named, and recording goes on when it is writable again', async () => {
    const disk = tmpfs(8)
    const data = tempFolder('data')
    mkdirSync(join(disk, 'recordings'))
    const first = await running(data, join(disk, 'recordings'))
    await waitFor(() => first.fragments() > 1)
    await first.end()
    execFileSync('mount', ['-o', 'remount,ro', disk])
    const { footage, openGap, fragments } = await running(data, join(disk, 'recordings'))
    await waitFor(() => openGap() === 'disk-away')
    expect(footage.troubles()[0]?.trouble).toMatchObject({ code: 'disk-away', facts: { errno: 'EROFS' } })
    execFileSync('mount', ['-o', 'remount,rw', disk])
    await waitFor(() => openGap() === undefined && footage.troubles()[0]?.trouble === null && fragments() > 1, {
      timeoutMs: 20_000,
    })
  })

  test('short of space: the oldest goes, and only as much as is missing', async () => {
    const disk = tmpfs(40)
    const root = join(disk, 'recordings')
    const { store, footage } = await running(tempFolder('data'), root, 10_000_000)
    await waitFor(() => footage.segments('cam', always).length > 0)
    const run = store.db.prepare(`SELECT id FROM run`).pluck().get() as number
    const add = store.db.prepare(
      `INSERT INTO segment (camera_id, run_id, start_utc_ms, end_utc_ms, path, size_bytes, init_bytes, anchor_utc_ms, fragments, chain)
       VALUES ('old', ?, ?, ?, ?, 2000000, 1, 0, x'', x'')`,
    )
    const at = Date.now() - 3_600_000
    mkdirSync(join(root, 'old/2026-01-01'), { recursive: true })
    // Newest first, so that the order of rows is not the order of time; 15 files of 2 MB leave less than 10 MB.
    for (let n = 14; n >= 0; n--) {
      const path = `old/2026-01-01/${at + n * 60_000}-${run}.mp4`
      writeFileSync(join(root, path), Buffer.alloc(2_000_000))
      add.run(run, at + n * 60_000, at + n * 60_000 + 60_000, path)
    }
    await waitFor(() => store.db.prepare(`SELECT count(*) FROM purge`).pluck().get() === 1, { timeoutMs: 20_000 })
    const left = footage.segments('old', always).map(({ startUtcMs }) => (startUtcMs - at) / 60_000)
    expect(left.length).toBeGreaterThanOrEqual(12)
    expect(left.at(-1)).toBe(14)
    expect(left[0]).toBe(15 - left.length)
    expect(readdirSync(join(root, 'old/2026-01-01'))).toHaveLength(left.length)
  })
})

test('a disk that stalls: memory is bounded, the gap says overload, and what follows has its own parameters', async () => {
  const folder = tempFolder('recorder')
  const store = openStore(join(folder, 'gateway.db'), 'gateway')
  const clock = manualClock()
  let release = () => {}
  const stalled = new Promise<void>((resolve) => (release = resolve))
  const index = recordingIndex(store, () => folder)
  const one = recorder('cam', () => null, {
    disk: () => ({ name: 'main', root: folder, mayWrite: () => stalled }),
    index,
    tools: { clock, log: openLog('silent') },
    createSegment,
    onSegment: () => {},
    onOrphan: () => {},
    onTimeline: () => {},
    onDisk: () => {},
  })
  const camera = fakeCamera(video, clock, one.put)
  camera.connect()
  const frames = Math.ceil(
    (maxQueuedBytes * 2.5) / (video.samples.reduce((sum, { data }) => sum + data.length, 0) / 10),
  )
  camera.send(Math.floor(frames / 2))
  // While the disk stalls the camera comes back with other parameters.
  const larger = encodeVideo('480x360')
  const next = fakeCamera(larger, clock, one.put)
  one.end('camera-lost')
  next.connect()
  next.send(frames)
  release()
  await one.settled()
  next.send(30)
  one.end('gateway-stopped')
  await one.settled()
  const segments = index.segmentsIn('cam', always)
  expect(store.db.prepare(`SELECT width_px FROM run ORDER BY id DESC LIMIT 1`).pluck().get()).toBe(480)
  expect(segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)).toBeLessThan(maxQueuedBytes * 1.5)
  expect(store.db.prepare(`SELECT DISTINCT reason FROM gap`).pluck().all()).toContain('overload')
  store.close()
})
