import { hours, type Millis } from '../domain/units.ts'
import type { Clock } from '../lib/clock.ts'

/** After this time the next range is a download of its own again. */
const keepMs = hours(1)
/** The oldest is forgotten first; then its next range is audited once more, never once less. */
const mostKept = 10_000

/**
 * Tells downloads from the ranges that follow them: players and download managers ask for one clip in many pieces. Who never asks for
 * the beginning is noticed all the same.
 */
export function begunDownloads(clock: Clock) {
  const begun = new Map<string, Millis>()
  return {
    /** Is this a new download? @param key who and what @param fromStart the answer holds the first byte */
    begins(key: string, fromStart: boolean): boolean {
      const since = begun.get(key)
      const now = clock.monotonic()
      if (!fromStart && since !== undefined && now - since < keepMs) return false
      begun.delete(key)
      begun.set(key, now)
      const [oldest] = begun.keys()
      if (begun.size > mostKept && oldest !== undefined) begun.delete(oldest)
      return true
    },
  }
}
