import type { Span } from '../../gateway/contract/camera.ts'
import type { Millis, UtcMs, UtcRange } from '../../gateway/domain/units.ts'
import type { GapReason } from '../../gateway/domain/words.ts'
import { rangeOf, toX, type View } from './scale.ts'

/** A stretch of the lane in pixels. `reason` only for gaps; several reasons in too few pixels are `mixed`. */
export interface Block {
  readonly kind: Span['kind']
  readonly reason: GapReason | 'mixed' | undefined
  readonly x: number
  readonly widthPx: number
}

const leastGapPx = 2

/**
 * Spans as blocks for `widthPx` pixels. Neighbours that look the same become one; a gap is never narrower than 2 px, so
 * that no zoom hides it.
 */
export function blocks(spans: readonly Span[], view: View, widthPx: number): Block[] {
  const { fromUtcMs, toUtcMs } = rangeOf(view)
  const made: Block[] = []
  for (const span of spans) {
    if (span.endUtcMs <= fromUtcMs || span.startUtcMs >= toUtcMs) continue
    const x = toX(view, widthPx, Math.max(span.startUtcMs, fromUtcMs))
    const exact = toX(view, widthPx, Math.min(span.endUtcMs, toUtcMs)) - x
    const wide = span.kind === 'gap' ? Math.max(leastGapPx, exact) : exact
    const before = made.at(-1)
    const touches = before !== undefined && before.kind === span.kind && x - (before.x + before.widthPx) < 0.5
    if (
      before !== undefined &&
      touches &&
      (before.reason === span.reason || (span.kind === 'gap' && exact < leastGapPx))
    ) {
      const reason = before.reason === span.reason ? span.reason : 'mixed'
      made[made.length - 1] = { ...before, reason, widthPx: Math.max(before.widthPx, x + wide - before.x) }
    } else {
      made.push({ kind: span.kind, reason: span.reason, x, widthPx: wide })
    }
  }
  // Gaps are drawn over recorded stretches: a 2-px gap must not be covered by what follows it.
  return [...made.filter((block) => block.kind === 'recorded'), ...made.filter((block) => block.kind === 'gap')]
}

/** The span that holds a moment. */
export const spanAt = (spans: readonly Span[], utcMs: UtcMs): Span | undefined =>
  spans.find((span) => span.startUtcMs <= utcMs && utcMs < span.endUtcMs)

/** Where playing can begin at or after a moment. */
export function nextRecorded(spans: readonly Span[], utcMs: UtcMs): UtcMs | undefined {
  const span = spans.find((one) => one.kind === 'recorded' && one.endUtcMs > utcMs)
  return span === undefined ? undefined : Math.max(span.startUtcMs, utcMs)
}

/** The last moment, some seconds before its end, that was recorded before a moment. */
export function lastRecorded(spans: readonly Span[], utcMs: UtcMs): UtcMs | undefined {
  const span = spans.findLast((one) => one.kind === 'recorded' && one.startUtcMs < utcMs)
  return span === undefined ? undefined : Math.max(span.startUtcMs, Math.min(span.endUtcMs, utcMs) - 10_000)
}

/** The start of the next gap after a moment, or the end of the one before it. */
export function gapBeside(spans: readonly Span[], utcMs: UtcMs, direction: 1 | -1): UtcMs | undefined {
  const gaps = spans.filter((span) => span.kind === 'gap')
  if (direction === 1) return gaps.find((gap) => gap.startUtcMs > utcMs + 1_000)?.startUtcMs
  // Some seconds may have been played since the last such step.
  return gaps.findLast((gap) => gap.endUtcMs < utcMs - 5_000)?.endUtcMs
}

/** How much of a stretch is recorded. */
export const recordedMs = (spans: readonly Span[], { fromUtcMs, toUtcMs }: UtcRange): Millis =>
  spans.reduce((sum, span) => {
    if (span.kind !== 'recorded') return sum
    return sum + Math.max(0, Math.min(span.endUtcMs, toUtcMs) - Math.max(span.startUtcMs, fromUtcMs))
  }, 0)
