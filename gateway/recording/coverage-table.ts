import type { Account } from '../domain/coverage.ts'
import type { UtcMs, UtcRange } from '../domain/units.ts'
import type { Store } from '../store/open.ts'

/** The account of one hour of one camera. */
export interface HourRow extends Account {
  readonly cameraId: string
  /** Start of the hour. */
  readonly hourUtcMs: UtcMs
}

type Raw = Omit<HourRow, 'gapMs'> & { readonly gaps: string }

const columns = `camera_id AS cameraId, hour_utc_ms AS hourUtcMs, expected_ms AS expectedMs, recorded_ms AS recordedMs,
  planned_off_ms AS plannedOffMs, gaps, unexplained_ms AS unexplainedMs`
const wholeOf = ({ gaps, ...row }: Raw): HourRow => ({ ...row, gapMs: JSON.parse(gaps) as HourRow['gapMs'] })

/** The rows of `coverage_hour`. */
export function coverageTable({ db, transaction }: Store) {
  const upsert = db.prepare(
    `INSERT INTO coverage_hour (camera_id, hour_utc_ms, expected_ms, recorded_ms, planned_off_ms, gaps, unexplained_ms)
     VALUES (@cameraId, @hourUtcMs, @expectedMs, @recordedMs, @plannedOffMs, @gaps, @unexplainedMs)
     ON CONFLICT DO UPDATE SET expected_ms = excluded.expected_ms, recorded_ms = excluded.recorded_ms,
       planned_off_ms = excluded.planned_off_ms, gaps = excluded.gaps, unexplained_ms = excluded.unexplained_ms, exported = 0
     WHERE (expected_ms, recorded_ms, planned_off_ms, gaps, unexplained_ms) IS NOT
       (excluded.expected_ms, excluded.recorded_ms, excluded.planned_off_ms, excluded.gaps, excluded.unexplained_ms)`,
  )
  const inRange = db.prepare<[UtcMs, UtcMs], Raw>(
    `SELECT ${columns} FROM coverage_hour WHERE hour_utc_ms >= ? AND hour_utc_ms < ? ORDER BY hour_utc_ms, camera_id`,
  )
  const ofCamera = db.prepare<[string, UtcMs, UtcMs], Raw>(
    `SELECT ${columns} FROM coverage_hour WHERE camera_id = ? AND hour_utc_ms >= ? AND hour_utc_ms < ? ORDER BY hour_utc_ms`,
  )
  const latest = db
    .prepare<[string], UtcMs | null>(`SELECT max(hour_utc_ms) FROM coverage_hour WHERE camera_id = ?`)
    .pluck()
  const waiting = db.prepare<[UtcMs, number], Raw>(
    `SELECT ${columns} FROM coverage_hour INDEXED BY coverage_waiting
     WHERE exported = 0 AND hour_utc_ms <= ? ORDER BY hour_utc_ms LIMIT ?`,
  )
  // Not when it was counted anew meanwhile.
  const exported = db.prepare(
    `UPDATE coverage_hour SET exported = 1 WHERE camera_id = @cameraId AND hour_utc_ms = @hourUtcMs
       AND recorded_ms = @recordedMs AND expected_ms = @expectedMs AND gaps = @gaps`,
  )
  return {
    save: (rows: readonly HourRow[]): void =>
      transaction(() => {
        for (const { gapMs, ...row } of rows) upsert.run({ ...row, gaps: JSON.stringify(gapMs) })
      }),
    /** Hours that begin in `range`, of one camera or of all. */
    rows: ({ fromUtcMs, toUtcMs }: UtcRange, cameraId?: string): HourRow[] =>
      (cameraId === undefined ? inRange.all(fromUtcMs, toUtcMs) : ofCamera.all(cameraId, fromUtcMs, toUtcMs)).map(
        wholeOf,
      ),
    latestHour: (cameraId: string): UtcMs | undefined => latest.get(cameraId) ?? undefined,
    /** Hours up to `lastHourUtcMs` that the metrics store does not have yet, oldest first. */
    waiting: (lastHourUtcMs: UtcMs, limit: number): HourRow[] => waiting.all(lastHourUtcMs, limit).map(wholeOf),
    exported: (rows: readonly HourRow[]): void =>
      transaction(() => {
        for (const { gapMs, ...row } of rows) exported.run({ ...row, gaps: JSON.stringify(gapMs) })
      }),
  }
}
export type CoverageTable = ReturnType<typeof coverageTable>
