import { describe, expect, test } from 'vitest'
import { observeFrame, type RunClock, startRunClock } from '../../gateway/domain/run-clock.ts'

/** Feeds frames of 100 ms; `arrival` says when each arrives. */
function run(
  lengthMs: number,
  arrival: (mediaMs: number) => number,
): { clock: RunClock; steppedAtMs: number | undefined } {
  let clock = startRunClock(0, arrival(0))
  for (let mediaMs = 100; mediaMs <= lengthMs; mediaMs += 100) {
    const { is, stepped } = observeFrame(clock, mediaMs, arrival(mediaMs))
    clock = is
    if (stepped) return { clock, steppedAtMs: mediaMs }
  }
  return { clock, steppedAtMs: undefined }
}
const start = 1_800_000_000_000

describe('run clock', () => {
  test('delay only ever adds: the least-delayed frame of the first look gives the position', () => {
    const { clock } = run(60_000, (mediaMs) => start + mediaMs + (mediaMs === 3_000 ? 20 : 150))
    expect(clock.anchorUtcMs).toBe(start + 20)
  })
  test('a network that holds frames back for 3 s and then delivers them is no step', () => {
    const { steppedAtMs } = run(
      120_000,
      (mediaMs) => start + mediaMs + (mediaMs > 40_000 && mediaMs < 43_000 ? 43_000 - mediaMs : 10),
    )
    expect(steppedAtMs).toBeUndefined()
  })
  test.each([
    ['forward', 5_000],
    ['back', -5_000],
  ])('a wall clock that steps %s ends the run', (_name, stepMs) => {
    const { steppedAtMs } = run(120_000, (mediaMs) => start + mediaMs + (mediaMs >= 50_000 ? stepMs : 0))
    expect(steppedAtMs).toBeGreaterThanOrEqual(50_000)
    expect(steppedAtMs).toBeLessThanOrEqual(80_000)
  })
  test('a camera whose clock runs 0.1 % fast parts by 0.5 s after about 500 s', () => {
    const { steppedAtMs } = run(1_000_000, (mediaMs) => start + mediaMs * 0.999)
    expect(steppedAtMs).toBeGreaterThan(480_000)
    expect(steppedAtMs).toBeLessThan(560_000)
  })
})
