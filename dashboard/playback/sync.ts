import { type Millis, seconds, type UtcMs } from '../../gateway/domain/units.ts'

/** One video beside the clock. */
export interface Follower {
  /** When the picture it shows was filmed; Infinity once it was played to its end: then it holds up nobody. */
  readonly shownUtcMs: UtcMs
  /** It has pictures to go on with. */
  readonly ready: boolean
  /** How long it has had none. */
  readonly waitingMs: Millis
}

/** Further off than this, a video is set anew; at higher speeds the same share of a second. */
const farOffMs: Millis = 500
/** Nearer than a frame is as good as it gets. */
const nearMs: Millis = 40
const halfwayMs: Millis = 200
/** How long the others wait for one that loads. */
const patienceMs: Millis = seconds(3)
/** The most a browser plays; it refuses more with an error. */
const mostRate = 16

const tolerance = (speed: number): Millis => farOffMs * Math.max(1, Math.abs(speed))

export type Correction = { readonly kind: 'seek' } | { readonly kind: 'rate'; readonly rate: number }

/** What brings a video back to the clock; `behindMs` is how much of the recorded it lags (negative: it is ahead). */
export function correction(behindMs: Millis, speed: number): Correction {
  const off = Math.abs(behindMs)
  if (off > tolerance(speed)) return { kind: 'seek' }
  if (off <= nearMs) return { kind: 'rate', rate: speed }
  const share = off < halfwayMs ? 0.03 : 0.05
  return { kind: 'rate', rate: Math.min(mostRate, speed * (1 + Math.sign(behindMs) * share)) }
}

/**
 * Where the clock stands after `passedMs` of real time: it waits a little for a video that loads, and never runs away from the
 * one that is furthest, so that a machine that cannot keep up plays slower and not in jumps.
 */
export function advanced(atUtcMs: UtcMs, passedMs: Millis, speed: number, followers: readonly Follower[]): UtcMs {
  if (followers.some(({ ready, waitingMs }) => !ready && waitingMs < patienceMs)) return atUtcMs
  const ready = followers.filter((one) => one.ready)
  if (ready.length === 0) return atUtcMs
  const furthest = Math.max(...ready.map((one) => one.shownUtcMs))
  const next = atUtcMs + passedMs * speed
  return Math.max(atUtcMs, Math.min(next, furthest + tolerance(speed) * 0.9))
}
