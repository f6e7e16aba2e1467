/** A real InfluxDB: policies, minutes and hours, what an older version left; and VictoriaMetrics, which takes readings and keeps to its own rules. */
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Clock } from '../../gateway/lib/clock.ts'
import { systemClock } from '../../gateway/lib/clock.ts'
import { embeddedStore } from '../../gateway/metrics/embedded-store.ts'
import { influxStore } from '../../gateway/metrics/influx-store.ts'
import type { MetricsStore } from '../../gateway/metrics/store.ts'
import { openStore } from '../../gateway/store/open.ts'
import { type Influx, startInflux } from '../support/influx.ts'
import { quietTools, scratchFolder } from '../support/sensors.ts'
import { startVictoriaMetrics } from '../support/victoria-metrics.ts'
import { waitFor } from '../support/wait.ts'
import { anHour, dayMs, hourMs, keeping, reading, tagged } from './fixture.ts'

let end: AbortController
let running: Promise<unknown>[]
beforeEach(() => {
  end = new AbortController()
  running = []
})
afterEach(async () => {
  end.abort()
  await Promise.all(running)
})

/** Minutes pass in milliseconds. */
const hasty: Clock = {
  ...systemClock,
  monotonic: () => performance.now() * 5_000,
  sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 50), signal),
}
const tools = { ...quietTools, clock: hasty }
const open = (url: string, more: Partial<typeof keeping> = {}) => {
  const store = influxStore({ url, database: 'zone' }, { ...keeping, ...more }, tools)
  end.signal.addEventListener('abort', () => store.close())
  return store
}
type Cell = number | string | boolean | null
async function rows(influx: Influx, q: string): Promise<Record<string, Cell>[]> {
  const answer = (await influx.query(q, { database: 'zone' })) as {
    results?: { error?: string; series?: { columns: string[]; values: Cell[][]; tags?: Record<string, string> }[] }[]
  }
  const [result] = answer.results ?? []
  expect(result?.error).toBeUndefined()
  return (result?.series ?? []).flatMap(({ columns, values, tags = {} }) =>
    values.map((row) => ({ ...tags, ...Object.fromEntries(row.map((cell, n) => [columns[n] ?? '', cell])) })),
  )
}
const run = (store: { run(signal: AbortSignal): Promise<void> }, stop = new AbortController()) => {
  end.signal.addEventListener('abort', () => stop.abort())
  const over = store.run(stop.signal)
  running.push(over)
  return async () => {
    stop.abort()
    await over
  }
}

test('retention policies are made, and follow the configuration', async () => {
  const influx = await startInflux(end.signal)
  const policies = async () =>
    (await rows(influx, 'SHOW RETENTION POLICIES ON zone'))
      .filter(({ name }) => name !== 'autogen')
      .map(({ name, duration, default: isDefault }) => [name, duration, isDefault])
  const stop = run(open(influx.url))
  await waitFor(async () => (await policies()).length === 3)
  expect(await policies()).toEqual([
    ['raw', '720h0m0s', true],
    ['minute', '8784h0m0s', false],
    ['hour', '26352h0m0s', false],
  ])
  await stop()
  await influx.query('DROP RETENTION POLICY hour ON zone')
  run(open(influx.url, { rawDays: 10.5 }))
  await waitFor(async () => (await policies()).length === 3)
  expect((await policies())[0]).toEqual(['raw', '252h0m0s', true])
})

test('an hour is summed up when it is over, and again when late readings come, also after a kill', async () => {
  const influx = await startInflux(end.signal)
  const hourly = () =>
    rows(
      influx,
      `SELECT "min", "max", "mean", "sum", "count" FROM "hour"."reading" WHERE sensor = 's1' AND time = ${anHour}ms`,
    )
  const minutes = () => rows(influx, `SELECT "count" FROM "minute"."reading" WHERE sensor = 's1'`)
  const first = open(influx.url)
  let stop = run(first)
  const values = Array.from({ length: 360 }, (_, n) => reading(n, { value: n, utcMs: anHour + n * 10_000 }))
  await first.write(tagged(values), end.signal)
  // Of the running hour nothing is summed up.
  await first.write(tagged([reading(1, { utcMs: Date.now() })]), end.signal)
  await waitFor(async () => (await hourly()).length === 1)
  expect(await hourly()).toEqual([{ time: anHour, min: 0, max: 359, mean: 179.5, sum: (359 * 360) / 2, count: 360 }])
  expect((await minutes()).map(({ count }) => count)).toEqual(Array.from({ length: 60 }, () => 6))
  await waitFor(async () => (await rows(influx, 'SELECT due FROM rollup_due WHERE due = 1')).length === 1)
  await stop()

  // It writes, and is gone before it sums up.
  const killed = open(influx.url)
  await killed.write(tagged([reading(0, { value: 1_000, utcMs: anHour + 5 })]), end.signal)
  expect((await hourly())[0]).toMatchObject({ count: 360 })
  stop = run(open(influx.url))
  await waitFor(async () => (await hourly())[0]?.count === 361)
  expect((await hourly())[0]).toMatchObject({ max: 1_000, count: 361 })
  const counts = await rows(influx, 'SHOW FIELD KEYS ON zone FROM "hour"."reading"')
  expect(new Set(counts.map(({ fieldType }) => fieldType))).toEqual(new Set(['float']))
})

test('both stores give the same history and the same readings, from sums and from readings', async () => {
  const influx = open((await startInflux(end.signal)).url)
  const file = openStore(join(scratchFolder(end.signal), 'metrics.db'), 'metrics')
  const embedded = embeddedStore({ store: file, tools, keeping })
  const from = anHour - 20 * dayMs
  const long = Array.from({ length: 12_500 }, (_, n) =>
    reading(n, {
      value: Math.sin(n / 300) * 20,
      utcMs: from + n * 120_531,
      rawValue: n % 3 ? null : n,
      quality: n % 7 ? 'ok' : 'manual',
      source: n % 7 ? 'zone/s1' : '王芳',
    }),
  )
  for (const store of [influx, embedded])
    for (let n = 0; n < long.length; n += 5_000)
      expect(await store.write(tagged(long.slice(n, n + 5_000)), end.signal)).toEqual([])
  run(influx)
  const ask = async (store: MetricsStore, [fromUtcMs, toUtcMs, widthPx]: readonly [number, number, number]) => {
    const { bucketMs, buckets } = await store.history({ sensorId: 's1', metric: 'temp', fromUtcMs, toUtcMs, widthPx })
    expect(buckets.length).toBeLessThanOrEqual(Math.max(2, widthPx))
    return { bucketMs, buckets: buckets.map((one) => ({ ...one, mean: one.mean.toFixed(9) })) }
  }
  const ranges = [
    [from, from + 23 * dayMs, 800],
    [from + 12_345, from + 2 * dayMs + 777, 4_096],
    [from - 300 * dayMs, Date.now(), 300],
    [from - 2_000 * dayMs, Date.now(), 50],
    [from + 5_000_001, from + 9_000_003, 1_000],
    [from + 7, from + 10 * dayMs + 11, 1],
  ] as const
  // Before anything is summed up, and after.
  for (const range of ranges) expect(await ask(influx, range)).toEqual(await ask(embedded, range))
  await influx.carry.sumUp(end.signal)
  for (const range of ranges) expect(await ask(influx, range)).toEqual(await ask(embedded, range))

  const all = async (store: MetricsStore) => {
    const found = []
    for await (const one of store.readings({
      sensorId: 's1',
      metric: 'temp',
      fromUtcMs: from + 1,
      toUtcMs: from + 17 * dayMs,
    }))
      found.push(one)
    return found
  }
  const wanted = long.filter(({ utcMs }) => utcMs > from && utcMs < from + 17 * dayMs)
  expect(wanted.length).toBeGreaterThan(10_000)
  expect(JSON.stringify(await all(embedded)) === JSON.stringify(wanted)).toBe(true)
  // Topics are known from the sensor; InfluxDB keeps who read an instrument.
  const kept = wanted.map((one) => ({ ...one, source: one.quality === 'manual' ? one.source : '' }))
  expect(JSON.stringify(await all(influx)) === JSON.stringify(kept)).toBe(true)
  file.close()
})

test('what version 0.3 wrote moves into the policies, once, also what is older than readings are kept', async () => {
  const influx = await startInflux(end.signal)
  await influx.query('CREATE DATABASE zone')
  const oldUtcMs = anHour - 100 * dayMs
  const lines = [anHour, anHour + 1_000, oldUtcMs].map(
    (utcMs, n) => `reading,sensor=s1,metric=temp,zone=z value=${n},quality="ok" ${utcMs}`,
  )
  await influx.write('zone', [...lines, `coverage,camera=c1 expected_s=3600 ${oldUtcMs}`].join('\n'))
  run(open(influx.url))
  await waitFor(async () => (await rows(influx, 'SELECT done FROM "hour"."adopted"')).length === 1)
  expect(await rows(influx, 'SELECT value, quality FROM raw.reading')).toEqual([
    { time: anHour, value: 0, quality: 'ok' },
    { time: anHour + 1_000, value: 1, quality: 'ok' },
  ])
  expect(await rows(influx, 'SELECT "min", "count" FROM "hour"."reading"')).toEqual([
    { time: oldUtcMs, min: 2, count: 1 },
    { time: anHour, min: 0, count: 2 },
  ])
  expect(await rows(influx, 'SELECT expected_s FROM "hour"."coverage"')).toEqual([
    { time: oldUtcMs, expected_s: 3_600 },
  ])
})

test('VictoriaMetrics takes readings, and says that it shows no history here', async () => {
  const victoria = await startVictoriaMetrics(end.signal)
  const store = open(victoria.url)
  run(store)
  const odd = reading(2, { sensorId: 'it, is = "odd"\\', value: 2.5, rawValue: 36.5 })
  expect(await store.write(tagged([reading(1), odd]), end.signal)).toEqual([])
  // Writing it again adds nothing.
  await store.write(tagged([reading(1)]), end.signal)
  const found = await waitFor(async () => {
    const samples = await victoria.samples('{__name__="reading_value"}')
    return samples.length === 2 ? samples : undefined
  })
  const bySensor = Object.fromEntries(
    found.map(({ metric, values, timestamps }) => [
      metric.sensor,
      [metric.unit, metric.db, new Set(values), new Set(timestamps)],
    ]),
  )
  expect(bySensor).toEqual({
    s1: ['°C', 'zone', new Set([1]), new Set([anHour + 1_000])],
    'it, is = "odd"': ['°C', 'zone', new Set([2.5]), new Set([anHour + 2_000])],
  })
  expect(await victoria.samples('{__name__=~"rollup.*"}')).toEqual([])
  const query = { sensorId: 's1', metric: 'temp', fromUtcMs: anHour, toUtcMs: anHour + hourMs, widthPx: 10 }
  await expect(store.history(query)).rejects.toMatchObject({ kind: 'away', code: 'history-unavailable' })
  await store.writePoints(
    [{ measurement: 'coverage', tags: { camera: 'c' }, fields: { expected_s: 1 }, utcMs: anHour }],
    end.signal,
  )
  await victoria.stop()
  await expect(store.write(tagged([reading(3)]), end.signal)).rejects.toMatchObject({ code: 'influx-away' })
})
