import { normal } from '../domain/stretches.ts'
import type { UtcMs, UtcRange } from '../domain/units.ts'
import type { GapReason } from '../domain/words.ts'
import type { Store } from '../store/open.ts'
import { longestSegmentMs, type OpenRun } from './index.ts'

export interface PathRow {
  readonly id: number
  readonly cameraId: string
  readonly startUtcMs: UtcMs
  readonly endUtcMs: UtcMs
  readonly disk: string
  readonly path: string
  readonly sizeBytes: number
}

/** SQL of recovery and retention: what is looked at rarely and as a whole. */
export function upkeepIndex({ db, transaction }: Store) {
  const pathColumns = `id, camera_id AS cameraId, start_utc_ms AS startUtcMs, end_utc_ms AS endUtcMs, disk, path, size_bytes AS sizeBytes`
  const openRuns = db.prepare<[], OpenRun>(
    `SELECT id, camera_id AS cameraId, start_utc_ms AS startUtcMs FROM run WHERE end_utc_ms IS NULL`,
  )
  const runRow = db.prepare<[number], OpenRun & { timescale: number; codec: string }>(
    `SELECT id, camera_id AS cameraId, start_utc_ms AS startUtcMs, timescale, codec FROM run WHERE id = ?`,
  )
  const extendRun = db.prepare<[UtcMs, number]>(`UPDATE run SET end_utc_ms = max(end_utc_ms, ?) WHERE id = ?`)
  const endFoundRun = db.prepare<[UtcMs, number]>(
    `UPDATE run SET end_utc_ms = ?, end_reason = 'gateway-crashed' WHERE id = ?`,
  )
  const runEnd = db.prepare<[number], { endUtcMs: UtcMs | null }>(
    `SELECT max(end_utc_ms) AS endUtcMs FROM segment WHERE run_id = ?`,
  )
  const allPaths = db.prepare<[string], string>(`SELECT path FROM segment WHERE disk = ?`).pluck()
  const byPath = db.prepare<[string], PathRow>(`SELECT ${pathColumns} FROM segment WHERE path = ?`)
  const endedIn = db.prepare<[string, string, UtcMs, UtcMs, number], PathRow>(
    `SELECT ${pathColumns} FROM segment INDEXED BY segment_keep
     WHERE camera_id = ? AND disk = ? AND end_utc_ms >= ? AND end_utc_ms < ? ORDER BY end_utc_ms LIMIT ?`,
  )
  const oldest = db.prepare<[string], PathRow>(`SELECT ${pathColumns} FROM segment WHERE disk = ? ORDER BY end_utc_ms`)
  const camerasOn = db
    .prepare<[string], string>(
      `WITH RECURSIVE one (id) AS (
         SELECT min(camera_id) FROM segment UNION ALL SELECT (SELECT min(camera_id) FROM segment WHERE camera_id > one.id) FROM one
         WHERE one.id IS NOT NULL)
       SELECT id FROM one WHERE id IS NOT NULL AND EXISTS (SELECT 1 FROM segment WHERE camera_id = one.id AND disk = ?)`,
    )
    .pluck()
  const sizeOf = db.prepare<[string], number | null>(`SELECT sum(size_bytes) FROM segment WHERE disk = ?`).pluck()
  const sizeIn = db
    .prepare<[string, string, UtcMs, UtcMs, UtcMs], number | null>(
      `SELECT sum(size_bytes) FROM segment INDEXED BY segment_keep
     WHERE camera_id = ? AND disk = ? AND end_utc_ms > ? AND end_utc_ms < ? AND start_utc_ms < ?`,
    )
    .pluck()
  const oldestOf = db
    .prepare<[string, string], UtcMs | null>(
      `SELECT start_utc_ms FROM segment INDEXED BY segment_keep WHERE camera_id = ? AND disk = ? ORDER BY end_utc_ms LIMIT 1`,
    )
    .pluck()
  const dropSegment = db.prepare<[number]>(`DELETE FROM segment WHERE id = ?`)
  const addGarbage = db.prepare<[string, string]>(`INSERT OR IGNORE INTO garbage (disk, path) VALUES (?, ?)`)
  const allGarbage = db.prepare<[string], string>(`SELECT path FROM garbage WHERE disk = ?`).pluck()
  const dropGarbage = db.prepare<[string]>(`DELETE FROM garbage WHERE path = ?`)
  const addPurge = db.prepare(
    `INSERT INTO purge (utc_ms, camera_id, from_utc_ms, to_utc_ms, segments, size_bytes, reason, disk) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const addGap = db.prepare<[string, UtcMs, UtcMs, GapReason]>(
    `INSERT INTO gap (camera_id, start_utc_ms, end_utc_ms, reason) VALUES (?, ?, ?, ?)`,
  )
  const gapCameras = db.prepare<[UtcMs], string>(`SELECT DISTINCT camera_id FROM gap WHERE end_utc_ms < ?`).pluck()
  const oldGaps = db.prepare<[string, UtcMs], { id: number } & UtcRange>(
    `SELECT id, start_utc_ms AS fromUtcMs, end_utc_ms AS toUtcMs FROM gap WHERE camera_id = ? AND end_utc_ms < ? AND start_utc_ms < 9e15`,
  )
  const dropGap = db.prepare<[number]>(`DELETE FROM gap WHERE id = ?`)
  const dropEmptyRuns = db.prepare<[UtcMs]>(
    `DELETE FROM run WHERE end_utc_ms < ? AND NOT EXISTS (SELECT 1 FROM segment WHERE run_id = run.id)`,
  )
  const beat = db.prepare<[UtcMs]>(
    `INSERT INTO heartbeat (id, utc_ms) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET utc_ms = excluded.utc_ms`,
  )
  const gapsOfCrash = db
    .prepare<[], string>(
      `SELECT camera_id FROM gap WHERE end_utc_ms IS NULL AND reason NOT IN ('gateway-stopped', 'gateway-crashed', 'disabled', 'index-lost')`,
    )
    .pluck()
  const lastBeat = db.prepare<[], { utcMs: UtcMs }>(`SELECT utc_ms AS utcMs FROM heartbeat`)
  const anything = db.prepare<[], number>(`SELECT EXISTS (SELECT 1 FROM run) OR EXISTS (SELECT 1 FROM gap)`).pluck()
  const starts = db
    .prepare<[string, string], UtcMs | null>(
      `SELECT min(at) FROM (SELECT min(start_utc_ms) AS at FROM segment WHERE camera_id = ?
       UNION ALL SELECT min(start_utc_ms) FROM gap WHERE camera_id = ?)`,
    )
    .pluck()
  const order = db.prepare<[string], { startUtcMs: UtcMs; endUtcMs: UtcMs }>(
    `SELECT start_utc_ms AS startUtcMs, end_utc_ms AS endUtcMs FROM segment WHERE camera_id = ? ORDER BY start_utc_ms`,
  )

  return {
    openRuns: () => openRuns.all(),
    run: (id: number) => runRow.get(id),
    runEnd: (id: number) => runEnd.get(id)?.endUtcMs ?? undefined,
    /** Footage of a run that had ended was found: it ends there. An open run stays open. */
    extendRun: (id: number, endUtcMs: UtcMs) => void extendRun.run(endUtcMs, id),
    /** A run that was found on disk and that nobody knew: it ends where its file does, or a later one of its files. */
    endFoundRun: (id: number, endUtcMs: UtcMs) => void endFoundRun.run(endUtcMs, id),
    /** One by one: a month of many cameras is most of a million. */
    allPaths: (disk: string) => allPaths.iterate(disk),
    byPath: (path: string) => byPath.get(path),
    /** Cameras with footage on a disk. */
    camerasOn: (disk: string) => camerasOn.all(disk),
    /** A camera's files on a disk by their end. */
    endedIn: (cameraId: string, disk: string, { fromUtcMs, toUtcMs }: UtcRange, limit: number) =>
      endedIn.all(cameraId, disk, fromUtcMs, toUtcMs, limit),
    /** All files of a disk, oldest end first, read one by one. Nothing may be written while it is read. */
    *oldestFirst(disk: string) {
      // The statement begins when the first file is asked for: one that nobody reads to its end would keep the database busy for ever.
      yield* oldest.iterate(disk)
    },
    sizeOf: (disk: string) => sizeOf.get(disk) ?? 0,
    /** Bytes of a camera's files on a disk that touch a range. */
    sizeIn: (cameraId: string, disk: string, { fromUtcMs, toUtcMs }: UtcRange) =>
      sizeIn.get(cameraId, disk, fromUtcMs, toUtcMs + longestSegmentMs, toUtcMs) ?? 0,
    oldestOf: (cameraId: string, disk: string) => oldestOf.get(cameraId, disk) ?? undefined,
    dropSegment: (id: number) => void dropSegment.run(id),
    /** The rows leave the index and become garbage in one transaction, with one purge row a camera. What goes early leaves a gap. */
    condemn: (rows: readonly PathRow[], reason: 'retention' | 'space', now: UtcMs): void =>
      transaction(() => {
        for (const row of rows) {
          dropSegment.run(row.id)
          addGarbage.run(row.disk, row.path)
        }
        for (const [cameraId, of] of Map.groupBy(rows, (row) => row.cameraId)) {
          const from = Math.min(...of.map((row) => row.startUtcMs))
          const to = Math.max(...of.map((row) => row.endUtcMs))
          const size = of.reduce((sum, row) => sum + row.sizeBytes, 0)
          addPurge.run(now, cameraId, from, to, of.length, size, reason, of[0]?.disk ?? '')
          if (reason === 'retention') continue
          const gone = normal(of.map(({ startUtcMs, endUtcMs }) => ({ fromUtcMs: startUtcMs, toUtcMs: endUtcMs })))
          for (const { fromUtcMs, toUtcMs } of gone) addGap.run(cameraId, fromUtcMs, toUtcMs, 'purged')
        }
      }),
    addGarbage: (disk: string, path: string) => void addGarbage.run(disk, path),
    garbage: (disk: string) => allGarbage.all(disk),
    forgetGarbage: (path: string) => void dropGarbage.run(path),
    /** Gaps that ended before `beforeUtcMs(camera)` go, unless `keep` says that somebody holds their time; and runs without files. */
    dropBefore: (
      latestUtcMs: UtcMs,
      beforeUtcMs: (cameraId: string) => UtcMs,
      keep: (cameraId: string, gap: UtcRange) => boolean,
    ) =>
      transaction(() => {
        for (const cameraId of gapCameras.all(latestUtcMs))
          for (const { id, ...gap } of oldGaps.all(cameraId, beforeUtcMs(cameraId)))
            if (!keep(cameraId, gap)) dropGap.run(id)
        dropEmptyRuns.run(latestUtcMs)
      }),
    /** Cameras that were not recorded when the gateway ended, and not by plan. */
    gapsOfCrash: () => gapsOfCrash.all(),
    beat: (utcMs: UtcMs) => void beat.run(utcMs),
    lastBeat: () => lastBeat.get()?.utcMs,
    /** Nothing was ever recorded: a new gateway, or one whose index was lost. */
    isEmpty: () => anything.get() === 0,
    /** Oldest moment of a camera that is recorded or explained. */
    firstKnown: (cameraId: string) => starts.get(cameraId, cameraId) ?? undefined,
    filesOf: (cameraId: string) => order.all(cameraId),
  }
}
export type UpkeepIndex = ReturnType<typeof upkeepIndex>
