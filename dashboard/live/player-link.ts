import type { LiveEvent } from '../../gateway/contract/live.ts'
import type { Millis } from '../../gateway/domain/units.ts'
import { reconnectMs } from '../api/reconnect.ts'
import { finalReason } from './close-code.ts'
import { type Effect, type Model, type Moment, set } from './player-model.ts'

const goodMs: Millis = 30_000
const retryRefusedMs: Millis = 60_000

/** The server said something. */
export function told(model: Model, event: LiveEvent, atMs: Millis): Effect[] {
  if (event.type === 'offline') {
    set(model, { offline: event, refused: null })
  } else if (event.type === 'refused') {
    set(model, { refused: { code: event.code, detail: event.detail }, offline: null })
    set(model, { nextTryAtMs: atMs + retryRefusedMs, captureUtcMs: null, presentedAtMs: null, presentedUtcMs: null })
    return ['blank']
  } else if (event.type === 'stream') {
    const { stream, tier, codec, widthPx, heightPx, why, above, keyframesOnly } = event
    model.guess.began(atMs)
    set(model, { offline: null, refused: null, nextTryAtMs: null, helpedAtMs: atMs })
    set(model, { shown: { stream, tier, codec, widthPx, heightPx, why, above, keyframesOnly } })
  }
  return []
}

/** The connection is gone: when is it tried again? */
export function lose(model: Model, code: number, { atMs, chance }: Moment): Effect[] {
  const wasGood = model.link === 'open' && atMs - model.linkAtMs >= goodMs
  model.attempts = wasGood ? 1 : model.attempts + 1
  set(model, { link: 'down', offline: null, paused: false, askedAtMs: null, lostAtMs: model.lostAtMs ?? atMs })
  const reason = finalReason(code)
  if (reason) {
    set(model, { refused: { code: reason, detail: null }, nextTryAtMs: null })
    return ['blank']
  }
  model.refused = null
  model.nextTryAtMs = model.sight === 'seen' ? atMs + reconnectMs(model.attempts, chance) : null
  return []
}
