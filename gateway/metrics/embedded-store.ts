import { type Keeping, type Resolution, resolutions } from '../domain/buckets.ts'
import { days, hours, type UtcMs } from '../domain/units.ts'
import { every } from '../lib/clock.ts'
import type { Tools } from '../lib/supervise.ts'
import type { Store } from '../store/open.ts'
import { embeddedHistory } from './embedded-history.ts'
import { embeddedRollups } from './embedded-rollups.ts'
import type { MetricsStore, Rejected } from './store.ts'

export interface EmbeddedMetrics extends MetricsStore {
  /** Deletes what is older than it is kept, once an hour, until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>
}

export interface EmbeddedStoreOptions {
  readonly store: Store
  readonly tools: Tools
  readonly keeping: Keeping
}

/** A transaction holds the process up for a few milliseconds. */
const batch = 1_000
const goAtOnce = 5_000
const maxSources = 100_000

/** Readings in SQLite, when no InfluxDB is configured: the same answers behind the same interface. */
export function embeddedStore({ store, tools, keeping }: EmbeddedStoreOptions): EmbeddedMetrics {
  const { db } = store
  const { clock } = tools
  const ids = new Map<string, Map<string, number>>()
  const findSeries = db.prepare<[string, string], { id: number }>(
    'SELECT id FROM series WHERE sensor_id = ? AND metric = ?',
  )
  const addSeries = db.prepare<[string, string], { id: number }>(
    'INSERT INTO series (sensor_id, metric) VALUES (?, ?) ON CONFLICT DO UPDATE SET metric = metric RETURNING id',
  )
  const sourceIds = new Map<string, number>()
  const addSource = db.prepare<[string], { id: number }>(
    'INSERT INTO source (text) VALUES (?) ON CONFLICT DO UPDATE SET text = text RETURNING id',
  )
  const insert = db.prepare<[number, number, number, number | null, string, number | null, number | null]>(
    `INSERT INTO reading (series, utc_ms, value, raw_value, quality, device_utc_ms, source) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  )
  const change = db.prepare<[number, number | null, string, number | null, number | null, number, number]>(
    'UPDATE reading SET value = ?, raw_value = ?, quality = ?, device_utc_ms = ?, source = ? WHERE series = ? AND utc_ms = ?',
  )
  const expireOf = (resolution: Resolution) => {
    const table = resolution === 'raw' ? 'reading' : resolution
    return db.prepare<{ id: number; before: number }>(
      `DELETE FROM ${table} WHERE series = @id AND utc_ms IN
         (SELECT utc_ms FROM ${table} WHERE series = @id AND utc_ms < @before ORDER BY utc_ms LIMIT ${goAtOnce})`,
    )
  }
  const putPoint = db.prepare<[string, string, number, string]>(
    `INSERT INTO point (measurement, tags, utc_ms, fields) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET fields = excluded.fields`,
  )
  const expirePoints = db.prepare<[number]>('DELETE FROM point WHERE utc_ms < ?')
  const rollups = embeddedRollups(db)
  const rawFromUtcMs = (): UtcMs => clock.now() - days(keeping.rawDays)

  function seriesId(sensorId: string, metric: string): number | undefined {
    const known = ids.get(sensorId)?.get(metric)
    return known ?? findSeries.get(sensorId, metric)?.id
  }
  function newSeriesId(sensorId: string, metric: string): number {
    const found = ids.get(sensorId)?.get(metric)
    if (found !== undefined) return found
    const id = addSeries.get(sensorId, metric)?.id ?? 0
    ids.set(sensorId, (ids.get(sensorId) ?? new Map<string, number>()).set(metric, id))
    return id
  }
  function sourceId(text: string): number | null {
    if (text === '') return null
    const found = sourceIds.get(text)
    if (found !== undefined) return found
    if (sourceIds.size >= maxSources) sourceIds.clear()
    const id = addSource.get(text)?.id ?? 0
    sourceIds.set(text, id)
    return id
  }
  const pause = () => new Promise((resolve) => setImmediate(resolve))

  return {
    name: 'embedded',
    batch,
    async write(readings) {
      const rejected: Rejected[] = []
      const fromUtcMs = rawFromUtcMs()
      try {
        store.transaction(() => {
          for (const { reading } of readings) {
            const { sensorId, metric, utcMs, value, rawValue, quality, deviceUtcMs, source } = reading
            if (utcMs < fromUtcMs || !Number.isFinite(value)) {
              const reason = utcMs < fromUtcMs ? 'beyond-retention' : 'store-refused'
              rejected.push({
                reading,
                reason,
                words: utcMs < fromUtcMs ? 'older than what is kept' : 'not a finite number',
              })
              continue
            }
            const id = newSeriesId(sensorId, metric)
            const from = sourceId(source)
            if (insert.run(id, utcMs, value, rawValue, quality, deviceUtcMs, from).changes > 0)
              rollups.note(id, utcMs, value)
            else {
              change.run(value, rawValue, quality, deviceUtcMs, from, id, utcMs)
              rollups.noteChange(id, utcMs)
            }
          }
          rollups.finish()
        })
      } catch (cause) {
        rollups.forget()
        ids.clear()
        sourceIds.clear()
        throw cause
      }
      return rejected
    },
    async writePoints(points) {
      store.transaction(() => {
        for (const { measurement, tags, fields, utcMs } of points) {
          const series = Object.entries(tags).filter(([, value]) => value !== null && value !== '')
          const sorted = Object.fromEntries(series.toSorted(([a], [b]) => (a < b ? -1 : 1)))
          putPoint.run(measurement, JSON.stringify(sorted), utcMs, JSON.stringify(fields))
        }
      })
    },
    ...embeddedHistory(db, seriesId, keeping, clock),
    rawFromUtcMs,
    async run(signal) {
      const sweep = async () => {
        for (const resolution of resolutions) {
          const before = clock.now() - days(keeping[`${resolution}Days`])
          const expire = expireOf(resolution)
          for (const { id } of db.prepare<[], { id: number }>('SELECT id FROM series').all())
            while (!signal.aborted && expire.run({ id, before }).changes > 0) await pause()
        }
        // Coverage is asked for as long as hours are, and is a row an hour.
        expirePoints.run(clock.now() - days(keeping.hourDays))
      }
      await sweep()
      await every(clock, hours(1), signal, sweep)
    },
  }
}
