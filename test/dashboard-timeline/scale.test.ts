import { assert, double, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  centred,
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

describe('the scale', () => {
  test('pixels and moments agree', () => {
    expect(toX(view, 1_000, view.fromUtcMs + hourMs / 4)).toBe(250)
    expect(toUtcMs(view, 1_000, 250)).toBe(view.fromUtcMs + hourMs / 4)
  })

  test('zooming keeps the moment under the pointer, between a minute and seven days', () => {
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
        integer({ min: 60_000, max: 7 * 24 * hourMs }),
        integer({ min: -500 * hourMs, max: 500 * hourMs }),
        (spanMs, byMs) => {
          const some = panned({ ...view, spanMs }, byMs)
          const range = loadRange(some, nowUtcMs)
          expect(range.fromUtcMs).toBeLessThanOrEqual(some.fromUtcMs)
          expect(range.toUtcMs).toBeGreaterThanOrEqual(Math.min(nowUtcMs, some.fromUtcMs + spanMs))
          expect(range.toUtcMs - range.fromUtcMs).toBeLessThanOrEqual(8 * spanMs)
        },
      ),
    )
    const raster = 2 ** 22
    const base = { fromUtcMs: raster * 428_000, spanMs: hourMs }
    expect(loadRange(panned(base, 1_000), nowUtcMs)).toEqual(loadRange(panned(base, 600_000), nowUtcMs))
  })
})
