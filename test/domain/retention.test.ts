import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { daysUntilFull, forSpace, isHeld, outOfTime, type StoredFile } from '../../gateway/domain/retention.ts'
import { normal } from '../../gateway/domain/stretches.ts'

const cameras = ['a', 'b', 'c']
const file = fc
  .record({
    cameraId: fc.constantFrom(...cameras),
    start: fc.nat(1_000),
    length: fc.integer({ min: 1, max: 60 }),
    sizeBytes: fc.nat(500),
  })
  .map(
    ({ cameraId, start, length, sizeBytes }): StoredFile => ({
      cameraId,
      startUtcMs: start,
      endUtcMs: start + length,
      sizeBytes,
    }),
  )
const files = fc.array(file, { maxLength: 40 }).map((list) => list.toSorted((a, b) => a.endUtcMs - b.endUtcMs))
const spans = fc
  .array(
    fc.tuple(fc.nat(1_000), fc.nat(200)).map(([fromUtcMs, length]) => ({ fromUtcMs, toUtcMs: fromUtcMs + length })),
  )
  .map(normal)
const held = fc.tuple(spans, spans).map(
  ([a, b]) =>
    new Map([
      ['a', a],
      ['b', b],
    ]),
)
const sizeOf = (list: readonly StoredFile[]) => list.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)

describe('for space', () => {
  test('a held file is never on the list', () => {
    fc.assert(
      fc.property(files, held, fc.nat(5_000), (all, holds, short) => {
        for (const one of forSpace(all, short, holds).files) expect(isHeld(one, holds)).toBe(false)
      }),
    )
  })

  test('the list is enough, or says that it cannot be: then nothing but held footage is left', () => {
    fc.assert(
      fc.property(files, held, fc.nat(5_000), (all, holds, short) => {
        const plan = forSpace(all, short, holds)
        expect(plan.freedBytes).toBe(sizeOf(plan.files))
        if (plan.enough) expect(plan.freedBytes).toBeGreaterThanOrEqual(short)
        else {
          const left = all.filter((one) => !plan.files.includes(one))
          expect(left.every((one) => isHeld(one, holds))).toBe(true)
          expect(plan.freedBytes).toBeLessThan(short)
        }
      }),
    )
  })

  test('nothing goes that is younger than something that may go and stays, and no more than needed', () => {
    fc.assert(
      fc.property(files, held, fc.nat(5_000), (all, holds, short) => {
        const plan = forSpace(all, short, holds)
        const may = all.filter((one) => !isHeld(one, holds))
        expect(plan.files).toEqual(may.slice(0, plan.files.length))
        expect(sizeOf(plan.files.slice(0, -1))).toBeLessThan(Math.max(1, short))
      }),
    )
  })
})

test('by age: exactly what is older than its camera’s retention and not held', () => {
  fc.assert(
    fc.property(files, held, fc.integer({ min: 0, max: 1_500 }), (all, holds, now) => {
      const retention = (cameraId: string) => (cameraId === 'c' ? 900 : 300)
      const gone = outOfTime(all, retention, holds, now)
      for (const one of all)
        expect(gone.includes(one)).toBe(one.endUtcMs < now - retention(one.cameraId) && !isHeld(one, holds))
    }),
  )
})

test.each([
  ['touches from the left', 90, 101, true],
  ['ends where the hold begins', 90, 100, false],
  ['inside', 120, 130, true],
  ['begins where the hold ends', 200, 210, false],
  ['around it', 50, 300, true],
])('a file that %s of a hold from 100 to 200', (_name, startUtcMs, endUtcMs, expected) => {
  const holds = new Map([['a', [{ fromUtcMs: 100, toUtcMs: 200 }]]])
  expect(isHeld({ cameraId: 'a', startUtcMs, endUtcMs, sizeBytes: 1 }, holds)).toBe(expected)
  expect(isHeld({ cameraId: 'b', startUtcMs, endUtcMs, sizeBytes: 1 }, holds)).toBe(false)
})

describe('days until a disk is full', () => {
  test.each([
    ['one young camera', [{ bytesPerDay: 10, ageDays: 0, retentionDays: 30 }], 100, 10],
    ['one whose retention is reached before', [{ bytesPerDay: 10, ageDays: 0, retentionDays: 5 }], 100, null],
    ['one that keeps its size already', [{ bytesPerDay: 10, ageDays: 30, retentionDays: 30 }], 1, null],
    [
      'two, of which one stops to grow after 5 days',
      [
        { bytesPerDay: 10, ageDays: 0, retentionDays: 5 },
        { bytesPerDay: 5, ageDays: 0, retentionDays: 30 },
      ],
      100,
      10,
    ],
    ['nobody writes', [], 5, null],
    ['no room at all', [{ bytesPerDay: 10, ageDays: 30, retentionDays: 30 }], 0, 0],
    ['a room without bounds', [{ bytesPerDay: 10, ageDays: 0, retentionDays: 30 }], Infinity, null],
  ])('%s', (_name, growth, room, expected) => {
    expect(daysUntilFull(growth, room)).toBe(expected)
  })

  test('is what day-by-day reckoning says', () => {
    const growth = fc.record({ bytesPerDay: fc.nat(20), ageDays: fc.nat(40), retentionDays: fc.nat(40) })
    fc.assert(
      fc.property(fc.array(growth, { maxLength: 5 }), fc.integer({ min: 1, max: 800 }), (list, room) => {
        const grown = (day: number) =>
          list.reduce(
            (sum, { bytesPerDay, ageDays, retentionDays }) =>
              sum + bytesPerDay * Math.max(0, Math.min(day, retentionDays - ageDays)),
            0,
          )
        const full = daysUntilFull(list, room)
        if (full === null) expect(grown(1_000)).toBeLessThan(room)
        else expect(grown(full)).toBeCloseTo(room, 6)
      }),
    )
  })
})
