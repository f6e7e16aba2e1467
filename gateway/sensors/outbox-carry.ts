import type { Quarantined, Reading } from '../contract/sensor.ts'
import { Failure } from '../domain/failure.ts'
import { type Millis, seconds, type UtcMs } from '../domain/units.ts'
import type { Clock } from '../lib/clock.ts'
import type { Db } from '../store/open.ts'
import { unpack, unpackHead } from './outbox-batch.ts'
import type { OutboxBatches } from './outbox-batches.ts'
import type { OutboxBooks, SeriesSpan } from './outbox-books.ts'
import type { OutboxNames } from './outbox-names.ts'
import { changesOf, type Done, isDone, nextFree, type Stretch, withStretch } from './outbox-places.ts'

export type Lane = 'live' | 'backlog'
/** Readings that somebody carries to a store. They stay in the outbox until they are acknowledged. */
export interface Taken {
  readonly readings: readonly Reading[]
}
/** A reading that a store will never take. */
export interface Refusal {
  readonly reading: Reading
  readonly reason: Quarantined['reason']
  /** The store's own words. */
  readonly words: string
}

interface Lease extends Stretch {
  readonly store: string
  /** Batches whose bytes are not what was written. */
  readonly damaged: readonly { readonly spans: readonly SeriesSpan[]; readonly unnamed: number }[]
  /** All readings in it, the damaged ones too. */
  readonly count: number
}
interface Place {
  done: Done
  /** From this batch on readings are live. Below it is the backlog. */
  liveFrom: number
  /** Readings that wait. */
  waiting: number
}

/** The live lane leaves what is older than this to the backlog when it cannot be had in one go. */
const behindMs: Millis = seconds(3)
/** And begins anew with what is this young. */
const freshMs: Millis = seconds(1)
/** What all stores have stays this long. */
export const recentMs: Millis = seconds(60)
const pruneAtOnce = 2_000
const beyond = Number.MAX_SAFE_INTEGER
/** With more stretches than this the live lane waits for the backlog: each is a row that is looked at. */
const maxStretches = 500

/**
 * The places of stores in the outbox. What a store has are stretches of batches: the live lane may run ahead and leave a hole behind it,
 * which the backlog lane fills, oldest first. Nothing here opens a transaction; the caller does, and says with `settle` how it ended.
 */
export function outboxCarry(parts: {
  readonly db: Db
  readonly clock: Clock
  readonly stores: readonly string[]
  readonly batches: OutboxBatches
  readonly names: OutboxNames
  readonly books: OutboxBooks
}) {
  const { db, clock, stores, batches, names, books } = parts
  const leases = new Map<Taken, Lease>()
  const putDone = db.prepare<[string, number, number]>(
    'INSERT INTO done (store, from_id, to_id) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET to_id = excluded.to_id',
  )
  const dropDone = db.prepare<[string, number]>('DELETE FROM done WHERE store = ? AND from_id = ?')
  const allDone = db.prepare<[string], Stretch>(
    'SELECT from_id AS "from", to_id AS "to" FROM done WHERE store = ? ORDER BY from_id',
  )
  const sum = db.prepare<[number, number], { n: number }>(
    'SELECT coalesce(sum(count), 0) AS n FROM batch WHERE id >= ? AND id <= ?',
  )
  const countIn = ({ from, to }: Stretch) => sum.get(from, to)?.n ?? 0
  const places = new Map<string, Place>()

  function load() {
    for (const store of stores) {
      const done = allDone.all(store)
      const waiting = countIn({ from: 0, to: beyond }) - done.reduce((n, stretch) => n + countIn(stretch), 0)
      places.set(store, { done, liveFrom: 0, waiting })
    }
  }
  load()

  function placeOf(store: string): Place {
    const place = places.get(store)
    if (!place) throw new Failure('bug', 'store-unknown', `the outbox knows no store ${store}`, { store })
    return place
  }

  /** One more stretch that the store has, or will never get. */
  function settle(store: string, stretch: Stretch, count: number) {
    const place = placeOf(store)
    const after = withStretch(place.done, stretch, batches.nothingBetween)
    const { gone, put } = changesOf(place.done, after)
    for (const from of gone) dropDone.run(store, from)
    for (const { from, to } of put) putDone.run(store, from, to)
    place.done = after
    place.waiting -= count
  }
  /** Removes what all stores have from the beginning on, but not what came just now: a device may send it again after a crash. */
  function prune(nowUtcMs: UtcMs) {
    const all = [...places.values()]
    let last: number | undefined
    const rows = batches.rows(0, beyond, pruneAtOnce)
    for (const { id, toUtcMs } of rows) {
      if (toUtcMs > nowUtcMs - recentMs || !all.every(({ done }) => isDone(done, id))) break
      last = id
    }
    if (last !== undefined) batches.remove(0, last)
  }

  const takenOf = (store: string) => [...leases.values()].filter((lease) => lease.store === store)

  const hasBatch = (from: number, before: number) => batches.rows(from, before, 1).length > 0
  /** The first row that the store has not got; an empty list when there is none. */
  function firstRow({ done }: Place, taken: readonly Stretch[], atLeast: number) {
    const free = nextFree(done, taken, { atLeast, below: beyond }, hasBatch)
    return free ? batches.rows(free.from, free.before, 1) : []
  }

  /** Moves the beginning of what is live when it is too far behind to be had at once. */
  function keepLive(place: Place, store: string, limit: number) {
    const [first] = firstRow(place, takenOf(store), place.liveFrom)
    const nowUtcMs = clock.now()
    if (!first || first.toUtcMs > nowUtcMs - behindMs || place.done.length >= maxStretches) return
    if (place.waiting <= limit) return
    let liveFrom = batches.lastId() + 1
    let readings = 0
    for (const row of batches.newestRows(limit)) {
      readings += row.count
      if (readings > limit || row.toUtcMs < nowUtcMs - freshMs) break
      liveFrom = row.id
    }
    place.liveFrom = Math.max(place.liveFrom, liveFrom)
  }

  return {
    load,
    /** A batch of the running commit was put. */
    arrived(count: number): void {
      for (const place of places.values()) place.waiting += count
    },
    waiting: (store: string): number => placeOf(store).waiting,
    oldestUtcMs(store: string): UtcMs | null {
      return firstRow(placeOf(store), [], 0)[0]?.fromUtcMs ?? null
    },
    /**
     * The next readings for a store, about `limit`; nobody else gets them until they are acknowledged or released. `live`: the newest;
     * `backlog`: the oldest of those that are not live any more. Each lane in the order in which they came.
     * @throws Failure bug for a store that is not one of the outbox's
     */
    take(store: string, lane: Lane, limit: number): Taken | undefined {
      const place = placeOf(store)
      if (lane === 'live') keepLive(place, store, limit)
      const part = lane === 'live' ? { atLeast: place.liveFrom, below: beyond } : { atLeast: 0, below: place.liveFrom }
      const free = nextFree(place.done, takenOf(store), part, hasBatch)
      if (!free) return undefined
      const readings: Reading[] = []
      const damaged: { spans: readonly SeriesSpan[]; unnamed: number }[] = []
      let first: number | undefined
      let to = 0
      let count = 0
      for (const row of batches.bodies(free.from, free.before)) {
        if (first !== undefined && count + row.count > limit) break
        first ??= row.id
        to = row.id
        count += row.count
        const columns = unpack(row.body)
        if (columns) names.readings(columns, readings)
        else {
          const entries = unpackHead(row.head)
          damaged.push(entries ? { spans: names.spans(entries), unnamed: 0 } : { spans: [], unnamed: row.count })
        }
        if (count >= limit) break
      }
      if (first === undefined) return undefined
      const taken = { readings }
      leases.set(taken, { store, from: first, to, damaged, count })
      return taken
    },
    /** The store has them, but for what it refused: that is in quarantine. */
    acknowledge(taken: Taken, refused: readonly Refusal[]): void {
      const lease = leases.get(taken)
      if (!lease) throw new Failure('bug', 'not-taken', 'readings were acknowledged that nobody had taken')
      const { store } = lease
      const nowUtcMs = clock.now()
      const stored = new Map<string, number>()
      const add = (sensorId: string, n: number) => stored.set(sensorId, (stored.get(sensorId) ?? 0) + n)
      for (const { sensorId } of taken.readings) add(sensorId, 1)
      for (const { reading, reason, words } of refused) {
        const { sensorId, metric } = reading
        add(sensorId, -1)
        books.count('quarantined', store, sensorId, 1, nowUtcMs)
        const sample = Buffer.from(JSON.stringify({ ...reading, refused: words }))
        const sizeBytes = sample.byteLength
        books.quarantine(
          { utcMs: nowUtcMs, topic: `${sensorId}/${metric}`, reason, sizeBytes, sample, sensorId },
          'refused',
        )
      }
      for (const [sensorId, n] of stored) books.count('stored', store, sensorId, n, nowUtcMs)
      for (const { spans, unnamed } of lease.damaged) books.lose(store, 'damaged', spans, unnamed, nowUtcMs)
      settle(store, lease, lease.count)
      prune(nowUtcMs)
    },
    /** Not stored: they may be taken again. Also after the acknowledgement, when its transaction was committed. */
    release: (taken: Taken): void => void leases.delete(taken),
    damagedIn: (taken: Taken): number => leases.get(taken)?.damaged.length ?? 0,
    isTaken: (id: number): boolean => [...leases.values()].some(({ from, to }) => from <= id && id <= to),
    /** Which stores do not have a batch yet. */
    lacking: (id: number): string[] => stores.filter((store) => !isDone(placeOf(store).done, id)),
    settle,
  }
}
export type OutboxCarry = ReturnType<typeof outboxCarry>
