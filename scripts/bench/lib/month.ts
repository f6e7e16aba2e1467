import { hash } from 'node:crypto'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { days, hours, seconds } from '../../../gateway/domain/units.ts'
import { encodeFragments, type FragmentEntry } from '../../../gateway/recording/fragment-table.ts'
import { recordingIndex } from '../../../gateway/recording/index.ts'
import { segmentPath } from '../../../gateway/recording/segment-file.ts'
import { openStore } from '../../../gateway/store/open.ts'
import { makeRun, type Video } from './made-footage.ts'

export interface Month {
  readonly segments: number
  readonly fragments: number
  /** One camera's stretch with real pictures in its files. */
  readonly real: { readonly cameraId: string; readonly fromUtcMs: number; readonly toUtcMs: number }
}
export interface MonthOptions {
  readonly dataDir: string
  readonly recordings: string
  readonly cameraIds: readonly string[]
  readonly days: number
  /** When the footage ends. */
  readonly untilUtcMs: number
  readonly video: Video
}

/** A connection is lost this often, for this long: the timelines have something to show. */
const runMs = hours(4)
const gapMs = seconds(10)
const segmentMs = seconds(60)
/** What lies between two beats of the recorder. */
const fragmentMs = seconds(1)
const realSegments = 15
const rowBytes = 30_000_000

/**
 * A month of footage in the index, as the recorder leaves it, for a gateway that is stopped. Its files are there and empty, but for a
 * quarter of an hour in the middle, which is real.
 */
export function makeMonth({ dataDir, recordings, cameraIds, untilUtcMs, video, ...options }: MonthOptions): Month {
  const fromUtcMs = untilUtcMs - days(options.days)
  const store = openStore(join(dataDir, 'gateway.db'), 'gateway')
  // Generated data: what a crash of the bench would leave is thrown away.
  for (const set of ['journal_mode = MEMORY', 'synchronous = OFF', 'cache_size = -200000']) store.db.pragma(set)
  store.db.exec(`DELETE FROM gap; DELETE FROM segment; DELETE FROM run; DELETE FROM coverage_hour`)
  store.db.prepare(`UPDATE camera SET added_utc_ms = ?`).run(fromUtcMs)
  const index = recordingIndex(store, () => recordings)
  const { timescale } = video.init
  const insert = store.db.prepare(
    `INSERT INTO segment (camera_id, run_id, start_utc_ms, end_utc_ms, disk, path, size_bytes, init_bytes, anchor_utc_ms, fragments, chain)
     VALUES (?, ?, ?, ?, 'main', ?, ?, ?, ?, ?, ?)`,
  )
  const count = segmentMs / fragmentMs
  const ticks = (ms: number) => (ms / 1_000) * timescale
  const initBytes = video.init.bytes.length
  const tableAt = (firstTicks: number): Buffer =>
    encodeFragments(
      Array.from({ length: count }, (_, n): FragmentEntry => {
        const sizeBytes = rowBytes / count
        const baseTime = firstTicks + n * ticks(fragmentMs)
        const place = { offset: initBytes + n * sizeBytes, sizeBytes, baseTime, duration: ticks(fragmentMs) }
        return { ...place, key: n % 2 === 0, sha256: hash('sha256', String(n), 'buffer') }
      }),
    )
  // The same in each run: their times count from the run's start.
  const tables = Array.from({ length: runMs / segmentMs }, (_, n) => tableAt(n * ticks(segmentMs)))
  const folders = new Set<string>()
  const touch = (path: string) => {
    const folder = join(recordings, path.slice(0, path.lastIndexOf('/')))
    if (!folders.has(folder)) mkdirSync(folder, { recursive: true })
    folders.add(folder)
    closeSync(openSync(join(recordings, path), 'w'))
  }
  const link = hash('sha256', 'a month', 'buffer')
  const { init } = video
  let segments = 0
  const [realCamera = ''] = cameraIds
  const realRun = Math.floor((days(options.days) / runMs) * 0.5)
  let real: Month['real'] | undefined
  for (const cameraId of cameraIds)
    store.transaction(() => {
      for (let run = 0; run * runMs < days(options.days); run++) {
        const startUtcMs = fromUtcMs + run * runMs
        const endUtcMs = startUtcMs + runMs - gapMs
        index.endGap(cameraId, startUtcMs)
        let at = startUtcMs
        if (cameraId === realCamera && run === realRun) {
          const made = makeRun({
            index,
            video,
            cameraId,
            startUtcMs,
            segments: realSegments,
            gops: segmentMs / seconds(2),
            piecesOfGop: 2,
            disk: { name: 'main', root: recordings },
          })
          at = made.at(-1)?.endUtcMs ?? startUtcMs
          real = { cameraId, fromUtcMs: startUtcMs, toUtcMs: at }
          segments += made.length
          index.endGap(cameraId, at)
        }
        const runId = index.openRun({ cameraId, startUtcMs: at, init })
        const anchorUtcMs = at
        for (const table of tables) {
          if (at >= endUtcMs) break
          const path = segmentPath(cameraId, at, runId)
          const end = Math.min(at + segmentMs, endUtcMs)
          insert.run(cameraId, runId, at, end, path, rowBytes, initBytes, anchorUtcMs, table, link)
          touch(path)
          at = end
          segments++
        }
        index.closeRun(runId, cameraId, endUtcMs, 'camera-lost')
      }
      store.db
        .prepare(
          `INSERT OR REPLACE INTO camera_chain (camera_id, run_id, end_utc_ms, link) SELECT ?, max(id), ?, ? FROM run`,
        )
        .run(cameraId, untilUtcMs, link)
    })
  store.db.pragma('journal_mode = WAL')
  store.close()
  if (!real) throw new Error('the month is too short for a real quarter of an hour')
  return { segments, fragments: segments * count, real }
}
