import { type Millis, seconds, type UtcMs } from './units.ts'

/** Tells when each frame of a stream was taken, as well as it can be known from outside. */
export interface CaptureClock {
  /**
   * @param mediaMs the frame's own time, on the stream's clock
   * @returns the gateway's time at which it was taken: never later than when it came
   */
  captured(mediaMs: Millis, arrivedUtcMs: UtcMs): UtcMs
}

/** The quickest frame of this time tells how far the stream's clock is from the gateway's; clocks drift, so no longer. */
const windowMs: Millis = seconds(20)
const bucketMs: Millis = seconds(2)
/** B-frames go back by less; more is a new beginning of the stream's clock. */
const backMs: Millis = seconds(1.5)

/**
 * A frame that is stuck on the way (a congested network, a busy machine) is older than its arrival says. How much shows in its own time: all
 * frames were taken in step with it, and the one that came quickest stands for the way itself. What every frame needs, e.g. the camera's
 * encoder, cannot be seen from here.
 */
export function captureClock(): CaptureClock {
  let buckets: { readonly sinceUtcMs: UtcMs; quickestMs: Millis }[] = []
  let newestMs: Millis = Number.NEGATIVE_INFINITY
  return {
    captured(mediaMs, arrivedUtcMs) {
      const offsetMs = arrivedUtcMs - mediaMs
      const now = buckets.at(-1)
      // A step of either clock: what was known is void.
      if (mediaMs < newestMs - backMs || (now !== undefined && arrivedUtcMs < now.sinceUtcMs)) buckets = []
      newestMs = buckets.length === 0 ? mediaMs : Math.max(newestMs, mediaMs)
      const current = buckets.at(-1)
      if (current && arrivedUtcMs - current.sinceUtcMs < bucketMs)
        current.quickestMs = Math.min(current.quickestMs, offsetMs)
      else buckets.push({ sinceUtcMs: arrivedUtcMs, quickestMs: offsetMs })
      while (buckets[0] && arrivedUtcMs - buckets[0].sinceUtcMs > windowMs) buckets.shift()
      return Math.min(arrivedUtcMs, mediaMs + Math.min(...buckets.map(({ quickestMs }) => quickestMs)))
    },
  }
}
