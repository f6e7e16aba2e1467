/** Which readings go to a store first, and what they are called. The store is one that waits to be told. */
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Failure } from '../../gateway/domain/failure.ts'
import type { MetricsStore, TaggedReading } from '../../gateway/metrics/store.ts'
import { metricsWriter } from '../../gateway/metrics/writer.ts'
import { type Outbox, outbox } from '../../gateway/sensors/outbox.ts'
import { openStore, type Store } from '../../gateway/store/open.ts'
import { quietTools, scratchFolder } from '../support/sensors.ts'
import { until, waitFor } from '../support/wait.ts'
import { anHour, reading, tags } from './fixture.ts'

let end: AbortController
let file: Store
let queue: Outbox
let running: Promise<void>
beforeEach(() => {
  end = new AbortController()
  file = openStore(join(scratchFolder(end.signal), 'outbox.db'), 'outbox')
  queue = outbox({ store: file, tools: quietTools, cursors: ['embedded'] })
})
afterEach(async () => {
  end.abort()
  await running
  file.close()
})

function start(
  write: (readings: readonly TaggedReading[], signal: AbortSignal) => Promise<void>,
  more: Partial<Parameters<typeof metricsWriter>[0]> = {},
) {
  const store = {
    name: 'embedded',
    batch: 1_000,
    async write(readings: readonly TaggedReading[], signal: AbortSignal) {
      await write(readings, signal)
      return []
    },
  } as unknown as MetricsStore
  const writer = metricsWriter({ queue, store, tagsOf: () => tags, tools: quietTools, ...more })
  running = writer.run(end.signal)
  return writer
}
const live = (n: number) => reading(n, { utcMs: Date.now() })
const aborted = (signal: AbortSignal) =>
  new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))

test('live readings pass a backlog that is stuck; what was not live any more is late, and keeps what it was called before', async () => {
  const old = Array.from({ length: 5_000 }, (_, n) => reading(n, { quality: n % 2 ? 'ok' : 'suspect' }))
  for (let n = 0; n < old.length; n += 500) await queue.append(old.slice(n, n + 500))
  await queue.append([live(9_000)])
  const written: TaggedReading[] = []
  const let1 = Promise.withResolvers<void>()
  const writer = start(async (readings, signal) => {
    if (readings[0]?.reading.value !== 9_000 && readings.length > 10)
      await Promise.race([let1.promise, aborted(signal)])
    written.push(...readings)
  })
  for (let n = 1; n < 5; n++) {
    await until('a live reading', () => written.length === n)
    await queue.append([live(9_000)])
  }
  expect(new Set(written.map(({ reading: { quality } }) => quality))).toEqual(new Set(['ok']))
  expect(writer.backlog().readings).toBeGreaterThanOrEqual(5_000)
  let1.resolve()
  await until('the backlog', () => writer.backlog().readings === 0)
  const backlog = written.filter(({ reading: { value } }) => value !== 9_000).map((one) => one.reading)
  expect(backlog.toSorted((a, b) => a.value - b.value)).toEqual(
    old.map((one) => (one.quality === 'ok' ? { ...one, quality: 'late' } : one)),
  )
  expect(writer.counters).toEqual({ written: 5_005, refused: 0, late: 2_500 })
})

test('one failure ends all that is on its way; then one batch asks alone, when the store wants it, and nothing is lost', async () => {
  for (let n = 0; n < 6; n++) await queue.append(Array.from({ length: 1_000 }, (_, k) => reading(n * 1_000 + k)))
  await queue.append([live(1)])
  let open = 0
  let calls = 0
  let atOnce = 0
  let isAway = true
  const asked: number[] = []
  const writer = start(
    async (_readings, signal) => {
      calls++
      open++
      atOnce = Math.max(atOnce, open)
      try {
        asked.push(performance.now())
        if (!isAway) return
        if (open > 1) await aborted(signal)
        await new Promise((resolve) => setImmediate(resolve))
        throw new Failure('away', 'influx-away', 'no', { retryAfterMs: 300 })
      } finally {
        open--
      }
    },
    { retry: { firstMs: 10, capMs: 20, calmMs: 10_000 } },
  )
  await waitFor(() => !writer.health.ok)
  expect(writer.health.code).toBe('influx-away')
  atOnce = 0
  calls = 0
  asked.length = 0
  await waitFor(() => calls >= 3)
  expect(atOnce).toBe(1)
  for (let n = 1; n < asked.length; n++) expect((asked[n] ?? 0) - (asked[n - 1] ?? 0)).toBeGreaterThan(290)
  expect(queue.backlog('embedded').readings).toBe(6_001)
  isAway = false
  await until('everything', () => writer.backlog().readings === 0)
  expect(writer.counters.written).toBe(6_001)
  expect((await queue.ledger()).accounts).toMatchObject([{ received: 6_001, stored: 6_001, difference: 0 }])
})

test('whoever cannot be told of it does not end the writing', async () => {
  await queue.append([reading(1, { utcMs: anHour })])
  let told = 0
  const writer = start(async () => undefined, {
    onHealth: () => {
      told++
      throw new Error('database or disk is full')
    },
  })
  await until('the reading', () => writer.counters.written === 1)
  await queue.append([reading(2)])
  await until('the next', () => writer.counters.written === 2)
  expect(told).toBe(2)
})
