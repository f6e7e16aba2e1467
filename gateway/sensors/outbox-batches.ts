import type { Reading } from '../contract/sensor.ts'
import type { Millis, UtcMs } from '../domain/units.ts'
import { readingQualities } from '../domain/words.ts'
import type { Db } from '../store/open.ts'
import { batchBuilder, type Packed, unpack } from './outbox-batch.ts'
import type { OutboxBooks } from './outbox-books.ts'
import type { OutboxNames } from './outbox-names.ts'
import { uniqueTimes } from './outbox-times.ts'

export interface BatchRow {
  readonly id: number
  readonly count: number
  readonly fromUtcMs: UtcMs
  readonly toUtcMs: UtcMs
  readonly sizeBytes: number
}

/** A batch is written to a store whole: no more readings than one request takes. */
const maxRows = 5_000
/** What SQLite needs beside the two blobs, about. */
const rowBytes = 60

const columns = `id, count, from_utc_ms AS fromUtcMs, to_utc_ms AS toUtcMs, length(head) + length(body) + ${rowBytes} AS sizeBytes`
const qualityNumber = new Map(readingQualities.map((quality, n) => [quality, n]))

/** The batches of outbox.db: put there, looked up, removed. Nothing here opens a transaction; the caller does. */
export function outboxBatches(db: Db, names: OutboxNames, books: OutboxBooks, stores: readonly string[]) {
  const insert = db.prepare<[number, number, number, number, Uint8Array, Uint8Array]>(
    'INSERT INTO batch (id, count, from_utc_ms, to_utc_ms, head, body) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const rows = db.prepare<[number, number, number], BatchRow>(
    `SELECT ${columns} FROM batch WHERE id >= ? AND id < ? ORDER BY id LIMIT ?`,
  )
  const rowsBackward = db.prepare<[number], BatchRow>(`SELECT ${columns} FROM batch ORDER BY id DESC LIMIT ?`)
  const bodies = db.prepare<[number, number], { id: number; count: number; head: Buffer; body: Buffer }>(
    'SELECT id, count, head, body FROM batch WHERE id >= ? AND id < ? ORDER BY id',
  )
  const anyBetween = db.prepare<[number, number], { id: number }>(
    'SELECT id FROM batch WHERE id > ? AND id < ? LIMIT 1',
  )
  const remove = db.prepare<[number, number]>('DELETE FROM batch WHERE id >= ? AND id <= ?')
  const total = db.prepare<[], { count: number; sizeBytes: number; lastId: number }>(
    `SELECT coalesce(sum(count), 0) AS count, coalesce(sum(length(head) + length(body) + ${rowBytes}), 0) AS sizeBytes,
            max(coalesce(max(id), 0), (SELECT coalesce(max(to_id), 0) FROM done)) AS lastId
     FROM batch`,
  )

  let nextId = 1
  let sizeBytes = 0
  /** Also after a transaction that failed. */
  function load() {
    const found = total.get() ?? { count: 0, sizeBytes: 0, lastId: 0 }
    nextId = found.lastId + 1
    sizeBytes = found.sizeBytes
  }
  load()

  function put({ count, fromUtcMs, toUtcMs, head, body }: Packed, id = nextId++) {
    insert.run(id, count, fromUtcMs, toUtcMs, head, body)
    sizeBytes += head.byteLength + body.byteLength + rowBytes
    return id
  }

  const builder = batchBuilder(maxRows)
  const received = new Map<string, number>()
  function close() {
    if (builder.count > 0) put(builder.take())
  }
  const times = uniqueTimes(db, close)

  return {
    times,
    load,
    put,
    /** The last id that was given. */
    lastId: () => nextId - 1,
    sizeBytes: () => sizeBytes,
    /** The readings of the last batches, in order: about a minute of them, and about `limit` at most. */
    recent(forMs: Millis, limit: number): Reading[] {
      const newest = rowsBackward.all(limit)
      let first = newest.length > 0 ? nextId : 0
      let count = 0
      for (const row of newest) {
        if (count >= limit || row.toUtcMs < (newest[0]?.toUtcMs ?? 0) - forMs) break
        first = row.id
        count += row.count
      }
      const found: Reading[] = []
      for (const { body } of bodies.iterate(first, nextId)) {
        const columnsOf = unpack(body)
        if (columnsOf) names.readings(columnsOf, found)
      }
      return found
    },
    /** The numbers of the sources that batches refer to. */
    sources(): Set<number> {
      const found = new Set<number>()
      for (const { body } of bodies.iterate(0, nextId)) for (const id of unpack(body)?.source ?? []) found.add(id)
      return found
    },
    /** Takes a reading into the running commit. @returns the reading with the time it got */
    add(reading: Reading): Reading {
      const { sensorId, metric, value, rawValue, quality, deviceUtcMs, source } = reading
      const series = names.seriesNumber(sensorId, metric)
      const utcMs = times.next(series, reading.utcMs)
      builder.add({
        series,
        source: names.sourceNumber(source),
        quality: qualityNumber.get(quality) ?? 0,
        utcMs,
        value,
        raw: rawValue ?? Number.NaN,
        device: deviceUtcMs ?? Number.NaN,
      })
      received.set(sensorId, (received.get(sensorId) ?? 0) + 1)
      if (builder.count >= maxRows) close()
      return utcMs === reading.utcMs ? reading : { ...reading, utcMs }
    },
    /** Ends the running commit: all that was added is on its way to the disk, and in the accounts. @returns how many that are */
    finish(nowUtcMs: UtcMs): number {
      close()
      let count = 0
      for (const [sensorId, n] of received) {
        for (const store of stores) books.count('received', store, sensorId, n, nowUtcMs)
        count += n
      }
      received.clear()
      return count
    },
    /** The running commit failed. */
    forget(): void {
      builder.clear()
      received.clear()
      names.load()
      load()
    },
    rows: (from: number, before: number, limit: number): BatchRow[] => rows.all(from, before, limit),
    newestRows: (limit: number): BatchRow[] => rowsBackward.all(limit),
    bodies: (from: number, before: number) => bodies.iterate(from, before),
    nothingBetween: (after: number, before: number): boolean => anyBetween.get(after, before) === undefined,
    /** Removes batches; their times stay remembered. */
    remove(from: number, to: number): void {
      const gone: Float64Array[] = []
      for (const { head, body } of bodies.iterate(from, to + 1)) {
        const found = unpack(body)
        if (found) gone.push(found.utcMs)
        sizeBytes -= head.byteLength + body.byteLength + rowBytes
      }
      times.forget(gone)
      remove.run(from, to)
    },
    /** Removes batches whose readings were put elsewhere. */
    replace(from: number, to: number, packed: Packed): void {
      for (const { head, body } of bodies.iterate(from, to + 1))
        sizeBytes -= head.byteLength + body.byteLength + rowBytes
      remove.run(from, to)
      put(packed, to)
    },
  }
}
export type OutboxBatches = ReturnType<typeof outboxBatches>
