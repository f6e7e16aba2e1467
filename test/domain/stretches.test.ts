import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { both, lengthOf, normal, without } from '../../gateway/domain/stretches.ts'
import type { UtcRange } from '../../gateway/domain/units.ts'

const range = fc
  .tuple(fc.nat(60), fc.nat(15))
  .map(([fromUtcMs, length]): UtcRange => ({ fromUtcMs, toUtcMs: fromUtcMs + length }))
const list = fc.array(range, { maxLength: 8 }).map(normal)
/** The same by counting every millisecond. */
const points = (stretches: readonly UtcRange[]) =>
  Array.from({ length: 100 }, (_, n) => stretches.some(({ fromUtcMs, toUtcMs }) => fromUtcMs <= n && n < toUtcMs))

test('joined, common and remaining time is what counting says', () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 8 }), list, (raw, other) => {
      const one = normal(raw)
      expect(points(one)).toEqual(points(raw))
      expect(points(both(one, other))).toEqual(points(one).map((is, n) => is && points(other)[n]))
      expect(points(without(one, other))).toEqual(points(one).map((is, n) => is && !points(other)[n]))
      expect(lengthOf(one)).toBe(points(raw).filter(Boolean).length)
      expect(lengthOf(both(one, other)) + lengthOf(without(one, other))).toBe(lengthOf(one))
    }),
  )
})

test('the results are in order, do not touch and hold nothing empty', () => {
  fc.assert(
    fc.property(fc.array(range), (raw) => {
      const made = normal(raw)
      for (const [n, { fromUtcMs, toUtcMs }] of made.entries()) {
        expect(fromUtcMs).toBeLessThan(toUtcMs)
        expect(fromUtcMs).toBeGreaterThan(made[n - 1]?.toUtcMs ?? -1)
      }
    }),
  )
})
