/** The footage checker: what is done to a disk or an index behind the gateway's back is found, all of it, and named. */
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { assert, double, integer, nat, property } from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { decodeFragments, encodeFragments } from '../../gateway/recording/fragment-table.ts'
import { recordingIndex } from '../../gateway/recording/index.ts'
import { lockDataDir } from '../../gateway/store/lock.ts'
import { openStore } from '../../gateway/store/open.ts'
import { type MadeSegment, makeRun } from '../../scripts/bench/lib/made-footage.ts'
import { root as project } from '../../scripts/programs.ts'
import type { CheckResult } from '../../scripts/footage/check-footage.ts'
import { checkFootage } from '../../scripts/footage/check-footage.ts'
import { openIndex } from '../../scripts/footage/index-reader.ts'
import { startChild } from '../support/children.ts'
import { tempFolder } from '../support/temp.ts'
import { encodeVideo, type Video } from './fake-camera.ts'

let video: Video
beforeAll(() => {
  video = encodeVideo()
})

const startUtcMs = Date.UTC(2_026, 10, 3, 23, 58)

/** Two cameras on two disks: two runs of three files for one, one run for the other. */
function recorded() {
  const folder = tempFolder('check')
  const data = join(folder, 'data')
  mkdirSync(data)
  const roots = { main: join(folder, 'main'), second: join(folder, 'second') }
  const store = openStore(join(data, 'gateway.db'), 'gateway')
  for (const [name, path] of Object.entries(roots)) {
    mkdirSync(path)
    store.db.prepare(`INSERT INTO disk (path, disk_id, marked_utc_ms) VALUES (?, ?, 0)`).run(path, `id-${name}`)
    writeFileSync(join(path, '.zone-gateway'), JSON.stringify({ diskId: `id-${name}`, gatewayId: 'gw' }))
  }
  const index = recordingIndex(store, (name) => roots[name as 'main'])
  const disk = (name: 'main' | 'second') => ({ name, root: roots[name] })
  const run = (cameraId: string, name: 'main' | 'second', atMs: number, linked = true) =>
    makeRun({ index, video, cameraId, startUtcMs: startUtcMs + atMs, segments: 3, gops: 4, disk: disk(name), linked })
  const files = [...run('cam', 'main', 0), ...run('cam', 'second', 60_000), ...run('dry', 'main', 5_000)]
  const at = (n: number) => files[n] as MadeSegment
  const pathOf = (n: number) => join(roots[at(n).disk as 'main'], at(n).path)
  const check = (sample = 1, isRunning = false): CheckResult => {
    const reader = openIndex(data)
    try {
      return checkFootage({
        index: reader,
        disks: [disk('main'), disk('second')],
        sample,
        isRunning,
        random: () => 0.5,
      })
    } finally {
      reader.close()
    }
  }
  /** What is wrong, as `kind file`. */
  const wrong = (sample = 1) =>
    check(sample).problems.map(({ kind, path }) => `${kind} ${path === null ? '-' : basename(path)}`)
  const named = (kind: string, n: number) => `${kind} ${basename(at(n).path)}`
  const table = (n: number) =>
    store.db.prepare<[string], Uint8Array>(`SELECT fragments FROM segment WHERE path = ?`).pluck().get(at(n).path) ??
    new Uint8Array()
  const setTable = (n: number, bytes: Uint8Array) =>
    store.db.prepare(`UPDATE segment SET fragments = ? WHERE path = ?`).run(bytes, at(n).path)
  return { folder, data, roots, store, files, at, pathOf, run, check, wrong, named, table, setTable }
}

test('what was recorded is right: two runs, two disks and midnight, every fragment hashed and every file linked', () => {
  const { check } = recorded()
  const { cameras, problems } = check()
  expect(problems).toEqual([])
  expect(
    cameras.map(({ cameraId, verified, fragments, followed, withoutLink }) => [
      cameraId,
      verified,
      fragments,
      followed,
      withoutLink,
    ]),
  ).toEqual([
    ['cam', 6, 24, 6, 0],
    ['dry', 3, 12, 3, 0],
  ])
})

test('footage older than the chain is checked by its hashes alone, and counted; the chain may begin behind it', () => {
  const { run, pathOf, check } = recorded()
  const [old] = run('old', 'main', 0, false)
  const middle = [...run('late', 'main', 0, false), ...run('late', 'main', 60_000)]
  expect(middle).toHaveLength(6)
  const { cameras, problems } = check()
  expect(problems).toEqual([])
  expect(cameras.find(({ cameraId }) => cameraId === 'old')).toMatchObject({
    fragments: 12,
    withoutLink: 12,
    followed: 0,
  })
  expect(cameras.find(({ cameraId }) => cameraId === 'late')).toMatchObject({
    withoutLink: 12,
    followed: 3,
    explained: 0,
  })
  const file = join(dirname(dirname(dirname(pathOf(0)))), old?.path ?? '')
  const whole = readFileSync(file)
  whole.writeUInt8(whole.readUInt8(whole.length - 9) ^ 1, whole.length - 9)
  writeFileSync(file, whole)
  expect(check().problems).toMatchObject([{ kind: 'fragment-changed', cameraId: 'old', path: old?.path }])
})

test('any one byte of any file that is changed is found, and the file is named', () => {
  const { pathOf, wrong, at, files } = recorded()
  assert(
    property(
      nat(files.length - 1),
      double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      integer({ min: 1, max: 255 }),
      (n, where, flip) => {
        const whole = readFileSync(pathOf(n))
        const changed = Buffer.from(whole)
        const offset = Math.floor(where * whole.length)
        changed.writeUInt8((changed.readUInt8(offset) ?? 0) ^ flip, offset)
        writeFileSync(pathOf(n), changed)
        const found = wrong()
        writeFileSync(pathOf(n), whole)
        expect(found.length).toBeGreaterThan(0)
        for (const one of found) expect(one).toContain(basename(at(n).path))
      },
    ),
    { numRuns: 150 },
  )
  expect(wrong()).toEqual([])
})

test('a file cut short anywhere is found', () => {
  const { pathOf, wrong, named } = recorded()
  const whole = readFileSync(pathOf(4))
  for (const length of [whole.length - 1, Math.floor(whole.length / 2), 30, 0]) {
    truncateSync(pathOf(4), length)
    expect(wrong()).toContain(named('size-differs', 4))
    expect(wrong()).toContain(named('fragment-missing', 4))
    writeFileSync(pathOf(4), whole)
  }
})

describe('an index that was changed', () => {
  test.each([0, 1, 3])('a fragment that was taken out of it: number %i', (taken) => {
    const { table, setTable, wrong, named } = recorded()
    setTable(1, encodeFragments(decodeFragments(table(1)).filter((_, n) => n !== taken)))
    expect(wrong()).toContain(named('fragment-missing', 1))
  })

  test('a table that is no table', () => {
    const { setTable, wrong, named } = recorded()
    setTable(1, Buffer.alloc(55))
    expect(wrong()).toEqual([named('index-damaged', 1)])
  })

  test('a file whose row puts it at another time', () => {
    const { store, at, wrong, named } = recorded()
    store.db
      .prepare(
        `UPDATE segment SET start_utc_ms = start_utc_ms + 3600000, end_utc_ms = end_utc_ms + 3600000, anchor_utc_ms = anchor_utc_ms + 3600000 WHERE path = ?`,
      )
      .run(at(8).path)
    expect(new Set(wrong())).toEqual(new Set([named('row-differs', 8)]))
  })

  test('a row and its file that are gone together leave a break in the chain', () => {
    const { store, at, pathOf, wrong, named } = recorded()
    store.db.prepare(`DELETE FROM segment WHERE path = ?`).run(at(1).path)
    rmSync(pathOf(1))
    expect(wrong()).toEqual([named('chain-broken', 2)])
    // The same by retention is in order.
    store.db
      .prepare(
        `INSERT INTO purge (utc_ms, camera_id, from_utc_ms, to_utc_ms, segments, size_bytes, reason) VALUES (0, 'cam', ?, ?, 1, 1, 'space')`,
      )
      .run(at(1).startUtcMs, at(1).endUtcMs)
    expect(wrong()).toEqual([])
  })
})

test('two files that claim to follow the same one', () => {
  const { store, run, wrong } = recorded()
  store.db
    .prepare(`UPDATE camera_chain SET link = (SELECT chain FROM segment WHERE camera_id = 'dry' ORDER BY id LIMIT 1)`)
    .run()
  const [again] = run('dry', 'main', 90_000)
  expect(wrong()).toEqual([`chain-broken ${basename(again?.path ?? '')}`])
})

describe('files that were moved about', () => {
  test('two files that changed places', () => {
    const { pathOf, wrong, named } = recorded()
    const aside = `${pathOf(0)}.aside`
    renameSync(pathOf(0), aside)
    renameSync(pathOf(5), pathOf(0))
    renameSync(aside, pathOf(5))
    const found = wrong()
    expect(found).toContain(named('fragment-changed', 0))
    expect(found).toContain(named('fragment-changed', 5))
  })

  test('two files that changed places together with their rows', () => {
    const { store, at, pathOf, wrong, named } = recorded()
    const aside = `${pathOf(6)}.aside`
    renameSync(pathOf(6), aside)
    renameSync(pathOf(7), pathOf(6))
    renameSync(aside, pathOf(7))
    const rename = store.db.prepare(`UPDATE segment SET path = ? WHERE path = ?`)
    rename.run('aside', at(6).path)
    rename.run(at(6).path, at(7).path)
    rename.run(at(7).path, 'aside')
    const times = store.db.prepare<[number, number, string]>(
      `UPDATE segment SET start_utc_ms = ?, end_utc_ms = ? WHERE path = ?`,
    )
    times.run(at(6).startUtcMs, at(6).endUtcMs, at(6).path)
    times.run(at(7).startUtcMs, at(7).endUtcMs, at(7).path)
    expect(wrong()).toEqual(expect.arrayContaining([named('row-differs', 6), named('row-differs', 7)]))
  })

  test('fragments that changed places inside a file, in the index too', () => {
    const { pathOf, at, setTable, wrong, named } = recorded()
    const whole = readFileSync(pathOf(2))
    const [a, b, c, d] = at(2).fragments
    if (!a || !b || !c || !d) throw new Error('four fragments')
    const slice = (one: typeof a) => whole.subarray(one.offset, one.offset + one.sizeBytes)
    writeFileSync(pathOf(2), Buffer.concat([whole.subarray(0, a.offset), slice(a), slice(c), slice(b), slice(d)]))
    const second = { ...c, offset: b.offset }
    setTable(2, encodeFragments([a, second, { ...b, offset: second.offset + second.sizeBytes }, d]))
    expect(wrong()).toContain(named('chain-broken', 2))
  })

  test('a file that is gone, one that nobody knows, and one that is no footage', () => {
    const { pathOf, at, roots, wrong, named } = recorded()
    const unknown = join(dirname(pathOf(0)), '1793750400000-99.mp4')
    copyFileSync(pathOf(0), unknown)
    writeFileSync(join(roots.second, 'holiday.mp4'), 'not ours')
    rmSync(pathOf(3))
    expect(wrong().toSorted()).toEqual(
      [named('file-missing', 3), `file-unknown ${basename(unknown)}`, 'file-foreign holiday.mp4'].toSorted(),
    )
    expect(at(3).disk).toBe('second')
  })

  test('a disk that is not there is named once, and its files are not called missing', () => {
    const { roots, check } = recorded()
    renameSync(roots.second, `${roots.second}-away`)
    expect(check().problems.map(({ kind, disk }) => [kind, disk])).toEqual([['disk-away', 'second']])
  })
})

test('a sample reads a part of the files, and all of them are compared by name and size', () => {
  const { pathOf, check, wrong, named } = recorded()
  expect(check(0.3).cameras.map(({ verified }) => verified)).toEqual([1, 1])
  truncateSync(pathOf(0), 5_000)
  expect(wrong(0.3)).toEqual([named('size-differs', 0)])
})

describe('as a program', () => {
  const run = async (data: string, recordings: Record<string, string>, ...more: string[]) => {
    const disks = Object.entries(recordings).flatMap(([name, path]) => ['--recordings', `${name}=${path}`])
    await using child = startChild(process.execPath, [
      join(project, 'scripts/check.ts'),
      '--data',
      data,
      ...disks,
      ...more,
    ])
    const { code } = await child.ended
    return { code, said: child.output() }
  }

  test('good, wrong, and what cannot be checked have codes of their own', async () => {
    const { data, roots, pathOf, store } = recorded()
    store.close()
    const good = await run(data, roots)
    expect(good.said).toMatch(/9 of them were read and their 36 fragments[^]*Nothing is wrong\./)
    expect(good.code).toBe(0)
    rmSync(pathOf(3))
    const wrong = await run(data, roots, '--json')
    expect(JSON.parse(wrong.said)).toMatchObject({
      problems: [{ kind: 'file-missing', cameraId: 'cam', disk: 'second' }],
    })
    expect(wrong.code).toBe(1)
    expect((await run(join(data, 'nothing'), roots)).code).toBe(2)
    expect((await run(data, roots, '--sample', '0')).code).toBe(2)
  })

  test('repairs only when it is told to and no gateway is at work', async () => {
    const { data, roots, pathOf, store, at } = recorded()
    rmSync(pathOf(3))
    const lost = readFileSync(pathOf(8))
    store.db.prepare(`DELETE FROM segment WHERE path = ?`).run(at(8).path)
    const count = () => store.db.prepare(`SELECT count(*) FROM segment`).pluck().get()
    expect((await run(data, roots)).code).toBe(1)
    expect(count()).toBe(8)

    const unlock = lockDataDir(data)
    const refused = await run(data, roots, '--repair')
    expect(refused).toMatchObject({ code: 2, said: expect.stringMatching(/another gateway is running/) })
    expect(count()).toBe(8)
    unlock()

    const repaired = await run(data, roots, '--repair')
    expect(repaired.said).toMatch(/1 files taken in[^]*1 rows of missing files became gaps[^]*Nothing is wrong/)
    expect(repaired.code).toBe(0)
    expect(readFileSync(pathOf(8)).equals(lost)).toBe(true)
    expect(store.db.prepare(`SELECT reason FROM gap WHERE start_utc_ms = ?`).pluck().all(at(3).startUtcMs)).toContain(
      'footage-missing',
    )
    store.close()
  })
})
