import { readdir, readFile, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure, toFailure } from '../domain/failure.ts'
import type { Log } from '../lib/log.ts'
import { boxAt } from '../media/boxes.ts'
import { readFragment } from '../media/fragment.ts'
import { readInit } from '../media/init.ts'
import type { StreamInit } from '../media/stream.ts'
import type { Store } from '../store/open.ts'
import { nextLink, sha256 } from './chain.ts'
import type { RecordingsDisk } from './disk.ts'
import type { FragmentEntry } from './fragment-table.ts'
import type { RecordingIndex } from './index.ts'
import { runOfName } from './segment-file.ts'
import type { UpkeepIndex } from './upkeep-index.ts'

export interface RecoveryReport {
  adopted: number
  cutBytes: number
  emptyFiles: number
  missingFiles: number
  crashedRuns: number
}

/** What one file holds, as far as it is whole. */
interface Scanned {
  readonly init: StreamInit
  readonly initBytes: number
  readonly fragments: readonly FragmentEntry[]
  readonly anchorUtcMs: number
  readonly wholeBytes: number
}

/** Reads a recording that was not closed. @returns undefined when not even the init and one fragment are whole */
export function scanSegment(bytes: Uint8Array): Scanned | undefined {
  let at = 0
  const next = (type: string) => {
    const box = boxAt(bytes, at)
    if (box?.type !== type) return undefined
    at += box.size
    return box
  }
  if (!next('ftyp') || !next('moov')) return undefined
  const initBytes = at
  const init = readInit(bytes.subarray(0, initBytes))
  const fragments: FragmentEntry[] = []
  let anchorUtcMs = 0
  for (let offset = at; next('prft') && next('moof') && next('mdat'); offset = at) {
    const fragment = bytes.subarray(offset, at)
    const { key, duration, baseTime, utcMs } = readFragment(fragment)
    fragments.push({ offset, sizeBytes: fragment.length, baseTime, duration, key, sha256: sha256(fragment) })
    anchorUtcMs = utcMs - (baseTime / init.timescale) * 1_000
  }
  const last = fragments.at(-1)
  return last && { init, initBytes, fragments, anchorUtcMs, wholeBytes: last.offset + last.sizeBytes }
}

/**
 * Makes disk and index agree after an unclean end: finishes deletions, cuts unfinished files back to their last whole fragment and
 * adopts them, explains rows whose file is gone, and ends the runs that a crash left open. Deletes nothing that is not garbage.
 */
export async function recoverRecordings(
  disk: RecordingsDisk,
  index: RecordingIndex,
  upkeep: UpkeepIndex,
  store: Store,
  log: Log,
): Promise<RecoveryReport> {
  const report: RecoveryReport = { adopted: 0, cutBytes: 0, emptyFiles: 0, missingFiles: 0, crashedRuns: 0 }
  for (const path of upkeep.garbage()) {
    await disk.remove(path)
    upkeep.forgetGarbage(path)
  }
  const onDisk = await listRecordings(disk.root)
  const known = new Set<string>()
  for (const row of upkeep.allPaths()) {
    known.add(row.path)
    if (onDisk.has(row.path)) continue
    report.missingFiles++
    log.error({ path: row.path }, 'a recorded file is gone from the disk')
    store.transaction(() => {
      upkeep.dropSegment(row.id)
      index.addGap(row.cameraId, { startUtcMs: row.startUtcMs, endUtcMs: row.endUtcMs, reason: 'footage-missing' })
    })
  }
  for (const path of [...onDisk].filter((path) => !known.has(path)).sort()) {
    try {
      await adopt(path, disk, index, upkeep, report, store)
    } catch (cause) {
      const failure = toFailure(cause)
      log.error(
        { path, code: failure.code, err: failure.kind === 'bug' ? cause : undefined },
        'a file in the recordings folder cannot be adopted and is left alone',
      )
    }
  }
  endCrashed(index, upkeep, store, report)
  return report
}

async function adopt(
  path: string,
  disk: RecordingsDisk,
  index: RecordingIndex,
  upkeep: UpkeepIndex,
  report: RecoveryReport,
  store: Store,
) {
  const [cameraId = '', , name = ''] = path.split('/')
  const bytes = await readFile(join(disk.root, path))
  const scanned = scanSegment(bytes)
  if (!scanned) {
    // Created, but killed before the first fragment: nothing to keep.
    report.emptyFiles++
    store.db.prepare(`INSERT OR IGNORE INTO garbage (path) VALUES (?)`).run(path)
    await disk.remove(path)
    upkeep.forgetGarbage(path)
    return
  }
  const { init, initBytes, fragments, anchorUtcMs, wholeBytes } = scanned
  if (wholeBytes < bytes.length) await truncate(join(disk.root, path), wholeBytes)
  const run = upkeep.run(runOfName(name) ?? 0)
  if (run && run.cameraId !== cameraId)
    throw new Failure('lost', 'index-damaged', 'the file names a run of another camera', { path })
  const utcOf = (ticks: number) => Math.round(anchorUtcMs + (ticks / init.timescale) * 1_000)
  const startUtcMs = utcOf(fragments[0]?.baseTime ?? 0)
  const last = fragments.at(-1)
  const chain = fragments.reduce((link, fragment) => nextLink(link, fragment.sha256), index.lastLink(cameraId))
  const runId = run?.id ?? index.openRun(cameraId, startUtcMs, init, null)
  const endUtcMs = utcOf((last?.baseTime ?? 0) + (last?.duration ?? 0))
  index.addSegment({
    cameraId,
    runId,
    startUtcMs,
    endUtcMs,
    path,
    sizeBytes: wholeBytes,
    initBytes,
    anchorUtcMs,
    fragments,
    chain,
  })
  report.adopted++
  report.cutBytes += bytes.length - wholeBytes
}

/** Runs without an end ended with the gateway; other open gaps became the gateway's when it was last known to live. */
function endCrashed(index: RecordingIndex, upkeep: UpkeepIndex, store: Store, report: RecoveryReport) {
  for (const run of upkeep.openRuns()) {
    index.closeRun(run.id, run.cameraId, upkeep.runEnd(run.id) ?? run.startUtcMs, 'gateway-crashed')
    report.crashedRuns++
  }
  const lastBeat = upkeep.lastBeat()
  if (lastBeat === undefined) return
  const waiting = store.db
    .prepare<[], { cameraId: string }>(
      `SELECT camera_id AS cameraId FROM gap WHERE end_utc_ms IS NULL AND reason NOT IN ('gateway-stopped', 'gateway-crashed', 'disabled')`,
    )
    .all()
  for (const { cameraId } of waiting) index.beginGap(cameraId, lastBeat, 'gateway-crashed')
}

/** All `<camera>/<day>/<name>` that look like segments. */
async function listRecordings(root: string): Promise<Set<string>> {
  const paths = new Set<string>()
  for (const camera of await readdir(root, { withFileTypes: true })) {
    if (!camera.isDirectory() || camera.name === 'lost+found') continue
    for (const day of await readdir(join(root, camera.name), { withFileTypes: true })) {
      if (!day.isDirectory()) continue
      for (const name of await readdir(join(root, camera.name, day.name)))
        if (runOfName(name) !== undefined) paths.add(`${camera.name}/${day.name}/${name}`)
    }
  }
  return paths
}
