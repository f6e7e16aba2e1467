import type { LossReason } from '../domain/words.ts'
import { type Bytes, type Millis, minutes, type UtcMs } from '../domain/units.ts'
import { type Row, batchBuilder, unpack, unpackHead } from './outbox-batch.ts'
import type { BatchRow, OutboxBatches } from './outbox-batches.ts'
import type { OutboxBooks, SeriesSpan } from './outbox-books.ts'
import type { OutboxCarry } from './outbox-carry.ts'
import type { OutboxNames } from './outbox-names.ts'

export interface GivenUp {
  readonly store: string
  readonly reason: LossReason
  readonly readings: number
  readonly fromUtcMs: UtcMs
  readonly toUtcMs: UtcMs
}

/** Of so many batches at most in one transaction: others wait meanwhile. */
const rowsAtOnce = 500
/** A batch younger than this may still be taken as live. */
const quietMs: Millis = minutes(1)
/** Batches are put together up to this many readings. */
const fullBatch = 4_000

/** Bounds of the outbox, and its shape while a store is away. Nothing here opens a transaction; the caller does. */
export function outboxUpkeep(parts: {
  readonly batches: OutboxBatches
  readonly carry: OutboxCarry
  readonly names: OutboxNames
  readonly books: OutboxBooks
  readonly maxBytes: Bytes
  readonly maxAgeMs: Millis
}) {
  const { batches, carry, names, books, maxBytes, maxAgeMs } = parts
  const beyond = Number.MAX_SAFE_INTEGER
  let packedUpTo = 0

  function giveUpRow(row: BatchRow, reason: LossReason, nowUtcMs: UtcMs): GivenUp[] {
    const stores = carry.lacking(row.id)
    let spans: SeriesSpan[] = []
    for (const { head } of batches.bodies(row.id, row.id + 1)) {
      const entries = unpackHead(head)
      if (entries) spans = names.spans(entries)
    }
    for (const store of stores) {
      books.lose(store, reason, spans, spans.length > 0 ? 0 : row.count, nowUtcMs)
      carry.settle(store, { from: row.id, to: row.id }, row.count)
    }
    batches.remove(row.id, row.id)
    return stores.map((store) => ({
      store,
      reason,
      readings: row.count,
      fromUtcMs: row.fromUtcMs,
      toUtcMs: row.toUtcMs,
    }))
  }

  return {
    isOver: (): boolean => batches.sizeBytes() > maxBytes,
    /**
     * Gives up the oldest batches that are too old or too many, each with its loss; what is on its way to a store just now stays.
     * @returns what went, and whether there is more to do
     */
    giveUp(nowUtcMs: UtcMs): { given: GivenUp[]; more: boolean } {
      const given: GivenUp[] = []
      const oldest = batches.rows(0, beyond, rowsAtOnce)
      for (const row of oldest) {
        const reason =
          row.toUtcMs < nowUtcMs - maxAgeMs ? 'outbox-age' : batches.sizeBytes() > maxBytes ? 'outbox-bytes' : undefined
        if (!reason) return { given, more: false }
        if (!carry.isTaken(row.id)) given.push(...giveUpRow(row, reason, nowUtcMs))
      }
      return { given, more: oldest.length === rowsAtOnce && given.length > 0 }
    },
    /**
     * Puts small batches of a backlog together: hundreds a second, each of a reading or two, would fill the outbox with what is around them.
     * @returns whether there is more to do
     */
    packTogether(nowUtcMs: UtcMs): boolean {
      const rows = batches.rows(packedUpTo + 1, beyond, rowsAtOnce)
      const group: BatchRow[] = []
      let readings = 0
      for (const row of rows) {
        if (row.toUtcMs > nowUtcMs - quietMs) break
        const fits = readings + row.count <= fullBatch && isSame(group.at(-1), row)
        if (!fits && group.length > 0) break
        packedUpTo = row.id
        if (carry.isTaken(row.id)) continue
        group.push(row)
        readings += row.count
      }
      const [first] = group
      const last = group.at(-1)
      if (!first || !last || group.length < 2) return group.length > 0 && rows.length > 1
      const builder = batchBuilder(readings)
      for (const { body } of batches.bodies(first.id, last.id + 1)) {
        const columns = unpack(body)
        // A damaged one stays as it is, and is told when its turn comes.
        if (!columns) return true
        for (let n = 0; n < columns.count; n++) builder.add(rowAt(columns, n))
      }
      batches.replace(first.id, last.id, builder.take())
      return true
    },
  }

  /** Neighbours that the same stores have, with nothing taken between them. */
  function isSame(before: BatchRow | undefined, row: BatchRow): boolean {
    if (!before) return true
    const [a, b] = [carry.lacking(before.id), carry.lacking(row.id)]
    return !carry.isTaken(row.id) && a.length === b.length && a.every((store) => b.includes(store))
  }
}

function rowAt(columns: NonNullable<ReturnType<typeof unpack>>, n: number): Row {
  const { utcMs, value, raw, device, series, source, quality } = columns
  return {
    series: series[n] as number,
    source: source[n] as number,
    quality: quality[n] as number,
    utcMs: utcMs[n] as number,
    value: value[n] as number,
    raw: raw?.[n] ?? Number.NaN,
    device: device?.[n] ?? Number.NaN,
  }
}
