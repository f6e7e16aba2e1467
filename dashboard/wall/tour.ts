import { type Millis, seconds } from '../../gateway/domain/units.ts'

/** The next page's pictures are opened so long before it is shown. */
const aheadMs: Millis = seconds(4)
/** A page whose pictures do not come is shown after so long all the same: each tile says why. */
const patienceMs: Millis = seconds(5)

export interface Tour {
  /** How long the page has been shown, without the pauses. */
  readonly shownMs: Millis
  /** The next page is being opened behind this one. */
  readonly ahead: boolean
  /** The next page is due. */
  readonly turn: boolean
}
export const tourStart: Tour = { shownMs: 0, ahead: false, turn: false }

export interface TourFacts {
  /** Since the last step. */
  readonly passedMs: Millis
  readonly tourMs: Millis
  readonly pages: number
  /** Somebody uses the wall, or looks at something that must not be turned away. */
  readonly held: boolean
  /** Every picture of the next page is there, or says why it is not. */
  readonly ready: boolean
}

/** One step of the tour. After `turn` the caller begins anew with `tourStart`. */
export function tourStep(tour: Tour, { passedMs, tourMs, pages, held, ready }: TourFacts): Tour {
  if (pages < 2) return tourStart
  // What is being opened stays open: a pointer that moves must not close and open sockets.
  if (held) return { ...tour, turn: false }
  const shownMs = tour.shownMs + passedMs
  const ahead = shownMs >= tourMs - Math.min(aheadMs, tourMs / 2)
  return { shownMs, ahead, turn: shownMs >= tourMs && ((tour.ahead && ready) || shownMs >= tourMs + patienceMs) }
}

/** Of the page's time, 0 to 1. */
export const tourProgress = ({ shownMs }: Tour, tourMs: Millis): number => Math.min(1, shownMs / tourMs)
