import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { embeddedStore } from '../../gateway/metrics/embedded-store.ts'
import { openStore } from '../../gateway/store/open.ts'
import { quietTools } from '../support/sensors.ts'
import { tempFolder } from '../support/temp.ts'
import { anHour, dayMs, hourMs, keeping, reading, tagged } from './fixture.ts'

const signal = new AbortController().signal

test('minutes and hours are those of the readings, whatever comes late, twice or changed', async () => {
  const file = openStore(join(tempFolder('metrics'), 'metrics.db'), 'metrics')
  const store = embeddedStore({ store: file, tools: quietTools, keeping })
  const { db } = file
  const one = fc.record({
    at: fc.integer({ min: 0, max: 80 }),
    value: fc.integer({ min: -40, max: 40 }),
    metric: fc.constantFrom('a', 'b'),
  })
  const sums = (table: string, widthMs: number) => [
    db.prepare(`SELECT series, utc_ms, min, max, sum, count FROM ${table} ORDER BY series, utc_ms`).all(),
    db
      .prepare(
        `SELECT series, utc_ms - utc_ms % ${widthMs} AS utc_ms, min(value) AS min, max(value) AS max, sum(value) AS sum,
                count(*) AS count FROM reading GROUP BY 1, 2 ORDER BY 1, 2`,
      )
      .all(),
  ]
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(one, { maxLength: 12 }), { maxLength: 8 }), async (writes) => {
      db.exec('DELETE FROM reading; DELETE FROM minute; DELETE FROM hour')
      for (const readings of writes)
        await store.write(
          tagged(readings.map(({ at, value, metric }) => reading(0, { value, metric, utcMs: anHour + at * 97_000 }))),
          signal,
        )
      for (const [table, widthMs] of [
        ['minute', 60_000],
        ['hour', hourMs],
      ] as const) {
        const [kept, counted] = sums(table, widthMs)
        expect(kept).toEqual(counted)
      }
    }),
    { numRuns: 60 },
  )
  file.close()
})

test('each is kept as long as it is configured, and what is older is refused', async () => {
  const file = openStore(join(tempFolder('metrics'), 'metrics.db'), 'metrics')
  const short = { rawDays: 5, minuteDays: 8, hourDays: 12 }
  const long = embeddedStore({ store: file, tools: quietTools, keeping })
  const at = (ago: number) => reading(ago, { utcMs: anHour + 3 * dayMs - ago * dayMs })
  await long.write(tagged([1, 4, 7, 11, 20].map(at)), signal)
  const store = embeddedStore({ store: file, tools: quietTools, keeping: short })
  expect(await store.write(tagged([at(6), at(1)]), signal)).toMatchObject([
    { reading: { value: 6 }, reason: 'beyond-retention' },
  ])
  await store.run(AbortSignal.timeout(1))
  const days = (table: string) => file.db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
  // The sweep ends with the signal; a whole one follows.
  const stop = new AbortController()
  const running = store.run(stop.signal)
  await expect.poll(() => ['reading', 'minute', 'hour'].map(days), { timeout: 10_000 }).toEqual([2, 3, 4])
  stop.abort()
  await running
  // Older than readings are kept: from minutes, and from hours before those.
  const ask = async (agoDays: number, widthPx: number) => {
    const toUtcMs = anHour + 3 * dayMs
    const { bucketMs, buckets } = await store.history({
      sensorId: 's1',
      metric: 'temp',
      fromUtcMs: toUtcMs - agoDays * dayMs,
      toUtcMs: toUtcMs - agoDays * dayMs + 2 * hourMs,
      widthPx,
    })
    return [bucketMs, buckets.map(({ count }) => count)]
  }
  expect(await ask(4, 4_096)).toEqual([2_000, [1]])
  expect(await ask(7, 4_096)).toEqual([60_000, [1]])
  expect(await ask(11, 4_096)).toEqual([hourMs, [1]])
  expect(store.rawFromUtcMs()).toBeGreaterThan(Date.now() - 5 * dayMs - 10_000)
  file.close()
})
