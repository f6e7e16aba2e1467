import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Gap, joinSpans, type Recorded } from '../../gateway/domain/timeline.ts'

const rec = (startUtcMs: number, endUtcMs: number): Recorded => ({ startUtcMs, endUtcMs })
const gap = (startUtcMs: number, endUtcMs: number, reason: Gap['reason'] = 'camera-lost'): Gap => ({
  startUtcMs,
  endUtcMs,
  reason,
})
const all = { fromUtcMs: 0, toUtcMs: 100_000 }

describe('joinSpans', () => {
  test.each([
    ['segments that touch are one span', [rec(0, 1000), rec(1000, 2000)], [], ['recorded 0-2000']],
    ['a seam of a few milliseconds is rounding', [rec(0, 1000), rec(1030, 2000)], [], ['recorded 0-2000']],
    [
      'a real hole stays',
      [rec(0, 1000), rec(1500, 2000)],
      [gap(1000, 1500)],
      ['recorded 0-1000', 'gap 1000-1500 camera-lost', 'recorded 1500-2000'],
    ],
    [
      'what was recorded wins over a gap',
      [rec(0, 1000)],
      [gap(500, 2000)],
      ['recorded 0-1000', 'gap 1000-2000 camera-lost'],
    ],
    [
      'a gap around a recording is two gaps',
      [rec(500, 600)],
      [gap(0, 1000)],
      ['gap 0-500 camera-lost', 'recorded 500-600', 'gap 600-1000 camera-lost'],
    ],
    ['gaps of one reason that touch are one', [], [gap(0, 10), gap(10, 20)], ['gap 0-20 camera-lost']],
    [
      'gaps of two reasons stay two',
      [],
      [gap(0, 10), gap(10, 20, 'disk-full')],
      ['gap 0-10 camera-lost', 'gap 10-20 disk-full'],
    ],
    [
      'overlapping gaps are cut',
      [],
      [gap(0, 10), gap(5, 20, 'disk-full')],
      ['gap 0-10 camera-lost', 'gap 10-20 disk-full'],
    ],
  ] as const)('%s', (_name, recorded, gaps, expected) => {
    const spans = joinSpans(recorded, gaps, all)
    expect(
      spans.map(
        (span) => `${span.kind} ${span.startUtcMs}-${span.endUtcMs}${span.kind === 'gap' ? ` ${span.reason}` : ''}`,
      ),
    ).toEqual(expected)
  })

  test('everything is cut to the range', () => {
    expect(joinSpans([rec(0, 1000)], [gap(1000, 5000)], { fromUtcMs: 900, toUtcMs: 1100 })).toEqual([
      { kind: 'recorded', startUtcMs: 900, endUtcMs: 1000 },
      { kind: 'gap', startUtcMs: 1000, endUtcMs: 1100, reason: 'camera-lost' },
    ])
  })

  test('whatever comes in: in order, not overlapping, inside the range, and no recorded moment is called a gap', () => {
    const stretch = fc.tuple(fc.integer({ min: 0, max: 9_000 }), fc.integer({ min: 1, max: 2_000 }))
    fc.assert(
      fc.property(fc.array(stretch, { maxLength: 12 }), fc.array(stretch, { maxLength: 12 }), (first, second) => {
        const recorded = first.map(([at, length]) => rec(at, at + length)).sort((a, b) => a.startUtcMs - b.startUtcMs)
        const gaps = second.map(([at, length]) => gap(at, at + length))
        const range = { fromUtcMs: 500, toUtcMs: 8_000 }
        const spans = joinSpans(recorded, gaps, range)
        let last = range.fromUtcMs
        for (const span of spans) {
          expect(span.startUtcMs).toBeGreaterThanOrEqual(last)
          expect(span.endUtcMs).toBeGreaterThan(span.startUtcMs)
          last = span.endUtcMs
        }
        expect(last).toBeLessThanOrEqual(range.toUtcMs)
        const isIn = (list: readonly Recorded[], at: number) =>
          list.some((one) => one.startUtcMs <= at && at < one.endUtcMs)
        for (let at = range.fromUtcMs; at < range.toUtcMs; at += 97) {
          const span = spans.find((one) => one.startUtcMs <= at && at < one.endUtcMs)
          if (isIn(recorded, at)) expect(span?.kind).toBe('recorded')
          else if (isIn(gaps, at)) expect(span).toBeDefined()
        }
      }),
    )
  })
})
