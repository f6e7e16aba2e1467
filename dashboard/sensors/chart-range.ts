import { days, minutes, type Millis, type UtcMs, type UtcRange } from '../../gateway/domain/units.ts'

/** The shortest and the longest period that a chart shows; the gateway answers at most 400 days. */
export const leastChartMs: Millis = minutes(1)
export const mostChartMs: Millis = days(400)

const lengthOf = ({ fromUtcMs, toUtcMs }: UtcRange): Millis => toUtcMs - fromUtcMs

/** `range` stretched by `factor` about `anchorUtcMs`, within what a chart can show, and never into what has not come yet. */
export function zoomedRange(range: UtcRange, factor: number, anchorUtcMs: UtcMs, nowUtcMs: UtcMs): UtcRange {
  const length = Math.min(mostChartMs, Math.max(leastChartMs, lengthOf(range) * factor))
  const share = (anchorUtcMs - range.fromUtcMs) / Math.max(1, lengthOf(range))
  return notAfter({ fromUtcMs: anchorUtcMs - share * length, toUtcMs: anchorUtcMs + (1 - share) * length }, nowUtcMs)
}

/** Half a period earlier or later. */
export function pannedRange(range: UtcRange, direction: 1 | -1, nowUtcMs: UtcMs): UtcRange {
  const by = (direction * lengthOf(range)) / 2
  return notAfter({ fromUtcMs: range.fromUtcMs + by, toUtcMs: range.toUtcMs + by }, nowUtcMs)
}

function notAfter(range: UtcRange, nowUtcMs: UtcMs): UtcRange {
  const over = Math.max(0, range.toUtcMs - nowUtcMs)
  return { fromUtcMs: Math.round(range.fromUtcMs - over), toUtcMs: Math.round(range.toUtcMs - over) }
}

/** Two moments in either order as a period; undefined when they are too near to each other to be one. */
export function between(one: UtcMs, other: UtcMs): UtcRange | undefined {
  const [fromUtcMs, toUtcMs] = [Math.round(Math.min(one, other)), Math.round(Math.max(one, other))]
  return toUtcMs - fromUtcMs < 1_000 ? undefined : { fromUtcMs, toUtcMs }
}
