import type { Millis, UtcMs } from '../../gateway/domain/units.ts'

/**
 * The gateway's clock, guessed from capture stamps: a frame cannot arrive before it was captured, and the quickest ones arrive at once.
 * Kept against the monotonic clock, so that a step of this browser's clock changes nothing.
 */
export interface ClockGuess {
  /** The kept pictures that a new connection or generation begins with are old: what they say is believed a little later. */
  began(atMs: Millis): void
  /** @returns whether the gateway's clock was set back: older stamps mean nothing any more */
  arrived(atMs: Millis, captureUtcMs: UtcMs): 'steady' | 'stepped'
  /** The gateway's time at `atMs`, or null while too little came. */
  serverUtcMs(atMs: Millis): UtcMs | null
}

/** The largest of the last one to two of these is taken: clocks drift. */
const windowMs: Millis = 60_000
const settleMs: Millis = 500
const stepMs: Millis = 1_000

export function clockGuess(): ClockGuess {
  let before: number | null = null
  let now: number | null = null
  let windowAtMs: Millis = 0
  let firstAtMs: Millis | null = null
  let settled = false
  let lastUtcMs: UtcMs | null = null

  return {
    began(atMs) {
      lastUtcMs = null
      if (!settled) firstAtMs = null
      if (windowAtMs === 0) windowAtMs = atMs
    },
    arrived(atMs, captureUtcMs) {
      const stepped = lastUtcMs !== null && captureUtcMs < lastUtcMs - stepMs
      lastUtcMs = captureUtcMs
      if (stepped) {
        before = null
        now = null
        settled = false
        firstAtMs = null
      }
      if (atMs - windowAtMs > windowMs) {
        before = now
        now = null
        windowAtMs = atMs
      }
      firstAtMs ??= atMs
      settled ||= atMs - firstAtMs >= settleMs
      const offset = captureUtcMs - atMs
      now = Math.max(now ?? offset, offset)
      return stepped ? 'stepped' : 'steady'
    },
    serverUtcMs(atMs) {
      const known = [before, now].filter((offset) => offset !== null)
      return settled && known.length > 0 ? atMs + Math.max(...known) : null
    },
  }
}
