import { describe, expect, test } from 'vitest'
import { arrivalJitterS, liveEdge, rateFor, targetLagS } from '../../dashboard/live/live-edge.ts'

const alone = { serverUtcMs: null, groupAgeMs: null }

describe('the speed for a lag', () => {
  test.each([
    [0.05, 0.25, 1, 0.95],
    [0.22, 0.25, 1, 1],
    [0.28, 0.25, 1, 1],
    [0.3, 0.25, 1, 1.03],
    [0.2, 0.25, 1, 0.97],
    // Once it has left its own speed, it goes on until the difference is gone.
    [0.29, 0.25, 1.03, 1.03],
    [0.26, 0.25, 1.03, 1],
    [0.22, 0.25, 0.97, 0.97],
    // Past the target is not the next reason to run.
    [0.28, 0.25, 0.97, 1],
    [0.22, 0.25, 1.08, 1],
    [0.35, 0.25, 1, 1.03],
    [0.5, 0.25, 1, 1.08],
    [9, 0.25, 1, 1.15],
  ])('lag %f s at a target of %f s, before at %f: %f', (lagS, targetS, before, rate) => {
    expect(rateFor(lagS, targetS, before)).toBe(rate)
  })
})

describe('the target', () => {
  test.each([
    [0.04, 0, 1, 0.15],
    [0.066, 0.4, 1, 0.539],
    [0.5, 3, 1, 1.2],
    [0.1, 0.11, 1.5, 0.45],
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
      for (let ms = fromMs; ms < toMs; ms += 100) edge.arrived(ms + delayMs((ms / 100) % 10), ms / 1_000, ms)
    }
    feed(2_000, 12_000, (index) => (index === 0 ? 0 : 600))
    edge.steer({ atMs: 12_600, playheadS: 9, endS: 10, ...alone })
    expect(edge.targetS()).toBeCloseTo(0.79, 1)
    feed(12_000, 40_000, () => 0)
    edge.steer({ atMs: 40_000, playheadS: 9, endS: 10, ...alone })
    // Up at once, down slowly.
    expect(edge.targetS()).toBeCloseTo(0.77, 1)
    for (let ms = 40_000; ms < 80_000; ms += 1_000) {
      feed(ms, ms + 1_000, () => 0)
      edge.steer({ atMs: ms + 1_000, playheadS: 9.5, endS: 10, ...alone })
    }
    // Not for a little: what is left above the measured 0.19 is less than that.
    expect(edge.targetS()).toBeGreaterThan(0.189)
    expect(edge.targetS()).toBeLessThan(0.221)
  })

  test('B-frames come before their turn: the wait for them is part of it', () => {
    const edge = liveEdge()
    edge.began(0)
    // Order of arrival 0 3 1 2 at 10 frames a second.
    for (let group = 0; group < 40; group++)
      for (const [place, picture] of [3, 1, 2].entries())
        edge.arrived(2_000 + group * 300 + place * 100, (group * 3 + picture) / 10, 0)
    edge.steer({ atMs: 14_000, playheadS: 11, endS: 12, ...alone })
    expect(edge.targetS()).toBeCloseTo(0.15 + 0.3 + 0.04, 1)
  })

  test('a picture that runs dry gets a larger target, and the small one again when all is calm', () => {
    const edge = liveEdge()
    edge.began(0)
    const steer = (atMs: number) => edge.steer({ atMs, playheadS: 0, endS: 0.3, ...alone })
    for (let ms = 2_000; ms < 12_000; ms += 200) edge.arrived(ms, ms / 1_000, ms)
    steer(12_000)
    const before = edge.targetS()
    for (const ms of [13_000, 13_500, 15_000]) edge.ranDry(ms)
    steer(16_000)
    expect(edge.targetS()).toBeCloseTo(before * 1.44, 6)
    for (let ms = 16_000; ms < 120_000; ms += 250) {
      edge.arrived(ms, ms / 1_000, ms)
      steer(ms)
    }
    expect(edge.targetS()).toBeGreaterThan(1.5 * 0.25 + 0.04 - 0.001)
    expect(edge.targetS()).toBeLessThan(1.5 * 0.25 + 0.04 + 0.031)
  })

  test('small differences between measurements leave it alone', () => {
    const edge = liveEdge()
    edge.began(0)
    const targets: number[] = []
    for (let ms = 2_000; ms < 60_000; ms += 100) {
      edge.arrived(ms + ((ms / 100) % 7) * (ms % 9_000 < 4_500 ? 5 : 4), ms / 1_000, ms)
      edge.steer({ atMs: ms, playheadS: ms / 1_000 - 0.2, endS: ms / 1_000, ...alone })
      if (ms > 30_000) targets.push(edge.targetS())
    }
    expect(Math.max(...targets) - Math.min(...targets)).toBeLessThan(0.01)
  })
})

describe('steering', () => {
  test('the first moments: straight to the edge', () => {
    const edge = liveEdge()
    edge.began(1_000)
    expect(edge.steer({ atMs: 1_200, playheadS: 0, endS: 2, ...alone })).toEqual({ kind: 'seek', toS: 1.85 })
  })

  test('later: speed first, a seek only far behind and at most one in 5 s', () => {
    const edge = liveEdge()
    edge.began(0)
    const steer = (atMs: number, endS: number) => edge.steer({ atMs, playheadS: 0, endS, ...alone })
    expect(steer(10_000, 1)).toEqual({ kind: 'rate', rate: 1.15 })
    expect(steer(10_250, 4)).toEqual({ kind: 'seek', toS: 3.85 })
    expect(steer(11_000, 5)).toEqual({ kind: 'rate', rate: 1.15 })
    expect(steer(15_250, 9)).toEqual({ kind: 'seek', toS: 8.85 })
  })

  test('B-frames move the end by several frames at once: the speed stays', () => {
    const edge = liveEdge()
    edge.began(0)
    const rates: number[] = []
    let [endS, playheadS] = [0, -0.3]
    for (let tick = 0; tick < 400; tick++) {
      const atMs = 2_000 + tick * 100
      // Order of arrival 0 3 1 2 at 10 frames a second, 50 ms on the way.
      const ptsS = (3 * Math.floor(tick / 3) + ([3, 1, 2][tick % 3] ?? 0)) / 10
      edge.arrived(atMs + 50, ptsS, 0)
      endS = Math.max(endS, ptsS)
      const steering = edge.steer({ atMs: atMs + 60, playheadS, endS, ...alone })
      playheadS = steering.kind === 'seek' ? steering.toS : playheadS + 0.1 * steering.rate
      if (tick > 200 && steering.kind === 'rate') rates.push(steering.rate)
    }
    expect(new Set(rates)).toEqual(new Set([1]))
  })

  test('a path that needs three seeks in a minute gets a larger target', () => {
    const edge = liveEdge()
    edge.began(0)
    for (let ms = 2_000; ms < 12_000; ms += 200) edge.arrived(ms, ms / 1_000, ms)
    edge.steer({ atMs: 12_000, playheadS: 0, endS: 0.4, ...alone })
    const before = edge.targetS()
    for (const atMs of [20_000, 26_000, 32_000]) edge.steer({ atMs, playheadS: 0, endS: 10, ...alone })
    edge.steer({ atMs: 33_000, playheadS: 9, endS: 10, ...alone })
    expect(edge.targetS()).toBeCloseTo(before * 1.5, 6)
  })

  test('the age is told evenly, whatever the order of the frames; a group’s age holds the picture back', () => {
    const edge = liveEdge()
    edge.began(0)
    const utc = 1_000_000
    // Captured 40 ms before they arrive, 10 s of stream time in.
    for (let ms = 2_000; ms < 12_000; ms += 100) edge.arrived(ms, ms / 1_000 - 10, utc + ms - 40)
    const at = { atMs: 12_000, playheadS: 1.8, endS: 2, serverUtcMs: utc + 12_000 }
    edge.steer({ ...at, groupAgeMs: null })
    expect(edge.ownAgeMs(12_000, utc + 12_000)).toBeCloseTo(40 + edge.targetS() * 1_000, 3)
    expect(edge.steer({ ...at, groupAgeMs: 240 })).toEqual({ kind: 'rate', rate: 1 })
    expect(edge.steer({ ...at, groupAgeMs: 440 })).toEqual({ kind: 'rate', rate: 0.95 })
    expect(edge.steer({ ...at, playheadS: 1.2, groupAgeMs: 440 })).toEqual({ kind: 'rate', rate: 1.15 })
  })
})
