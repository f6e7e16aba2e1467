import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { toFailure } from '../../gateway/domain/failure.ts'
import { type ChainEnd, checkChain } from './chain-check.ts'
import { type Disk, type FileFound, listDisk, whyNotOurs } from './files.ts'
import type { IndexReader, SegmentHead } from './index-reader.ts'
import type { Problem, ProblemKind } from './problem.ts'
import { checkSegment } from './segment-check.ts'

export interface CameraResult {
  readonly cameraId: string
  readonly files: number
  readonly bytes: number
  readonly fromUtcMs: number
  readonly toUtcMs: number
  /** Files whose hashes were verified. */
  readonly verified: number
  readonly fragments: number
  readonly withoutLink: number
  readonly followed: number
  readonly explained: number
  readonly problems: number
}
export interface CheckResult {
  readonly cameras: readonly CameraResult[]
  readonly problems: readonly Problem[]
  /** Files of runs that go on: a gateway writes them now, or recovery will take them in. */
  readonly unfinished: number
  readonly verifiedBytes: number
  readonly seconds: number
}
export interface CheckOptions {
  readonly index: IndexReader
  readonly disks: readonly Disk[]
  /** 0 to 1: part of the files whose bytes are read; the rest is compared by name and size. */
  readonly sample: number
  readonly random: () => number
  /** Files without a row are then no problem when their run goes on. */
  readonly isRunning: boolean
}

/** Disk against index, both ways; hashes and chain of all files or of a sample. Reads only. */
export function checkFootage({ index, disks, sample, random, isRunning }: CheckOptions): CheckResult {
  const startedMs = performance.now()
  const problems: Problem[] = []
  const found = new Map<string, { disk: Disk; files: Map<string, FileFound> }>()
  const foreign: { disk: string; path: string }[] = []
  for (const disk of disks) {
    const why = whyNotOurs(disk, index)
    if (why !== undefined) {
      problems.push({ kind: 'disk-away', cameraId: null, disk: disk.name, path: null, message: `${disk.root}: ${why}` })
      continue
    }
    const listed = listDisk(disk.root)
    found.set(disk.name, { disk, files: new Map(listed.segments.map((file) => [file.path, file])) })
    foreign.push(...listed.foreign.map(({ path }) => ({ disk: disk.name, path })))
  }
  const read = fileReader()
  const cameras: CameraResult[] = []
  let verifiedBytes = 0
  const asked = new Set<string>()
  for (const cameraId of index.cameras()) {
    const own: Problem[] = []
    const add = ({ disk, path }: SegmentHead, kind: ProblemKind, message: string) =>
      own.push({ kind, cameraId, disk, path, message })
    const rows = index.headsOf(cameraId)
    const ends: ChainEnd[] = []
    const heads = new Map<number, { row: SegmentHead; initHash: string }[]>()
    let [verified, fragments, withoutLink] = [0, 0, 0]
    const always = Math.floor(random() * rows.length)
    for (const [n, row] of rows.entries()) {
      const place = found.get(row.disk)
      const file = place?.files.get(row.path)
      place?.files.delete(row.path)
      const end = { row, before: undefined as string | undefined }
      ends.push(end)
      if (!place) {
        if (!disks.some(({ name }) => name === row.disk) && !asked.has(row.disk)) {
          asked.add(row.disk)
          add(row, 'disk-away', `the index knows files on a disk named ${row.disk}, and no such disk was named`)
        }
        continue
      }
      if (!file) {
        // Removed since the row was read: retention does that.
        if (index.isKnown(row.disk, row.path)) add(row, 'file-missing', 'the index knows it, and it is gone')
        continue
      }
      if (sample < 1 && n !== always && random() >= sample) {
        if (file.sizeBytes !== row.sizeBytes)
          add(row, 'size-differs', `${file.sizeBytes} bytes instead of ${row.sizeBytes}`)
        continue
      }
      const table = index.fragmentsOf(row.id)
      if (!table) continue
      let bytes: Uint8Array
      try {
        bytes = read(join(place.disk.root, row.path))
      } catch (cause) {
        if (index.isKnown(row.disk, row.path))
          add(row, 'file-damaged', `it cannot be read: ${toFailure(cause).message}`)
        continue
      }
      const result = checkSegment(bytes, table, row)
      for (const { kind, message } of result.findings) add(row, kind, message)
      end.before = result.before
      verified++
      verifiedBytes += bytes.length
      fragments += result.fragments
      withoutLink += result.withoutLink
      heads.set(row.runId, [...(heads.get(row.runId) ?? []), { row, initHash: result.initHash }])
    }
    for (const { row, message } of oddHeads(heads)) add(row, 'file-damaged', message)
    const chain = checkChain(ends, index.removedOf(cameraId))
    for (const { row, message } of chain.breaks) add(row, 'chain-broken', message)
    problems.push(...own)
    cameras.push({
      cameraId,
      files: rows.length,
      bytes: rows.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      fromUtcMs: rows[0]?.startUtcMs ?? 0,
      toUtcMs: rows.reduce((latest, { endUtcMs }) => Math.max(latest, endUtcMs), 0),
      verified,
      fragments,
      withoutLink,
      followed: chain.followed,
      explained: chain.explained,
      problems: own.length,
    })
  }
  const openRuns = index.openRuns()
  let unfinished = 0
  for (const { disk, files } of found.values())
    for (const { path } of files.values()) {
      const [cameraId = null] = path.split('/')
      if (index.isKnown(disk.name, path)) continue
      if (isRunning && openRuns.has(Number(/-(\d+)\.mp4$/.exec(path)?.[1]))) unfinished++
      else
        problems.push({
          kind: 'file-unknown',
          cameraId,
          disk: disk.name,
          path,
          message: 'no row of the index knows it',
        })
    }
  for (const { disk, path } of foreign)
    problems.push({ kind: 'file-foreign', cameraId: null, disk, path, message: 'no footage; who put it there?' })
  const seconds = (performance.now() - startedMs) / 1_000
  return { cameras, problems, unfinished, verifiedBytes, seconds }
}

/** All files of a run begin with the same bytes, which no hash covers: the odd one out is named, or all when nobody can say. */
function oddHeads(runs: ReadonlyMap<number, readonly { row: SegmentHead; initHash: string }[]>) {
  return [...runs.values()].flatMap((files) => {
    const kinds = [...Map.groupBy(files, ({ initHash }) => initHash).values()].sort((a, b) => b.length - a.length)
    const [most, second] = kinds
    if (!most || !second) return []
    const odd = most.length > second.length ? kinds.slice(1).flat() : kinds.flat()
    return odd.map(({ row }) => ({ row, message: 'its head is not that of the other files of its run' }))
  })
}

/** Reads whole files into one buffer that grows: what was read before is then gone. */
function fileReader(): (path: string) => Uint8Array {
  let buffer = Buffer.allocUnsafe(1 << 22)
  return (path) => {
    const handle = openSync(path, 'r')
    try {
      const { size } = fstatSync(handle)
      if (size > buffer.length) buffer = Buffer.allocUnsafe(size * 2)
      let done = 0
      while (done < size) {
        const got = readSync(handle, buffer, done, size - done, done)
        if (got === 0) break
        done += got
      }
      return buffer.subarray(0, done)
    } finally {
      closeSync(handle)
    }
  }
}
