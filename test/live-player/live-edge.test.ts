import { describe, expect, test } from 'vitest'
import { arrivalJitterS, liveEdge, rateFor, targetLagS } from '../../dashboard/live/live-edge.ts'

describe('the speed for a lag', () => {
  test.each([
    [0.1, 0.25, 0.95],
    [0.125, 0.25, 1],
    [0.54, 0.25, 1],
    [0.56, 0.25, 1.05],
    [1.24, 0.25, 1.05],
    [1.26, 0.25, 1.15],
    [9, 0.25, 1.15],
  ])('lag %f s at a target of %f s: %f', (lagS, targetS, rate) => {
    expect(rateFor(lagS, targetS)).toBe(rate)
  })
})

describe('the target', () => {
  test.each([
    [0.04, 0, 1, 0.25],
    [0.067, 0.4, 1, 0.534],
    [0.5, 3, 1, 2],
    [0.1, 0.2, 1.5, 0.6],
  ])('interval %f s, jitter %f s, penalty %f: %f s', (intervalS, jitterS, penalty, targetS) => {
    expect(targetLagS(intervalS, jitterS, penalty)).toBeCloseTo(targetS, 6)
  })

  test('jitter is the 95th percentile above the undisturbed path', () => {
    expect(arrivalJitterS([])).toBe(0)
    expect(arrivalJitterS(Array.from({ length: 100 }, (_, index) => 5 + index / 100))).toBeCloseTo(0.95, 6)
  })

  test('grows with uneven arrivals, and forgets them after 20 s', () => {
    const edge = liveEdge()
    edge.began(0)
    const feed = (fromMs: number, toMs: number, delayMs: (index: number) => number) => {
      for (let ms = fromMs; ms < toMs; ms += 100) edge.arrived(ms + delayMs((ms / 100) % 10), ms / 1_000)
    }
    feed(2_000, 12_000, (index) => (index === 0 ? 0 : 600))
    edge.steer(12_600, 9, 10)
    expect(edge.targetS()).toBeCloseTo(0.8, 1)
    feed(12_000, 40_000, () => 0)
    edge.steer(40_000, 9, 10)
    expect(edge.targetS()).toBe(0.25)
  })
})

describe('steering', () => {
  test('the first moments: straight to the edge', () => {
    const edge = liveEdge()
    edge.began(1_000)
    expect(edge.steer(1_200, 0, 2)).toEqual({ kind: 'seek', toS: 1.75 })
  })

  test('later: speed first, a seek only far behind and at most one in 5 s', () => {
    const edge = liveEdge()
    edge.began(0)
    expect(edge.steer(10_000, 0, 2)).toEqual({ kind: 'rate', rate: 1.15 })
    expect(edge.steer(10_250, 0, 4)).toEqual({ kind: 'seek', toS: 3.75 })
    expect(edge.steer(11_000, 0, 5)).toEqual({ kind: 'rate', rate: 1.15 })
    expect(edge.steer(15_250, 0, 9)).toEqual({ kind: 'seek', toS: 8.75 })
  })

  test('a path that needs three seeks in a minute gets a larger target', () => {
    const edge = liveEdge()
    edge.began(0)
    for (let ms = 2_000; ms < 12_000; ms += 200) edge.arrived(ms, ms / 1_000)
    edge.steer(12_000, 0, 0.4)
    const before = edge.targetS()
    for (const ms of [20_000, 26_000, 32_000]) edge.steer(ms, 0, 10)
    edge.steer(33_000, 9, 10)
    expect(edge.targetS()).toBeCloseTo(before * 1.5, 6)
  })
})
