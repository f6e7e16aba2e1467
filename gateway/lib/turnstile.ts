import type { Millis } from '../domain/units.ts'
import type { Clock } from './clock.ts'

/** Lets callers through one by one, each at least `gapMs` after the one before: twenty programs started at once are felt by all. */
export function turnstile(gapMs: Millis, clock: Clock): (signal: AbortSignal) => Promise<void> {
  let nextMs: Millis = 0
  return async (signal) => {
    const nowMs = clock.monotonic()
    const turnMs = Math.max(nowMs, nextMs)
    nextMs = turnMs + gapMs
    if (turnMs > nowMs) await clock.sleep(turnMs - nowMs, signal)
  }
}
