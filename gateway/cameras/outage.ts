import type { GapReason } from '../domain/words.ts'

/** A reason that was there before in the same outage comes back when it was seen so often in a row. */
const oftenEnough = 3

/**
 * The reasons of one camera's outage, for its timeline. A new reason counts at once. Two that take turns (a camera whose ONVIF side does
 * not answer and whose RTSP side refuses) do not cut a day into thousands of gaps.
 */
export function outageReasons() {
  const seen = new Set<GapReason>()
  let current: GapReason | undefined
  let other: GapReason | undefined
  let times = 0
  return {
    /** @param latest what the last attempt failed with @returns what the gap is to be called */
    next(latest: GapReason): GapReason {
      times = latest === other ? times + 1 : 1
      other = latest
      if (!seen.has(latest) || times >= oftenEnough) current = latest
      seen.add(latest)
      return current ?? latest
    },
    /** Pictures came. */
    over(): void {
      seen.clear()
      current = undefined
      other = undefined
    },
  }
}
