import { expect, test } from 'vitest'
import { addMoment, dropMoment, hasMoment, newMoments } from '../../gateway/sensors/moments.ts'

test('the same moment with the same value is known, another value or moment is not', () => {
  const moments = newMoments()
  addMoment(moments, 1_000, 5)
  expect([hasMoment(moments, 1_000, 5), hasMoment(moments, 1_000, 6), hasMoment(moments, 999, 5)]).toEqual([
    true,
    false,
    false,
  ])
  dropMoment(moments, 1_000, 5)
  expect(hasMoment(moments, 1_000, 5)).toBe(false)
})

test('of a slow series the last 16 are kept, of a fast one the last 256', () => {
  const [slow, fast] = [newMoments(), newMoments()]
  for (let n = 0; n < 1_000; n++) {
    addMoment(slow, n * 10_000, n)
    addMoment(fast, n, n)
  }
  const known = (moments: typeof slow, stepMs: number) =>
    Array.from({ length: 1_000 }, (_, n) => n).filter((n) => hasMoment(moments, n * stepMs, n))
  expect(known(slow, 10_000)).toEqual(Array.from({ length: 16 }, (_, n) => 984 + n))
  expect(known(fast, 1)).toEqual(Array.from({ length: 256 }, (_, n) => 744 + n))
})
