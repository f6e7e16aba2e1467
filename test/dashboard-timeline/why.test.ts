import { array, assert, constantFrom, integer, property, tuple } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Ground, knownAt, stretchesIn } from '../../dashboard/playback/why.ts'
import type { Span } from '../../gateway/contract/camera.ts'

const hour = 3_600_000
const at = (time: string) => Date.parse(`2026-11-24T${time}+08:00`)
const ground: Ground = {
  addedUtcMs: at('01:00'),
  hours: null,
  plannedOff: [],
  timeZone: 'Asia/Shanghai',
  nowUtcMs: at('20:00'),
}
const recorded = (from: string, to: string): Span => ({ kind: 'recorded', startUtcMs: at(from), endUtcMs: at(to) })
const day = { fromUtcMs: at('00:00'), toUtcMs: at('00:00') + 24 * hour }
const told = (spans: readonly Span[], more: Partial<Ground> = {}) =>
  stretchesIn(spans, { ...ground, ...more }, day).map((one) => [one.kind, (one.toUtcMs - one.fromUtcMs) / hour])

describe('what is known of a day', () => {
  test('without any footage', () => {
    expect(told([])).toEqual([
      ['before-added', 1],
      ['unknown', 19],
      ['future', 4],
    ])
  })

  test('recorded, missing, and planned', () => {
    const gap: Span = { kind: 'gap', startUtcMs: at('06:00'), endUtcMs: at('07:00'), reason: 'camera-lost' }
    const plannedOff = [{ fromUtcMs: at('08:00'), toUtcMs: at('10:00'), reason: 'new bracket' }]
    const spans = [recorded('01:00', '06:00'), gap, recorded('07:00', '08:00'), recorded('10:00', '20:00')]
    expect(told(spans, { plannedOff })).toEqual([
      ['before-added', 1],
      ['recorded', 5],
      ['gap', 1],
      ['recorded', 1],
      ['planned-off', 2],
      ['recorded', 10],
      ['future', 4],
    ])
    expect(knownAt(spans, { ...ground, plannedOff }, at('06:30'))).toMatchObject({ kind: 'gap', reason: 'camera-lost' })
    expect(knownAt(spans, { ...ground, plannedOff }, at('09:00'))).toMatchObject({
      kind: 'planned-off',
      reason: 'new bracket',
    })
  })

  test('outside of the declared hours, also over midnight', () => {
    // A Tuesday; the window of Monday ends on it.
    const hours = [{ days: [1, 2], from: '18:00', to: '05:00' }]
    expect(told([recorded('01:00', '05:00')], { hours })).toEqual([
      ['before-added', 1],
      ['recorded', 4],
      ['off-hours', 13],
      ['unknown', 2],
      ['future', 4],
    ])
  })

  test('a plan that was recorded all the same is recorded', () => {
    const plannedOff = [{ fromUtcMs: at('08:00'), toUtcMs: at('10:00'), reason: 'x' }]
    expect(knownAt([recorded('01:00', '20:00')], { ...ground, plannedOff }, at('09:00')).kind).toBe('recorded')
  })

  test('the parts follow each other and fill the range', () => {
    const piece = tuple(integer({ min: 1, max: 50 }), integer({ min: 0, max: 50 }), constantFrom('recorded', 'gap'))
    assert(
      property(array(piece, { maxLength: 20 }), integer({ min: 0, max: 500 }), (pieces, nowUtcMs) => {
        let startUtcMs = 0
        const spans = pieces.map(([length, apart, kind]): Span => {
          const span = { kind, startUtcMs, endUtcMs: startUtcMs + length }
          startUtcMs = span.endUtcMs + apart
          return span
        })
        const plannedOff = [{ fromUtcMs: 40, toUtcMs: 90, reason: 'x' }]
        const parts = stretchesIn(
          spans,
          { ...ground, addedUtcMs: 20, plannedOff, nowUtcMs },
          { fromUtcMs: 0, toUtcMs: 1_000 },
        )
        expect(parts[0]?.fromUtcMs).toBe(0)
        expect(parts.at(-1)?.toUtcMs).toBe(1_000)
        for (const [index, part] of parts.entries()) {
          expect(part.toUtcMs).toBeGreaterThan(part.fromUtcMs)
          if (index > 0) expect(part.fromUtcMs).toBe(parts[index - 1]?.toUtcMs)
        }
      }),
    )
  })
})
