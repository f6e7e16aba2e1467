import type Database from 'better-sqlite3'
import type { Reading } from '../../gateway/contract/sensor.ts'
import type { Sum } from '../../gateway/domain/buckets.ts'
import { hours, type UtcMs } from '../../gateway/domain/units.ts'
import type { InfluxStore } from '../../gateway/metrics/influx-store.ts'
import type { ReadingTags } from '../../gateway/metrics/store.ts'

export interface CopyParts {
  /** metrics.db, writable: how far the copy came is kept there. */
  readonly db: Database.Database
  readonly target: InfluxStore
  /** Names the target: another one begins anew. */
  readonly targetName: string
  readonly tagsOf: (sensorId: string, metric: string) => ReadingTags
  readonly signal: AbortSignal
  readonly onProgress?: (sensorId: string, metric: string) => void
}

/** What there is of a series on both sides; `notKept`: older than the target keeps readings, so only their sums were copied. */
export interface CopiedSeries {
  readonly sensorId: string
  readonly metric: string
  readonly here: number
  readonly there: number
  readonly notKept: number
}

interface SeriesRow {
  readonly id: number
  readonly sensorId: string
  readonly metric: string
}
const page = 10_000
const hourMs = hours(1)

/**
 * Copies every reading, and of what is older than readings are kept the minutes and hours. May be broken off and begun again; copying twice
 * changes nothing.
 * @throws Failure away, busy, denied: begin again later
 */
export async function copyStore(parts: CopyParts): Promise<CopiedSeries[]> {
  const { db, target, targetName, tagsOf, signal, onProgress } = parts
  const place = db
    .prepare<[string, string, number], number>(
      'SELECT upto_utc_ms FROM copied WHERE target = ? AND resolution = ? AND series = ?',
    )
    .pluck()
  const move = db.prepare<[string, string, number, number]>(
    `INSERT INTO copied (target, resolution, series, upto_utc_ms) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET upto_utc_ms = excluded.upto_utc_ms`,
  )
  const series = db
    .prepare<[], SeriesRow>('SELECT id, sensor_id AS sensorId, metric FROM series ORDER BY sensor_id, metric')
    .all()
  // The hour in which readings begin to be kept is summed up from the sums: not all of its readings are there.
  const rawFromUtcMs: UtcMs = Math.ceil(target.rawFromUtcMs() / hourMs) * hourMs

  /** Pages of a table behind the place that was reached. */
  async function each<T extends { utcMs: number }>(
    resolution: 'raw' | 'minute' | 'hour',
    { id }: SeriesRow,
    before: UtcMs,
    select: Database.Statement<[number, number, number, number], T>,
    write: (rows: readonly T[]) => Promise<void>,
  ) {
    let at = place.get(targetName, resolution, id) ?? -1
    for (;;) {
      signal.throwIfAborted()
      const rows = select.all(id, at, before, page)
      const last = rows.at(-1)
      if (!last) return
      await write(rows)
      at = last.utcMs
      move.run(targetName, resolution, id, at)
    }
  }

  const readings = db.prepare<[number, number, number, number], Omit<Reading, 'sensorId' | 'metric'>>(
    `SELECT value, raw_value AS rawValue, quality, utc_ms AS utcMs, device_utc_ms AS deviceUtcMs,
            coalesce((SELECT text FROM source WHERE source.id = reading.source), '') AS source
     FROM reading WHERE series = ? AND utc_ms > ? AND utc_ms < ? ORDER BY utc_ms LIMIT ?`,
  )
  const sumsOf = (resolution: 'minute' | 'hour') =>
    db.prepare<[number, number, number, number], Sum>(
      `SELECT utc_ms AS utcMs, min, max, sum, count FROM ${resolution}
       WHERE series = ? AND utc_ms > ? AND utc_ms < ? ORDER BY utc_ms LIMIT ?`,
    )
  const sums = { minute: sumsOf('minute'), hour: sumsOf('hour') }
  const count = db.prepare<[number], { here: number; lastUtcMs: number | null }>(
    'SELECT count(*) AS here, max(utc_ms) AS lastUtcMs FROM reading WHERE series = ?',
  )
  const countOld = db.prepare<[number, number], { n: number }>(
    'SELECT count(*) AS n FROM reading WHERE series = ? AND utc_ms < ?',
  )

  for (const one of series) {
    const { sensorId, metric } = one
    const tags = tagsOf(sensorId, metric)
    onProgress?.(sensorId, metric)
    for (const resolution of ['minute', 'hour'] as const)
      await each(resolution, one, rawFromUtcMs, sums[resolution], (rows) =>
        target.carry.writeSums(
          resolution,
          rows.map((row) => ({ ...row, sensorId, metric, tags })),
          signal,
        ),
      )
    await each('raw', one, Number.MAX_SAFE_INTEGER, readings, async (rows) => {
      const tagged = rows.map((row) => ({ reading: { ...row, sensorId, metric }, tags }))
      await target.write(
        tagged.filter(({ reading }) => reading.utcMs >= rawFromUtcMs),
        signal,
      )
    })
  }
  await target.carry.sumUp(signal)

  const copied: CopiedSeries[] = []
  for (const { id, sensorId, metric } of series) {
    const { here = 0, lastUtcMs = null } = count.get(id) ?? {}
    const notKept = countOld.get(id, rawFromUtcMs)?.n ?? 0
    const range = { sensorId, metric, fromUtcMs: rawFromUtcMs, toUtcMs: (lastUtcMs ?? 0) + 1 }
    const there = range.toUtcMs > rawFromUtcMs ? await target.carry.count(range) : 0
    copied.push({ sensorId, metric, here, there, notKept })
  }
  return copied
}
