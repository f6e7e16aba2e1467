import { assert, double, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  centred,
  firstView,
  following,
  leastSpanMs,
  loadRange,
  mostSpanMs,
  notAfter,
  panned,
  toUtcMs,
  toX,
  type View,
  zoomed,
} from '../../dashboard/playback/scale.ts'

const hourMs = 3_600_000
const view: View = { fromUtcMs: 1_795_000_000_000, spanMs: hourMs }

const nowUtcMs = 1_795_000_000_000
const minuteMs = 60_000
describe('the first view', () => {
  const oldest = (agoMs: number) => [{ startUtcMs: nowUtcMs - agoMs }, { startUtcMs: nowUtcMs - agoMs / 2 }]
  test.each([
    ['nothing recorded: ten minutes', [], 2 * minuteMs, 10 * minuteMs],
    ['a fresh system: ten minutes', oldest(3 * minuteMs), 2 * minuteMs, 10 * minuteMs],
    ['three hours of footage: all of it', oldest(3 * hourMs), 2 * minuteMs, 3 * hourMs],
    ['a month of footage: a day', oldest(30 * 24 * hourMs), 2 * minuteMs, 24 * hourMs],
    ['a wish before the footage: from the wish on', oldest(hourMs), 5 * hourMs, 5 * hourMs],
  ])('%s', (_, spans, wishAgoMs, lengthMs) => {
    const first = firstView(spans, nowUtcMs - wishAgoMs, nowUtcMs)
    expect(first.spanMs).toBeCloseTo(lengthMs * 1.05)
    expect(first.fromUtcMs).toBeCloseTo(nowUtcMs - lengthMs * 1.02)
  })

  test('a moment of last week stands in the middle of an hour', () => {
    const wish = nowUtcMs - 7 * 24 * hourMs
    expect(firstView(oldest(hourMs), wish, nowUtcMs)).toEqual(centred(wish, hourMs))
  })
})

describe('the scale', () => {
  test('pixels and moments agree', () => {
    expect(toX(view, 1_000, view.fromUtcMs + hourMs / 4)).toBe(250)
    expect(toUtcMs(view, 1_000, 250)).toBe(view.fromUtcMs + hourMs / 4)
  })

  test('zooming keeps the moment under the pointer, between ten seconds and a month', () => {
    assert(
      property(double({ min: 0.001, max: 5_000, noNaN: true }), integer({ min: 0, max: 1_000 }), (factor, x) => {
        const anchor = toUtcMs(view, 1_000, x)
        const next = zoomed(view, factor, anchor)
        expect(toX(next, 1_000, anchor)).toBeCloseTo(x, 3)
        expect(next.spanMs).toBeGreaterThanOrEqual(leastSpanMs)
        expect(next.spanMs).toBeLessThanOrEqual(mostSpanMs)
      }),
    )
  })

  test.each([
    ['inside: stays', 0.5, 0],
    ['at the right edge: moves so that it is a fifth in', 0.98, 0.78],
    ['before: moves', -0.5, -0.7],
  ])('following a playhead %s', (_, share, moved) => {
    const next = following(view, view.fromUtcMs + share * hourMs)
    expect((next.fromUtcMs - view.fromUtcMs) / hourMs).toBeCloseTo(moved, 6)
  })

  test('never shows more future than half a view', () => {
    const nowUtcMs = view.fromUtcMs
    expect(notAfter(panned(view, 10 * hourMs), nowUtcMs).fromUtcMs).toBe(nowUtcMs - hourMs / 2)
    expect(notAfter(centred(nowUtcMs - 5 * hourMs, hourMs), nowUtcMs).fromUtcMs).toBe(nowUtcMs - 5.5 * hourMs)
  })

  test('what is loaded covers the view and stays the same for small moves', () => {
    const nowUtcMs = view.fromUtcMs + 1_000 * hourMs
    assert(
      property(
        integer({ min: 10_000, max: mostSpanMs }),
        integer({ min: -500 * hourMs, max: 500 * hourMs }),
        (spanMs, byMs) => {
          const some = panned({ ...view, spanMs }, byMs)
          const range = loadRange(some, nowUtcMs)
          expect(range.fromUtcMs).toBeLessThanOrEqual(some.fromUtcMs)
          expect(range.toUtcMs).toBeGreaterThanOrEqual(Math.min(nowUtcMs, some.fromUtcMs + spanMs))
          expect(range.toUtcMs - range.fromUtcMs).toBeLessThanOrEqual(8 * spanMs)
          // More than 62 days are refused.
          expect(range.toUtcMs - range.fromUtcMs).toBeLessThanOrEqual(61 * 24 * hourMs)
        },
      ),
    )
    const raster = 2 ** 22
    const base = { fromUtcMs: raster * 428_000, spanMs: hourMs }
    expect(loadRange(panned(base, 1_000), nowUtcMs)).toEqual(loadRange(panned(base, 600_000), nowUtcMs))
  })
})
