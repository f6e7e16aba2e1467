import type { Reading } from '../contract/sensor.ts'
import { bucketsOf, type Keeping, reachOf, type Resolution, type Sum, widthOf } from '../domain/buckets.ts'
import type { Millis, UtcMs, UtcRange } from '../domain/units.ts'
import { type ReadingQuality, readingQualities } from '../domain/words.ts'
import type { Clock } from '../lib/clock.ts'
import type { InfluxAdmin, Rows } from './influx-admin.ts'
import type { HistoryQuery, HistoryResult, SeriesQuery } from './store.ts'

/** Readings of one answer. */
const pageRows = 10_000

const raw = `min("value") AS "min", max("value") AS "max", sum("value") AS "sum", count("value") AS "count"`
const summed = `min("min") AS "min", max("max") AS "max", sum("sum") AS "sum", sum("count") AS "count"`
const ofSeries = '"sensor" = $sensor AND "metric" = $metric'

/** What charts and exports ask of InfluxDB 1.x. */
export function influxHistory(admin: InfluxAdmin, keeping: Keeping, summedUpToUtcMs: () => UtcMs, clock: Clock) {
  async function sums(
    { sensorId, metric }: SeriesQuery,
    from: Resolution,
    { fromUtcMs, toUtcMs }: UtcRange,
    bucketMs: Millis,
  ): Promise<Sum[]> {
    if (fromUtcMs >= toUtcMs) return []
    const rows = await admin.ask(
      `SELECT ${from === 'raw' ? raw : summed} FROM "${from}"."reading" WHERE ${ofSeries}
       AND time >= ${Math.trunc(fromUtcMs)}ms AND time < ${Math.trunc(toUtcMs)}ms GROUP BY time(${bucketMs}ms) fill(none)`,
      undefined,
      { sensor: sensorId, metric },
    )
    return rows.flatMap(({ time, min, max, sum, count }) => {
      const numbers = [time, min, max, sum, count].map(Number)
      const [utcMs = 0, least = 0, most = 0, total = 0, n = 0] = numbers
      return numbers.every(Number.isFinite) && n > 0 ? [{ utcMs, min: least, max: most, sum: total, count: n }] : []
    })
  }

  return {
    async history(query: HistoryQuery): Promise<HistoryResult> {
      const { bucketMs, from } = reachOf(query, query.widthPx, keeping, clock.now())
      if (from === 'raw') return { bucketMs, buckets: bucketsOf(await sums(query, from, query, bucketMs)) }
      const width = widthOf[from]
      const fromUtcMs = Math.floor(query.fromUtcMs / width) * width
      const toUtcMs = Math.ceil(query.toUtcMs / width) * width
      const borderUtcMs = Math.min(toUtcMs, Math.max(fromUtcMs, summedUpToUtcMs()))
      const [old, fresh] = await Promise.all([
        sums(query, from, { fromUtcMs, toUtcMs: borderUtcMs }, bucketMs),
        sums(query, 'raw', { fromUtcMs: borderUtcMs, toUtcMs }, bucketMs),
      ])
      return { bucketMs, buckets: bucketsOf([...old, ...fresh]) }
    },
    async count({ sensorId, metric, fromUtcMs, toUtcMs }: SeriesQuery): Promise<number> {
      const [row] = await admin.ask(
        `SELECT count("value") FROM "raw"."reading" WHERE ${ofSeries} AND time >= ${Math.trunc(fromUtcMs)}ms AND time < ${Math.trunc(toUtcMs)}ms`,
        undefined,
        { sensor: sensorId, metric },
      )
      return typeof row?.count === 'number' ? row.count : 0
    },
    async *readings({ sensorId, metric, fromUtcMs, toUtcMs }: SeriesQuery): AsyncIterable<Reading> {
      let at = Math.trunc(fromUtcMs)
      for (;;) {
        const rows = await admin.ask(
          `SELECT "value", "raw", "quality", "device_ms", "source" FROM "raw"."reading" WHERE ${ofSeries}
           AND time >= ${at}ms AND time < ${Math.trunc(toUtcMs)}ms ORDER BY time LIMIT ${pageRows}`,
          undefined,
          { sensor: sensorId, metric },
        )
        for (const row of rows) yield readingOf(sensorId, metric, row)
        if (rows.length < pageRows) return
        at = Number(rows.at(-1)?.time) + 1
      }
    },
  }
}

const isQuality = (word: unknown): word is ReadingQuality => readingQualities.some((quality) => quality === word)
const numberOrNull = (cell: unknown): number | null => (typeof cell === 'number' ? cell : null)

function readingOf(
  sensorId: string,
  metric: string,
  { time, value, raw: rawValue, quality, device_ms, source }: Rows[number],
): Reading {
  return {
    sensorId,
    metric,
    value: Number(value),
    rawValue: numberOrNull(rawValue),
    quality: isQuality(quality) ? quality : 'ok',
    utcMs: Number(time),
    deviceUtcMs: numberOrNull(device_ms),
    source: typeof source === 'string' ? source : '',
  }
}
