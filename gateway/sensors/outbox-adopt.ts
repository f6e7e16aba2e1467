import type { Reading } from '../contract/sensor.ts'
import type { UtcMs } from '../domain/units.ts'
import type { Store } from '../store/open.ts'
import { unpackHead } from './outbox-batch.ts'
import type { OutboxBatches } from './outbox-batches.ts'
import type { OutboxBooks } from './outbox-books.ts'
import type { OutboxNames } from './outbox-names.ts'

interface OldRow extends Omit<Reading, 'rawValue' | 'source'> {
  readonly id: number
}

const rowsAtOnce = 5_000

interface Parts {
  readonly store: Store
  readonly stores: readonly string[]
  readonly batches: OutboxBatches
  readonly names: OutboxNames
  readonly books: OutboxBooks
  readonly nowUtcMs: UtcMs
}

/**
 * Readings that version 0.3 left one a row become batches. What one of its stores had already is not written to it again, as far as a
 * batch begins behind it; writing a reading twice changes nothing. May be interrupted: what was moved is gone from the old table.
 */
export function adoptOldRows({ store, batches, names, nowUtcMs }: Parts): void {
  const { db } = store
  const isThere = db.prepare<[string], { name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name = ?",
  )
  if (!isThere.get('reading_before')) return
  const select = db.prepare<[number], OldRow>(
    `SELECT id, sensor_id AS sensorId, metric, utc_ms AS utcMs, value, quality, device_utc_ms AS deviceUtcMs
     FROM reading_before WHERE id > (SELECT coalesce(min(upto_id), 0) FROM cursor_before) ORDER BY id LIMIT ?`,
  )
  const remove = db.prepare<[number]>('DELETE FROM reading_before WHERE id <= ?')
  for (let more = true; more; )
    more = store.transaction(() => {
      const rows = select.all(rowsAtOnce)
      for (const { id: _, ...row } of rows) batches.add({ ...row, rawValue: null, source: '' })
      batches.finish(nowUtcMs)
      const last = rows.at(-1)
      if (last) remove.run(last.id)
      return rows.length === rowsAtOnce
    })
  // Series whose newest reading was ahead of the clock, and is in the store already.
  for (const { sensorId, metric, utcMs } of db
    .prepare<[], { sensorId: string; metric: string; utcMs: number }>(
      'SELECT sensor_id AS sensorId, metric, utc_ms AS utcMs FROM ahead_before',
    )
    .all())
    batches.times.startBehind(names.seriesNumber(sensorId, metric), utcMs)
  store.transaction(() => db.exec('DROP TABLE reading_before; DROP TABLE cursor_before; DROP TABLE ahead_before'))
}

/** A store that is new gets everything that is still there; one that is not configured any more would hold readings back for ever. */
export function beginStores({ store, stores, names, books, nowUtcMs }: Parts): void {
  const { db } = store
  store.transaction(() => {
    const kept = new Set(stores)
    const known = db.prepare<[], { store: string }>('SELECT store FROM done UNION SELECT store FROM account').all()
    for (const { store: name } of known)
      if (!kept.has(name)) {
        db.prepare('DELETE FROM done WHERE store = ?').run(name)
        db.prepare('DELETE FROM account WHERE store = ?').run(name)
      }
    const fresh = stores.filter((name) => !known.some((one) => one.store === name))
    if (fresh.length === 0) return
    const received: [store: string, sensorId: string, readings: number][] = []
    for (const { head } of db.prepare<[], { head: Buffer }>('SELECT head FROM batch').iterate())
      for (const { sensorId, readings } of names.spans(unpackHead(head) ?? []))
        for (const name of fresh) received.push([name, sensorId, readings])
    for (const [name, sensorId, readings] of received) books.count('received', name, sensorId, readings, nowUtcMs)
  })
}
