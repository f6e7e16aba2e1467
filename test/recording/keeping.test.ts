/** Holds, planned interruptions, the ledger, several disks: the real module with a camera whose time a test decides. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { Failure } from '../../gateway/domain/failure.ts'
import { days, hours, minutes } from '../../gateway/domain/units.ts'
import { openLog } from '../../gateway/lib/log.ts'
import { readLink } from '../../gateway/media/link.ts'
import { recordingsDisk } from '../../gateway/recording/disk.ts'
import type { CameraLife } from '../../gateway/recording/ledger.ts'
import { recording, type RecordingParts } from '../../gateway/recording/recording.ts'
import { openStore } from '../../gateway/store/open.ts'
import { tempFolder } from '../support/temp.ts'
import { partsOf } from './camera.ts'
import { encodeVideo, fakeCamera, fps, type ManualClock, manualClock, type Video } from './fake-camera.ts'

let video: Video
beforeAll(() => {
  video = encodeVideo()
})
/** The start of an hour, 14:00 in China on a Monday. */
const start = Date.parse('2026-11-02T14:00:00+08:00')
const office = { user: 'office', name: '王', isAdmin: false }
const admin = { user: 'admin', name: 'admin', isAdmin: true }

interface Zone {
  clock?: ManualClock
  folder?: string
  hours?: CameraLife['hours']
  more?: Partial<RecordingParts>
}
async function open({
  clock = manualClock(start),
  folder = tempFolder('keeping'),
  hours: declared = [],
  more = {},
}: Zone = {}) {
  const store = openStore(join(folder, 'gateway.db'), 'gateway')
  const life: CameraLife = { id: 'cam', areaId: 'a', addedUtcMs: start, removedUtcMs: null, hours: declared }
  const footage = recording(
    partsOf(store, join(folder, 'recordings'), {
      tools: { clock, log: openLog('silent') },
      lives: () => [life],
      requireCamera: (cameraId) => {
        if (cameraId !== 'cam') throw new Failure('missing', 'camera-missing', 'no such camera')
      },
      ...more,
    }),
  )
  await footage.recover()
  const recorder = footage.begin('cam')
  const camera = fakeCamera(video, clock, recorder.put)
  /** Whole seconds of video; the ledger is looked at after each minute, as the gateway does. */
  const film = async (seconds: number) => {
    for (let left = seconds; left > 0; left -= 60) {
      camera.send(Math.min(60, left) * fps)
      await recorder.settled()
      footage.coverage.tick()
    }
  }
  const outage = async (ms: number, reason: 'camera-lost' | 'no-route' = 'camera-lost') => {
    recorder.end(reason)
    await recorder.settled()
    for (let left = ms; left > 0; left -= minutes(1)) {
      clock.pass(Math.min(minutes(1), left))
      footage.coverage.tick()
    }
    camera.connect()
  }
  const rows = (bucket: 'hour' | 'day' = 'hour') =>
    footage.coverage.coverage({ fromUtcMs: start, toUtcMs: clock.now(), bucket, by: 'camera' })
  camera.connect()
  return { folder, clock, store, footage, recorder, camera, film, outage, rows }
}
const upkeep = async (footage: ReturnType<typeof recording>) => {
  const stop = new AbortController()
  const running = footage.run(stop.signal)
  stop.abort()
  await running
}

describe('the ledger', () => {
  test('expected = recorded + gaps, hour by hour, through outages, a stop and a crash', async () => {
    const first = await open()
    await first.film(600)
    await first.outage(minutes(30))
    await first.film(1_500)
    await first.outage(minutes(10), 'no-route')
    await first.film(300)
    await first.footage.finish('cam', 'gateway-stopped')
    first.store.close()
    first.clock.pass(hours(3))
    // Three hours without a gateway, then one that is killed.
    const second = await open({ folder: first.folder, clock: first.clock })
    await second.film(600)
    second.footage.coverage.tick()
    second.store.db.exec(`DELETE FROM segment WHERE end_utc_ms > ${second.clock.now() - 120_000}`)
    second.store.close()
    first.clock.pass(minutes(20))
    const third = await open({ folder: first.folder, clock: first.clock })
    await third.film(120)
    await third.footage.finish('cam', 'gateway-stopped')
    third.footage.coverage.tick()
    const rows = third.rows()
    expect(rows.length).toBeGreaterThanOrEqual(5)
    for (const row of rows) {
      const gaps = Object.values(row.gapSeconds).reduce((sum, seconds) => sum + seconds, 0)
      expect(row.recordedSeconds + gaps).toBeCloseTo(row.expectedSeconds, 1)
      expect(row.unexplainedSeconds).toBe(0)
    }
    const total = (reason: 'camera-lost' | 'no-route' | 'gateway-stopped' | 'gateway-crashed') =>
      rows.reduce((sum, row) => sum + (row.gapSeconds[reason] ?? 0), 0)
    expect(total('camera-lost')).toBeCloseTo(1_800, 0)
    expect(total('no-route')).toBeCloseTo(600, 0)
    expect(total('gateway-stopped')).toBeCloseTo(10_800, 0)
    expect(total('gateway-crashed')).toBeGreaterThan(1_190)
    expect(third.footage.coverage.unequal()).toBeNull()
    expect(third.rows('day').map(({ expectedSeconds }) => expectedSeconds)).toEqual([
      rows.reduce((sum, row) => sum + row.expectedSeconds, 0),
    ])
    third.store.close()
  })

  test('a picture that lasts beyond now is not yet expected', async () => {
    const { clock, store, footage, recorder, film } = await open()
    await film(60)
    // What was delayed comes early now: the end of the last picture lies ahead.
    clock.pass(-200)
    await recorder.sync()
    footage.coverage.tick()
    expect(footage.coverage.unequal()).toBeNull()
    store.close()
  })

  test('what nobody can explain is told, and not hidden', async () => {
    const { store, footage, film, outage, rows } = await open()
    await film(60)
    await outage(minutes(5))
    await film(60)
    store.db.exec(`DELETE FROM gap`)
    footage.coverage.tick()
    expect(rows()[0]?.unexplainedSeconds).toBeCloseTo(300, 0)
    expect(footage.coverage.unequal()).toMatchObject({ cameraId: 'cam', hourUtcMs: start })
    store.close()
  })

  test('outside the declared hours nothing is expected, and what is missing there is no gap', async () => {
    // Until 14:30, and from 15:00 on.
    const declared = [
      { days: [1], from: '08:00', to: '14:30' },
      { days: [1], from: '15:00', to: '18:00' },
    ]
    const { clock, store, footage, film, outage, rows } = await open({
      hours: [{ fromUtcMs: start, windows: declared }],
    })
    await film(1_200)
    await outage(minutes(60))
    await film(60)
    expect(
      rows().map(({ expectedSeconds, gapSeconds }) => [expectedSeconds, Math.round(gapSeconds['camera-lost'] ?? 0)]),
    ).toEqual([
      [1_800, 600],
      // The last second is on its way to the disk.
      [1_259, 1_200],
    ])
    expect(
      footage
        .spans('cam', { fromUtcMs: start, toUtcMs: clock.now() })
        .map(({ kind, startUtcMs, endUtcMs }) => [kind, Math.round((endUtcMs - startUtcMs) / 1_000)]),
    ).toEqual([
      ['recorded', 1_200],
      ['gap', 600],
      ['gap', 1_200],
      ['recorded', 59],
    ])
    store.close()
  })

  test('a planned interruption is not expected from when it was entered; it never explains the past', async () => {
    const { clock, store, footage, film, outage, rows } = await open()
    await film(600)
    const plan = { cameraIds: ['cam'], fromUtcMs: start, toUtcMs: start + hours(1), reason: '粉刷墙面' }
    expect(() => footage.plannedOff.add(plan, 'ops')).toThrow(expect.objectContaining({ code: 'planned-off-past' }))
    const [entered] = footage.plannedOff.add(
      { ...plan, fromUtcMs: clock.now() - 1_000, toUtcMs: clock.now() + minutes(10) },
      'ops',
    )
    expect(entered?.fromUtcMs).toBe(clock.now())
    expect(footage.expectedNow()).toEqual(new Set())
    await outage(minutes(15))
    await film(60)
    expect(rows()[0]).toMatchObject({ plannedOffSeconds: 600, gapSeconds: { 'camera-lost': expect.closeTo(300, 0) } })
    const [next] = footage.plannedOff.add({ ...plan, fromUtcMs: clock.now(), toUtcMs: clock.now() + hours(9) }, 'ops')
    clock.pass(60_000)
    expect(footage.plannedOff.cancel(next?.id ?? '', 'admin')).toMatchObject({
      toUtcMs: clock.now(),
      cancelledBy: 'admin',
    })
    expect(() => footage.plannedOff.cancel(next?.id ?? '', 'admin')).toThrow(
      expect.objectContaining({ code: 'planned-off-over' }),
    )
    store.close()
  })

  test('hours go to the metrics store when they are over, and again when they changed', async () => {
    const { clock, store, footage, film } = await open()
    await film(120)
    const { toExport } = footage.coverage
    expect(toExport.waiting(10)).toEqual([])
    clock.pass(hours(1.1))
    footage.coverage.tick()
    const [hour] = toExport.waiting(10)
    expect(hour).toMatchObject({ cameraId: 'cam', hourUtcMs: start })
    toExport.exported(hour ? [hour] : [])
    expect(toExport.waiting(10)).toEqual([])
    store.db.exec(`DELETE FROM segment`)
    footage.coverage.recount('cam', { fromUtcMs: start, toUtcMs: start + 1 })
    expect(toExport.waiting(10)).toMatchObject([{ hourUtcMs: start }])
    store.close()
  })
})

test('after a kill cameras are read while files are compared: nothing is lost, the chain goes on, the hour is counted right', async () => {
  const first = await open()
  await first.film(300)
  await first.recorder.sync()
  // Killed: the open file has no row, the run no end.
  const before = first.footage.segments('cam', { fromUtcMs: 0, toUtcMs: first.clock.now() })
  first.store.close()
  first.clock.pass(minutes(2))
  const { clock } = first
  const store = openStore(join(first.folder, 'gateway.db'), 'gateway')
  const life: CameraLife = { id: 'cam', areaId: 'a', addedUtcMs: start, removedUtcMs: null, hours: [] }
  const footage = recording(
    partsOf(store, join(first.folder, 'recordings'), { tools: { clock, log: openLog('silent') }, lives: () => [life] }),
  )
  const recovering = footage.recover()
  const backUtcMs = clock.now()
  const camera = fakeCamera(video, clock, footage.begin('cam').put)
  camera.connect()
  camera.send(10 * fps)
  expect(footage.isRecovered()).toBe(false)
  expect(await recovering).toMatchObject({ adopted: 1, crashedRuns: 1 })
  await footage.finish('cam', 'gateway-stopped')
  const files = footage.segments('cam', { fromUtcMs: 0, toUtcMs: clock.now() })
  expect(files.slice(0, before.length).map(({ fragments }) => fragments)).toEqual(
    before.map(({ fragments }) => fragments),
  )
  const bytes = files.map(({ root, path }) => readFileSync(join(root, path)))
  const links = files.flatMap(({ fragments }, n) =>
    fragments.map(({ offset, sha256 }) => ({
      before: readLink(bytes[n]?.subarray(offset) ?? new Uint8Array())?.before,
      sha256,
    })),
  )
  for (const [n, link] of links.entries()) if (n > 0) expect(link.before).toEqual(links[n - 1]?.sha256)
  const spans = footage.spans('cam', { fromUtcMs: start, toUtcMs: clock.now() })
  expect(spans.map((span) => (span.kind === 'gap' ? span.reason : span.kind))).toEqual([
    'recorded',
    'gateway-crashed',
    'recorded',
  ])
  expect(spans[1]).toMatchObject({ startUtcMs: before.at(-1)?.endUtcMs, endUtcMs: backUtcMs })
  footage.coverage.tick()
  expect(footage.coverage.unequal()).toBeNull()
  store.close()
})

describe('holds', () => {
  test('held footage outlives its retention, with the gaps of its time; the rest goes', async () => {
    const { folder, clock, store, footage, film, outage } = await open({ more: { retentionDays: 1 } })
    await film(300)
    await outage(minutes(5))
    await film(300)
    await footage.finish('cam', 'gateway-stopped')
    const range = { fromUtcMs: start + minutes(3), toUtcMs: start + minutes(11) }
    const hold = footage.holds.add({ cameraIds: ['cam'], ...range, reason: '抽检批次 12' }, office)
    const before = footage.segments('cam', { fromUtcMs: 0, toUtcMs: clock.now() })
    clock.pass(days(2))
    await upkeep(footage)
    const kept = footage.segments('cam', { fromUtcMs: 0, toUtcMs: clock.now() })
    const touched = before.filter(
      ({ startUtcMs, endUtcMs }) => startUtcMs < range.toUtcMs && endUtcMs > range.fromUtcMs,
    )
    expect(kept.map(({ path }) => path)).toEqual(touched.map(({ path }) => path))
    expect(kept.length).toBeLessThan(before.length)
    for (const { path } of kept) expect(existsSync(join(folder, 'recordings', path))).toBe(true)
    expect(footage.spans('cam', range).map((span) => (span.kind === 'gap' ? span.reason : span.kind))).toEqual([
      'recorded',
      'camera-lost',
      'recorded',
    ])
    footage.holds.release(hold.id, '结果合格', office)
    await upkeep(footage)
    expect(footage.segments('cam', { fromUtcMs: 0, toUtcMs: clock.now() })).toEqual([])
    store.close()
  })

  test('only longer, never shorter; released with a reason by its owner or an administrator; a lapsed one lets go', async () => {
    const { clock, store, footage } = await open()
    const { holds } = footage
    const span = { cameraIds: ['cam'], fromUtcMs: start, toUtcMs: start + hours(2), reason: 'x' }
    expect(() => holds.add({ ...span, cameraIds: ['never'] }, office)).toThrow(
      expect.objectContaining({ code: 'camera-missing' }),
    )
    expect(() => holds.add({ ...span, untilUtcMs: start }, office)).toThrow(
      expect.objectContaining({ code: 'hold-over' }),
    )
    const one = holds.add({ ...span, untilUtcMs: start + days(1) }, office)
    expect(one).toMatchObject({ owner: 'office', ownerName: '王', active: true, cameraIds: ['cam'] })
    expect(() => holds.extend(one.id, { toUtcMs: start + 1 })).toThrow(
      expect.objectContaining({ code: 'hold-shorter' }),
    )
    expect(() => holds.extend(one.id, { untilUtcMs: start + hours(5) })).toThrow(
      expect.objectContaining({ code: 'hold-shorter' }),
    )
    expect(holds.extend(one.id, { toUtcMs: start + hours(3), untilUtcMs: null })).toMatchObject({
      toUtcMs: start + hours(3),
      untilUtcMs: null,
    })
    expect(() => holds.release(one.id, 'no', { ...office, user: 'other' })).toThrow(
      expect.objectContaining({ code: 'hold-not-yours' }),
    )
    expect(holds.release(one.id, 'done', admin)).toMatchObject({
      active: false,
      releasedBy: 'admin',
      releaseReason: 'done',
    })
    expect(() => holds.release(one.id, 'again', admin)).toThrow(expect.objectContaining({ code: 'hold-released' }))
    expect(() => holds.extend('h-none', {})).toThrow(expect.objectContaining({ code: 'hold-missing' }))
    const two = holds.add({ ...span, untilUtcMs: start + days(1) }, office)
    expect(holds.held().get('cam')).toHaveLength(1)
    clock.pass(days(1))
    expect(holds.held().size).toBe(0)
    expect(holds.list('active')).toEqual([])
    expect(
      holds
        .list('all')
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual([one.id, two.id].toSorted())
    store.close()
  })

  test('short of space: the oldest that nobody holds goes, the gap says so, and when only held footage is left recording stops', async () => {
    const folder = tempFolder('keeping')
    const disks = [{ name: 'main', path: join(folder, 'recordings'), minFreeBytes: 0, maxBytes: 1_500_000 }]
    const { clock, store, footage, film } = await open({ folder, more: { disks } })
    await film(240)
    const all = () => footage.segments('cam', { fromUtcMs: 0, toUtcMs: clock.now() })
    const held = all()[1]
    if (!held) throw new Error('no second file')
    footage.holds.add(
      { cameraIds: ['cam'], fromUtcMs: held.startUtcMs + 1, toUtcMs: held.endUtcMs - 1, reason: 'x' },
      office,
    )
    await film(1_800)
    await upkeep(footage)
    const sum = (list: readonly { sizeBytes: number }[]) => list.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0)
    expect(sum(all())).toBeLessThanOrEqual(1_500_000)
    expect(all()[0]?.path).toBe(held.path)
    const [purged] = footage.spans('cam', { fromUtcMs: start, toUtcMs: held.startUtcMs })
    expect(purged).toMatchObject({ kind: 'gap', reason: 'purged' })
    footage.coverage.tick()
    expect(footage.coverage.unequal()).toBeNull()

    footage.holds.add(
      { cameraIds: ['cam'], fromUtcMs: start, toUtcMs: clock.now() + days(1), reason: 'all of it' },
      office,
    )
    const again = fakeCamera(video, clock, footage.begin('cam').put)
    again.connect()
    for (let n = 0; n < 40 && footage.troubles()[0]?.trouble === null; n++) {
      again.send(60 * fps)
      await footage.begin('cam').settled()
      await upkeep(footage)
      footage.begin('cam').put({ init: video.init })
    }
    expect(footage.troubles()[0]?.trouble).toMatchObject({ code: 'disk-full' })
    const before = all()
    clock.pass(10_000)
    const more = fakeCamera(video, clock, footage.begin('cam').put)
    more.connect()
    more.send(300)
    await footage.begin('cam').settled()
    expect(all()).toEqual(before)
    expect(store.db.prepare(`SELECT reason FROM gap WHERE end_utc_ms IS NULL`).pluck().get()).toBe('disk-full')
    store.close()
  })
})

describe('several disks', () => {
  test('a camera is recorded on the disk it is assigned to, from the next file on; each disk fails and heals alone', async () => {
    const folder = tempFolder('keeping')
    let disk: string | null = null
    const disks = ['main', 'second'].map((name) => ({ name, path: join(folder, name), minFreeBytes: 0 }))
    const { clock, store, footage, film } = await open({
      folder,
      more: { disks, camera: () => ({ clockOffsetMs: null, retentionDays: null, disk }) },
    })
    await film(90)
    disk = 'second'
    await film(90)
    const files = () => footage.segments('cam', { fromUtcMs: 0, toUtcMs: clock.now() })
    expect(new Set(files().map(({ disk: on }) => on))).toEqual(new Set(['main', 'second']))
    for (const { root, path, disk: on } of files()) expect(join(root, path).startsWith(join(folder, on))).toBe(true)

    renameSync(join(folder, 'second'), join(folder, 'away'))
    mkdirSync(join(folder, 'second'))
    await film(150)
    expect(footage.troubles().map(({ name, trouble }) => [name, trouble?.code ?? null])).toEqual([
      ['main', null],
      ['second', 'disk-away'],
    ])
    expect(readdirSync(join(folder, 'second'))).toEqual([])
    disk = null
    await film(30)
    expect(files().at(-1)?.disk).toBe('main')
    rmSync(join(folder, 'second'), { recursive: true })
    renameSync(join(folder, 'away'), join(folder, 'second'))
    await upkeep(footage)
    expect(footage.troubles().every(({ trouble }) => trouble === null)).toBe(true)
    footage.coverage.tick()
    expect(footage.coverage.unequal()).toBeNull()
    const report = await footage.disks(['cam'])
    expect(report.map(({ name, cameras }) => [name, cameras])).toEqual([
      ['main', 1],
      ['second', 0],
    ])
    for (const { name, footageBytes } of report)
      expect(footageBytes).toBe(
        files()
          .filter((one) => one.disk === name)
          .reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      )
    store.close()
  })

  test('a new folder that is looked at twice at once is marked once', async () => {
    const folder = tempFolder('keeping')
    const store = openStore(join(folder, 'gateway.db'), 'gateway')
    const disk = recordingsDisk(join(folder, 'new'), 'gw', store, manualClock())
    await Promise.all([disk.mustBeOurs(), disk.mustBeOurs(), disk.mustBeOurs()])
    await disk.mustBeOurs()
    expect(store.db.prepare(`SELECT count(*) FROM disk`).pluck().get()).toBe(1)
    store.close()
  })

  test('an index that was lost: what is on all disks is found again, and the time between says that nobody knows', async () => {
    const folder = tempFolder('keeping')
    let disk: string | null = null
    const disks = ['main', 'second'].map((name) => ({ name, path: join(folder, name), minFreeBytes: 0 }))
    const more = { disks, camera: () => ({ clockOffsetMs: null, retentionDays: null, disk }) }
    const first = await open({ folder, more })
    await first.film(60)
    disk = 'second'
    await first.outage(minutes(5))
    await first.film(60)
    await first.footage.finish('cam', 'gateway-stopped')
    first.store.close()
    for (const name of readdirSync(folder)) if (name.startsWith('gateway.db')) rmSync(join(folder, name))
    first.clock.pass(minutes(5))
    const second = await open({ folder, clock: first.clock, more })
    await second.film(60)
    const spans = second.footage.spans('cam', { fromUtcMs: start, toUtcMs: first.clock.now() })
    expect(spans.map((span) => (span.kind === 'gap' ? span.reason : span.kind))).toEqual([
      'recorded',
      'index-lost',
      'recorded',
      'index-lost',
      'recorded',
    ])
    expect(second.footage.coverage.unequal()).toBeNull()
    // What was found has an end: at the next start nothing looks as if it had been killed.
    const openRuns = second.store.db.prepare(`SELECT count(*) FROM run WHERE end_utc_ms IS NULL`).pluck()
    expect(openRuns.get()).toBe(1)
    await second.footage.finish('cam', 'gateway-stopped')
    expect(openRuns.get()).toBe(0)
    second.store.close()
  })

  test('until the disks are compared nobody may think that footage is gone, and folders that are none of ours are no trouble', async () => {
    const folder = tempFolder('keeping')
    const first = await open({ folder })
    await first.film(60)
    await first.footage.finish('cam', 'gateway-stopped')
    mkdirSync(join(folder, 'recordings/cam/previews'))
    writeFileSync(join(folder, 'recordings/cam/previews/1795500000000-7.mp4'), 'no recording')
    const { clock } = first
    const later = recording(
      partsOf(first.store, join(folder, 'recordings'), { tools: { clock, log: openLog('silent') } }),
    )
    const never = { fromUtcMs: 0, toUtcMs: 1_000 }
    expect(later.hasFootage('cam', never)).toBe(true)
    expect(await later.recover()).toMatchObject({ adopted: 0, emptyFiles: 0 })
    expect(later.hasFootage('cam', never)).toBe(false)
    expect(later.hasFootage('cam', { fromUtcMs: start, toUtcMs: clock.now() })).toBe(true)
    expect(readdirSync(join(folder, 'recordings/cam/previews'))).toHaveLength(1)
    first.store.close()
  })

  test('an index that was lost while the disk was away: its footage is explained when it comes', async () => {
    const folder = tempFolder('keeping')
    const first = await open({ folder })
    await first.film(60)
    await first.outage(minutes(5))
    await first.film(60)
    await first.footage.finish('cam', 'gateway-stopped')
    first.store.close()
    for (const name of readdirSync(folder)) if (name.startsWith('gateway.db')) rmSync(join(folder, name))
    renameSync(join(folder, 'recordings'), join(folder, 'away'))
    writeFileSync(join(folder, 'recordings'), 'no folder')
    first.clock.pass(minutes(5))
    // The camera is entered anew, too.
    const again: CameraLife = { id: 'cam', areaId: 'a', addedUtcMs: first.clock.now(), removedUtcMs: null, hours: [] }
    const second = await open({ folder, clock: first.clock, more: { lives: () => [again] } })
    expect(second.footage.troubles()[0]?.trouble?.code).toBe('disk-away')
    rmSync(join(folder, 'recordings'))
    renameSync(join(folder, 'away'), join(folder, 'recordings'))
    await upkeep(second.footage)
    expect(second.footage.troubles()[0]?.trouble).toBeNull()
    const spans = second.footage.spans('cam', { fromUtcMs: start, toUtcMs: first.clock.now() })
    const kinds = spans.map((span) => (span.kind === 'gap' ? span.reason : span.kind))
    expect(kinds.slice(0, 4)).toEqual(['recorded', 'index-lost', 'recorded', 'index-lost'])
    second.footage.coverage.tick()
    expect(second.footage.coverage.unequal()).toBeNull()
    second.store.close()
  })
})
