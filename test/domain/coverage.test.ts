import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { accountOf, addUp, onlyExpected } from '../../gateway/domain/coverage.ts'
import { lengthOf, normal } from '../../gateway/domain/stretches.ts'
import { type Gap, joinSpans, type Recorded } from '../../gateway/domain/timeline.ts'
import type { UtcRange } from '../../gateway/domain/units.ts'
import type { GapReason } from '../../gateway/domain/words.ts'

const hour = { fromUtcMs: 0, toUtcMs: 3_600_000 }
const stretch = fc
  .tuple(fc.nat(4_000), fc.nat(900))
  .map(([start, length]) => [start * 1_000 - 200_000, length * 1_000] as const)
const recorded = fc.array(
  stretch.map(([startUtcMs, length]): Recorded => ({ startUtcMs, endUtcMs: startUtcMs + length })),
)
const reasons: GapReason[] = ['camera-lost', 'disk-full', 'gateway-crashed']
const gaps = fc.array(
  fc
    .tuple(stretch, fc.constantFrom(...reasons))
    .map(([[startUtcMs, length], reason]): Gap => ({ startUtcMs, endUtcMs: startUtcMs + length, reason })),
)
const ranges = fc
  .array(stretch.map(([fromUtcMs, length]): UtcRange => ({ fromUtcMs, toUtcMs: fromUtcMs + length })))
  .map(normal)

test('recorded + gaps + unexplained is always what was expected, to the millisecond', () => {
  fc.assert(
    fc.property(recorded, gaps, ranges, (filmed, missing, expected) => {
      const account = accountOf(joinSpans(filmed, missing, hour), { expected, plannedOff: [] }, hour)
      const explained = Object.values(account.gapMs).reduce((sum, ms) => sum + ms, 0)
      expect(account.recordedMs + explained + account.unexplainedMs).toBe(account.expectedMs)
      expect(account.unexplainedMs).toBeGreaterThanOrEqual(0)
      expect(account.expectedMs).toBeLessThanOrEqual(3_600_000)
    }),
  )
})

test('two halves of an hour add up to the hour', () => {
  fc.assert(
    fc.property(recorded, gaps, ranges, fc.integer({ min: 1, max: 3_599_999 }), (filmed, missing, expected, cut) => {
      const part = (range: UtcRange) =>
        accountOf(joinSpans(filmed, missing, range), { expected, plannedOff: [] }, range)
      const halves = addUp([part({ fromUtcMs: 0, toUtcMs: cut }), part({ fromUtcMs: cut, toUtcMs: 3_600_000 })])
      const whole = part(hour)
      // Recorded stretches that lie closer than a seam are one; a cut inside the seam parts them.
      expect(Math.abs(halves.recordedMs - whole.recordedMs)).toBeLessThanOrEqual(80)
      expect(halves.expectedMs).toBe(whole.expectedMs)
    }),
  )
})

test('gaps outside the expected time are none, recorded stretches stay as they are', () => {
  fc.assert(
    fc.property(recorded, gaps, ranges, (filmed, missing, expected) => {
      const spans = joinSpans(filmed, missing, hour)
      const shown = onlyExpected(spans, { expected, plannedOff: [] })
      expect(shown.filter(({ kind }) => kind === 'recorded')).toEqual(spans.filter(({ kind }) => kind === 'recorded'))
      const inside = accountOf(shown, { expected, plannedOff: [] }, hour)
      expect(inside).toEqual(accountOf(spans, { expected, plannedOff: [] }, hour))
      const missed = shown.filter(({ kind }) => kind === 'gap')
      expect(missed.reduce((sum, { startUtcMs, endUtcMs }) => sum + endUtcMs - startUtcMs, 0)).toBe(
        Object.values(inside.gapMs).reduce((sum, ms) => sum + ms, 0),
      )
    }),
  )
})

test.each<[string, UtcRange[], UtcRange[], number, number]>([
  ['always expected', [hour], [], 3_600_000, 0],
  [
    'half an hour off by plan',
    [{ fromUtcMs: 1_800_000, toUtcMs: 3_600_000 }],
    [{ fromUtcMs: 0, toUtcMs: 1_800_000 }],
    1_800_000,
    1_800_000,
  ],
  ['never', [], [], 0, 0],
])('an hour that was %s', (_name, expected, plannedOff, expectedMs, plannedOffMs) => {
  const account = accountOf([], { expected, plannedOff }, hour)
  expect(account).toEqual({ expectedMs, recordedMs: 0, plannedOffMs, gapMs: {}, unexplainedMs: lengthOf(expected) })
})
