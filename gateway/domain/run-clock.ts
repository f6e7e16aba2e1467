import type { Millis, UtcMs } from './units.ts'

/**
 * Where a run's media time lies on the wall clock. Durations come from the camera's media time; the position comes from the frame
 * that was delayed least on its way, because delay only ever adds.
 */
export interface RunClock {
  /** Wall clock of media time 0, by the least-delayed frame so far. */
  readonly anchorUtcMs: UtcMs
  /** The smallest anchor seen in the current and the previous look, to notice drift. */
  readonly windowUtcMs: UtcMs
  readonly previousUtcMs: UtcMs
  /** Media time and arrival of the look's first frame. */
  readonly windowStartMs: Millis
  readonly windowArrivedUtcMs: UtcMs
  readonly settled: boolean
}

/** A look lasts this long; the first one settles the anchor. */
const lookMs: Millis = 10_000
/** Wall clock and media time may part by this much before the run ends. */
export const maxDriftMs: Millis = 500

export function startRunClock(mediaMs: Millis, arrivedUtcMs: UtcMs): RunClock {
  const anchor = arrivedUtcMs - mediaMs
  return {
    anchorUtcMs: anchor,
    windowUtcMs: anchor,
    previousUtcMs: anchor,
    windowStartMs: mediaMs,
    windowArrivedUtcMs: arrivedUtcMs,
    settled: false,
  }
}

/** One more frame. `stepped`: camera and wall clock have parted for good, the run must end. */
export function observeFrame(was: RunClock, mediaMs: Millis, arrivedUtcMs: UtcMs): { is: RunClock; stepped: boolean } {
  const anchor = arrivedUtcMs - mediaMs
  // By either time: when one of them stands still, the other one still ends the look.
  const elapsedMs = Math.max(mediaMs - was.windowStartMs, arrivedUtcMs - was.windowArrivedUtcMs)
  if (elapsedMs < lookMs) {
    const windowUtcMs = Math.min(was.windowUtcMs, anchor)
    return {
      is: { ...was, windowUtcMs, anchorUtcMs: was.settled ? was.anchorUtcMs : Math.min(was.anchorUtcMs, anchor) },
      stepped: false,
    }
  }
  const lowest = Math.min(was.windowUtcMs, was.settled ? was.previousUtcMs : was.windowUtcMs)
  const is = {
    anchorUtcMs: was.anchorUtcMs,
    windowUtcMs: anchor,
    previousUtcMs: was.windowUtcMs,
    windowStartMs: mediaMs,
    windowArrivedUtcMs: arrivedUtcMs,
    settled: true,
  }
  return { is, stepped: was.settled && Math.abs(lowest - was.anchorUtcMs) > maxDriftMs }
}
