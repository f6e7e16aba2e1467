import { type Bucket, bucketMsFor } from '../domain/buckets.ts'
import { days, hours } from '../domain/units.ts'
import { every } from '../lib/clock.ts'
import type { Tools } from '../lib/supervise.ts'
import type { Store } from '../store/open.ts'
import type { MetricsStore } from './store.ts'

export interface EmbeddedMetrics extends MetricsStore {
  /** Deletes what is older than the retention, once an hour, until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>
}

export interface EmbeddedStoreOptions {
  readonly store: Store
  readonly tools: Tools
  readonly retentionDays?: number
}

/** Rows that one query may hold the process up for; a long range is read in pieces with room for others between them. */
const rowsAtOnce = 20_000

/** Coverage is asked for longer than readings are, and is a row an hour. */
const pointDays = 1_100

/** Readings in SQLite, when no InfluxDB is configured: the same answers behind the same interface. */
export function embeddedStore({ store, tools, retentionDays = 400 }: EmbeddedStoreOptions): EmbeddedMetrics {
  const { db } = store
  const { clock } = tools
  const ids = new Map<string, number>()
  const findSeries = db.prepare<[string, string], { id: number }>(
    'SELECT id FROM series WHERE sensor_id = ? AND metric = ?',
  )
  const addSeries = db.prepare<[string, string]>('INSERT INTO series (sensor_id, metric) VALUES (?, ?)')
  const insert = db.prepare<[number, number, number, string, number | null]>(
    `INSERT INTO reading (series, utc_ms, value, quality, device_utc_ms) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET value = excluded.value, quality = excluded.quality, device_utc_ms = excluded.device_utc_ms`,
  )
  const edge = db.prepare<[number, number, number, number], { utcMs: number }>(
    'SELECT utc_ms AS utcMs FROM reading WHERE series = ? AND utc_ms >= ? AND utc_ms < ? ORDER BY utc_ms LIMIT 1 OFFSET ?',
  )
  const select = db.prepare<{ bucketMs: number; id: number; from: number; to: number }, Bucket>(
    // The cast: numbers are bound as floats, and this must stay a whole division.
    `SELECT utc_ms - utc_ms % CAST(@bucketMs AS INTEGER) AS utcMs, min(value) AS min, max(value) AS max, avg(value) AS mean,
            count(*) AS count
     FROM reading WHERE series = @id AND utc_ms >= @from AND utc_ms < @to GROUP BY 1 ORDER BY 1`,
  )
  const expire = db.prepare<{ id: number; before: number }>(
    `DELETE FROM reading WHERE series = @id AND utc_ms IN
       (SELECT utc_ms FROM reading WHERE series = @id AND utc_ms < @before ORDER BY utc_ms LIMIT 10000)`,
  )

  const putPoint = db.prepare<[string, string, number, string]>(
    `INSERT INTO point (measurement, tags, utc_ms, fields) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET fields = excluded.fields`,
  )
  const expirePoints = db.prepare<[number]>('DELETE FROM point WHERE utc_ms < ?')

  function seriesId(sensorId: string, metric: string): number | undefined {
    const key = `${sensorId}/${metric}`
    const id = ids.get(key) ?? findSeries.get(sensorId, metric)?.id
    if (id !== undefined) ids.set(key, id)
    return id
  }
  const pause = () => new Promise((resolve) => setImmediate(resolve))

  return {
    name: 'embedded',
    write(readings) {
      store.transaction(() => {
        for (const { reading } of readings) {
          const { sensorId, metric, utcMs, value, quality, deviceUtcMs } = reading
          const id = seriesId(sensorId, metric) ?? Number(addSeries.run(sensorId, metric).lastInsertRowid)
          insert.run(id, utcMs, value, quality, deviceUtcMs)
        }
      })
      return Promise.resolve([])
    },
    writePoints(points) {
      store.transaction(() => {
        for (const { measurement, tags, fields, utcMs } of points) {
          const series = Object.entries(tags).filter(([, value]) => value !== null && value !== '')
          const sorted = Object.fromEntries(series.toSorted(([a], [b]) => (a < b ? -1 : 1)))
          putPoint.run(measurement, JSON.stringify(sorted), utcMs, JSON.stringify(fields))
        }
      })
      return Promise.resolve()
    },
    async history({ sensorId, metric, fromUtcMs, toUtcMs, widthPx }) {
      const bucketMs = bucketMsFor(fromUtcMs, toUtcMs, widthPx)
      const id = seriesId(sensorId, metric)
      const buckets: Bucket[] = []
      if (id === undefined) return { bucketMs, buckets }
      let from = fromUtcMs
      while (from < toUtcMs) {
        const beyond = edge.get(id, from, toUtcMs, rowsAtOnce)?.utcMs ?? toUtcMs
        // A piece ends where a bucket ends, and holds at least one.
        const cut = Math.floor(beyond / bucketMs) * bucketMs
        const to = beyond === toUtcMs ? toUtcMs : cut > from ? cut : Math.min(toUtcMs, cut + bucketMs)
        buckets.push(...select.all({ bucketMs, id, from, to }))
        from = to
        if (from < toUtcMs) await pause()
      }
      return { bucketMs, buckets }
    },
    async run(signal) {
      const sweep = async () => {
        const before = clock.now() - days(retentionDays)
        for (const { id } of db.prepare<[], { id: number }>('SELECT id FROM series').all()) {
          while (!signal.aborted && expire.run({ id, before }).changes > 0) await pause()
        }
        expirePoints.run(clock.now() - days(pointDays))
      }
      await sweep()
      await every(clock, hours(1), signal, sweep)
    },
  }
}
