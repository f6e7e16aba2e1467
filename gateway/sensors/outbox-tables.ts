import type { z } from 'zod'
import type { Quarantined, Reading } from '../contract/sensor.ts'
import { Failure } from '../domain/failure.ts'
import type { Millis, UtcMs } from '../domain/units.ts'
import type { Store } from '../store/open.ts'
import type { Queued } from './outbox.ts'

/** Readings that were given up: how many, of how many sensors, from when to when. */
export interface Loss {
  readonly utcMs: UtcMs
  readonly reason: 'too-old' | 'too-many'
  readonly readings: number
  readonly sensors: number
  readonly fromUtcMs: UtcMs
  readonly toUtcMs: UtcMs
}

interface ReadingRow {
  id: number
  sensorId: string
  metric: string
  utcMs: number
  value: number
  quality: Reading['quality']
  deviceUtcMs: number | null
  rawValue: number | null
  source: string
}

const maxQuarantined = 10_000
/** A reading received this much before the last one was: the clock stepped back. */
const clockStepMs = 60_000

/** The statements of outbox.db. Nothing here opens a transaction; the caller does. */
export function outboxTables({ db }: Store, cursors: readonly string[]) {
  const insert = db.prepare<[string, string, number, number, number | null, string, number | null, string]>(
    `INSERT INTO reading (sensor_id, metric, utc_ms, value, raw_value, quality, device_utc_ms, source) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  )
  const select = db.prepare<[number, number], ReadingRow>(
    `SELECT id, sensor_id AS sensorId, metric, utc_ms AS utcMs, value, raw_value AS rawValue, quality, device_utc_ms AS deviceUtcMs,
            source
     FROM reading WHERE id > ? ORDER BY id LIMIT ?`,
  )
  const place = db.prepare<[string], { upToId: number }>('SELECT upto_id AS upToId FROM cursor WHERE name = ?')
  const move = db.prepare<[number, string]>('UPDATE cursor SET upto_id = max(upto_id, ?) WHERE name = ?')
  const begin = db.prepare<[string]>('INSERT INTO cursor (name, upto_id) VALUES (?, 0) ON CONFLICT DO NOTHING')
  const prune = db.prepare('DELETE FROM reading WHERE id <= (SELECT min(upto_id) FROM cursor)')
  const range = db.prepare<[], { first: number | null; last: number | null }>(
    'SELECT min(id) AS first, max(id) AS last FROM reading',
  )
  const firstKept = db.prepare<[number], { id: number }>('SELECT id FROM reading WHERE utc_ms >= ? ORDER BY id LIMIT 1')
  const lossOf = db.prepare<[number], { readings: number; sensors: number; fromUtcMs: number; toUtcMs: number }>(
    `SELECT count(*) AS readings, count(DISTINCT sensor_id) AS sensors, min(utc_ms) AS fromUtcMs, max(utc_ms) AS toUtcMs
     FROM reading WHERE id <= ?`,
  )
  const drop = db.prepare<[number]>('DELETE FROM reading WHERE id <= ?')
  const recordLoss = db.prepare<Loss>(
    `INSERT INTO loss (utc_ms, reason, readings, sensors, from_utc_ms, to_utc_ms)
     VALUES (@utcMs, @reason, @readings, @sensors, @fromUtcMs, @toUtcMs)`,
  )
  const listLosses = db.prepare<[number], Loss>(
    `SELECT utc_ms AS utcMs, reason, readings, sensors, from_utc_ms AS fromUtcMs, to_utc_ms AS toUtcMs
     FROM loss ORDER BY id DESC LIMIT ?`,
  )
  const quarantine = db.prepare<[number, string, string, number, Buffer]>(
    'INSERT INTO quarantine (utc_ms, topic, reason, size_bytes, sample) VALUES (?, ?, ?, ?, ?)',
  )
  const dropQuarantined = db.prepare<[number | bigint]>('DELETE FROM quarantine WHERE id <= ?')
  const listQuarantined = db.prepare<[number], Omit<z.infer<typeof Quarantined>, 'sample'> & { sample: Buffer }>(
    `SELECT id, utc_ms AS utcMs, topic, reason, size_bytes AS sizeBytes, sample
     FROM quarantine ORDER BY id DESC LIMIT ?`,
  )
  // A destination that is no longer configured would hold every reading back for ever.
  const known = new Set(cursors)
  for (const { name } of db.prepare<[], { name: string }>('SELECT name FROM cursor').all())
    if (!known.has(name)) db.prepare('DELETE FROM cursor WHERE name = ?').run(name)
  for (const name of cursors) begin.run(name)

  // A burst may run ahead of the clock, and its rows may be drained, or the gateway killed, before the clock catches up.
  const setAhead = db.prepare<[string, string, number]>(
    `INSERT INTO ahead (sensor_id, metric, utc_ms) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET utc_ms = excluded.utc_ms`,
  )
  const lastOf = new Map<string, { readonly keptUtcMs: UtcMs; readonly receivedUtcMs: UtcMs }>(
    db
      .prepare<[], { series: string; utcMs: number }>(
        `SELECT sensor_id || '/' || metric AS series, utc_ms AS utcMs FROM ahead`,
      )
      .all()
      // When it was received is not known any more; 0 means that no step is suspected.
      .map(({ series, utcMs }) => [series, { keptUtcMs: utcMs, receivedUtcMs: 0 }]),
  )

  function upTo(cursor: string): number {
    const found = place.get(cursor)
    if (!found) throw new Failure('bug', 'cursor-unknown', `the outbox has no cursor ${cursor}`, { cursor })
    return found.upToId
  }

  function dropUpTo(id: number, reason: Loss['reason'], nowUtcMs: UtcMs): Loss[] {
    const what = lossOf.get(id)
    if (!what || what.readings === 0) return []
    const loss: Loss = { utcMs: nowUtcMs, reason, ...what }
    recordLoss.run(loss)
    drop.run(id)
    return [loss]
  }

  return {
    /** @returns the reading with the time it got: the next free millisecond of its metric */
    insertReading(reading: Reading): Reading {
      const { sensorId, metric, value, rawValue, quality, deviceUtcMs, source } = reading
      const series = `${sensorId}/${metric}`
      const last = lastOf.get(series)
      let utcMs = reading.utcMs
      // However far a burst ran ahead, the next reading goes behind it; a clock that stepped back starts anew.
      const stepped = last !== undefined && reading.utcMs < last.receivedUtcMs - clockStepMs
      if (last !== undefined && last.keptUtcMs >= utcMs && !stepped) utcMs = last.keptUtcMs + 1
      while (insert.run(sensorId, metric, utcMs, value, rawValue, quality, deviceUtcMs, source).changes === 0) utcMs++
      lastOf.set(series, { keptUtcMs: utcMs, receivedUtcMs: reading.utcMs })
      if (utcMs === reading.utcMs) return reading
      setAhead.run(sensorId, metric, utcMs)
      return { ...reading, utcMs }
    },
    insertQuarantined(utcMs: UtcMs, topic: string, reason: string, sizeBytes: number, sample: Buffer) {
      const { lastInsertRowid } = quarantine.run(utcMs, topic.slice(0, 512), reason, sizeBytes, sample)
      dropQuarantined.run(Number(lastInsertRowid) - maxQuarantined)
    },
    read(cursor: string, limit: number): Queued[] {
      return select.all(upTo(cursor), limit).map(({ id, ...reading }) => ({ id, reading }))
    },
    acknowledge(cursor: string, upToId: number) {
      upTo(cursor)
      move.run(upToId, cursor)
      prune.run()
    },
    backlog(cursor: string): { readings: number; oldestUtcMs: UtcMs | null } {
      const at = upTo(cursor)
      const [oldest] = select.all(at, 1)
      if (!oldest) return { readings: 0, oldestUtcMs: null }
      // Not counted: ids have no holes, and counting millions of rows would take seconds.
      return { readings: (range.get()?.last ?? at) - oldest.id + 1, oldestUtcMs: oldest.utcMs }
    },
    giveUp(nowUtcMs: UtcMs, maxRows: number, maxAgeMs: Millis): Loss[] {
      const kept = firstKept.get(nowUtcMs - maxAgeMs)
      const { first, last } = range.get() ?? { first: null, last: null }
      if (first === null || last === null) return []
      const losses = dropUpTo((kept?.id ?? last + 1) - 1, 'too-old', nowUtcMs)
      // Ids have no holes but pruned ones at the front, so their distance is the number of rows.
      losses.push(...dropUpTo(last - maxRows, 'too-many', nowUtcMs))
      return losses
    },
    losses: (limit = 100): Loss[] => listLosses.all(limit),
    quarantined: (limit = 200): z.infer<typeof Quarantined>[] =>
      listQuarantined.all(limit).map((row) => ({ ...row, sample: row.sample.toString('utf8') })),
  }
}
