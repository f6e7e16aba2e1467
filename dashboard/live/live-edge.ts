import type { Millis, UtcMs } from '../../gateway/domain/units.ts'

/** How the playhead is kept near the newest frame: small changes of speed, and rarely a seek. Seconds are media time. */
export type Steering =
  | { readonly kind: 'rate'; readonly rate: number }
  | { readonly kind: 'seek'; readonly toS: number }

const minTargetS = 0.15
/** Together with what a camera and the network need before it, this must stay below the age from which a picture is late. */
const maxTargetS = 1.2
/** For the browser's own way from decoder to screen. */
const marginS = 0.04
const seekGapMs: Millis = 5_000
const seekWindowMs: Millis = 60_000
const windowMs: Millis = 20_000
const measureMs: Millis = 1_000
/** How much smaller the target may become with each measurement, and how much smaller it must be measured for that. */
const easeS = 0.02
const easeFromS = 0.03
/** How far the newest frame may be behind where it ought to be, and still not be missed: more than B-frames' order and jitter make. */
const lateFrameS = 0.4
/** In the first moments the server's kept pictures come in a burst: seeks are free then, and arrivals tell nothing about jitter. */
const settleMs: Millis = 1_000
const aheadS = 1
const dryGapMs: Millis = 2_000
const calmMs: Millis = 30_000
const maxPenalty = 4
/** Running dry alone, which a busy machine does however much there is, is not worth more. */
const maxDryPenalty = 1.5

export interface LiveEdge {
  /** A frame arrived. `ptsS` is its time in the stream. */
  arrived(atMs: Millis, ptsS: number, captureUtcMs: UtcMs): void
  /** The stream began anew (generation, reconnect, resume). */
  began(atMs: Millis): void
  /** The browser had nothing left to show. */
  ranDry(atMs: Millis): void
  /**
   * @param playheadS, endS where the element is and up to where it has frames, in the stream's own time
   * @param groupAgeMs the age that all tiles of a group show, by the gateway's clock `serverUtcMs`
   * @returns what to do now; `toS` in the stream's own time
   */
  steer(at: SteerAt): Steering
  targetS(): number
  /** From the playhead to where the newest frame ought to be by now. */
  lagS(atMs: Millis, playheadS: number, endS: number): number
  /** The age that the picture would have if it need not wait for others, or null while nothing was measured. */
  ownAgeMs(atMs: Millis, serverUtcMs: UtcMs): Millis | null
}
export interface SteerAt {
  readonly atMs: Millis
  readonly playheadS: number
  readonly endS: number
  readonly serverUtcMs: UtcMs | null
  readonly groupAgeMs: Millis | null
}

/** Smallest over the window is the undisturbed path; what a frame needed longer than that is its jitter, B-frames' wait included. */
export function arrivalJitterS(delaysS: readonly number[]): number {
  if (delaysS.length === 0) return 0
  const sorted = [...delaysS].sort((a, b) => a - b)
  const p95 = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.95))] ?? 0
  return p95 - (sorted[0] ?? 0)
}

/** One and a half frames, the jitter, the browser's share, and the penalty for a path that did not suffice so far. */
export function targetLagS(intervalS: number, jitterS: number, penalty: number): number {
  return Math.min(maxTargetS, Math.max(minTargetS, (1.5 * intervalS + jitterS + marginS) * penalty))
}

/**
 * The speed for a lag, as long as no seek is needed. Few speeds, each kept until the difference is gone: a browser's renderer begins its
 * cadence anew with each change, and now and then drops a frame for it.
 */
export function rateFor(lagS: number, targetS: number, before: number): number {
  const over = lagS - targetS
  const far = Math.abs(over)
  if (far < (before === 1 ? 0.04 : 0.015)) return 1
  // Past the target: from here on at its own speed, unless it is far on the other side.
  if (over > 0 !== before > 1 && before !== 1 && far < 0.04) return 1
  if (over < 0) return far < 0.15 ? 0.97 : 0.95
  return far < 0.15 ? 1.03 : far < 0.4 ? 1.08 : 1.15
}

interface Arrival {
  readonly atMs: Millis
  readonly ptsS: number
  readonly delayS: number
  readonly captureDelayS: number
}

export function liveEdge(): LiveEdge {
  let arrivals: Arrival[] = []
  let seeksAtMs: Millis[] = []
  let beganAtMs: Millis = Number.NEGATIVE_INFINITY
  let measuredAtMs: Millis = Number.NEGATIVE_INFINITY
  let worseAtMs: Millis = Number.NEGATIVE_INFINITY
  let penalty = 1
  let rate = 1
  let target = minTargetS
  let isFirst = true
  let pathS: number | null = null
  let capturePathS: number | null = null

  const measure = (atMs: Millis) => {
    if (penalty > 1 && atMs - worseAtMs > calmMs) {
      penalty = Math.max(1, penalty / 1.3)
      worseAtMs = atMs
    }
    if (atMs - measuredAtMs < measureMs) return
    measuredAtMs = atMs
    const first = arrivals[0]
    const last = arrivals.at(-1)
    if (!first || !last) return
    const spanS = Math.max(...arrivals.map(({ ptsS }) => ptsS)) - Math.min(...arrivals.map(({ ptsS }) => ptsS))
    const intervalS = arrivals.length > 1 ? spanS / (arrivals.length - 1) : 0.067
    const delays = arrivals.map(({ delayS }) => delayS)
    pathS = Math.min(...delays)
    capturePathS = Math.min(...arrivals.map(({ captureDelayS }) => captureDelayS))
    const measured = targetLagS(Math.min(intervalS, 0.5), arrivalJitterS(delays), penalty)
    // Up at once, down slowly and not for little: a target that wavers would have to be run after.
    if (isFirst || measured > target) target = measured
    else if (measured < target - easeFromS) target -= easeS
    isFirst = false
  }
  const worse = (atMs: Millis, by: number) => {
    penalty = Math.min(maxPenalty, penalty * by)
    worseAtMs = atMs
    measuredAtMs = Number.NEGATIVE_INFINITY
  }
  const lagS = (atMs: Millis, playheadS: number, endS: number) => {
    // The end moves by whole frames, with B-frames by several; where it ought to be moves evenly.
    const evenS = pathS === null ? endS : Math.min(endS + lateFrameS, atMs / 1_000 - pathS)
    return evenS - playheadS
  }
  /** Age of what the playhead shows, as if every frame had come the quickest way: frames of B-frames' order differ, this does not. */
  const ageMs = (serverUtcMs: UtcMs, playheadS: number) =>
    capturePathS === null ? null : serverUtcMs - (playheadS + capturePathS) * 1_000

  return {
    targetS: () => target,
    lagS,
    ownAgeMs(atMs, serverUtcMs) {
      return pathS === null ? null : ageMs(serverUtcMs, atMs / 1_000 - pathS - target)
    },
    began(atMs) {
      beganAtMs = atMs
      measuredAtMs = Number.NEGATIVE_INFINITY
      isFirst = true
      arrivals = []
      pathS = null
      capturePathS = null
    },
    arrived(atMs, ptsS, captureUtcMs) {
      if (atMs - beganAtMs < settleMs) return
      arrivals.push({ atMs, ptsS, delayS: atMs / 1_000 - ptsS, captureDelayS: captureUtcMs / 1_000 - ptsS })
      while (arrivals[0] && atMs - arrivals[0].atMs > windowMs) arrivals.shift()
    },
    ranDry(atMs) {
      if (atMs - beganAtMs < 2 * settleMs || atMs - worseAtMs < dryGapMs) return
      if (penalty < maxDryPenalty) worse(atMs, Math.min(1.2, maxDryPenalty / penalty))
    },
    steer({ atMs, playheadS, endS, serverUtcMs, groupAgeMs }) {
      measure(atMs)
      const lag = lagS(atMs, playheadS, endS)
      const shownAgeMs = serverUtcMs === null ? null : ageMs(serverUtcMs, playheadS)
      const waitS = groupAgeMs === null || shownAgeMs === null ? 0 : (groupAgeMs - shownAgeMs) / 1_000
      const aimS = groupAgeMs === null ? target : Math.max(target, lag + waitS)
      const settling = atMs - beganAtMs < 2 * settleMs
      const lastSeekAtMs = seeksAtMs.at(-1) ?? Number.NEGATIVE_INFINITY
      const far = lag >= aimS + aheadS && atMs - lastSeekAtMs >= seekGapMs
      if (!far && !(settling && lag > aimS + 0.3)) {
        rate = rateFor(lag, aimS, rate)
        return { kind: 'rate', rate }
      }
      if (far && !settling) {
        seeksAtMs = [...seeksAtMs.filter((at) => atMs - at < seekWindowMs), atMs]
        if (seeksAtMs.length >= 3) {
          worse(atMs, 1.5)
          seeksAtMs = [atMs]
        }
      }
      return { kind: 'seek', toS: Math.min(endS, playheadS + lag) - aimS }
    },
  }
}
