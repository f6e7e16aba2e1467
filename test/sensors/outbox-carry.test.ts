/** What stores get, in which order, what is given up, and accounts that add up. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Reading, SensorAccount } from '../../gateway/contract/sensor.ts'
import { changesOf, type Done, isDone, nextFree, withStretch } from '../../gateway/sensors/outbox-places.ts'
import type { Outbox } from '../../gateway/sensors/outbox.ts'
import { handClock, quietTools } from '../support/sensors.ts'
import { eachTest, reading, takeAll, upkeep } from './outbox-fixture.ts'

const box = eachTest()
const start = 1_800_000_000_000
const valuesOf = (taken: { readonly readings: readonly Reading[] } | undefined) =>
  taken?.readings.map(({ value }) => value)
const many = (from: number, count: number, utcMs: number) =>
  Array.from({ length: count }, (_, n) => reading(from + n, { utcMs: utcMs + n }))
const equal = async (queue: Outbox) => (await queue.ledger()).accounts.filter(({ difference }) => difference !== 0)

test('live first: with a backlog the newest are taken at once, and the oldest beside them, each lane in order', async () => {
  const clock = handClock(start)
  const tools = { ...quietTools, clock }
  let queue = box.open({ tools })
  for (let n = 0; n < 30; n++) await queue.append(many(n * 100, 100, start + n * 1_000))
  clock.set(start + 3_600_000)
  // Little enough is had at once, however old it is.
  const all = queue.take('a', 'live', 5_000)
  expect(valuesOf(all)).toEqual(Array.from({ length: 3_000 }, (_, n) => n))
  if (all) queue.release(all)

  await queue.append(many(9_000, 3, start + 3_600_000 - 200))
  const [live, backlog] = [queue.take('a', 'live', 250), queue.take('a', 'backlog', 250)]
  expect(valuesOf(live)).toEqual([9_000, 9_001, 9_002])
  expect(valuesOf(backlog)).toEqual(Array.from({ length: 200 }, (_, n) => n))
  // Two may work at the backlog.
  const beside = queue.take('a', 'backlog', 100)
  expect(valuesOf(beside)?.[0]).toBe(200)
  for (const taken of [live, beside]) if (taken) queue.acknowledge(taken, [])
  if (backlog) queue.release(backlog)
  expect(queue.backlog('a')).toEqual({ readings: 2_900, oldestUtcMs: start })
  expect(await equal(queue)).toEqual([])

  // The holes are still there after a restart, and nothing else.
  queue = box.reopen({ tools })
  await queue.append(many(9_500, 2, start + 3_600_000))
  const rest = takeAll(queue, 'a', 250).map(({ value }) => value)
  expect(rest.toSorted((a, b) => a - b)).toEqual([
    ...Array.from({ length: 3_000 }, (_, n) => n).filter((n) => n < 200 || n >= 300),
    9_500,
    9_501,
  ])
  expect(rest.slice(0, 2)).toEqual([9_500, 9_501])
  expect(box.rows('done')).toBe(1)
  expect(await equal(queue)).toEqual([])
})

test('bounds: the oldest go first, by age and by bytes, and each time a loss row names what went', async () => {
  const clock = handClock(start)
  const tools = { ...quietTools, clock }
  const queue = box.open({ tools, maxAgeMs: 50_000, maxBytes: 60_000 })
  const old = Array.from({ length: 5 }, (_, n) => reading(n, { sensorId: `old${n % 2}`, utcMs: start - 60_000 + n }))
  await queue.append(old)
  await upkeep(queue)
  const lost = { store: 'a', reason: 'outbox-age', readings: 5 }
  const spanOf = (sensorId: string, fromUtcMs: number, toUtcMs: number, readings: number) => ({
    sensorId,
    metric: 'temp',
    fromUtcMs,
    toUtcMs,
    readings,
  })
  expect(queue.losses()).toEqual([
    {
      id: 1,
      utcMs: start,
      ...lost,
      series: [spanOf('old0', start - 60_000, start - 59_996, 3), spanOf('old1', start - 59_999, start - 59_997, 2)],
    },
  ])
  // The next ones within the hour are in the same row.
  await queue.append(many(0, 4, start - 55_000))
  await upkeep(queue)
  expect(queue.losses()).toMatchObject([{ ...lost, readings: 9 }])

  for (let n = 0; n < 10; n++) await queue.append(many(n * 400, 400, start + n * 1_000))
  // Without waiting for the upkeep.
  expect(queue.sizeBytes()).toBeLessThanOrEqual(60_000)
  const waiting = queue.backlog('a').readings
  const gone = 4_000 - waiting
  expect(waiting).toBeGreaterThan(1_000)
  expect(queue.losses()).toMatchObject([
    { reason: 'outbox-bytes', readings: gone, series: [{ sensorId: 's1', fromUtcMs: start, readings: gone }] },
    { reason: 'outbox-age' },
  ])
  expect(queue.counters.lost).toBe(9 + gone)
  expect(valuesOf({ readings: takeAll(queue) })).toEqual(Array.from({ length: waiting }, (_, n) => gone + n))
  expect(await equal(queue)).toEqual([])
})

test('what is on its way to a store is not given up meanwhile', async () => {
  const clock = handClock(start)
  const queue = box.open({ tools: { ...quietTools, clock }, maxAgeMs: 1_000 })
  await queue.append(many(0, 3, start - 10_000))
  const taken = queue.take('a', 'live', 10)
  await queue.append(many(3, 3, start - 5_000))
  await upkeep(queue)
  expect(queue.losses()).toMatchObject([{ readings: 3, series: [{ fromUtcMs: start - 5_000 }] }])
  if (taken) queue.acknowledge(taken, [])
  expect((await queue.ledger()).accounts).toMatchObject([
    { received: 6, stored: 3, lost: 3, waiting: 0, difference: 0 },
  ])
})

test('a wall clock that jumped makes nothing old', async () => {
  const clock = handClock(start)
  const queue = box.open({ tools: { ...quietTools, clock }, maxAgeMs: 1_000 })
  await queue.append(many(0, 3, start))
  clock.set(start + 365 * 86_400_000)
  await upkeep(queue)
  expect(queue.losses()).toEqual([])
  expect(queue.backlog('a').readings).toBe(3)
})

test.each([
  ['the readings', 'body', 1],
  ['the readings and what they are of', 'body = zeroblob(40), head', 0],
])('damaged on the disk, %s: a loss row says so, the others go on', async (_what, column, named) => {
  const queue = box.open()
  for (let n = 0; n < 3; n++) await queue.append(many(n * 10, 10, start + n * 100))
  box.store.db.exec(`UPDATE batch SET ${column} = substr(${column.split(' ')[0]}, 1, 30) WHERE id = 2`)
  expect(valuesOf({ readings: takeAll(queue) })).toEqual([
    ...Array.from({ length: 10 }, (_, n) => n),
    ...Array.from({ length: 10 }, (_, n) => 20 + n),
  ])
  const series = [{ sensorId: 's1', metric: 'temp', fromUtcMs: start + 100, toUtcMs: start + 109, readings: 10 }]
  expect(queue.losses()).toMatchObject([{ reason: 'damaged', store: 'a', readings: 10, series: named ? series : [] }])
  // Nobody knows whose they were: then the account says that something is missing.
  expect((await queue.ledger()).accounts).toMatchObject([{ received: 30, stored: 20, difference: named ? 0 : 10 }])
})

test('the account of each sensor towards each store; a reading that vanishes is noticed', async () => {
  const told: SensorAccount[][] = []
  const queue = box.open({ cursors: ['a', 'b'], onUnequal: (unequal) => told.push([...unequal]) })
  await queue.append([reading(1), reading(2), reading(3, { sensorId: 's2' })])
  await queue.append([reading(4)])
  await queue.quarantine('zone/s1', Buffer.from('?'), 'not-json', 's1')
  const taken = queue.take('a', 'live', 3) ?? queue.take('a', 'backlog', 3)
  const words = 'partial write: field type conflict'
  if (taken) queue.acknowledge(taken, [{ reading: reading(2), reason: 'store-refused', words }])
  const account = (store: string, sensorId: string, numbers: readonly number[]) => {
    const [received, stored, quarantined, lost, waiting] = numbers
    return { store, sensorId, received, stored, quarantined, lost, waiting, difference: 0 }
  }
  const ledger = await queue.ledger()
  expect(ledger.accounts).toEqual([
    account('a', 's1', [4, 1, 2, 0, 1]),
    account('b', 's1', [4, 0, 1, 0, 3]),
    account('a', 's2', [1, 1, 0, 0, 0]),
    account('b', 's2', [1, 0, 0, 0, 1]),
  ])
  expect(ledger.sinceUtcMs).toBeLessThanOrEqual(Date.now())
  expect(told).toEqual([[]])
  expect(queue.quarantined(1)).toMatchObject([
    { reason: 'store-refused', topic: 's1/temp', sensorId: 's1', sample: expect.stringContaining(words) },
  ])

  box.store.db.exec('DELETE FROM batch WHERE id = 2')
  await upkeep(queue)
  expect(told.at(-1)).toMatchObject([
    { store: 'a', sensorId: 's1', difference: 1 },
    { store: 'b', sensorId: 's1', difference: 1 },
  ])
  expect(queue.unequal()).toHaveLength(2)
})

test('while a store is away small batches are put together, and nothing of them changes', async () => {
  const clock = handClock(start)
  const queue = box.open({ tools: { ...quietTools, clock } })
  const all = Array.from({ length: 300 }, (_, n) =>
    reading(n, { sensorId: `s${n % 3}`, utcMs: start + n * 100, rawValue: n % 5 ? null : n / 3, source: `t/${n % 4}` }),
  )
  for (const one of all) await queue.append([one])
  // One is on its way: it and what lies around it stay apart.
  const first = queue.take('a', 'live', 20)
  expect(box.rows('batch')).toBe(300)
  const before = queue.sizeBytes()
  clock.set(start + 300 * 100 + 30_000)
  await upkeep(queue)
  expect(box.rows('batch')).toBe(300)
  clock.set(start + 300 * 100 + 61_000)
  await upkeep(queue)
  expect(box.rows('batch')).toBe(21)
  expect(queue.sizeBytes()).toBeLessThan(before / 2)
  if (first) queue.acknowledge(first, [])
  expect(first?.readings).toEqual(all.slice(0, 20))
  expect(box.reopen().backlog('a').readings).toBe(280)
  expect(takeAll(box.reopen())).toEqual(all.slice(20))
})

test('places: whatever is taken and in whatever order it is done, nothing is done twice and nothing left out', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 30 }),
      fc.array(fc.tuple(fc.nat(60), fc.nat(5)), { maxLength: 40 }),
      (ids, tries) => {
        const rows = new Set(ids)
        const between = (after: number, before: number) => ![...rows].some((id) => id > after && id < before)
        let done: Done = []
        const disk = new Map<number, number>()
        const seen = new Set<number>()
        for (const [atLeast, width] of [...tries, ...ids.map(() => [0, 0] as const)]) {
          const free = nextFree(done, [], { atLeast, below: 100 }, (from, before) => !between(from - 1, before))
          if (!free) continue
          const found = [...rows]
            .filter((id) => id >= free.from && id < free.before)
            .sort((x, y) => x - y)
            .slice(0, width + 1)
          const [from, to] = [found[0], found.at(-1)]
          if (from === undefined || to === undefined) continue
          for (const id of found) {
            expect(seen.has(id)).toBe(false)
            seen.add(id)
          }
          const next = withStretch(done, { from, to }, between)
          const { gone, put } = changesOf(done, next)
          for (const id of gone) disk.delete(id)
          for (const stretch of put) disk.set(stretch.from, stretch.to)
          done = next
          expect([...disk].sort(([a], [b]) => a - b)).toEqual(done.map((stretch) => [stretch.from, stretch.to]))
          for (const id of rows) expect(isDone(done, id)).toBe(seen.has(id))
        }
        expect(seen).toEqual(rows)
        expect(done.length).toBeLessThanOrEqual(1)
      },
    ),
  )
})
