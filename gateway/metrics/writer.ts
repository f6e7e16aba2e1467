import type { Reading } from '../contract/sensor.ts'
import { Failure } from '../domain/failure.ts'
import type { UtcMs } from '../domain/units.ts'
import type { Health, Task, Tools } from '../lib/supervise.ts'
import { type Retry, supervise } from '../lib/supervise.ts'
import type { MetricsStore, ReadingTags } from './store.ts'

/** What the writer needs of the outbox. */
export interface ReadingQueue {
  read(cursor: string, limit: number): readonly { id: number; reading: Reading }[]
  acknowledge(cursor: string, upToId: number): void
  backlog(cursor: string): { readings: number; oldestUtcMs: UtcMs | null }
  quarantine(topic: string, payload: Uint8Array, reason: 'store-refused'): Promise<void>
}

export interface WriterOptions {
  readonly queue: ReadingQueue
  /** Its own name in the queue. */
  readonly cursor: string
  readonly store: MetricsStore
  readonly tagsOf: (reading: Reading) => ReadingTags
  readonly tools: Tools
  /** Told when the store takes readings for the first time, and when it stops or starts again. */
  readonly onHealth?: (health: Readonly<Health>) => void
  readonly batch?: number
  readonly retry?: Retry
}

export interface MetricsWriter {
  readonly health: Readonly<Health>
  /** How many readings wait, and for how many seconds the oldest does. */
  backlog(): { readings: number; ageSeconds: number }
  readonly counters: { written: number; refused: number }
  run(signal: AbortSignal): Promise<void>
}

const idleMs = 250

/** Carries readings from the outbox to the metrics store, at the store's speed, until `signal` aborts. */
export function metricsWriter(options: WriterOptions): MetricsWriter {
  const { queue, cursor, store, tagsOf, tools, onHealth, batch = 5_000, retry } = options
  const { clock, log } = tools
  const counters = { written: 0, refused: 0 }
  const health: Health = { ok: true, code: null, message: null, sinceUtcMs: clock.now(), nextTryUtcMs: null }

  /** The first success is told too: an alert of the life before may still be open. */
  let told = false

  function healed() {
    if (health.ok && told) return
    told = true
    if (!health.ok)
      Object.assign(health, { ok: true, code: null, message: null, sinceUtcMs: clock.now(), nextTryUtcMs: null })
    onHealth?.({ ...health })
  }
  function failed({ code, message }: Failure, nextTryUtcMs: UtcMs) {
    told = true
    const changed = health.ok || health.code !== code
    if (health.ok) health.sinceUtcMs = clock.now()
    Object.assign(health, { ok: false, code, message, nextTryUtcMs })
    if (changed) onHealth?.({ ...health })
  }

  async function step(signal: AbortSignal): Promise<boolean> {
    const rows = queue.read(cursor, batch)
    const last = rows.at(-1)
    if (!last) return false
    // Looked up once a batch: a place takes questions to the database.
    const known = new Map<string, ReadingTags>()
    const tagsOnce = (reading: Reading) => {
      const series = `${reading.sensorId}/${reading.metric}`
      const tags = known.get(series) ?? tagsOf(reading)
      known.set(series, tags)
      return tags
    }
    const readings = rows.map(({ reading }) => ({ reading, tags: tagsOnce(reading) }))
    const rejected = await store.write(readings, signal)
    for (const { reading, reason } of rejected) {
      log.error(
        { code: 'store-refused', sensorId: reading.sensorId, metric: reading.metric, reason },
        'a reading was refused',
      )
      const words = JSON.stringify({ ...reading, refused: reason })
      await queue.quarantine(`${reading.sensorId}/${reading.metric}`, Buffer.from(words), 'store-refused')
    }
    queue.acknowledge(cursor, last.id)
    counters.written += rows.length - rejected.length
    counters.refused += rejected.length
    healed()
    return rows.length === batch
  }

  const task: Task = {
    name: 'metrics-writer',
    async runOnce(signal) {
      while (!signal.aborted) {
        const more = await step(signal)
        if (!more) await clock.sleep(idleMs, signal)
      }
    },
  }

  return {
    health,
    counters,
    backlog() {
      const { readings, oldestUtcMs } = queue.backlog(cursor)
      return { readings, ageSeconds: oldestUtcMs === null ? 0 : Math.max(0, (clock.now() - oldestUtcMs) / 1_000) }
    },
    run: (signal) => supervise(task, tools, signal, { onFailure: failed, retry }),
  }
}
