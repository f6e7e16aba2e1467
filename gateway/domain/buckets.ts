import { days, hours, type Millis, minutes, seconds, type UtcMs, type UtcRange } from './units.ts'

/** What happened within one pixel of a chart. `utcMs` is the start, a whole multiple of the width since 1970. */
export interface Bucket {
  readonly utcMs: UtcMs
  readonly min: number
  readonly max: number
  readonly mean: number
  readonly count: number
}

/** A bucket that others may be added to. */
export interface Sum {
  readonly utcMs: UtcMs
  readonly min: number
  readonly max: number
  readonly sum: number
  readonly count: number
}

/** What a store keeps: every reading, or what was summed up. */
export const resolutions = ['raw', 'minute', 'hour'] as const
export type Resolution = (typeof resolutions)[number]
/** How long a store keeps each, in days. */
export type Keeping = Readonly<Record<`${Resolution}Days`, number>>

const widths: readonly Millis[] = [
  ...[1, 2, 5, 10, 15, 30].map(seconds),
  ...[1, 2, 5, 10, 15, 30].map(minutes),
  ...[1, 2, 3, 6, 12].map(hours),
  ...[1, 2, 7, 14, 28].map(days),
]
export const widthOf = { raw: seconds(1), minute: minutes(1), hour: hours(1) } as const satisfies Record<
  Resolution,
  Millis
>

/** The narrowest round bucket that draws the range in at most `widthPx` pixels; at least one second. */
export function bucketMsFor(fromUtcMs: UtcMs, toUtcMs: UtcMs, widthPx: number): Millis {
  const wanted = (toUtcMs - fromUtcMs) / Math.max(1, widthPx)
  return (
    widths.find((width) => width >= wanted && bucketsIn(fromUtcMs, toUtcMs, width) <= widthPx) ??
    coarse(fromUtcMs, toUtcMs, widthPx)
  )
}
/** Buckets begin at multiples of their width: a range touches one more than fit into it. */
const bucketsIn = (fromUtcMs: UtcMs, toUtcMs: UtcMs, width: Millis) =>
  Math.ceil(toUtcMs / width) - Math.floor(fromUtcMs / width)
function coarse(fromUtcMs: UtcMs, toUtcMs: UtcMs, widthPx: number): Millis {
  let width = Math.max(days(28), Math.ceil((toUtcMs - fromUtcMs) / Math.max(1, widthPx) / days(28)) * days(28))
  // Two buckets hold whatever lies around a border, however wide they are.
  while (bucketsIn(fromUtcMs, toUtcMs, width) > Math.max(2, widthPx)) width += days(28)
  return width
}

export interface Reach {
  readonly bucketMs: Millis
  /** Which of what is kept answers. */
  readonly from: Resolution
}

/** How to draw a range: the finest that is still kept at its begin, in buckets that it can fill. */
export function reachOf({ fromUtcMs, toUtcMs }: UtcRange, widthPx: number, keeping: Keeping, nowUtcMs: UtcMs): Reach {
  const wanted = bucketMsFor(fromUtcMs, toUtcMs, widthPx)
  const kept = (resolution: Resolution) => fromUtcMs >= nowUtcMs - days(keeping[`${resolution}Days`])
  const finest = resolutions.find(kept) ?? longestKept(keeping)
  const bucketMs = Math.max(wanted, widthOf[finest])
  const fitting = [...resolutions]
    .reverse()
    .find((resolution) => widthOf[resolution] <= bucketMs && (kept(resolution) || resolution === finest))
  return { bucketMs, from: fitting ?? finest }
}
const longestKept = (keeping: Keeping): Resolution =>
  [...resolutions].reverse().reduce((best, next) => (keeping[`${next}Days`] > keeping[`${best}Days`] ? next : best))

/** Sums of the same bucket become one; in order. */
export function bucketsOf(sums: Iterable<Sum>): Bucket[] {
  const found = new Map<UtcMs, Sum>()
  for (const sum of sums) {
    const other = found.get(sum.utcMs)
    found.set(sum.utcMs, other ? together(other, sum) : sum)
  }
  return [...found.values()]
    .sort((a, b) => a.utcMs - b.utcMs)
    .map(({ utcMs, min, max, sum, count }) => ({
      utcMs,
      min,
      max,
      // A sum of many may miss by the last digit; a mean lies between the two.
      mean: Math.min(max, Math.max(min, sum / count)),
      count,
    }))
}
const together = (a: Sum, b: Sum): Sum => ({
  utcMs: a.utcMs,
  min: Math.min(a.min, b.min),
  max: Math.max(a.max, b.max),
  sum: a.sum + b.sum,
  count: a.count + b.count,
})
