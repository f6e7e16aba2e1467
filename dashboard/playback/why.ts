import type { DeclaredHours, Span } from '../../gateway/contract/camera.ts'
import type { PlannedOff } from '../../gateway/contract/footage.ts'
import { windowsIn } from '../../gateway/domain/hours.ts'
import { both, normal, without } from '../../gateway/domain/stretches.ts'
import type { UtcMs, UtcRange } from '../../gateway/domain/units.ts'
import type { GapReason } from '../../gateway/domain/words.ts'
import { firstAfter } from './spans.ts'

/** What is known of a stretch of a camera's time. Only `gap` should have been recorded and was not. */
export type Known =
  | { readonly kind: 'recorded' | 'before-added' | 'off-hours' | 'future' | 'unknown' }
  | { readonly kind: 'gap'; readonly reason: GapReason | undefined }
  | { readonly kind: 'planned-off'; readonly reason: string }
export type Stretch = Known & UtcRange

/** What, besides its spans, tells whether a camera was expected to record. */
export interface Ground {
  readonly addedUtcMs: UtcMs
  readonly hours: DeclaredHours | null
  readonly plannedOff: readonly Pick<PlannedOff, 'fromUtcMs' | 'toUtcMs' | 'reason'>[]
  readonly timeZone: string
  readonly nowUtcMs: UtcMs
}

/** The whole of `range`, in order, each part with what is known of it. `spans` are those of the range, in order. */
export function stretchesIn(spans: readonly Span[], ground: Ground, range: UtcRange): Stretch[] {
  const inside: Stretch[] = []
  for (let index = firstAfter(spans, range.fromUtcMs); index < spans.length; index++) {
    const span = spans[index]
    if (span === undefined || span.startUtcMs >= range.toUtcMs) break
    const part = {
      fromUtcMs: Math.max(span.startUtcMs, range.fromUtcMs),
      toUtcMs: Math.min(span.endUtcMs, range.toUtcMs),
    }
    if (span.kind === 'recorded') inside.push({ kind: 'recorded', ...part })
    else inside.push({ kind: 'gap', reason: span.reason, ...part })
  }
  return [...inside, ...unexpected(without([range], normal(inside)), ground)].sort((a, b) => a.fromUtcMs - b.fromUtcMs)
}

/** Why nothing was expected of the holes between the spans. */
function unexpected(holes: readonly UtcRange[], ground: Ground): Stretch[] {
  const found: Stretch[] = []
  let rest = holes
  const take = (what: Known, where: readonly UtcRange[]): void => {
    found.push(...both(rest, where).map((part) => ({ ...what, ...part })))
    rest = without(rest, where)
  }
  const { addedUtcMs, nowUtcMs, plannedOff, hours, timeZone } = ground
  const always = Number.MAX_SAFE_INTEGER
  take({ kind: 'future' }, [{ fromUtcMs: nowUtcMs, toUtcMs: always }])
  take({ kind: 'before-added' }, [{ fromUtcMs: -always, toUtcMs: addedUtcMs }])
  for (const { fromUtcMs, toUtcMs, reason } of plannedOff)
    take({ kind: 'planned-off', reason }, [{ fromUtcMs, toUtcMs }])
  const [first, last] = [rest[0], rest.at(-1)]
  if (hours !== null && first !== undefined && last !== undefined) {
    const whole = { fromUtcMs: first.fromUtcMs, toUtcMs: last.toUtcMs }
    take({ kind: 'off-hours' }, without([whole], windowsIn(hours, whole, timeZone)))
  }
  take({ kind: 'unknown' }, rest)
  return found
}

/** What is known of one moment. */
export function knownAt(spans: readonly Span[], ground: Ground, utcMs: UtcMs): Known {
  const [known] = stretchesIn(spans, ground, { fromUtcMs: utcMs, toUtcMs: utcMs + 1 })
  return known ?? { kind: 'unknown' }
}
