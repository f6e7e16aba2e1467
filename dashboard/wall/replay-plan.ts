import type { Span } from '../../gateway/contract/camera.ts'
import { type Millis, seconds, type UtcMs } from '../../gateway/domain/units.ts'
import type { GapReason } from '../../gateway/domain/words.ts'
import { windowAt } from '../playback/recorded-player.ts'
import { nextRecorded, recordedMs, spanAt } from '../playback/spans.ts'

export const replayMs: Millis = seconds(30)

/** What must be known to plan a replay that begins at `nowUtcMs`. */
export const replayRange = (nowUtcMs: UtcMs) => ({ ...windowAt(nowUtcMs - replayMs, nowUtcMs), toUtcMs: nowUtcMs })

export type ReplayPlan =
  | {
      readonly kind: 'play'
      readonly fromUtcMs: UtcMs
      /** What is recorded between the start of the player's window and `fromUtcMs`. */
      readonly startS: number
    }
  | { readonly kind: 'nothing'; readonly reason: GapReason | null }

/** Where the last half minute begins among what was recorded; less than half a second is nothing. */
export function replayPlan(spans: readonly Span[], nowUtcMs: UtcMs): ReplayPlan {
  const wantedUtcMs = nowUtcMs - replayMs
  const fromUtcMs = nextRecorded(spans, wantedUtcMs)
  const has = fromUtcMs !== undefined && recordedMs(spans, { fromUtcMs, toUtcMs: nowUtcMs }) >= 500
  if (!has) {
    const gap = spanAt(spans, nowUtcMs - 1) ?? spans.findLast((one) => one.kind === 'gap')
    return { kind: 'nothing', reason: gap?.reason ?? null }
  }
  const before = { fromUtcMs: windowAt(fromUtcMs, nowUtcMs).fromUtcMs, toUtcMs: fromUtcMs }
  return { kind: 'play', fromUtcMs, startS: recordedMs(spans, before) / 1_000 }
}
