import { minutes, type Millis, seconds, type UtcMs } from './units.ts'

/** How often a sensor speaks, learned from when it spoke. */
export interface Pace {
  readonly lastUtcMs: UtcMs
  /** Its usual interval; null before the second message. */
  readonly intervalMs: Millis | null
}

const untilLearnedMs = minutes(5)
const leastSilenceMs = seconds(30)

/** After how long without a message the sensor counts as silent: three intervals, at least 30 s. */
export const silentAfterMs = (pace: Pace): Millis =>
  pace.intervalMs === null ? untilLearnedMs : Math.max(leastSilenceMs, 3 * pace.intervalMs)

/**
 * Learns from one more message: quick to allow a longer interval, slow to expect a shorter one, so that a door that
 * speaks in bursts is not called silent. Messages within 200 ms are one; an outage does not count in full.
 */
export function nextPace(pace: Pace | undefined, nowUtcMs: UtcMs): Pace {
  if (!pace) return { lastUtcMs: nowUtcMs, intervalMs: null }
  const gapMs = nowUtcMs - pace.lastUtcMs
  if (gapMs < 0) return { ...pace, lastUtcMs: nowUtcMs }
  if (gapMs < 200) return pace
  if (pace.intervalMs === null) return { lastUtcMs: nowUtcMs, intervalMs: gapMs }
  const counted = Math.min(gapMs, 4 * silentAfterMs(pace))
  const weight = counted > pace.intervalMs ? 0.5 : 0.1
  return { lastUtcMs: nowUtcMs, intervalMs: pace.intervalMs + weight * (counted - pace.intervalMs) }
}
