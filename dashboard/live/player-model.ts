import type { LiveEvent } from '../../gateway/contract/live.ts'
import type { LadderStep } from '../../gateway/domain/words.ts'
import type { Millis, UtcMs } from '../../gateway/domain/units.ts'
import { type ClockGuess, clockGuess } from './clock-guess.ts'
import { type Facts, judge, type PlayState, type Shown } from './play-state.ts'
import type { FailedSteps, PictureFault, Sight } from './ports.ts'

/** What happened to a player, with the monotonic time `atMs` and this browser's wall time `utcMs`. */
export type PlayerEvent =
  | { readonly kind: 'tick' | 'entered' | 'opened' | 'online' }
  | { readonly kind: 'text'; readonly event: LiveEvent }
  | { readonly kind: 'bytes'; readonly captureUnixMicros: number }
  | { readonly kind: 'closed'; readonly code: number }
  | { readonly kind: 'presented'; readonly captureUnixMicros: number | null }
  | { readonly kind: 'broken'; readonly fault: PictureFault }
  | { readonly kind: 'sight'; readonly sight: Sight }
export interface Moment {
  readonly atMs: Millis
  readonly utcMs: UtcMs
  /** 0 ... 1 */
  readonly chance: number
  /** The gateway's clock minus this browser's, as the feed knows it. */
  readonly serverOffsetMs: Millis | null
}

/**
 * What the player must do next. `connect` waits for its turn; `fresh` builds a new picture from the next keyframe, the old one stands
 * until then; `drop` lets go of the picture's stream as well, and waits for another one; `blank` takes the picture away.
 */
export type Effect = 'connect' | 'hello' | 'pause' | 'resume' | 'disconnect' | 'fresh' | 'nudge' | 'drop' | 'blank'

export interface Model {
  link: 'down' | 'queued' | 'opening' | 'open'
  sight: Sight
  hiddenAtMs: Millis | null
  hiddenUtcMs: UtcMs | null
  /** The server was told to send nothing. */
  paused: boolean
  offline: Facts['offline']
  refused: Facts['refused']
  shown: Shown | null
  attempts: number
  nextTryAtMs: Millis | null
  linkAtMs: Millis
  lostAtMs: Millis | null
  /** When the server was last asked for something that it has not answered; cleared by anything that comes. */
  askedAtMs: Millis | null
  heardAtMs: Millis | null
  bytesAtMs: Millis | null
  presentedAtMs: Millis | null
  presentedUtcMs: UtcMs | null
  captureUtcMs: UtcMs | null
  agelessAtMs: Millis | null
  helpedAtMs: Millis | null
  nudged: boolean
  freshAtMs: Millis[]
  stalls: number
  stallCounted: boolean
  rebuilds: number
  /** The failed steps that the last hello named. */
  saidFailed: readonly LadderStep[]
  tickAtMs: Millis | null
  tickUtcMs: UtcMs | null
  readonly guess: ClockGuess
  readonly failed: FailedSteps
}

export const newModel = (sight: Sight, atMs: Millis, failed: FailedSteps): Model => ({
  link: 'down',
  sight,
  hiddenAtMs: sight === 'seen' ? null : atMs,
  hiddenUtcMs: null,
  paused: false,
  offline: null,
  refused: null,
  shown: null,
  attempts: 0,
  nextTryAtMs: sight === 'seen' ? atMs : null,
  linkAtMs: atMs,
  lostAtMs: atMs,
  askedAtMs: null,
  heardAtMs: null,
  bytesAtMs: null,
  presentedAtMs: null,
  presentedUtcMs: null,
  captureUtcMs: null,
  agelessAtMs: null,
  helpedAtMs: null,
  nudged: false,
  freshAtMs: [],
  stalls: 0,
  stallCounted: false,
  rebuilds: 0,
  saidFailed: [],
  tickAtMs: null,
  tickUtcMs: null,
  guess: clockGuess(),
  failed,
})

export const set = (model: Model, patch: Partial<Model>): void => void Object.assign(model, patch)

/** The step of the ladder that is shown. */
export const stepOf = (shown: Shown | null): LadderStep | null =>
  shown === null ? null : shown.tier === 'mse' ? shown.stream : shown.tier

/** The gateway's time: what the feed says, unless a frame that arrived already was captured later. */
export function serverUtcMs(model: Model, { atMs, utcMs, serverOffsetMs }: Moment): UtcMs | null {
  const guessed = model.guess.serverUtcMs(atMs)
  if (serverOffsetMs === null) return guessed
  return Math.max(utcMs + serverOffsetMs, guessed ?? 0)
}

export function stateOf(model: Model, moment: Moment, apart: boolean): PlayState {
  const connected = model.link === 'open'
  const facts = {
    ...model,
    visible: model.sight === 'seen',
    connected,
    serverUtcMs: serverUtcMs(model, moment),
    apart,
  }
  return judge(facts, moment.atMs, moment.utcMs)
}

/** Trying again is of no use. */
export const isFinal = (model: Model): boolean => model.refused !== null && model.nextTryAtMs === null
