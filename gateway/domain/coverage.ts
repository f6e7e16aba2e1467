import { both, lengthOf, normal, without } from './stretches.ts'
import type { SpanOf } from './timeline.ts'
import type { Millis, UtcRange } from './units.ts'
import type { GapReason } from './words.ts'

/** The account of a stretch of time of one camera: expected = recorded + gaps + unexplained, to the millisecond. */
export interface Account {
  readonly expectedMs: Millis
  readonly recordedMs: Millis
  readonly plannedOffMs: Millis
  readonly gapMs: Readonly<Partial<Record<GapReason, Millis>>>
  /** Neither recorded nor a gap: 0, or a defect. */
  readonly unexplainedMs: Millis
}

/** When a camera should record, and why not when it should not; both lists `normal`. */
export interface Expectation {
  readonly expected: readonly UtcRange[]
  /** Inside the declared hours, but off by plan. */
  readonly plannedOff: readonly UtcRange[]
}

const asRange = ({ startUtcMs, endUtcMs }: SpanOf): UtcRange => ({ fromUtcMs: startUtcMs, toUtcMs: endUtcMs })

/**
 * The ledger of `range`: what was recorded outside the expected time counts for nothing.
 * @param spans of `joinSpans`: in order, not overlapping
 */
export function accountOf(spans: readonly SpanOf[], expectation: Expectation, range: UtcRange): Account {
  const expected = both(expectation.expected, [range])
  const lengthIn = (some: readonly SpanOf[]) => lengthOf(both(expected, normal(some.map(asRange))))
  const gapMs: Partial<Record<GapReason, Millis>> = {}
  const gaps = spans.filter((span) => span.kind === 'gap')
  for (const [reason, of] of Map.groupBy(gaps, (gap) => gap.reason)) {
    const ms = lengthIn(of)
    if (ms > 0) gapMs[reason] = ms
  }
  return {
    expectedMs: lengthOf(expected),
    recordedMs: lengthIn(spans.filter((span) => span.kind === 'recorded')),
    plannedOffMs: lengthOf(both(expectation.plannedOff, [range])),
    gapMs,
    unexplainedMs: lengthOf(without(expected, normal(spans.map(asRange)))),
  }
}

/** Accounts of stretches that do not overlap, or of several cameras, as one. */
export function addUp(accounts: readonly Account[]): Account {
  const gapMs: Partial<Record<GapReason, Millis>> = {}
  const sum = { expectedMs: 0, recordedMs: 0, plannedOffMs: 0, unexplainedMs: 0 }
  for (const account of accounts) {
    sum.expectedMs += account.expectedMs
    sum.recordedMs += account.recordedMs
    sum.plannedOffMs += account.plannedOffMs
    sum.unexplainedMs += account.unexplainedMs
    for (const [reason, ms] of Object.entries(account.gapMs))
      gapMs[reason as GapReason] = (gapMs[reason as GapReason] ?? 0) + ms
  }
  return { ...sum, gapMs }
}

/** The parts of the gaps that were expected; recorded stretches as they are. */
export function onlyExpected(spans: readonly SpanOf[], { expected }: Expectation): SpanOf[] {
  return spans.flatMap((span): SpanOf[] => {
    if (span.kind === 'recorded') return [span]
    return both(expected, [asRange(span)]).map(({ fromUtcMs, toUtcMs }) => ({
      ...span,
      startUtcMs: fromUtcMs,
      endUtcMs: toUtcMs,
    }))
  })
}
