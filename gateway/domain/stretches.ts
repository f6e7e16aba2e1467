/** Arithmetic on lists of stretches of time. All lists are in order and do not overlap; `normal` makes such a list. Pure. */
import type { Millis, UtcMs, UtcRange } from './units.ts'

/** In order, joined where they touch or overlap; empty ones are left out. */
export function normal(stretches: readonly UtcRange[]): UtcRange[] {
  const joined: UtcRange[] = []
  for (const { fromUtcMs, toUtcMs } of stretches.toSorted((a, b) => a.fromUtcMs - b.fromUtcMs)) {
    if (fromUtcMs >= toUtcMs) continue
    const last = joined.at(-1)
    if (last && fromUtcMs <= last.toUtcMs)
      joined[joined.length - 1] = { fromUtcMs: last.fromUtcMs, toUtcMs: Math.max(last.toUtcMs, toUtcMs) }
    else joined.push({ fromUtcMs, toUtcMs })
  }
  return joined
}

/** What lies in both. */
export function both(left: readonly UtcRange[], right: readonly UtcRange[]): UtcRange[] {
  const common: UtcRange[] = []
  let at = 0
  for (const { fromUtcMs, toUtcMs } of left) {
    while ((right[at]?.toUtcMs ?? Infinity) <= fromUtcMs) at++
    for (let n = at; (right[n]?.fromUtcMs ?? Infinity) < toUtcMs; n++) {
      const other = right[n] as UtcRange
      common.push({
        fromUtcMs: Math.max(fromUtcMs, other.fromUtcMs),
        toUtcMs: Math.min(toUtcMs, other.toUtcMs),
      })
    }
  }
  return common
}

/** What lies in `left` and not in `right`. */
export function without(left: readonly UtcRange[], right: readonly UtcRange[]): UtcRange[] {
  const rest: UtcRange[] = []
  let at = 0
  for (const { fromUtcMs, toUtcMs } of left) {
    let from: UtcMs = fromUtcMs
    while ((right[at]?.toUtcMs ?? Infinity) <= from) at++
    for (let n = at; (right[n]?.fromUtcMs ?? Infinity) < toUtcMs; n++) {
      const other = right[n] as UtcRange
      if (other.fromUtcMs > from) rest.push({ fromUtcMs: from, toUtcMs: other.fromUtcMs })
      from = Math.max(from, other.toUtcMs)
    }
    if (from < toUtcMs) rest.push({ fromUtcMs: from, toUtcMs })
  }
  return rest
}

/** Their lengths together. */
export const lengthOf = (stretches: readonly UtcRange[]): Millis =>
  stretches.reduce((sum, { fromUtcMs, toUtcMs }) => sum + toUtcMs - fromUtcMs, 0)
