import { seconds, type UtcMs, type UtcRange } from '../../gateway/domain/units.ts'

/** Beginning and end of what is to be held or downloaded. */
export interface Marks {
  readonly inUtcMs: UtcMs | null
  readonly outUtcMs: UtcMs | null
}
export const noMarks: Marks = { inUtcMs: null, outUtcMs: null }

const aroundMs = seconds(30)

/** The stretch a dialog begins with: the marks; what is not marked is half a minute beside the mark, or around the moment shown. */
export function markedOr(marks: Marks, atUtcMs: UtcMs, nowUtcMs: UtcMs): UtcRange {
  const { inUtcMs, outUtcMs } = marks
  const fromUtcMs = inUtcMs ?? (outUtcMs ?? atUtcMs) - aroundMs
  const toUtcMs = outUtcMs ?? Math.min((inUtcMs ?? atUtcMs) + aroundMs, Math.max(nowUtcMs, fromUtcMs + 1_000))
  return fromUtcMs < toUtcMs ? { fromUtcMs, toUtcMs } : { fromUtcMs: toUtcMs, toUtcMs: fromUtcMs }
}
