import type { Millis } from '../../gateway/domain/units.ts'
import type { MediaFrame } from './ports.ts'

export interface StreamReading {
  readonly fps: number | null
  readonly kbps: number | null
  readonly gopMs: Millis | null
  readonly bFrames: boolean | null
}

/** What a stream is like, measured from what arrives. */
export interface StreamMeter {
  /** A new generation or connection: kept pictures come in a burst, which tells nothing about speed. */
  began(atMs: Millis): void
  arrived(atMs: Millis, frame: MediaFrame): void
  reading(): StreamReading
}

const settleMs: Millis = 1_000
const windowMs: Millis = 5_000
const enoughMs: Millis = 1_500

export function streamMeter(): StreamMeter {
  let beganAtMs: Millis = Number.NEGATIVE_INFINITY
  let arrivals: { atMs: Millis; bytes: number }[] = []
  let keyS: number | undefined
  let highestS: number | undefined
  let gopMs: Millis | null = null
  let bFrames: boolean | null = null
  return {
    began(atMs) {
      beganAtMs = atMs
      arrivals = []
      keyS = undefined
      highestS = undefined
      gopMs = null
      bFrames = null
    },
    arrived(atMs, { key, ptsS, payload }) {
      if (key) {
        if (keyS !== undefined && ptsS > keyS) gopMs = Math.round((ptsS - keyS) * 1_000)
        keyS = ptsS
      } else if (highestS !== undefined) bFrames = bFrames === true || ptsS < highestS
      highestS = Math.max(highestS ?? ptsS, ptsS)
      if (atMs - beganAtMs < settleMs) return
      arrivals.push({ atMs, bytes: payload.byteLength })
      while (arrivals[0] && atMs - arrivals[0].atMs > windowMs) arrivals.shift()
    },
    reading() {
      const [first] = arrivals
      const last = arrivals.at(-1)
      const spanMs = first && last ? last.atMs - first.atMs : 0
      if (spanMs < enoughMs) return { fps: null, kbps: null, gopMs, bFrames }
      // The first one only marks the beginning.
      const bytes = arrivals.slice(1).reduce((sum, one) => sum + one.bytes, 0)
      return { fps: ((arrivals.length - 1) * 1_000) / spanMs, kbps: (bytes * 8) / spanMs, gopMs, bFrames }
    },
  }
}
