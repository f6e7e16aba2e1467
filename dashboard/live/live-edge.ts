import type { Millis } from '../../gateway/domain/units.ts'

/** How the playhead is kept near the newest frame: small changes of speed, and rarely a seek. Seconds are media time. */
export type Steering =
  | { readonly kind: 'rate'; readonly rate: number }
  | { readonly kind: 'seek'; readonly toS: number }

const minTargetS = 0.25
const maxTargetS = 2
const seekGapMs: Millis = 5_000
const seekWindowMs: Millis = 60_000
const jitterWindowMs: Millis = 20_000
/** In the first moments the server's kept pictures come in a burst: seeks are free then, and arrivals tell nothing about jitter. */
const settleMs: Millis = 1_000

export interface LiveEdge {
  /** A frame arrived. `ptsS` is its time in the stream. */
  arrived(atMs: Millis, ptsS: number): void
  /** The stream began anew (generation, reconnect, resume). */
  began(atMs: Millis): void
  /** @returns what to do now, with the playhead at `playheadS` and frames up to `endS` */
  steer(atMs: Millis, playheadS: number, endS: number): Steering
  targetS(): number
}

/** Smallest sum over the window is the undisturbed path; what a frame needed longer than that is its jitter. */
export function arrivalJitterS(delaysS: readonly number[]): number {
  if (delaysS.length === 0) return 0
  const sorted = [...delaysS].sort((a, b) => a - b)
  const p95 = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.95))] ?? 0
  return p95 - (sorted[0] ?? 0)
}

/** Two frames, the jitter, and the penalty for a path that needed seeks; between 0.25 and 2 s. */
export function targetLagS(intervalS: number, jitterS: number, penalty: number): number {
  return Math.min(maxTargetS, Math.max(minTargetS, (2 * intervalS + jitterS) * penalty))
}

/** The speed for a lag, as long as no seek is needed. */
export function rateFor(lagS: number, targetS: number): number {
  if (lagS < 0.5 * targetS) return 0.95
  if (lagS < targetS + 0.3) return 1
  if (lagS < targetS + 1) return 1.05
  return 1.15
}

export function liveEdge(): LiveEdge {
  let samples: { atMs: Millis; delayS: number; ptsS: number }[] = []
  let seeksAtMs: Millis[] = []
  let beganAtMs: Millis = Number.NEGATIVE_INFINITY
  let penalty = 1
  let target = minTargetS

  const measure = () => {
    const first = samples[0]
    const last = samples.at(-1)
    const intervalS =
      first && last && samples.length > 1 ? Math.max(0, (last.ptsS - first.ptsS) / (samples.length - 1)) : 0.067
    target = targetLagS(Math.min(intervalS, 0.5), arrivalJitterS(samples.map((sample) => sample.delayS)), penalty)
  }

  return {
    targetS: () => target,
    began(atMs) {
      beganAtMs = atMs
      samples = []
    },
    arrived(atMs, ptsS) {
      if (atMs - beganAtMs < settleMs) return
      samples.push({ atMs, delayS: atMs / 1_000 - ptsS, ptsS })
      while (samples.length > 0 && atMs - (samples[0]?.atMs ?? atMs) > jitterWindowMs) samples.shift()
    },
    steer(atMs, playheadS, endS) {
      measure()
      const lagS = endS - playheadS
      const settling = atMs - beganAtMs < 2 * settleMs
      if (settling && lagS > target + 0.3) return { kind: 'seek', toS: endS - target }
      const lastSeekAtMs = seeksAtMs.at(-1) ?? Number.NEGATIVE_INFINITY
      if (lagS >= target + 3 && atMs - lastSeekAtMs >= seekGapMs) {
        seeksAtMs = [...seeksAtMs.filter((at) => atMs - at < seekWindowMs), atMs]
        if (seeksAtMs.length >= 3) {
          penalty = Math.min(8, penalty * 1.5)
          seeksAtMs = [atMs]
        }
        return { kind: 'seek', toS: endS - target }
      }
      return { kind: 'rate', rate: rateFor(lagS, target) }
    },
  }
}
