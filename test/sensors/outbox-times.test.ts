/** No two readings of a series share a millisecond: not in a burst, not over restarts and steps of the clock, not when the first is gone. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Reading } from '../../gateway/contract/sensor.ts'
import { handClock, quietTools } from '../support/sensors.ts'
import { eachTest, reading, takeAll } from './outbox-fixture.ts'

const box = eachTest()
const timesOf = (kept: readonly Reading[]) => kept.map(({ utcMs }) => utcMs)

test('readings of one metric never share a millisecond; others may', async () => {
  const queue = box.open()
  const same = { utcMs: 5_000 }
  const kept = await Promise.all([
    queue.append([reading(1, same), reading(2, same)]),
    queue.append([reading(3, same), reading(4, { ...same, metric: 'rh' })]),
  ])
  expect(timesOf(kept.flat())).toEqual([5_000, 5_001, 5_002, 5_000])
  takeAll(queue)
  // Also when the earlier rows were drained meanwhile.
  expect(await queue.append([reading(5, { utcMs: 5_001 })])).toEqual([reading(5, { utcMs: 5_003 })])
  // A clock that stepped back is not a burst.
  expect(timesOf(await queue.append([reading(6, { utcMs: 5_003 - 3_600_000 })]))).toEqual([5_003 - 3_600_000])
})

test('a burst that ran ahead of the clock is remembered over a restart, though its rows are gone', async () => {
  const first = box.open()
  await first.append([1, 2, 3, 4].map((value) => reading(value, { utcMs: 5_000 })))
  takeAll(first)
  expect(box.rows('batch')).toBe(0)
  const second = box.reopen()
  expect(timesOf(await second.append([reading(5, { utcMs: 5_002 })]))).toEqual([5_004])
})

test('a clock that goes back over what was kept finds the milliseconds between, whoever kept them', async () => {
  const hour = 3_600_000
  const first = box.open()
  await first.append([0, 2, 4].map((n) => reading(n, { utcMs: 10 * hour + n })))
  takeAll(first)
  await first.append([reading(9, { utcMs: 12 * hour })])
  // Back by two hours: 0, 2 and 4 are taken by readings that are gone.
  expect(timesOf(await first.append([10, 11, 12].map((n) => reading(n, { utcMs: 10 * hour }))))).toEqual([
    10 * hour + 1,
    10 * hour + 3,
    10 * hour + 5,
  ])
  // Forward into a stretch that was used before, after a restart with a clock that is behind.
  const second = box.reopen()
  expect(timesOf(await second.append([reading(13, { utcMs: 12 * hour })]))).toEqual([12 * hour + 1])
})

test('a step back within one commit knows what the commit itself has kept', async () => {
  const at = 36_000_000
  const kept = await box.open().append([at, at - 120_000, at].map((utcMs, n) => reading(n, { utcMs })))
  expect(timesOf(kept)).toEqual([at, at - 120_000, at + 1])
})

test('whatever happens, no time is given twice to a series', async () => {
  const step = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant('append'),
        at: fc.integer({ min: 0, max: 12 }),
        n: fc.integer({ min: 1, max: 4 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('jump'), at: fc.integer({ min: -3, max: 3 }), n: fc.constant(0) }),
    },
    { weight: 3, arbitrary: fc.constantFrom({ kind: 'drain', at: 0, n: 0 }, { kind: 'restart', at: 0, n: 0 }) },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const base = 1_800_000_000_000
      const clock = handClock(base)
      const tools = { ...quietTools, clock }
      for (const table of ['batch', 'done', 'used', 'series', 'source', 'account'])
        box.store.db.exec(`DELETE FROM ${table}`)
      let queue = box.reopen({ tools })
      let offset = 0
      const given = new Map<string, number>()
      for (const { kind, at, n } of steps) {
        if (kind === 'restart') queue = box.reopen({ tools })
        // Two minutes each way, and now and then an overlap of a few milliseconds.
        if (kind === 'jump') offset += at * 120_000
        if (kind === 'drain') {
          clock.set(base + 10 ** 9)
          takeAll(queue)
        }
        if (kind !== 'append') continue
        const kept = await queue.append(
          Array.from({ length: n }, (_, k) => reading(k, { metric: k % 2 ? 'a' : 'b', utcMs: base + offset + at })),
        )
        for (const { metric, utcMs } of kept) {
          const key = `${metric} ${utcMs}`
          given.set(key, (given.get(key) ?? 0) + 1)
        }
      }
      expect([...given].filter(([, times]) => times > 1)).toEqual([])
    }),
    { numRuns: 30 },
  )
})
