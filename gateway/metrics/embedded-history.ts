import type { Reading } from '../contract/sensor.ts'
import { bucketsOf, type Keeping, reachOf, type Resolution, resolutions, type Sum, widthOf } from '../domain/buckets.ts'
import type { Millis, UtcRange } from '../domain/units.ts'
import type { Clock } from '../lib/clock.ts'
import type { Db } from '../store/open.ts'
import type { HistoryQuery, HistoryResult, SeriesQuery } from './store.ts'

/** Rows that one query may hold the process up for; a long range is read in pieces with room for others between them. */
const rowsAtOnce = 20_000

interface Piece {
  readonly id: number
  readonly from: number
  readonly to: number
}

/** What charts and exports ask of the embedded store. `seriesId` undefined: nothing was ever kept of it. */
export function embeddedHistory(
  db: Db,
  seriesId: (sensorId: string, metric: string) => number | undefined,
  keeping: Keeping,
  clock: Clock,
) {
  // The cast: numbers are bound as floats, and this must stay a whole division.
  const bucket = 'utc_ms - utc_ms % CAST(@bucketMs AS INTEGER) AS utcMs'
  const where = 'WHERE series = @id AND utc_ms >= @from AND utc_ms < @to'
  const sumsOf = (resolution: Resolution) =>
    db.prepare<Piece & { bucketMs: number }, Sum>(
      resolution === 'raw'
        ? `SELECT ${bucket}, min(value) AS min, max(value) AS max, sum(value) AS sum, count(*) AS count FROM reading ${where} GROUP BY 1`
        : `SELECT ${bucket}, min(min) AS min, max(max) AS max, sum(sum) AS sum, sum(count) AS count FROM ${resolution} ${where} GROUP BY 1`,
    )
  const edgeOf = (resolution: Resolution) =>
    db.prepare<Piece & { rows: number }, { utcMs: number }>(
      `SELECT utc_ms AS utcMs FROM ${resolution === 'raw' ? 'reading' : resolution} ${where} ORDER BY utc_ms LIMIT 1 OFFSET @rows`,
    )
  const statements = Object.fromEntries(
    resolutions.map((resolution) => [resolution, { sums: sumsOf(resolution), edge: edgeOf(resolution) }]),
  ) as Record<Resolution, { sums: ReturnType<typeof sumsOf>; edge: ReturnType<typeof edgeOf> }>
  const page = db.prepare<Piece & { rows: number }, Reading>(
    `SELECT '' AS sensorId, '' AS metric, value, raw_value AS rawValue, quality, utc_ms AS utcMs, device_utc_ms AS deviceUtcMs,
            coalesce((SELECT text FROM source WHERE source.id = reading.source), '') AS source
     FROM reading ${where} ORDER BY utc_ms LIMIT @rows`,
  )
  const pause = () => new Promise((resolve) => setImmediate(resolve))

  async function sums(
    id: number,
    resolution: Resolution,
    { fromUtcMs, toUtcMs }: UtcRange,
    bucketMs: Millis,
  ): Promise<Sum[]> {
    const { sums: select, edge } = statements[resolution]
    const found: Sum[] = []
    for (let from = fromUtcMs; from < toUtcMs; ) {
      const to = edge.get({ id, from, to: toUtcMs, rows: rowsAtOnce })?.utcMs ?? toUtcMs
      // Two pieces of one bucket become one in the end.
      found.push(...select.all({ bucketMs, id, from, to }))
      from = to
      if (from < toUtcMs) await pause()
    }
    return found
  }

  return {
    async history(query: HistoryQuery): Promise<HistoryResult> {
      const { sensorId, metric, widthPx } = query
      const { bucketMs, from } = reachOf(query, widthPx, keeping, clock.now())
      const id = seriesId(sensorId, metric)
      if (id === undefined) return { bucketMs, buckets: [] }
      const width = widthOf[from]
      const range =
        from === 'raw'
          ? query
          : {
              fromUtcMs: Math.floor(query.fromUtcMs / width) * width,
              toUtcMs: Math.ceil(query.toUtcMs / width) * width,
            }
      return { bucketMs, buckets: bucketsOf(await sums(id, from, range, bucketMs)) }
    },
    async *readings({ sensorId, metric, fromUtcMs, toUtcMs }: SeriesQuery): AsyncIterable<Reading> {
      const id = seriesId(sensorId, metric)
      if (id === undefined) return
      for (let from = fromUtcMs; ; ) {
        const rows = page.all({ id, from, to: toUtcMs, rows: rowsAtOnce })
        for (const row of rows) yield { ...row, sensorId, metric }
        const last = rows.at(-1)
        if (!last || rows.length < rowsAtOnce) return
        from = last.utcMs + 1
        await pause()
      }
    },
  }
}
