import type { GapReason } from '../../gateway/domain/words.ts'
import type { LiveEvent } from '../../gateway/contract/live.ts'
import type { Millis, UtcMs } from '../../gateway/domain/units.ts'

type StreamEvent = Extract<LiveEvent, { type: 'stream' }>
/** Which stream is shown, why it is not the best one, and which steps stand above it. */
export type Shown = Pick<
  StreamEvent,
  'stream' | 'tier' | 'codec' | 'widthPx' | 'heightPx' | 'why' | 'above' | 'keyframesOnly'
>

export type RefusedCode =
  | Extract<LiveEvent, { type: 'refused' }>['code']
  | 'login'
  | 'forbidden'
  | 'missing'
  | 'invalid'

/** What a tile may say about itself. `live` and `late` only while a frame was presented in the last 2 s. */
export type PlayPhase =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live'; readonly ageMs: Millis | null }
  /** Null: frames come, and how old they are cannot be known. */
  | { readonly kind: 'late'; readonly ageMs: Millis | null }
  /** The picture stands still; `sinceUtcMs` is when the shown frame was captured, as far as it is known. */
  | { readonly kind: 'stalled'; readonly sinceUtcMs: UtcMs }
  | {
      readonly kind: 'offline'
      readonly reason: GapReason | 'gateway-lost'
      readonly detail: string | null
      readonly nextTryUtcMs: UtcMs | null
    }
  | { readonly kind: 'refused'; readonly code: RefusedCode; readonly detail: string | null }
  | { readonly kind: 'paused' }
export type PlayState = PlayPhase & {
  readonly shown: Shown | null
  /** Too far behind the others to be kept at the same moment as they. */
  readonly apart: boolean
}
export const firstState: PlayState = { kind: 'connecting', shown: null, apart: false }
export type PlayKind = PlayState['kind']

/** A frame presented longer ago than this is not live. */
export const freshMs: Millis = 2_000
/**
 * A presented frame older than this is late. Its age leaves out what each frame needs until the gateway has it: up to half a second as a
 * rule, which nobody here can see, and a picture that is 2 s old must not be called live.
 */
export const lateMs: Millis = 1_500
/** No connection for this long, after there was a picture, counts as offline. */
const lostMs: Millis = 6_000
/** Frames may come for this long before their age is known. */
const agelessMs: Millis = 3_000
/** Where only keyframes come, a picture may stand this long between two of them. */
const keyframeMs: Millis = 15_000

/** What `judge` looks at. Times are monotonic unless they say otherwise. */
export interface Facts {
  readonly refused: { readonly code: RefusedCode; readonly detail: string | null } | null
  readonly visible: boolean
  readonly offline: Extract<LiveEvent, { type: 'offline' }> | null
  readonly shown: Shown | null
  readonly connected: boolean
  /** When the connection was lost or first tried. */
  readonly lostAtMs: Millis | null
  readonly attempts: number
  readonly nextTryAtMs: Millis | null
  /** When a frame was presented that is newer than those before it. */
  readonly presentedAtMs: Millis | null
  readonly presentedUtcMs: UtcMs | null
  /** Capture time of the presented frame by the gateway's clock. */
  readonly captureUtcMs: UtcMs | null
  /** Since when frames are presented whose age cannot be told. */
  readonly agelessAtMs: Millis | null
  /** The gateway's time now, or null when nobody knows. */
  readonly serverUtcMs: UtcMs | null
  readonly apart: boolean
}

/** @returns the honest state at monotonic `atMs` and wall time `utcMs` of this browser */
export function judge(facts: Facts, atMs: Millis, utcMs: UtcMs): PlayState {
  return { ...phase(facts, atMs, utcMs), shown: facts.shown, apart: facts.apart }
}

function phase(facts: Facts, atMs: Millis, utcMs: UtcMs): PlayPhase {
  if (facts.refused) return { kind: 'refused', ...facts.refused }
  if (!facts.visible) return { kind: 'paused' }
  // The gateway is only just asking the camera for this stream.
  if (facts.offline && facts.offline.reason !== 'connecting') {
    const { reason, detail, nextTryUtcMs } = facts.offline
    return { kind: 'offline', reason, detail, nextTryUtcMs }
  }
  const standsForMs = facts.presentedAtMs === null ? Number.POSITIVE_INFINITY : atMs - facts.presentedAtMs
  const ageMs = ageOf(facts)
  if (standsForMs <= freshMs) return aged(facts, ageMs, atMs)
  const lostForMs = facts.lostAtMs === null ? 0 : atMs - facts.lostAtMs
  if (!facts.connected && facts.attempts > 0 && lostForMs >= lostMs) {
    const nextTryUtcMs = facts.nextTryAtMs === null ? null : utcMs + (facts.nextTryAtMs - atMs)
    return { kind: 'offline', reason: 'gateway-lost', detail: null, nextTryUtcMs }
  }
  if (facts.presentedUtcMs === null) return { kind: 'connecting' }
  if (facts.connected && facts.shown?.keyframesOnly && standsForMs <= keyframeMs) return { kind: 'late', ageMs }
  return { kind: 'stalled', sinceUtcMs: facts.captureUtcMs ?? facts.presentedUtcMs }
}

function aged(facts: Facts, ageMs: Millis | null, atMs: Millis): PlayPhase {
  if (ageMs !== null) return { kind: ageMs > lateMs ? 'late' : 'live', ageMs }
  const unknownForMs = facts.agelessAtMs === null ? 0 : atMs - facts.agelessAtMs
  return { kind: unknownForMs > agelessMs ? 'late' : 'live', ageMs: null }
}

/** Age of the presented frame now. Never below zero: clocks differ by some milliseconds. */
function ageOf(facts: Facts): Millis | null {
  if (facts.captureUtcMs === null || facts.serverUtcMs === null) return null
  return Math.max(0, facts.serverUtcMs - facts.captureUtcMs)
}
