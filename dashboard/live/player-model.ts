import type { LiveEvent } from '../../gateway/contract/live.ts'
import type { Millis, UtcMs } from '../../gateway/domain/units.ts'
import { reconnectMs } from '../api/reconnect.ts'
import { type Facts, freshMs, judge, type PlayState, type Shown } from './play-state.ts'
import { finalReason } from './close-code.ts'

/** What happened to a player, with the monotonic time `atMs` and this browser's wall time `utcMs`. */
export type PlayerEvent =
  | { readonly kind: 'tick' | 'opened' | 'online' | 'sized' }
  | { readonly kind: 'text'; readonly event: LiveEvent }
  | { readonly kind: 'bytes'; readonly captureUnixMicros: number }
  | { readonly kind: 'closed'; readonly code: number }
  | { readonly kind: 'presented'; readonly captureUnixMicros: number | null }
  | { readonly kind: 'broken' }
  | { readonly kind: 'visible'; readonly visible: boolean }
export interface Moment {
  readonly atMs: Millis
  readonly utcMs: UtcMs
  /** 0 ... 1 */
  readonly chance: number
}

/** What the player must do next. `fresh` throws the picture away and builds a new one from the next keyframe. */
export type Effect = 'connect' | 'hello' | 'pause' | 'resume' | 'disconnect' | 'fresh' | 'nudge'

export interface Model {
  link: 'down' | 'opening' | 'open'
  visible: boolean
  hiddenAtMs: Millis | null
  /** The server was told to send nothing. */
  paused: boolean
  offline: Facts['offline']
  refused: Facts['refused']
  shown: Shown | null
  attempts: number
  nextTryAtMs: Millis | null
  linkAtMs: Millis
  lostAtMs: Millis | null
  bytesAtMs: Millis | null
  presentedAtMs: Millis | null
  presentedUtcMs: UtcMs | null
  captureUtcMs: UtcMs | null
  helpedAtMs: Millis | null
  nudged: boolean
  freshAtMs: Millis[]
  /** Largest capture time minus arrival time seen: stands in for the clocks' difference while the feed does not tell it. */
  guessedOffsetMs: Millis | null
  tickAtMs: Millis | null
  tickUtcMs: UtcMs | null
}

const hiddenPauseMs: Millis = 10_000
const hiddenCloseMs: Millis = 60_000
const silentMs: Millis = 6_000
const goodMs: Millis = 30_000
const retryRefusedMs: Millis = 60_000
const sleptMs: Millis = 5_000
const freshPerMinute = 3

export const newModel = (visible: boolean, atMs: Millis): Model => ({
  link: 'down',
  visible,
  hiddenAtMs: visible ? null : atMs,
  paused: false,
  offline: null,
  refused: null,
  shown: null,
  attempts: 0,
  nextTryAtMs: visible ? atMs : null,
  linkAtMs: atMs,
  lostAtMs: atMs,
  bytesAtMs: null,
  presentedAtMs: null,
  presentedUtcMs: null,
  captureUtcMs: null,
  helpedAtMs: null,
  nudged: false,
  freshAtMs: [],
  guessedOffsetMs: null,
  tickAtMs: null,
  tickUtcMs: null,
})

const set = (model: Model, patch: Partial<Model>): void => void Object.assign(model, patch)

/** @param serverOffsetMs the gateway's clock minus this browser's, or null when nobody knows */
export function stateOf(model: Model, moment: Moment, serverOffsetMs: Millis | null): PlayState {
  const connected = model.link === 'open'
  const facts = { ...model, connected, serverOffsetMs: serverOffsetMs ?? model.guessedOffsetMs }
  return judge(facts, moment.atMs, moment.utcMs)
}

/** Changes `model` by one event. @returns what to do, in order */
export function step(model: Model, event: PlayerEvent, moment: Moment): Effect[] {
  const { atMs, utcMs } = moment
  switch (event.kind) {
    case 'opened':
      set(model, { link: 'open', linkAtMs: atMs, bytesAtMs: atMs, paused: false })
      return ['hello']
    case 'text':
      model.bytesAtMs = atMs
      return told(model, event.event, atMs)
    case 'bytes': {
      set(model, { bytesAtMs: atMs, lostAtMs: null })
      const offsetMs = event.captureUnixMicros / 1_000 - utcMs
      model.guessedOffsetMs = Math.max(model.guessedOffsetMs ?? offsetMs, offsetMs)
      return []
    }
    case 'closed':
      return lost(model, event.code, moment)
    case 'presented':
      set(model, { presentedAtMs: atMs, presentedUtcMs: utcMs, nudged: false, helpedAtMs: null })
      if (event.captureUnixMicros !== null) model.captureUtcMs = event.captureUnixMicros / 1_000
      return []
    case 'broken':
      return freshen(model, moment)
    case 'visible':
      return model.visible === event.visible ? [] : seen(model, event.visible, atMs)
    case 'online':
      if (model.link !== 'down' || !model.visible || model.refused) return []
      model.nextTryAtMs = atMs
      return tick(model, moment)
    case 'sized':
      return model.link === 'open' && !model.paused ? ['hello'] : []
    default:
      return tick(model, moment)
  }
}

function told(model: Model, event: LiveEvent, atMs: Millis): Effect[] {
  if (event.type === 'offline') model.offline = event
  if (event.type === 'refused') {
    model.refused = { code: event.code, detail: event.detail }
    model.nextTryAtMs = atMs + retryRefusedMs
  }
  if (event.type === 'stream') {
    const { stream, tier, codec, widthPx, heightPx, why, above, keyframesOnly } = event
    set(model, { offline: null, refused: null, nextTryAtMs: null })
    set(model, { shown: { stream, tier, codec, widthPx, heightPx, why, above, keyframesOnly }, helpedAtMs: atMs })
  }
  return []
}

function lost(model: Model, code: number, { atMs, chance }: Moment): Effect[] {
  const wasGood = model.link === 'open' && atMs - model.linkAtMs >= goodMs
  model.attempts = wasGood ? 1 : model.attempts + 1
  set(model, { link: 'down', offline: null, paused: false, lostAtMs: model.lostAtMs ?? atMs })
  const reason = finalReason(code)
  if (reason) {
    set(model, { refused: { code: reason, detail: null }, nextTryAtMs: null })
  } else {
    model.refused = null
    model.nextTryAtMs = model.visible ? atMs + reconnectMs(model.attempts, chance) : null
  }
  return []
}

function seen(model: Model, visible: boolean, atMs: Millis): Effect[] {
  model.visible = visible
  if (!visible) {
    model.hiddenAtMs = atMs
    return []
  }
  const hiddenForMs = atMs - (model.hiddenAtMs ?? atMs)
  const wasPaused = model.paused
  set(model, { hiddenAtMs: null, paused: false, bytesAtMs: atMs, helpedAtMs: atMs })
  if (model.link === 'down') {
    if (!model.refused) model.nextTryAtMs = atMs
    return hiddenForMs >= hiddenPauseMs ? ['fresh'] : []
  }
  // Never play what piled up while nobody looked.
  if (wasPaused) return ['fresh', 'resume']
  return hiddenForMs >= hiddenPauseMs ? ['fresh', 'hello'] : []
}

/** A new picture, at most three times a minute; after that the connection is begun anew, with back-off. */
function freshen(model: Model, moment: Moment): Effect[] {
  model.freshAtMs = model.freshAtMs.filter((at) => moment.atMs - at < 60_000)
  model.helpedAtMs = moment.atMs
  model.nudged = false
  if (model.freshAtMs.length < freshPerMinute) {
    model.freshAtMs.push(moment.atMs)
    return model.link === 'open' ? ['fresh', 'hello'] : ['fresh']
  }
  if (model.link === 'down') return ['fresh']
  model.attempts = Math.max(model.attempts, 3)
  lost(model, 1006, { ...moment, chance: Math.max(moment.chance, 0.5) })
  return ['disconnect', 'fresh']
}

function tick(model: Model, moment: Moment): Effect[] {
  const { atMs, utcMs } = moment
  const slept = hasSlept(model, moment)
  set(model, { tickAtMs: atMs, tickUtcMs: utcMs })

  if (!model.visible) return hiddenTick(model, atMs)
  if (slept && model.link !== 'down') {
    lost(model, 1006, moment)
    model.nextTryAtMs = atMs + moment.chance * 1_000
    return ['disconnect', 'fresh']
  }
  if (model.nextTryAtMs !== null && atMs >= model.nextTryAtMs) {
    model.nextTryAtMs = null
    if (model.link === 'open') {
      model.refused = null
      return ['hello']
    }
    if (model.link === 'down') {
      set(model, { link: 'opening', linkAtMs: atMs })
      return ['connect']
    }
  }
  if (model.link === 'opening' && atMs - model.linkAtMs >= silentMs) {
    lost(model, 1006, moment)
    return ['disconnect']
  }
  if (model.link !== 'open' || model.offline || model.refused) return []
  if (atMs - (model.bytesAtMs ?? atMs) >= silentMs) {
    lost(model, 1006, moment)
    return ['disconnect']
  }
  return unfreeze(model, moment)
}

/** Bytes flow, yet nothing is presented: first to the newest keyframe, then a new picture. */
function unfreeze(model: Model, moment: Moment): Effect[] {
  const { atMs } = moment
  const flows = model.bytesAtMs !== null && atMs - model.bytesAtMs < 1_000
  const sinceMs = Math.max(model.presentedAtMs ?? 0, model.helpedAtMs ?? 0)
  if (!flows || model.shown === null || sinceMs === 0 || atMs - sinceMs < freshMs) return []
  if (!model.nudged) {
    set(model, { nudged: true, helpedAtMs: atMs })
    return ['nudge']
  }
  return freshen(model, moment)
}

function hiddenTick(model: Model, atMs: Millis): Effect[] {
  const hiddenForMs = atMs - (model.hiddenAtMs ?? atMs)
  if (model.link !== 'down' && hiddenForMs >= hiddenCloseMs) {
    set(model, { link: 'down', paused: false, nextTryAtMs: null, lostAtMs: atMs, attempts: 0 })
    return ['disconnect']
  }
  if (model.link === 'open' && !model.paused && hiddenForMs >= hiddenPauseMs) {
    model.paused = true
    return ['pause']
  }
  return []
}

/** The machine slept, or the tab was frozen: ticks come four times a second while the tab is visible. */
function hasSlept(model: Model, { atMs, utcMs }: Moment): boolean {
  if (model.tickAtMs === null || model.tickUtcMs === null || !model.visible) return false
  const passedMs = atMs - model.tickAtMs
  return passedMs > sleptMs || utcMs - model.tickUtcMs - passedMs > sleptMs
}
