import { assert, array, boolean, double, integer, property, record } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { advanced, correction, type Follower } from '../../dashboard/playback/sync.ts'

describe('a video beside the clock', () => {
  test.each([
    [0, 1, { kind: 'rate', rate: 1 }],
    [40, 1, { kind: 'rate', rate: 1 }],
    [100, 1, { kind: 'rate', rate: 1.03 }],
    [-100, 1, { kind: 'rate', rate: 0.97 }],
    [400, 2, { kind: 'rate', rate: 2.1 }],
    [-400, 2, { kind: 'rate', rate: 1.9 }],
    [501, 1, { kind: 'seek' }],
    [-501, 0.5, { kind: 'seek' }],
    [3_900, 8, { kind: 'rate', rate: 8.4 }],
    // A browser refuses more than sixteen with an error.
    [400, 16, { kind: 'rate', rate: 16 }],
    [8_001, 16, { kind: 'seek' }],
  ])('%i ms behind at %f×: %o', (behindMs, speed, expected) => {
    const how = correction(behindMs, speed)
    if (how.kind === 'rate') expect({ ...how, rate: Number(how.rate.toFixed(6)) }).toEqual(expected)
    else expect(how).toEqual(expected)
  })

  test('no correction is more than five percent', () => {
    assert(
      property(
        double({ min: -10_000, max: 10_000, noNaN: true }),
        double({ min: 0.5, max: 16, noNaN: true }),
        (behind, speed) => {
          const how = correction(behind, speed)
          if (how.kind === 'seek') expect(Math.abs(behind)).toBeGreaterThan(500)
          else expect(Math.abs(how.rate / speed - 1)).toBeLessThanOrEqual(0.05 + 1e-9)
        },
      ),
    )
  })
})

describe('the clock', () => {
  const ready = (shownUtcMs: number): Follower => ({ shownUtcMs, ready: true, waitingMs: 0 })
  const loading = (waitingMs: number): Follower => ({ shownUtcMs: -Infinity, ready: false, waitingMs })
  test.each<[string, Follower[], number]>([
    ['goes with real time', [ready(10_000)], 10_016],
    ['one that was played to its end holds up nobody', [ready(Infinity)], 10_016],
    ['waits for one that loads', [ready(10_000), loading(1_000)], 10_000],
    ['does not wait for ever', [ready(10_000), loading(3_000)], 10_016],
    ['stands when nobody has a picture', [loading(60_000)], 10_000],
    ['stands without a video', [], 10_000],
    ['never runs away from the video that is furthest', [ready(9_540), ready(9_000)], 10_000],
  ])('%s', (_, followers, expected) => {
    expect(advanced(10_000, 16, 1, followers)).toBe(expected)
  })

  test('never goes back, and never further than real time', () => {
    const follower = record({
      shownUtcMs: integer({ min: 0, max: 20_000 }),
      ready: boolean(),
      waitingMs: integer({ min: 0, max: 10_000 }),
    })
    assert(
      property(integer({ min: 0, max: 250 }), array(follower, { maxLength: 4 }), (passedMs, followers) => {
        const next = advanced(10_000, passedMs, 2, followers)
        expect(next).toBeGreaterThanOrEqual(10_000)
        expect(next).toBeLessThanOrEqual(10_000 + passedMs * 2)
      }),
    )
  })
})
