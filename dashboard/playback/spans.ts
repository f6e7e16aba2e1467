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

/** The first span that ends after a moment: where looking begins. */
export function firstAfter(spans: readonly Pick<Span, 'endUtcMs'>[], utcMs: UtcMs): number {
  let [low, high] = [0, spans.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((spans[middle]?.endUtcMs ?? Infinity) <= utcMs) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Spans as blocks for `widthPx` pixels, never more than a few a pixel. Neighbours that look the same become one; a gap is never
 * narrower than 2 px, so that no zoom hides it. Gaps come last: a 2-px gap must not be covered by what follows it.
 */
export function blocks(spans: readonly Span[], view: View, widthPx: number): Block[] {
  const { fromUtcMs, toUtcMs } = rangeOf(view)
  const made: Record<Span['kind'], Block[]> = { recorded: [], gap: [] }
  for (let index = firstAfter(spans, fromUtcMs); index < spans.length; index++) {
    const span = spans[index]
    if (span === undefined || span.startUtcMs >= toUtcMs) break
    const x = toX(view, widthPx, Math.max(span.startUtcMs, fromUtcMs))
    const exact = toX(view, widthPx, Math.min(span.endUtcMs, toUtcMs)) - x
    const wide = span.kind === 'gap' ? Math.max(leastGapPx, exact) : exact
    const list = made[span.kind]
    const before = list.at(-1)
    const touches = before !== undefined && x - (before.x + before.widthPx) < 0.5
    if (touches && (before.reason === span.reason || exact < leastGapPx)) {
      const reason = before.reason === span.reason ? span.reason : 'mixed'
      list[list.length - 1] = { ...before, reason, widthPx: Math.max(before.widthPx, x + wide - before.x) }
    } else {
      list.push({ kind: span.kind, reason: span.reason, x, widthPx: wide })
    }
  }
  return [...made.recorded, ...made.gap]
}

/** The span that holds a moment. */
export function spanAt(spans: readonly Span[], utcMs: UtcMs): Span | undefined {
  const span = spans[firstAfter(spans, utcMs)]
  return span !== undefined && span.startUtcMs <= utcMs ? span : undefined
}

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
