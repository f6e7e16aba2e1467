/**
 * Numbers that remember what they measure. A plain number may become one of these, but one unit never
 * silently becomes another: `UtcMs` does not fit where `Millis` is asked for.
 */
declare const unit: unique symbol
type Of<Unit extends string> = number & { readonly [unit]?: Unit }

/** A length of time in milliseconds. */
export type Millis = Of<'ms'>
/** A moment: milliseconds since the Unix epoch, UTC. */
export type UtcMs = Of<'utc-ms'>
/** A size in bytes. */
export type Bytes = Of<'B'>

export const seconds = (n: number): Millis => n * 1_000
export const minutes = (n: number): Millis => n * 60_000
export const hours = (n: number): Millis => n * 3_600_000
export const days = (n: number): Millis => n * 86_400_000

/** A half-open stretch of time: `fromUtcMs <= t < toUtcMs`. */
export interface UtcRange {
  readonly fromUtcMs: UtcMs
  readonly toUtcMs: UtcMs
}

/** The part of `range` inside `bounds`, or undefined when they do not touch. */
export function intersect(range: UtcRange, bounds: UtcRange): UtcRange | undefined {
  const fromUtcMs = Math.max(range.fromUtcMs, bounds.fromUtcMs)
  const toUtcMs = Math.min(range.toUtcMs, bounds.toUtcMs)
  return fromUtcMs < toUtcMs ? { fromUtcMs, toUtcMs } : undefined
}
