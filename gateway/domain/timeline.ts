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
 * @param recorded, gaps in any order; may touch or overlap
 */
export function joinSpans(recorded: readonly Recorded[], gaps: readonly Gap[], range: UtcRange): SpanOf[] {
  const filmed = joinRecorded(recorded, range)
  const missing = outside(inOrder(gaps), filmed, range)
  return [
    ...filmed.map((span) => ({ kind: 'recorded' as const, ...span })),
    ...missing.map((gap) => ({ kind: 'gap' as const, ...gap })),
  ].sort(byStart)
}

const byStart = (a: Recorded, b: Recorded) => a.startUtcMs - b.startUtcMs
const inOrder = <T extends Recorded>(stretches: readonly T[]): T[] => stretches.toSorted(byStart)

function joinRecorded(recorded: readonly Recorded[], range: UtcRange): Recorded[] {
  const filmed: Recorded[] = []
  for (const { startUtcMs, endUtcMs } of inOrder(recorded)) {
    const inside = intersect({ fromUtcMs: startUtcMs, toUtcMs: endUtcMs }, range)
    if (!inside) continue
    const last = filmed.at(-1)
    if (last && inside.fromUtcMs <= last.endUtcMs + seamMs)
      filmed[filmed.length - 1] = { startUtcMs: last.startUtcMs, endUtcMs: Math.max(last.endUtcMs, inside.toUtcMs) }
    else filmed.push({ startUtcMs: inside.fromUtcMs, endUtcMs: inside.toUtcMs })
  }
  return filmed
}

/**
 * The parts of the gaps inside `range` that nothing was recorded in: in order, not overlapping; touching ones of one reason become one.
 * Both lists are gone through once, side by side: a camera that flaps all month has tens of thousands of each.
 * @param gaps by start @param filmed by start, not overlapping
 */
function outside(gaps: readonly Gap[], filmed: readonly Recorded[], range: UtcRange): Gap[] {
  const parts: Gap[] = []
  let from = range.fromUtcMs
  let at = 0
  const add = (startUtcMs: UtcMs, endUtcMs: UtcMs, reason: GapReason) => {
    const last = parts.at(-1)
    if (last && last.reason === reason && last.endUtcMs === startUtcMs) parts[parts.length - 1] = { ...last, endUtcMs }
    else parts.push({ startUtcMs, endUtcMs, reason })
  }
  for (const gap of gaps) {
    const end = Math.min(gap.endUtcMs, range.toUtcMs)
    from = Math.max(from, gap.startUtcMs)
    while (from < end) {
      while ((filmed[at]?.endUtcMs ?? Infinity) <= from) at++
      const next = filmed[at]
      if (next && next.startUtcMs <= from) {
        from = next.endUtcMs
        continue
      }
      const until = Math.min(end, next?.startUtcMs ?? end)
      add(from, until, gap.reason)
      from = until
    }
  }
  return parts
}
