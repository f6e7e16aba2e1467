import type { Loss, Quarantined, Reading, ReadingLedger, SensorAccount } from '../contract/sensor.ts'
import { Failure } from '../domain/failure.ts'
import type { QuarantineReason } from '../domain/reading.ts'
import { type Bytes, days, hours, type Millis, minutes, type UtcMs } from '../domain/units.ts'
import { every } from '../lib/clock.ts'
import type { Tools } from '../lib/supervise.ts'
import type { Store } from '../store/open.ts'
import { adoptOldRows, beginStores } from './outbox-adopt.ts'
import { outboxBatches } from './outbox-batches.ts'
import { outboxBooks } from './outbox-books.ts'
import { type Lane, outboxCarry, recentMs, type Refusal, type Taken } from './outbox-carry.ts'
import { groupCommit } from './outbox-commit.ts'
import { readLedger } from './outbox-ledger.ts'
import { outboxNames } from './outbox-names.ts'
import { type GivenUp, outboxUpkeep } from './outbox-upkeep.ts'

export interface OutboxOptions {
  readonly store: Store
  readonly tools: Tools
  /** Stores by name; a reading stays until each has it. */
  readonly cursors: readonly string[]
  /** Over these bounds the oldest go, with a loss row. */
  readonly maxBytes?: Bytes
  readonly maxAgeMs?: Millis
  /** Told whenever the accounts were looked at: those that do not add up. */
  readonly onUnequal?: (unequal: readonly SensorAccount[]) => void
}

/** The durable queue between the broker and the metrics stores. */
export interface Outbox {
  /**
   * Resolves when the readings are on disk, with the times under which they are kept: two readings of a metric never
   * share a millisecond. What is appended within two milliseconds, or five hundred appends, is one commit.
   * @throws Failure lost (`outbox-failed`) when they could not be written, e.g. on a full disk
   */
  append(readings: readonly Reading[]): Promise<Reading[]>
  /** Keeps a payload that is no reading: its first 512 bytes and why. Bounded to 10,000 rows, oldest first. */
  quarantine(topic: string, payload: Uint8Array, reason: QuarantineReason, sensorId: string | null): Promise<void>
  quarantined(limit?: number): Quarantined[]
  losses(limit?: number): Loss[]
  /** The readings of about the last minute, also when a store has them; in order, 100,000 at most. */
  recent(): Reading[]
  /** See {@link outboxCarry}. */
  take(store: string, lane: Lane, limit: number): Taken | undefined
  /** The store has them durably, but for what it refused. @throws Failure lost (`outbox-failed`): they will be taken again */
  acknowledge(taken: Taken, refused: readonly Refusal[]): void
  release(taken: Taken): void
  /** How many readings wait, and since when the oldest does. */
  backlog(store: string): { readings: number; oldestUtcMs: UtcMs | null }
  sizeBytes(): Bytes
  /** All accounts, counted now. */
  ledger(): Promise<Pick<ReadingLedger, 'sinceUtcMs' | 'accounts' | 'losses'>>
  /** The accounts that did not add up when they were looked at last. */
  unequal(): readonly SensorAccount[]
  readonly counters: { appended: number; quarantined: number; lost: number }
  /** Bounds and accounts once a minute until `signal` aborts; then writes what is still waiting. */
  run(signal: AbortSignal): Promise<void>
}

/** After the wall clock jumped by more than this, nothing counts as old for an hour: one of the two times was wrong. */
const jumpMs: Millis = minutes(1)
const trustAgainMs: Millis = hours(1)
/** So much is copied or looked through at once. */
const littleBytes: Bytes = 16_000_000
/** More free pages than this are given back when next to nothing waits. */
const sparePages = 16_384

export function outbox(options: OutboxOptions): Outbox {
  const { store, tools, cursors: stores, maxBytes = 4_000_000_000, maxAgeMs = days(7), onUnequal } = options
  const { clock, log } = tools
  const { db } = store
  // Larger than usual: what is written is mostly gone again before it would be copied back.
  db.pragma('wal_autocheckpoint = 4000')
  const books = outboxBooks(db)
  const names = outboxNames(db)
  const batches = outboxBatches(db, names, books, stores)
  const parts = { store, stores, batches, names, books, nowUtcMs: clock.now() }
  beginStores(parts)
  adoptOldRows(parts)
  const carry = outboxCarry({ db, clock, stores, batches, names, books })
  const upkeep = outboxUpkeep({ batches, carry, names, books, maxBytes, maxAgeMs })
  const counters = { appended: 0, quarantined: 0, lost: 0 }
  let unequal: readonly SensorAccount[] = []

  /** One transaction; what is kept in memory of a failed one is read again. */
  function transact<T>(work: () => T): T {
    try {
      return store.transaction(work)
    } catch (cause) {
      batches.forget()
      books.recount()
      carry.load()
      throw new Failure('lost', 'outbox-failed', 'readings could not be written to disk', {}, { cause })
    }
  }
  const commits = groupCommit(clock, (works) => {
    transact(() => {
      for (const work of works) work()
      carry.arrived(batches.finish(clock.now()))
    })
    if (upkeep.isOver()) giveUp()
  })

  function report(given: readonly GivenUp[]) {
    const lines = new Map<string, GivenUp>()
    for (const one of given) {
      counters.lost += one.readings
      const key = `${one.store} ${one.reason}`
      const line = lines.get(key)
      lines.set(key, {
        ...one,
        readings: one.readings + (line?.readings ?? 0),
        fromUtcMs: Math.min(one.fromUtcMs, line?.fromUtcMs ?? one.fromUtcMs),
        toUtcMs: Math.max(one.toUtcMs, line?.toUtcMs ?? one.toUtcMs),
      })
    }
    for (const line of lines.values())
      log.error({ code: 'readings-lost', ...line }, 'readings were given up before a metrics store took them')
  }
  function giveUp(): boolean {
    const { given, more } = transact(() => upkeep.giveUp(clock.now()))
    report(given)
    return more
  }

  let offsetMs = clock.now() - clock.monotonic()
  let trustedFromMs = clock.monotonic()
  async function keepUp() {
    const nowOffsetMs = clock.now() - clock.monotonic()
    if (Math.abs(nowOffsetMs - offsetMs) > jumpMs) trustedFromMs = clock.monotonic() + trustAgainMs
    offsetMs = nowOffsetMs
    const pause = () => new Promise((resolve) => setImmediate(resolve))
    if (clock.monotonic() >= trustedFromMs || upkeep.isOver()) while (giveUp()) await pause()
    while (transact(() => upkeep.packTogether(clock.now()))) await pause()
    transact(() => batches.times.expire(clock.now()))
    if (names.hasManySources() && batches.sizeBytes() < littleBytes)
      transact(() => names.keepSources(batches.sources()))
    await check()
    giveSpaceBack()
  }
  let checking: ReturnType<typeof readLedger> | undefined
  /** Whoever asks meanwhile gets the same answer. */
  function check() {
    checking ??= checkNow().finally(() => (checking = undefined))
    return checking
  }
  async function checkNow() {
    const state = await readLedger(store, stores)
    unequal = state.accounts.filter(({ difference }) => difference !== 0)
    for (const account of unequal.slice(0, 10))
      log.error({ code: 'readings-unequal', ...account }, 'the account of a sensor does not add up')
    onUnequal?.(unequal)
    return state
  }
  /** After a long backlog the file is large and empty: what is left is copied, and the rest returned. */
  function giveSpaceBack() {
    const free = db.pragma('freelist_count', { simple: true }) as number
    if (free < sparePages || batches.sizeBytes() > littleBytes) return
    db.exec('VACUUM')
    db.pragma('wal_checkpoint(TRUNCATE)')
  }
  async function tick() {
    try {
      await keepUp()
    } catch (cause) {
      // Next time; a disk that is full has its own alert.
      log.warn({ code: 'outbox-upkeep', err: cause }, 'the upkeep of the outbox failed')
    }
  }

  return {
    counters,
    append: (readings) =>
      new Promise((resolve, reject) => {
        let kept: Reading[] = []
        const work = () => {
          kept = readings.map(batches.add)
        }
        const done = () => {
          counters.appended += kept.length
          resolve(kept)
        }
        commits.write(work, done, reject)
      }),
    async quarantine(topic, payload, reason, sensorId) {
      const sample = Buffer.from(payload.subarray(0, 512))
      const sizeBytes = payload.byteLength
      const work = () => {
        const utcMs = clock.now()
        books.quarantine({ utcMs, topic, reason, sizeBytes, sample, sensorId }, 'payload')
        if (sensorId === null) return
        for (const name of stores)
          for (const counter of ['received', 'quarantined'] as const) books.count(counter, name, sensorId, 1, utcMs)
      }
      await new Promise<void>((resolve, reject) => commits.write(work, resolve, reject))
      counters.quarantined++
    },
    quarantined: (limit = 200) => books.quarantined(limit),
    losses: (limit = 50) => books.losses(limit),
    recent: () => batches.recent(recentMs, 100_000),
    take: carry.take,
    acknowledge(taken, refused) {
      const damaged = carry.damagedIn(taken)
      try {
        transact(() => carry.acknowledge(taken, refused))
      } finally {
        carry.release(taken)
      }
      if (damaged > 0)
        log.error(
          { code: 'outbox-damaged', batches: damaged },
          'readings on the disk are not what was written; a loss row names them',
        )
    },
    release: carry.release,
    backlog: (name) => ({ readings: carry.waiting(name), oldestUtcMs: carry.oldestUtcMs(name) }),
    sizeBytes: batches.sizeBytes,
    async ledger() {
      const { sinceUtcMs, accounts } = await check()
      return { sinceUtcMs: sinceUtcMs ?? clock.now(), accounts: [...accounts], losses: books.losses(50) }
    },
    unequal: () => unequal,
    async run(signal) {
      await tick()
      await every(clock, minutes(1), signal, tick)
      await commits.idle()
    },
  }
}
