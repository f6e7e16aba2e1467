import { days, hours, type Millis, minutes, seconds, type UtcMs } from './units.ts'

/** What happened within one pixel of a chart. `utcMs` is the start, a whole multiple of the width since 1970. */
export interface Bucket {
  readonly utcMs: UtcMs
  readonly min: number
  readonly max: number
  readonly mean: number
  readonly count: number
}

const widths: readonly Millis[] = [
  ...[1, 2, 5, 10, 15, 30].map(seconds),
  ...[1, 2, 5, 10, 15, 30].map(minutes),
  ...[1, 2, 3, 6, 12].map(hours),
  ...[1, 2, 7, 14, 28].map(days),
]

/** The narrowest round bucket that draws the range in at most `widthPx` pixels; at least one second. */
export function bucketMsFor(fromUtcMs: UtcMs, toUtcMs: UtcMs, widthPx: number): Millis {
  const wanted = (toUtcMs - fromUtcMs) / Math.max(1, widthPx)
  return widths.find((width) => width >= wanted) ?? Math.ceil(wanted / days(28)) * days(28)
}
