import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Health } from '../../gateway/lib/supervise.ts'
import { embeddedStore } from '../../gateway/metrics/embedded-store.ts'
import { influxStore } from '../../gateway/metrics/influx-store.ts'
import type { MetricsStore } from '../../gateway/metrics/store.ts'
import { metricsWriter } from '../../gateway/metrics/writer.ts'
import { type Outbox, outbox } from '../../gateway/sensors/outbox.ts'
import { openStore, type Store } from '../../gateway/store/open.ts'
import { anHour, dayMs, keeping, reading, tagged, tags } from './fixture.ts'
import { startInflux, type Influx } from '../support/influx.ts'
import { until } from '../support/wait.ts'
import { quietTools, scratchFolder } from '../support/sensors.ts'

let end: AbortController
let stores: Store[]
let running: Promise<unknown>[]
beforeEach(() => {
  end = new AbortController()
  stores = []
  running = []
})
afterEach(async () => {
  end.abort()
  await Promise.all(running)
  for (const store of stores) store.close()
})

function open(kind: 'outbox' | 'metrics'): Store {
  const store = openStore(join(scratchFolder(end.signal), `${kind}.db`), kind)
  stores.push(store)
  return store
}
function write(queue: Outbox, store: MetricsStore) {
  const healths: Health[] = []
  const writer = metricsWriter({
    queue,
    store,
    tagsOf: () => tags,
    tools: quietTools,
    onHealth: (health) => healths.push(health),
    retry: { firstMs: 50, capMs: 100, calmMs: 1_000 },
  })
  running.push(writer.run(end.signal))
  return { writer, healths }
}
const newOutbox = () => outbox({ store: open('outbox'), tools: quietTools, cursors: ['influx', 'embedded'] })

async function stored(influx: Influx, more: { user?: string; password?: string } = {}): Promise<number> {
  const answer = (await influx.query('SELECT count(value) FROM reading', { database: 'zone', ...more })) as {
    results?: { series?: { values: number[][] }[] }[]
  }
  return answer.results?.[0]?.series?.[0]?.values[0]?.[1] ?? 0
}

describe('InfluxDB and the embedded store give the same history', () => {
  test('whatever the range, the width and the holes', async () => {
    const influx = influxStore({ url: (await startInflux(end.signal)).url, database: 'zone' }, keeping, quietTools)
    const embedded = embeddedStore({ store: open('metrics'), tools: quietTools, keeping })
    const readings = Array.from({ length: 3_600 }, (_, n) => reading(n, { value: Math.sin(n / 100) * 10 }))
      .filter((_, n) => n < 1_000 || n > 1_500)
      .concat(reading(7, { metric: 'rh', value: 1e6 }), reading(9, { sensorId: 'it\'s "odd"', value: 5 }))
    for (const store of [influx, embedded]) {
      expect(await store.write(tagged(readings), end.signal)).toEqual([])
      // Again: the same points, not more.
      await store.write(tagged(readings.slice(0, 100)), end.signal)
    }
    for (const [sensorId, metric, fromMs, toMs, widthPx] of [
      ['s1', 'temp', 0, 3_600_000, 100],
      ['s1', 'temp', 0, 3_600_000, 10_000],
      ['s1', 'temp', 123_456, 2_345_678, 333],
      ['s1', 'temp', -dayMs, 2 * dayMs, 50],
      ['s1', 'rh', 0, 3_600_000, 100],
      ['it\'s "odd"', 'temp', 0, 60_000, 100],
      ['none', 'temp', 0, 60_000, 100],
      ["x' OR '1'='1", 'temp', 0, 60_000, 100],
    ] as const) {
      const query = { sensorId, metric, fromUtcMs: anHour + fromMs, toUtcMs: anHour + toMs, widthPx }
      const [left, right] = [await influx.history(query), await embedded.history(query)]
      expect(left.bucketMs).toBe(right.bucketMs)
      const rounded = ({ buckets }: typeof left) =>
        buckets.map((bucket) => ({ ...bucket, mean: bucket.mean.toFixed(9) }))
      expect(rounded(left)).toEqual(rounded(right))
      expect(left.buckets.length).toBeLessThanOrEqual(widthPx + 1)
      expect(left.buckets.length > 0).toBe(sensorId !== 'none' && !sensorId.startsWith('x'))
    }
  })
})

describe('the embedded store', () => {
  test('long histories are read in pieces; old readings go', async () => {
    const store = open('metrics')
    const embedded = embeddedStore({ store, tools: quietTools, keeping })
    const many = Array.from({ length: 60_000 }, (_, n) => reading(n, { utcMs: anHour + n * 1_000 }))
    await embedded.write(tagged([...many, reading(1, { utcMs: anHour - 2 * dayMs })]), end.signal)
    const query = {
      sensorId: 's1',
      metric: 'temp',
      fromUtcMs: anHour - 5 * dayMs,
      toUtcMs: anHour + dayMs,
      widthPx: 100,
    }
    let turns = 0
    const counting = setInterval(() => turns++, 0)
    const { buckets, bucketMs } = await embedded.history({ ...query, widthPx: 1_000_000 })
    clearInterval(counting)
    expect(bucketMs).toBe(1_000)
    expect(buckets).toHaveLength(60_001)
    expect(
      buckets.slice(1).every(({ utcMs, mean, count }, n) => count === 1 && mean === n && utcMs === anHour + n * 1_000),
    ).toBe(true)
    const wide = await embedded.history(query)
    expect(wide.buckets.reduce((sum, { count }) => sum + count, 0)).toBe(60_001)
    expect(new Set(wide.buckets.map(({ utcMs }) => utcMs)).size).toBe(wide.buckets.length)
    const shorter = embeddedStore({ store, tools: quietTools, keeping: { ...keeping, rawDays: 4 } })
    running.push(shorter.run(end.signal))
    await until(
      'the oldest to go',
      () => store.db.prepare('SELECT count(*) AS n FROM reading').pluck().get() === 60_000,
    )
    expect(turns).toBeGreaterThan(0)
  })
})

describe('the writer and InfluxDB', () => {
  test('the first success is told once: an alert of the life before may be open', async () => {
    const queue = newOutbox()
    const { healths, writer } = write(queue, embeddedStore({ store: open('metrics'), tools: quietTools, keeping }))
    await queue.append([reading(1)])
    await until('the first batch', () => writer.counters.written === 1)
    await queue.append([reading(2)])
    await until('the second batch', () => writer.counters.written === 2)
    expect(healths.map(({ ok }) => ok)).toEqual([true])
  })

  test('InfluxDB down, then up: nothing is lost, the age of the backlog is told', async () => {
    const influx = await startInflux(end.signal)
    await influx.stop()
    const queue = newOutbox()
    const { writer, healths } = write(queue, influxStore({ url: influx.url, database: 'zone' }, keeping, quietTools))
    for (let n = 0; n < 20; n++) await queue.append(Array.from({ length: 500 }, (_, k) => reading(n * 500 + k)))
    await until('the failure', () => !writer.health.ok)
    expect(writer.health).toMatchObject({ code: 'influx-away' })
    expect(writer.backlog().readings).toBe(10_000)
    expect(writer.backlog().ageSeconds).toBeGreaterThan(2 * 86_400)
    await influx.start()
    await until('everything to arrive', () => writer.backlog().readings === 0)
    expect(await stored(influx)).toBe(10_000)
    expect(healths.map(({ ok, code }) => [ok, code])).toEqual([
      [false, 'influx-away'],
      [true, null],
    ])
    // Restart in the middle of things.
    await queue.append([reading(20_000)])
    await until('one more', () => writer.backlog().readings === 0)
    expect(await stored(influx)).toBe(10_001)
    expect(writer.counters).toEqual({ written: 10_001, refused: 0, late: 10_001 })
  })

  test('401 holds everything until the password is right', async () => {
    const influx = await startInflux(end.signal)
    await influx.query("CREATE USER zone WITH PASSWORD 'right' WITH ALL PRIVILEGES")
    await influx.stop()
    await influx.start({ auth: true })
    const queue = newOutbox()
    await queue.append(Array.from({ length: 100 }, (_, n) => reading(n)))
    const address = { url: influx.url, database: 'zone', user: 'zone' }
    const wrong = write(queue, influxStore({ ...address, password: 'wrong' }, keeping, quietTools))
    await until('the refusal', () => wrong.writer.health.code === 'influx-denied')
    expect(wrong.writer.backlog().readings).toBe(100)
    expect(queue.quarantined()).toEqual([])
    await expect(
      influxStore({ ...address, password: 'wrong' }, keeping, quietTools).history({
        sensorId: 's1',
        metric: 'temp',
        fromUtcMs: 0,
        toUtcMs: anHour,
        widthPx: 10,
      }),
    ).rejects.toMatchObject({ code: 'influx-denied' })
    const right = write(queue, influxStore({ ...address, password: 'right' }, keeping, quietTools))
    await until('everything to arrive', () => right.writer.backlog().readings === 0)
    expect(await stored(influx, { user: 'zone', password: 'right' })).toBe(100)
  })

  test('a field of another type: those lines are quarantined with the reason, the others are stored', async () => {
    const influx = await startInflux(end.signal)
    const store = influxStore({ url: influx.url, database: 'zone' }, keeping, quietTools)
    await store.write(tagged([reading(0)]), end.signal)
    // Types belong to a shard of a day: text in an old one makes old numbers impossible, new ones not.
    const oldUtcMs = anHour - 20 * dayMs
    expect(await influx.write('zone', `reading,sensor=x value="text" ${oldUtcMs}`)).toBe(204)
    const queue = newOutbox()
    const bad = [100, 200, 300].map((n) => reading(n, { utcMs: oldUtcMs + n }))
    await queue.append([...Array.from({ length: 1_000 }, (_, n) => reading(n)), ...bad])
    const { writer } = write(queue, influxStore({ url: influx.url, database: 'zone' }, keeping, quietTools))
    await until('the end of the backlog', () => writer.backlog().readings === 0)
    expect(writer.counters).toEqual({ written: 1_000, refused: 3, late: 1_003 })
    expect(queue.quarantined()).toHaveLength(3)
    expect(queue.quarantined()[0]).toMatchObject({ reason: 'store-refused', topic: 's1/temp' })
    expect(queue.quarantined()[0]?.sample).toContain('field type conflict')
    expect(writer.health.ok).toBe(true)
    const history = influxStore({ url: influx.url, database: 'zone' }, keeping, quietTools)
    const { buckets } = await history.history({
      sensorId: 's1',
      metric: 'temp',
      fromUtcMs: anHour,
      toUtcMs: anHour + 3_600_000,
      widthPx: 1,
    })
    expect(buckets[0]?.count).toBe(1_000)
  })

  test('a request that is too large is halved', async () => {
    const influx = await startInflux(end.signal, { maxBodyBytes: 20_000 })
    const store = influxStore({ url: influx.url, database: 'zone' }, keeping, quietTools)
    expect(await store.write(tagged(Array.from({ length: 2_000 }, (_, n) => reading(n))), end.signal)).toEqual([])
    expect(await stored(influx)).toBe(2_000)
  })
})
