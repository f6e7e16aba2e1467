import type { Loss, Quarantined } from '../contract/sensor.ts'
import { hours, type Millis, type UtcMs } from '../domain/units.ts'
import type { LossReason } from '../domain/words.ts'
import type { Db } from '../store/open.ts'

/** How many readings of a series, from when to when. */
export interface SeriesSpan {
  readonly sensorId: string
  readonly metric: string
  readonly fromUtcMs: UtcMs
  readonly toUtcMs: UtcMs
  readonly readings: number
}

export type Counter = 'received' | 'stored' | 'quarantined' | 'lost'

/** Losses of one reason that go on are one row an hour. */
const sameLossMs: Millis = hours(1)
const maxPayloads = 10_000
const maxRefused = 100_000

/** Accounts, losses and quarantine in outbox.db. Nothing here opens a transaction; the caller does, together with what is counted. */
export function outboxBooks(db: Db) {
  const count = Object.fromEntries(
    (['received', 'stored', 'quarantined', 'lost'] as const).map((counter) => [
      counter,
      db.prepare<[string, string, number, number]>(
        `INSERT INTO account (store, sensor_id, ${counter}, begun_utc_ms) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET ${counter} = ${counter} + excluded.${counter}`,
      ),
    ]),
  ) as Record<Counter, ReturnType<typeof db.prepare<[string, string, number, number]>>>

  const lastLoss = db.prepare<[string, string, number], { id: number }>(
    'SELECT id FROM loss WHERE store = ? AND reason = ? AND utc_ms > ? ORDER BY id DESC LIMIT 1',
  )
  const addLoss = db.prepare<[number, string, string]>(
    'INSERT INTO loss (utc_ms, store, reason, readings) VALUES (?, ?, ?, 0)',
  )
  const growLoss = db.prepare<[number, number]>('UPDATE loss SET readings = readings + ? WHERE id = ?')
  const addLossSeries = db.prepare<SeriesSpan & { id: number }>(
    `INSERT INTO loss_series (loss_id, sensor_id, metric, from_utc_ms, to_utc_ms, readings)
     VALUES (@id, @sensorId, @metric, @fromUtcMs, @toUtcMs, @readings)
     ON CONFLICT DO UPDATE SET from_utc_ms = min(from_utc_ms, excluded.from_utc_ms), to_utc_ms = max(to_utc_ms, excluded.to_utc_ms),
                               readings = readings + excluded.readings`,
  )
  const listLosses = db.prepare<[number], Omit<Loss, 'series'>>(
    'SELECT id, utc_ms AS utcMs, store, reason, readings FROM loss ORDER BY id DESC LIMIT ?',
  )
  const seriesOf = db.prepare<[number], SeriesSpan>(
    `SELECT sensor_id AS sensorId, metric, from_utc_ms AS fromUtcMs, to_utc_ms AS toUtcMs, readings
     FROM loss_series WHERE loss_id = ?`,
  )

  const addQuarantined = db.prepare<[number, string, string, number, Uint8Array, string | null, 0 | 1]>(
    'INSERT INTO quarantine (utc_ms, topic, reason, size_bytes, sample, sensor_id, refused) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const countQuarantined = db.prepare<[0 | 1], { n: number }>('SELECT count(*) AS n FROM quarantine WHERE refused = ?')
  const rows = { 0: 0, 1: 0 }
  function recount() {
    for (const kind of [0, 1] as const) rows[kind] = countQuarantined.get(kind)?.n ?? 0
  }
  recount()
  const dropQuarantined = db.prepare<[0 | 1]>(
    'DELETE FROM quarantine WHERE id = (SELECT min(id) FROM quarantine WHERE refused = ?)',
  )
  const listQuarantined = db.prepare<[number], Omit<Quarantined, 'sample'> & { sample: Buffer }>(
    `SELECT id, utc_ms AS utcMs, topic, reason, size_bytes AS sizeBytes, sample, sensor_id AS sensorId
     FROM quarantine ORDER BY id DESC LIMIT ?`,
  )

  return {
    count: (counter: Counter, store: string, sensorId: string, n: number, nowUtcMs: UtcMs): void =>
      void count[counter].run(store, sensorId, n, nowUtcMs),
    /** @param unnamed readings of which nobody can say any more whose they were */
    lose(store: string, reason: LossReason, spans: readonly SeriesSpan[], unnamed: number, nowUtcMs: UtcMs): void {
      const id =
        lastLoss.get(store, reason, nowUtcMs - sameLossMs)?.id ??
        Number(addLoss.run(nowUtcMs, store, reason).lastInsertRowid)
      let readings = unnamed
      for (const span of spans) {
        addLossSeries.run({ id, ...span })
        count.lost.run(store, span.sensorId, span.readings, nowUtcMs)
        readings += span.readings
      }
      growLoss.run(readings, id)
    },
    losses: (limit: number): Loss[] =>
      listLosses.all(limit).map((loss) => ({ ...loss, series: seriesOf.all(loss.id) })),
    /** The sample is what of the payload is kept. Bounded, the oldest go: 10,000 payloads, 100,000 readings that a store refused. */
    quarantine(
      what: Omit<Quarantined, 'id' | 'sample'> & { readonly sample: Uint8Array },
      kind: 'payload' | 'refused',
    ): void {
      const { utcMs, topic, reason, sizeBytes, sample, sensorId } = what
      const refused = kind === 'refused' ? 1 : 0
      addQuarantined.run(utcMs, topic.slice(0, 512), reason, sizeBytes, sample, sensorId, refused)
      // Counted here: a flood of bad payloads must not count rows each time.
      if (++rows[refused] <= (refused ? maxRefused : maxPayloads)) return
      rows[refused] -= dropQuarantined.run(refused).changes
    },
    /** After a transaction that failed. */
    recount,
    quarantined: (limit: number): Quarantined[] =>
      listQuarantined.all(limit).map((row) => ({ ...row, sample: row.sample.toString('utf8') })),
  }
}
export type OutboxBooks = ReturnType<typeof outboxBooks>
