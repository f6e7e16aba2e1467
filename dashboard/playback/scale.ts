import type { Span } from '../../gateway/contract/camera.ts'
import { days, hours, type Millis, minutes, seconds, type UtcMs, type UtcRange } from '../../gateway/domain/units.ts'

/** What the timeline shows: the moment at its left edge and how much time it spans. */
export interface View {
  readonly fromUtcMs: UtcMs
  readonly spanMs: Millis
}

export const leastSpanMs: Millis = seconds(10)
export const mostSpanMs: Millis = days(31)

const clamp = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value))

export const toX = (view: View, widthPx: number, utcMs: UtcMs): number =>
  ((utcMs - view.fromUtcMs) / view.spanMs) * widthPx

export const toUtcMs = (view: View, widthPx: number, x: number): UtcMs =>
  view.fromUtcMs + (x / Math.max(1, widthPx)) * view.spanMs

export const rangeOf = (view: View): UtcRange => ({
  fromUtcMs: view.fromUtcMs,
  toUtcMs: view.fromUtcMs + view.spanMs,
})

/** Zooms by `factor` (above 1: more time) so that `anchorUtcMs` stays where it is. */
export function zoomed(view: View, factor: number, anchorUtcMs: UtcMs): View {
  const spanMs = clamp(view.spanMs * factor, leastSpanMs, mostSpanMs)
  const share = (anchorUtcMs - view.fromUtcMs) / view.spanMs
  return { fromUtcMs: anchorUtcMs - share * spanMs, spanMs }
}

export const panned = (view: View, byMs: Millis): View => ({ ...view, fromUtcMs: view.fromUtcMs + byMs })

export const centred = (utcMs: UtcMs, spanMs: Millis): View => {
  const span = clamp(spanMs, leastSpanMs, mostSpanMs)
  return { fromUtcMs: utcMs - span / 2, spanMs: span }
}

/** The view moved so that a moving playhead stays visible; the same view when it already is. */
export function following(view: View, utcMs: UtcMs): View {
  const share = (utcMs - view.fromUtcMs) / view.spanMs
  return share >= 0 && share <= 0.97 ? view : { ...view, fromUtcMs: utcMs - 0.2 * view.spanMs }
}

/** Never further into the future than half a view after `nowUtcMs`. */
export const notAfter = (view: View, nowUtcMs: UtcMs): View => ({
  ...view,
  fromUtcMs: Math.min(view.fromUtcMs, nowUtcMs - view.spanMs / 2),
})

/** The gateway answers at most 62 days of spans at once. */
const mostLoadedMs: Millis = days(60)
const wideRasterMs: Millis = days(8)

/**
 * The stretch to load for a view: several views wide, on a raster, so that small moves need nothing new. Ends at `nowUtcMs`.
 */
export function loadRange(view: View, nowUtcMs: UtcMs): UtcRange {
  // The raster is a power of two, so that zooming a little needs nothing new either.
  const narrow = 2 ** Math.ceil(Math.log2(view.spanMs))
  const isWide = 4 * narrow > mostLoadedMs
  const raster = isWide ? wideRasterMs : narrow
  const aheadMs = isWide ? wideRasterMs : narrow
  const fromUtcMs = Math.floor((view.fromUtcMs - aheadMs) / raster) * raster
  const lengthMs = isWide ? mostLoadedMs : 4 * narrow
  const toUtcMs = Math.min(fromUtcMs + lengthMs, Math.max(nowUtcMs, fromUtcMs + 1))
  return { fromUtcMs: Math.max(0, fromUtcMs), toUtcMs }
}

/** What a page that was just opened looks back on at most. */
export const lookBackMs: Millis = days(1)

/**
 * The first view: from the oldest span of the last day until now, at least ten minutes. A moment before that stands in the
 * middle of an hour.
 */
export function firstView(spans: readonly Pick<Span, 'startUtcMs'>[], wishUtcMs: UtcMs, nowUtcMs: UtcMs): View {
  const oldest = Math.min(nowUtcMs, ...spans.map((span) => span.startUtcMs))
  const fromUtcMs = Math.max(oldest, nowUtcMs - lookBackMs)
  const lengthMs = clamp(nowUtcMs - Math.min(fromUtcMs, wishUtcMs), minutes(10), lookBackMs)
  if (wishUtcMs < nowUtcMs - lookBackMs) return centred(wishUtcMs, hours(1))
  // A little room on both sides: now and the beginning are seen as such.
  return { fromUtcMs: nowUtcMs - lengthMs * 1.02, spanMs: lengthMs * 1.05 }
}
