import { describe, expect, test } from 'vitest'
import type { Span } from '../../gateway/contract/camera.ts'
import { filmedAt, mediaTimeOf } from '../../dashboard/playback/media-time.ts'
import { blocks, gapBeside, lastRecorded, nextRecorded, recordedMs, spanAt } from '../../dashboard/playback/spans.ts'

const recorded = (startUtcMs: number, endUtcMs: number): Span => ({ kind: 'recorded', startUtcMs, endUtcMs })
const gap = (startUtcMs: number, endUtcMs: number, reason: Span['reason'] = 'camera-lost'): Span => ({
  kind: 'gap',
  startUtcMs,
  endUtcMs,
  reason,
})
const view = { fromUtcMs: 0, spanMs: 100_000 }

describe('spans as blocks', () => {
  test('one pixel a second', () => {
    expect(blocks([recorded(-5_000, 40_000), gap(40_000, 60_000), recorded(60_000, 200_000)], view, 100)).toEqual([
      { kind: 'recorded', reason: undefined, x: 0, widthPx: 40 },
      { kind: 'recorded', reason: undefined, x: 60, widthPx: 40 },
      { kind: 'gap', reason: 'camera-lost', x: 40, widthPx: 20 },
    ])
  })

  test('a gap of 40 ms is still 2 px wide, and over what is recorded', () => {
    const made = blocks([recorded(0, 50_000), gap(50_000, 50_040), recorded(50_040, 100_000)], view, 100)
    expect(made.at(-1)).toEqual({ kind: 'gap', reason: 'camera-lost', x: 50, widthPx: 2 })
  })

  test('neighbours that look the same become one', () => {
    const many = Array.from({ length: 1_000 }, (_, index) => recorded(index * 100, (index + 1) * 100))
    const [block, ...others] = blocks(many, view, 100)
    expect(others).toEqual([])
    expect(block?.widthPx).toBeCloseTo(100, 6)
  })

  test('different reasons in too few pixels are mixed; wide ones stay apart', () => {
    expect(blocks([gap(0, 500), gap(500, 1_000, 'disk-full')], view, 100)).toEqual([
      { kind: 'gap', reason: 'mixed', x: 0, widthPx: 2.5 },
    ])
    expect(blocks([gap(0, 10_000), gap(10_000, 20_000, 'disk-full')], view, 100).map((block) => block.reason)).toEqual([
      'camera-lost',
      'disk-full',
    ])
  })

  test('never more than a few blocks a pixel, however many gaps there are', () => {
    const many = Array.from({ length: 20_000 }, (_, index) => [
      recorded(index * 5, index * 5 + 3),
      gap(index * 5 + 3, index * 5 + 5, index % 2 === 0 ? 'stalled' : 'camera-lost'),
    ]).flat()
    expect(blocks(many, view, 100).length).toBeLessThan(400)
    expect(blocks(many, view, 100).some((block) => block.kind === 'gap' && block.reason === 'mixed')).toBe(true)
  })

  test('what is outside of the view is left out', () => {
    expect(blocks([recorded(-10_000, 0), recorded(100_000, 110_000)], view, 100)).toEqual([])
  })
})

describe('finding', () => {
  const spans = [recorded(0, 10_000), gap(10_000, 20_000), recorded(20_000, 60_000), gap(60_000, 61_000, 'stalled')]

  test.each([
    [0, 'recorded'],
    [10_000, 'gap'],
    [19_999, 'gap'],
    [20_000, 'recorded'],
    [61_000, undefined],
  ])('at %i: %s', (utcMs, kind) => {
    expect(spanAt(spans, utcMs)?.kind).toBe(kind)
  })

  test.each([
    [5_000, 5_000],
    [10_000, 20_000],
    [59_999, 59_999],
    [60_000, undefined],
  ])('playing from %i begins at %s', (utcMs, expected) => {
    expect(nextRecorded(spans, utcMs)).toBe(expected)
  })

  test.each([
    [100_000, 50_000],
    [25_000, 20_000],
    [5_000, 0],
  ])('the last recorded moment before %i: %i', (utcMs, expected) => {
    expect(lastRecorded(spans, utcMs)).toBe(expected)
  })

  test('the gaps beside a moment', () => {
    expect(gapBeside(spans, 5_000, 1)).toBe(10_000)
    expect(gapBeside(spans, 30_000, 1)).toBe(60_000)
    expect(gapBeside(spans, 60_500, 1)).toBeUndefined()
    expect(gapBeside(spans, 30_000, -1)).toBe(20_000)
    expect(gapBeside(spans, 5_000, -1)).toBeUndefined()
  })

  test('how much of a stretch is recorded', () => {
    expect(recordedMs(spans, { fromUtcMs: 5_000, toUtcMs: 25_000 })).toBe(10_000)
  })
})

describe('media time and filming time', () => {
  // Two runs with a hole of a minute between them; the element's timeline has no hole.
  const pieces = [
    { startS: 0, durationS: 4, startUtcMs: 1_000_000 },
    { startS: 4, durationS: 4, startUtcMs: 1_004_000 },
    { startS: 8, durationS: 4, startUtcMs: 1_068_000 },
  ]
  test.each([
    [0, 1_000_000],
    [5.5, 1_005_500],
    [8, 1_068_000],
    [30, 1_072_000],
  ])('%f s was filmed at %i', (mediaS, utcMs) => {
    expect(filmedAt(pieces, mediaS)).toBe(utcMs)
  })
  test.each([
    [999_000, 0],
    [1_005_500, 5.5],
    [1_030_000, 8],
    [1_072_000, undefined],
  ])('the picture of %i is at %s s', (utcMs, mediaS) => {
    expect(mediaTimeOf(pieces, utcMs)).toBe(mediaS)
  })
  test('nothing is known of an empty playlist', () => {
    expect([filmedAt([], 3), mediaTimeOf([], 3)]).toEqual([undefined, undefined])
  })
})
