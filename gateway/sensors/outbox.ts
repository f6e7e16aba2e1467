import type { z } from 'zod'
import type { Quarantined, Reading } from '../contract/sensor.ts'
import { Failure } from '../domain/failure.ts'
import type { QuarantineReason } from '../domain/reading.ts'
import { days, type Millis, type UtcMs } from '../domain/units.ts'
import { every } from '../lib/clock.ts'
import type { Tools } from '../lib/supervise.ts'
import type { Store } from '../store/open.ts'
import { type Loss, outboxTables } from './outbox-tables.ts'

/** A reading with its place in the queue. */
export interface Queued {
  readonly id: number
  readonly reading: Reading
}

export interface OutboxOptions {
  readonly store: Store
  readonly tools: Tools
  /** Destinations; a reading stays until each has acknowledged it. */
  readonly cursors: readonly string[]
  /** More than this many waiting readings, or older ones, are given up, oldest first, with a loss row. */
  readonly maxRows?: number
  readonly maxAgeMs?: Millis
}

/** The durable queue between the broker and the metrics stores. */
export interface Outbox {
  /**
   * Resolves when the readings are on disk, with the times under which they are kept: two readings of a metric never
   * share a millisecond. Everything appended in the same turn is one commit.
   * @throws Failure lost (`outbox-failed`) when they could not be written, e.g. on a full disk
   */
  append(readings: readonly Reading[]): Promise<Reading[]>
  /** Keeps a payload that is no reading: its first 512 bytes and why. Bounded to 10,000 rows, oldest first. */
  quarantine(topic: string, payload: Uint8Array, reason: QuarantineReason | 'store-refused'): Promise<void>
  quarantined(limit?: number): z.infer<typeof Quarantined>[]
  losses(limit?: number): Loss[]
  /** The oldest readings behind the cursor. @throws Failure bug for a name that is not in `cursors` */
  read(cursor: string, limit: number): Queued[]
  /** Everything up to this id has arrived at the destination. */
  acknowledge(cursor: string, upToId: number): void
  /** How many readings wait, and since when the oldest does. */
  backlog(cursor: string): { readings: number; oldestUtcMs: UtcMs | null }
  readonly counters: { appended: number; quarantined: number; lost: number }
  /** Enforces the bounds once a minute until `signal` aborts; then writes what is still waiting. */
  run(signal: AbortSignal): Promise<void>
}

interface Waiting {
  readonly work: () => void
  readonly done: () => void
  readonly failed: (cause: unknown) => void
}

/** A commit that takes longer than this (flash cards) makes the next one wait as long, so that more share it. */
const slowCommitMs = 2

export function outbox(options: OutboxOptions): Outbox {
  const { store, tools, cursors, maxRows = 10_000_000, maxAgeMs = days(7) } = options
  const { clock, log } = tools
  const tables = outboxTables(store, cursors)
  const counters = { appended: 0, quarantined: 0, lost: 0 }
  let waiting: Waiting[] = []
  let running: Promise<void> | undefined

  /** All of `batch` in one transaction; when that fails, each is told. */
  function commit(batch: readonly Waiting[]) {
    try {
      store.transaction(() => {
        for (const { work } of batch) work()
      })
    } catch (cause) {
      const failure = new Failure('lost', 'outbox-failed', 'readings could not be written to disk', {}, { cause })
      for (const { failed } of batch) failed(failure)
      return
    }
    for (const { done } of batch) done()
  }

  async function drain() {
    while (waiting.length > 0) {
      await new Promise((resolve) => setImmediate(resolve))
      const batch = waiting
      waiting = []
      const startedMs = clock.monotonic()
      commit(batch)
      const tookMs = clock.monotonic() - startedMs
      if (waiting.length === 0) await new Promise((resolve) => setImmediate(resolve))
      if (tookMs > slowCommitMs && waiting.length > 0) await clock.sleep(Math.min(tookMs, 100))
    }
    running = undefined
  }

  function write(work: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      waiting.push({ work, done: resolve, failed: reject })
      running ??= drain()
    })
  }

  function enforceBounds() {
    const losses = store.transaction(() => tables.giveUp(clock.now(), maxRows, maxAgeMs))
    for (const loss of losses) {
      counters.lost += loss.readings
      log.error({ code: 'readings-lost', ...loss }, 'readings were given up before a metrics store took them')
    }
  }

  return {
    counters,
    async append(readings) {
      let kept: Reading[] = []
      await write(() => {
        kept = readings.map(tables.insertReading)
      })
      counters.appended += kept.length
      return kept
    },
    async quarantine(topic, payload, reason) {
      const sample = Buffer.from(payload.subarray(0, 512))
      await write(() => tables.insertQuarantined(clock.now(), topic, reason, payload.byteLength, sample))
      counters.quarantined++
    },
    quarantined: tables.quarantined,
    losses: tables.losses,
    read: tables.read,
    acknowledge: (cursor, upToId) => store.transaction(() => tables.acknowledge(cursor, upToId)),
    backlog: tables.backlog,
    async run(signal) {
      enforceBounds()
      await every(clock, 60_000, signal, enforceBounds)
      await running
    },
  }
}
