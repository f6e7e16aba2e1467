import type { UtcMs } from '../domain/units.ts'
import type { Store } from '../store/open.ts'
import type { OpenRun } from './index.ts'

export interface PathRow {
  readonly id: number
  readonly cameraId: string
  readonly startUtcMs: UtcMs
  readonly endUtcMs: UtcMs
  readonly path: string
  readonly sizeBytes: number
}

/** SQL of recovery and retention: what is looked at rarely and as a whole. */
export function upkeepIndex({ db, transaction }: Store) {
  const pathColumns = `id, camera_id AS cameraId, start_utc_ms AS startUtcMs, end_utc_ms AS endUtcMs, path, size_bytes AS sizeBytes`
  const openRuns = db.prepare<[], OpenRun>(
    `SELECT id, camera_id AS cameraId, start_utc_ms AS startUtcMs FROM run WHERE end_utc_ms IS NULL`,
  )
  const runRow = db.prepare<[number], OpenRun & { timescale: number; codec: string }>(
    `SELECT id, camera_id AS cameraId, start_utc_ms AS startUtcMs, timescale, codec FROM run WHERE id = ?`,
  )
  const extendRun = db.prepare<[UtcMs, number]>(`UPDATE run SET end_utc_ms = max(end_utc_ms, ?) WHERE id = ?`)
  const runEnd = db.prepare<[number], { endUtcMs: UtcMs | null }>(
    `SELECT max(end_utc_ms) AS endUtcMs FROM segment WHERE run_id = ?`,
  )
  const allPaths = db.prepare<[], string>(`SELECT path FROM segment`).pluck()
  const byPath = db.prepare<[string], PathRow>(`SELECT ${pathColumns} FROM segment WHERE path = ?`)
  const endedBefore = db.prepare<[UtcMs, number], PathRow>(
    `SELECT ${pathColumns} FROM segment WHERE end_utc_ms < ? ORDER BY end_utc_ms LIMIT ?`,
  )
  const oldest = db.prepare<[number], PathRow>(`SELECT ${pathColumns} FROM segment ORDER BY end_utc_ms LIMIT ?`)
  const dropSegment = db.prepare<[number]>(`DELETE FROM segment WHERE id = ?`)
  const addGarbage = db.prepare<[string]>(`INSERT OR IGNORE INTO garbage (path) VALUES (?)`)
  const allGarbage = db.prepare<[], { path: string }>(`SELECT path FROM garbage`)
  const dropGarbage = db.prepare<[string]>(`DELETE FROM garbage WHERE path = ?`)
  const addPurge = db.prepare(
    `INSERT INTO purge (utc_ms, camera_id, from_utc_ms, to_utc_ms, segments, size_bytes, reason) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  )
  const dropOldGaps = db.prepare<[UtcMs]>(`DELETE FROM gap WHERE end_utc_ms < ?`)
  const dropEmptyRuns = db.prepare<[UtcMs]>(
    `DELETE FROM run WHERE end_utc_ms < ? AND NOT EXISTS (SELECT 1 FROM segment WHERE run_id = run.id)`,
  )
  const beat = db.prepare<[UtcMs]>(
    `INSERT INTO heartbeat (id, utc_ms) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET utc_ms = excluded.utc_ms`,
  )
  const gapsOfCrash = db
    .prepare<[], string>(
      `SELECT camera_id FROM gap WHERE end_utc_ms IS NULL AND reason NOT IN ('gateway-stopped', 'gateway-crashed', 'disabled')`,
    )
    .pluck()
  const lastBeat = db.prepare<[], { utcMs: UtcMs }>(`SELECT utc_ms AS utcMs FROM heartbeat`)

  return {
    openRuns: () => openRuns.all(),
    run: (id: number) => runRow.get(id),
    runEnd: (id: number) => runEnd.get(id)?.endUtcMs ?? undefined,
    /** Footage of a run that had ended was found: it ends there. An open run stays open. */
    extendRun: (id: number, endUtcMs: UtcMs) => void extendRun.run(endUtcMs, id),
    /** One by one: a month of many cameras is most of a million. */
    allPaths: () => allPaths.iterate(),
    byPath: (path: string) => byPath.get(path),
    endedBefore: (utcMs: UtcMs, limit: number) => endedBefore.all(utcMs, limit),
    oldest: (limit: number) => oldest.all(limit),
    dropSegment: (id: number) => void dropSegment.run(id),
    /** The rows leave the index and become garbage in one transaction, with one purge row a camera. */
    condemn: (rows: readonly PathRow[], reason: 'retention' | 'space', now: UtcMs): void =>
      transaction(() => {
        for (const row of rows) {
          dropSegment.run(row.id)
          addGarbage.run(row.path)
        }
        for (const [cameraId, of] of Map.groupBy(rows, (row) => row.cameraId)) {
          const from = Math.min(...of.map((row) => row.startUtcMs))
          const to = Math.max(...of.map((row) => row.endUtcMs))
          const size = of.reduce((sum, row) => sum + row.sizeBytes, 0)
          addPurge.run(now, cameraId, from, to, of.length, size, reason)
        }
      }),
    addGarbage: (path: string) => void addGarbage.run(path),
    garbage: () => allGarbage.all().map((row) => row.path),
    forgetGarbage: (path: string) => void dropGarbage.run(path),
    /** Gaps and empty runs that ended before the footage around them is gone. */
    dropBefore: (utcMs: UtcMs) =>
      transaction(() => {
        dropOldGaps.run(utcMs)
        dropEmptyRuns.run(utcMs)
      }),
    /** Cameras that were not recorded when the gateway ended, and not by plan. */
    gapsOfCrash: () => gapsOfCrash.all(),
    beat: (utcMs: UtcMs) => void beat.run(utcMs),
    lastBeat: () => lastBeat.get()?.utcMs,
  }
}
export type UpkeepIndex = ReturnType<typeof upkeepIndex>
