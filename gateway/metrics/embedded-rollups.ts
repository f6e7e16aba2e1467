import { type Resolution, widthOf } from '../domain/buckets.ts'
import type { UtcMs } from '../domain/units.ts'
import type { Db } from '../store/open.ts'

type Summed = Exclude<Resolution, 'raw'>
interface Part {
  readonly series: number
  readonly utcMs: UtcMs
  min: number
  max: number
  sum: number
  count: number
}

/**
 * Minutes and hours of the embedded store. What is new is added to them, whenever it comes; a reading that was changed makes its minute and
 * hour be counted anew. Nothing here opens a transaction; the caller does, together with the readings.
 */
export function embeddedRollups(db: Db) {
  const tableOf = (resolution: Summed) => ({
    add: db.prepare<Part>(
      `INSERT INTO ${resolution} (series, utc_ms, min, max, sum, count) VALUES (@series, @utcMs, @min, @max, @sum, @count)
       ON CONFLICT DO UPDATE SET min = min(min, excluded.min), max = max(max, excluded.max), sum = sum + excluded.sum,
                                 count = count + excluded.count`,
    ),
    anew: db.prepare<{ series: number; utcMs: number; endUtcMs: number }>(
      `INSERT INTO ${resolution} (series, utc_ms, min, max, sum, count)
         SELECT @series, @utcMs, min(value), max(value), sum(value), count(*) FROM reading
         WHERE series = @series AND utc_ms >= @utcMs AND utc_ms < @endUtcMs HAVING count(*) > 0
       ON CONFLICT DO UPDATE SET min = excluded.min, max = excluded.max, sum = excluded.sum, count = excluded.count`,
    ),
    width: widthOf[resolution],
    parts: new Map<number, Map<UtcMs, Part>>(),
  })
  const tables = [tableOf('minute'), tableOf('hour')]
  const changed: { series: number; utcMs: UtcMs }[] = []

  return {
    note(series: number, utcMs: UtcMs, value: number): void {
      for (const { width, parts } of tables) {
        const begin = Math.floor(utcMs / width) * width
        let ofSeries = parts.get(series)
        if (!ofSeries) parts.set(series, (ofSeries = new Map()))
        const part = ofSeries.get(begin)
        if (part) {
          part.min = Math.min(part.min, value)
          part.max = Math.max(part.max, value)
          part.sum += value
          part.count++
        } else ofSeries.set(begin, { series, utcMs: begin, min: value, max: value, sum: value, count: 1 })
      }
    },
    noteChange: (series: number, utcMs: UtcMs): void => void changed.push({ series, utcMs }),
    /** Ends the running transaction. */
    finish(): void {
      for (const { add, anew, width, parts } of tables) {
        for (const ofSeries of parts.values()) for (const part of ofSeries.values()) add.run(part)
        parts.clear()
        for (const { series, utcMs } of changed) {
          const begin = Math.floor(utcMs / width) * width
          anew.run({ series, utcMs: begin, endUtcMs: begin + width })
        }
      }
      changed.length = 0
    },
    /** The transaction failed. */
    forget(): void {
      for (const { parts } of tables) parts.clear()
      changed.length = 0
    },
  }
}
