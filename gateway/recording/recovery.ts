import { open, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Failure, toFailure } from '../domain/failure.ts'
import { normal, without } from '../domain/stretches.ts'
import type { UtcMs, UtcRange } from '../domain/units.ts'
import type { Log } from '../lib/log.ts'
import type { Store } from '../store/open.ts'
import type { RecordingsDisk } from './disk.ts'
import { diskFailure } from './disk-failure.ts'
import type { RecordingIndex } from './index.ts'
import { type Scanned, scanSegment } from './scan.ts'
import { runOfName } from './segment-file.ts'
import type { UpkeepIndex } from './upkeep-index.ts'

/** Footage that was found, or found missing. */
export interface Changed extends UtcRange {
  readonly cameraId: string
}

export interface FilesReport {
  adopted: number
  cutBytes: number
  emptyFiles: number
  missingFiles: number
  changed: Changed[]
}
export type RecoveryReport = Omit<FilesReport, 'changed'> & { readonly crashedRuns: number }

export interface RecoveryParts {
  /** Name of the disk. */
  readonly name: string
  readonly disk: RecordingsDisk
  readonly index: RecordingIndex
  readonly upkeep: UpkeepIndex
  readonly store: Store
  readonly log: Log
}

export const nothingFound = (): FilesReport => ({
  adopted: 0,
  cutBytes: 0,
  emptyFiles: 0,
  missingFiles: 0,
  changed: [],
})

/**
 * Makes disk and index agree: finishes deletions, cuts unfinished files back to their last whole fragment and adopts them, explains
 * rows whose file is gone. Deletes nothing that is not garbage. Each step can be repeated, so that a kill in the middle costs nothing.
 * No file may be open for writing.
 */
export async function recoverFiles(parts: RecoveryParts): Promise<FilesReport> {
  const { name, disk, index, upkeep, store, log } = parts
  const report = nothingFound()
  const garbage = upkeep.garbage(name)
  await disk.remove(garbage)
  for (const path of garbage) upkeep.forgetGarbage(path)

  const unknown = await listRecordings(disk.root)
  const missing: string[] = []
  for (const path of upkeep.allPaths(name)) if (!unknown.delete(path)) missing.push(path)
  for (const path of missing) {
    const row = upkeep.byPath(path)
    if (!row) continue
    report.missingFiles++
    report.changed.push({ cameraId: row.cameraId, fromUtcMs: row.startUtcMs, toUtcMs: row.endUtcMs })
    log.error({ path }, 'a recorded file is gone from the disk')
    const { cameraId, startUtcMs, endUtcMs } = row
    store.transaction(() => {
      upkeep.dropSegment(row.id)
      index.addGap(cameraId, { startUtcMs, endUtcMs, reason: 'footage-missing' })
    })
  }
  for (const path of [...unknown].sort()) await adopt(path, parts, report)
  return report
}

/** Takes one file without a row into the index, or removes it when it holds nothing. What is no recording of ours is left alone. */
export async function adopt(
  path: string,
  { name: diskName, disk, index, upkeep, log }: RecoveryParts,
  report: FilesReport,
) {
  const whole = join(disk.root, path)
  const elsewhere = upkeep.byPath(path)
  if (elsewhere) {
    log.error({ path, disk: diskName, other: elsewhere.disk }, 'a file that belongs to another disk is left alone')
    return
  }
  const bytes = await readFile(whole)
  let scanned: Scanned | undefined
  try {
    scanned = scanSegment(bytes)
  } catch (cause) {
    const { code, message } = toFailure(cause)
    log.error({ path, code, message }, 'a file in the recordings folder cannot be adopted and is left alone')
    return
  }
  if (!scanned) {
    // Created, but killed before the first fragment: nothing to keep.
    report.emptyFiles++
    upkeep.addGarbage(diskName, path)
    await disk.remove([path])
    upkeep.forgetGarbage(path)
    return
  }
  await cutAndSync(whole, scanned.wholeBytes)
  const { init, initBytes, fragments, anchorUtcMs, wholeBytes } = scanned
  const [cameraId = '', , name = ''] = path.split('/')
  const utcOf = (ticks: number) => Math.round(anchorUtcMs + (ticks / init.timescale) * 1_000)
  const startUtcMs = utcOf(fragments[0]?.baseTime ?? 0)
  const last = fragments.at(-1)
  const endUtcMs = utcOf((last?.baseTime ?? 0) + (last?.duration ?? 0))
  const id = runOfName(name) ?? null
  const known = upkeep.run(id ?? 0)
  // An index that was lost and begun anew may have given the number to somebody else.
  const isIts = known?.cameraId === cameraId && known.timescale === init.timescale && known.codec === init.codec
  const runId = isIts ? known.id : index.openRun({ cameraId, startUtcMs, init, id: known ? null : id })
  const sizeBytes = wholeBytes
  const where = { disk: diskName, path, sizeBytes, initBytes }
  index.addSegment({ cameraId, runId, startUtcMs, endUtcMs, ...where, anchorUtcMs, fragments })
  if (isIts) upkeep.extendRun(runId, endUtcMs)
  else upkeep.endFoundRun(runId, endUtcMs)
  report.adopted++
  report.changed.push({ cameraId, fromUtcMs: startUtcMs, toUtcMs: endUtcMs })
  report.cutBytes += bytes.length - wholeBytes
}

/** What the index will say about the file must survive a power cut, as the index does. */
async function cutAndSync(file: string, sizeBytes: number) {
  const handle = await open(file, 'r+')
  try {
    if ((await handle.stat()).size > sizeBytes) await handle.truncate(sizeBytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Runs without an end ended with the gateway; other open gaps became the gateway's when it was last known to live. */
export function endCrashed({ index, upkeep }: Pick<RecoveryParts, 'index' | 'upkeep'>): number {
  const runs = upkeep.openRuns()
  for (const run of runs)
    index.closeRun(run.id, run.cameraId, upkeep.runEnd(run.id) ?? run.startUtcMs, 'gateway-crashed')
  const lastBeat = upkeep.lastBeat()
  if (lastBeat !== undefined)
    for (const cameraId of upkeep.gapsOfCrash()) index.beginGap(cameraId, lastBeat, 'gateway-crashed')
  return runs.length
}

/** One disk, as far as comparing goes. */
export interface ComparedDisk {
  readonly name: string
  readonly root: string
  /** @throws Failure when it is away */
  readonly compare: () => Promise<FilesReport>
  readonly onDisk: (failure: Failure) => void
}

/** Compares all disks with the index, one after the other. One that is away is told so, and compared when it comes. */
export async function compareDisks(disks: readonly ComparedDisk[]): Promise<Omit<FilesReport, 'changed'>> {
  const report = { adopted: 0, cutBytes: 0, emptyFiles: 0, missingFiles: 0 }
  for (const disk of disks)
    try {
      const { adopted, cutBytes, emptyFiles, missingFiles } = await disk.compare()
      report.adopted += adopted
      report.cutBytes += cutBytes
      report.emptyFiles += emptyFiles
      report.missingFiles += missingFiles
    } catch (cause) {
      disk.onDisk(diskFailure(cause, disk.root))
    }
  return report
}

/**
 * The index was lost, and what is on a disk was found again: nobody knows any more why something between is missing, or whether it was
 * ever expected. Whatever nothing explains is a gap that says so. May be called for each disk that comes.
 */
export function explainLostIndex(
  { index, upkeep, store }: Pick<RecoveryParts, 'index' | 'upkeep' | 'store'>,
  disk: string,
  now: UtcMs,
) {
  for (const cameraId of upkeep.camerasOn(disk))
    store.transaction(() => {
      const files = upkeep.filesOf(cameraId)
      const [first] = files
      if (!first) return
      const lastEnd = Math.max(...files.map(({ endUtcMs }) => endUtcMs))
      // Recording may have begun again meanwhile.
      const open = index.openGapOf(cameraId)
      const whole = { fromUtcMs: first.startUtcMs, toUtcMs: Math.max(lastEnd, open?.startUtcMs ?? lastEnd) }
      const known = normal(
        [...files, ...index.gapsIn(cameraId, whole, now)].map(({ startUtcMs, endUtcMs }) => ({
          fromUtcMs: startUtcMs,
          toUtcMs: endUtcMs,
        })),
      )
      for (const { fromUtcMs, toUtcMs } of without([whole], known))
        index.addGap(cameraId, { startUtcMs: fromUtcMs, endUtcMs: toUtcMs, reason: 'index-lost' })
      if (!open) index.beginGap(cameraId, lastEnd, 'index-lost')
    })
}

/** All `<camera>/<day>/<name>` that look like segments. */
export async function listRecordings(root: string): Promise<Set<string>> {
  const paths = new Set<string>()
  for (const camera of await readdir(root, { withFileTypes: true })) {
    if (!camera.isDirectory() || camera.name === 'lost+found') continue
    for (const day of await readdir(join(root, camera.name), { withFileTypes: true })) {
      // Beside the days lie previews, which come and go at any time.
      if (!day.isDirectory() || !/^\d{4}-\d\d-\d\d$/.test(day.name)) continue
      for (const name of await readdir(join(root, camera.name, day.name)))
        if (runOfName(name) !== undefined) paths.add(`${camera.name}/${day.name}/${name}`)
    }
  }
  return paths
}
