import type { UtcMs } from '../domain/units.ts'

/**
 * The last moments of a device's clock at which a series had a value. The same moment with the same value is the same reading: brokers
 * deliver again what was not acknowledged, or was retained.
 */
export interface Moments {
  times: Float64Array
  values: Float64Array
  at: number
  newestUtcMs: UtcMs
}

const fewest = 16
/** As many as a device may have in flight when it speaks hundreds of times a second. */
const most = 256
/** While less than this fits in, it grows. */
const reachMs = 5_000

export const newMoments = (): Moments => ({
  times: new Float64Array(fewest).fill(Number.NaN),
  values: new Float64Array(fewest),
  at: 0,
  newestUtcMs: Number.NEGATIVE_INFINITY,
})

export function hasMoment({ times, values, newestUtcMs }: Moments, utcMs: UtcMs, value: number): boolean {
  if (utcMs > newestUtcMs) return false
  for (let at = 0; at < times.length; at++) if (times[at] === utcMs && values[at] === value) return true
  return false
}

export function addMoment(moments: Moments, utcMs: UtcMs, value: number): void {
  const oldestUtcMs = moments.times[moments.at] ?? Number.NaN
  if (moments.times.length < most && utcMs - oldestUtcMs < reachMs) grow(moments)
  moments.times[moments.at] = utcMs
  moments.values[moments.at] = value
  moments.at = (moments.at + 1) % moments.times.length
  if (utcMs > moments.newestUtcMs) moments.newestUtcMs = utcMs
}

/** A reading that was not kept after all: delivered again, it is new. */
export function dropMoment({ times, values }: Moments, utcMs: UtcMs, value: number): void {
  for (let at = 0; at < times.length; at++) if (times[at] === utcMs && values[at] === value) times[at] = Number.NaN
}

function grow(moments: Moments) {
  const { times, values, at } = moments
  const [longer, wider] = [new Float64Array(times.length * 2).fill(Number.NaN), new Float64Array(times.length * 2)]
  // The oldest first, so that the free places come next.
  longer.set([...times.subarray(at), ...times.subarray(0, at)])
  wider.set([...values.subarray(at), ...values.subarray(0, at)])
  moments.at = times.length
  moments.times = longer
  moments.values = wider
}
