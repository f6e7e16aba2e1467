import type { Reading } from '../contract/sensor.ts'
import { readingQualities } from '../domain/words.ts'
import type { Db } from '../store/open.ts'
import type { Columns, Entry } from './outbox-batch.ts'
import type { SeriesSpan } from './outbox-books.ts'

/** Topics are anybody's: with more of them than this in waiting batches, further ones are not kept. */
const maxSources = 200_000
/** With more than this, those that are not needed are forgotten. */
const fewSources = 10_000

/** The numbers under which batches know series and sources. */
export function outboxNames(db: Db) {
  // Two texts may be one on the disk: half of a surrogate pair has no UTF-8.
  const addSeries = db.prepare<[string, string], { id: number }>(
    'INSERT INTO series (sensor_id, metric) VALUES (?, ?) ON CONFLICT DO UPDATE SET metric = metric RETURNING id',
  )
  const addSource = db.prepare<[string], { id: number }>(
    'INSERT INTO source (text) VALUES (?) ON CONFLICT DO UPDATE SET text = text RETURNING id',
  )
  const dropSource = db.prepare<[number]>('DELETE FROM source WHERE id = ?')
  const allSeries = db.prepare<[], { id: number; sensorId: string; metric: string }>(
    'SELECT id, sensor_id AS sensorId, metric FROM series',
  )
  const allSources = db.prepare<[], { id: number; text: string }>('SELECT id, text FROM source')
  const seriesOf = new Map<string, Map<string, number>>()
  const series: ({ readonly sensorId: string; readonly metric: string } | undefined)[] = []
  const sourceOf = new Map<string, number>()
  const sources: (string | undefined)[] = []

  function noteSeries(id: number, sensorId: string, metric: string) {
    const metrics = seriesOf.get(sensorId) ?? new Map<string, number>()
    seriesOf.set(sensorId, metrics.set(metric, id))
    series[id] = { sensorId, metric }
  }
  function noteSource(id: number, text: string) {
    sourceOf.set(text, id)
    sources[id] = text
  }
  /** Reads what is on disk: at the start, and when a transaction that named something failed. */
  function load() {
    seriesOf.clear()
    series.length = 0
    sourceOf.clear()
    sources.length = 0
    for (const { id, sensorId, metric } of allSeries.iterate()) noteSeries(id, sensorId, metric)
    for (const { id, text } of allSources.iterate()) noteSource(id, text)
  }
  load()

  const nameOf = (id: number) => series[id] ?? { sensorId: '', metric: '' }

  return {
    load,
    nameOf,
    seriesNumber(sensorId: string, metric: string): number {
      const found = seriesOf.get(sensorId)?.get(metric)
      if (found !== undefined) return found
      const id = addSeries.get(sensorId, metric)?.id ?? 0
      noteSeries(id, sensorId, metric)
      return id
    },
    sourceNumber(text: string): number {
      const found = sourceOf.get(text)
      if (found !== undefined) return found
      if (sourceOf.size >= maxSources && text !== '') return this.sourceNumber('')
      const id = addSource.get(text)?.id ?? 0
      noteSource(id, text)
      return id
    },
    hasManySources: (): boolean => sourceOf.size > fewSources,
    /** Forgets the sources that nothing refers to. */
    keepSources(used: ReadonlySet<number>): void {
      for (const id of sourceOf.values()) if (!used.has(id)) dropSource.run(id)
      load()
    },
    readings(columns: Columns, into: Reading[]): void {
      const { count, utcMs, value, raw, device, source, quality } = columns
      for (let n = 0; n < count; n++) {
        const { sensorId, metric } = nameOf(columns.series[n] as number)
        into.push({
          sensorId,
          metric,
          value: value[n] as number,
          rawValue: orNull(raw?.[n]),
          quality: readingQualities[quality[n] as number] ?? 'suspect',
          utcMs: utcMs[n] as number,
          deviceUtcMs: orNull(device?.[n]),
          source: sources[source[n] as number] ?? '',
        })
      }
    },
    spans: (entries: readonly Entry[]): SeriesSpan[] =>
      entries.map(({ series: id, ...entry }) => ({ ...nameOf(id), ...entry })),
  }
}
export type OutboxNames = ReturnType<typeof outboxNames>

const orNull = (value: number | undefined): number | null => (value === undefined || Number.isNaN(value) ? null : value)
