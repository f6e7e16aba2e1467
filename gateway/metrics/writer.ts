import type { Reading } from '../contract/sensor.ts'
import type { Failure } from '../domain/failure.ts'
import { type Millis, seconds, type UtcMs } from '../domain/units.ts'
import type { Health, Retry, Task, Tools } from '../lib/supervise.ts'
import { supervise } from '../lib/supervise.ts'
import type { MetricsStore, ReadingTags, Rejected } from './store.ts'

type Lane = 'live' | 'backlog'
interface Taken {
  readonly readings: readonly Reading[]
}

/** What the writer needs of the outbox. */
export interface ReadingQueue {
  /** Nobody else gets them until they are acknowledged or released. */
  take(store: string, lane: Lane, limit: number): Taken | undefined
  /** @throws Failure lost: they will be taken again */
  acknowledge(taken: Taken, refused: readonly Rejected[]): void
  release(taken: Taken): void
  backlog(store: string): { readings: number; oldestUtcMs: UtcMs | null }
}

export interface WriterOptions {
  readonly queue: ReadingQueue
  readonly store: MetricsStore
  readonly tagsOf: (reading: Reading) => ReadingTags
  readonly tools: Tools
  /** Told when the store takes readings for the first time, and when it stops or starts again. */
  readonly onHealth?: (health: Readonly<Health>) => void
  readonly retry?: Retry
}

export interface MetricsWriter {
  readonly health: Readonly<Health>
  /** How many readings wait, and for how many seconds the oldest does. */
  backlog(): { readings: number; ageSeconds: number }
  readonly counters: { written: number; refused: number; late: number }
  run(signal: AbortSignal): Promise<void>
}

const idleMs: Millis = 200
const defaultRetry: Retry = { firstMs: 500, capMs: seconds(5), calmMs: seconds(30) }
/** A reading that comes to the store later than this was not live. */
const lateMs: Millis = seconds(10)
/** While one batch is on its way, the next one is made. */
const workers: readonly Lane[] = ['live', 'backlog', 'backlog']

/**
 * Carries readings from the outbox to the metrics store, at the store's speed, until `signal` aborts: live ones first, the backlog beside
 * them. After a failure one batch tries alone.
 */
export function metricsWriter(options: WriterOptions): MetricsWriter {
  const { queue, store, tagsOf, tools, onHealth, retry = defaultRetry } = options
  const { clock, log } = tools
  const counters = { written: 0, refused: 0, late: 0 }
  const health: Health = { ok: true, code: null, message: null, sinceUtcMs: clock.now(), nextTryUtcMs: null }
  /** When the store wants to be left alone until. */
  let notBeforeMs = 0

  /** The first success is told too: an alert of the life before may still be open. */
  let told = false

  function healed() {
    if (health.ok && told) return
    told = true
    if (!health.ok)
      Object.assign(health, { ok: true, code: null, message: null, sinceUtcMs: clock.now(), nextTryUtcMs: null })
    tell()
  }
  /** Whoever is told may fail, e.g. at a full disk, and is told again at the next change; carrying goes on. */
  function tell() {
    try {
      onHealth?.({ ...health })
    } catch (cause) {
      told = false
      log.error({ code: 'health-untold', err: cause }, 'the state of the metrics store could not be told')
    }
  }
  function failed({ code, message, facts }: Failure, nextTryUtcMs: UtcMs) {
    const changed = health.ok || health.code !== code || !told
    told = true
    if (health.ok) health.sinceUtcMs = clock.now()
    const wantedMs = typeof facts.retryAfterMs === 'number' ? facts.retryAfterMs : 0
    notBeforeMs = clock.monotonic() + wantedMs
    Object.assign(health, { ok: false, code, message, nextTryUtcMs: Math.max(nextTryUtcMs, clock.now() + wantedMs) })
    if (changed) tell()
  }

  /** Places are looked up once a batch: each takes questions to the database. */
  function tagged(readings: readonly Reading[]) {
    const known = new Map<string, Map<string, ReadingTags>>()
    const notLiveUtcMs = clock.now() - lateMs
    return readings.map((reading) => {
      const { sensorId, metric, quality, utcMs } = reading
      let metrics = known.get(sensorId)
      if (!metrics) known.set(sensorId, (metrics = new Map()))
      let tags = metrics.get(metric)
      if (!tags) metrics.set(metric, (tags = tagsOf(reading)))
      if (quality !== 'ok' || utcMs >= notLiveUtcMs) return { reading, tags }
      return { reading: { ...reading, quality: 'late' as const }, tags }
    })
  }

  /** One batch. @returns how many readings it had */
  async function step(lane: Lane, signal: AbortSignal): Promise<number> {
    const taken = queue.take(store.name, lane, store.batch)
    if (!taken) return 0
    try {
      const { readings } = taken
      const what = tagged(readings)
      const rejected = what.length === 0 ? [] : await store.write(what, signal)
      for (const { reading, reason, words } of rejected.slice(0, 10)) {
        const { sensorId, metric } = reading
        log.error(
          { code: reason, sensorId, metric, words, readings: rejected.length },
          'the metrics store refused readings',
        )
      }
      queue.acknowledge(taken, rejected)
      counters.written += readings.length - rejected.length
      counters.refused += rejected.length
      counters.late += what.reduce((late, { reading }, n) => (reading === readings[n] ? late : late + 1), 0)
      healed()
      return readings.length
    } finally {
      queue.release(taken)
    }
  }

  async function work(lane: Lane, signal: AbortSignal) {
    while (!signal.aborted) {
      const isMuch = (await step(lane, signal)) * 2 > store.batch
      // A few readings wait for others: a request for each would cost more than they do.
      await (isMuch ? new Promise((resolve) => setImmediate(resolve)) : clock.sleep(idleMs, signal))
    }
  }

  const task: Task = {
    name: 'metrics-writer',
    async runOnce(signal) {
      // A store that was away is not asked three times at once whether it is back.
      if (!health.ok && (await step('live', signal)) === 0) await step('backlog', signal)
      const stop = new AbortController()
      const both = AbortSignal.any([signal, stop.signal])
      const failures: unknown[] = []
      const guarded = async (lane: Lane) => {
        try {
          await work(lane, both)
        } catch (cause) {
          failures.push(cause)
          stop.abort()
        }
      }
      await Promise.all(workers.map(guarded))
      // The others ended because of the first one.
      if (failures.length > 0) throw failures[0]
    },
  }

  return {
    health,
    counters,
    backlog() {
      const { readings, oldestUtcMs } = queue.backlog(store.name)
      return { readings, ageSeconds: oldestUtcMs === null ? 0 : Math.max(0, (clock.now() - oldestUtcMs) / 1_000) }
    },
    run: (signal) =>
      supervise(task, tools, signal, {
        onFailure: failed,
        retry,
        pause: (ms, until) => clock.sleep(Math.max(ms, notBeforeMs - clock.monotonic()), until),
      }),
  }
}
