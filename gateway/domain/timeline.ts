import { intersect, type Millis, type UtcMs, type UtcRange } from './units.ts'
import type { GapReason } from './words.ts'

export interface Recorded {
  readonly startUtcMs: UtcMs
  readonly endUtcMs: UtcMs
}
export interface Gap extends Recorded {
  readonly reason: GapReason
}
export type SpanOf = ({ readonly kind: 'recorded' } & Recorded) | ({ readonly kind: 'gap' } & Gap)

/** Neighbours closer than this are one span: rounding to milliseconds, never a lost frame. */
const seamMs: Millis = 40

/**
 * Recorded stretches and gaps inside `range`, in order and not overlapping. What was recorded wins over a gap: a gap is only the
 * explanation of what is not there.
 * @param recorded by start; may touch or overlap @param gaps in any order
 */
export function joinSpans(recorded: readonly Recorded[], gaps: readonly Gap[], range: UtcRange): SpanOf[] {
  const filmed: Recorded[] = []
  for (const { startUtcMs, endUtcMs } of recorded) {
    const inside = intersect({ fromUtcMs: startUtcMs, toUtcMs: endUtcMs }, range)
    if (!inside) continue
    const last = filmed.at(-1)
    if (last && inside.fromUtcMs <= last.endUtcMs + seamMs)
      filmed[filmed.length - 1] = { startUtcMs: last.startUtcMs, endUtcMs: Math.max(last.endUtcMs, inside.toUtcMs) }
    else filmed.push({ startUtcMs: inside.fromUtcMs, endUtcMs: inside.toUtcMs })
  }
  const missing = gaps.flatMap((gap) => outside(gap, filmed, range))
  return [
    ...filmed.map((span) => ({ kind: 'recorded' as const, ...span })),
    ...joinGaps(missing).map((gap) => ({ kind: 'gap' as const, ...gap })),
  ].sort((a, b) => a.startUtcMs - b.startUtcMs)
}

/** The parts of one gap inside `range` that nothing was recorded in. */
function outside(gap: Gap, filmed: readonly Recorded[], range: UtcRange): Gap[] {
  const inside = intersect({ fromUtcMs: gap.startUtcMs, toUtcMs: gap.endUtcMs }, range)
  if (!inside) return []
  const parts: Gap[] = []
  let from = inside.fromUtcMs
  for (const { startUtcMs, endUtcMs } of filmed) {
    if (endUtcMs <= from) continue
    if (startUtcMs >= inside.toUtcMs) break
    if (startUtcMs > from) parts.push({ startUtcMs: from, endUtcMs: startUtcMs, reason: gap.reason })
    from = Math.max(from, endUtcMs)
  }
  if (from < inside.toUtcMs) parts.push({ startUtcMs: from, endUtcMs: inside.toUtcMs, reason: gap.reason })
  return parts
}

/** In order, not overlapping; touching gaps of one reason become one. */
function joinGaps(gaps: readonly Gap[]): Gap[] {
  const joined: Gap[] = []
  for (const gap of gaps.toSorted((a, b) => a.startUtcMs - b.startUtcMs)) {
    const last = joined.at(-1)
    const startUtcMs = last ? Math.max(gap.startUtcMs, last.endUtcMs) : gap.startUtcMs
    if (startUtcMs >= gap.endUtcMs) continue
    if (last && last.reason === gap.reason && startUtcMs === last.endUtcMs)
      joined[joined.length - 1] = { ...last, endUtcMs: gap.endUtcMs }
    else joined.push({ ...gap, startUtcMs })
  }
  return joined
}
