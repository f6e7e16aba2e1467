import type { Millis } from '../../gateway/domain/units.ts'
import { type Effect, isFinal, type Model, type Moment, set } from './player-model.ts'
import type { Sight } from './ports.ts'

const pauseAfterMs: Record<Exclude<Sight, 'seen'>, Millis> = { hidden: 10_000, 'off-screen': 2_000 }
const closeAfterMs: Millis = 60_000
/** Shorter than this a look away leaves no trace. */
const glanceMs: Millis = 2_000
/** Someone waits for the picture: a server that does not answer at once is given only this long. */
const impatientMs: Millis = 3_000

/** Somebody can see the picture now, or not any more. */
export function seen(model: Model, sight: Sight, { atMs, utcMs }: Moment): Effect[] {
  const wasSeen = model.sight === 'seen'
  model.sight = sight
  if (sight !== 'seen') {
    if (wasSeen) set(model, { hiddenAtMs: atMs, hiddenUtcMs: utcMs })
    return []
  }
  // The monotonic clock of some machines stands still while they sleep.
  const hiddenForMs = Math.max(atMs - (model.hiddenAtMs ?? atMs), utcMs - (model.hiddenUtcMs ?? utcMs))
  const wasPaused = model.paused
  set(model, { hiddenAtMs: null, hiddenUtcMs: null, paused: false, helpedAtMs: atMs, heardAtMs: atMs, tickAtMs: null })
  if (model.link === 'down') {
    if (!isFinal(model)) model.nextTryAtMs = atMs
    // What was buffered then must not be played now.
    return hiddenForMs >= pauseAfterMs.hidden ? ['fresh'] : []
  }
  if (hiddenForMs >= closeAfterMs) {
    // The machine slept meanwhile; the connection cannot be trusted.
    set(model, { link: 'down', nextTryAtMs: isFinal(model) ? null : atMs })
    return ['disconnect', 'fresh']
  }
  // Never play what piled up while nobody looked.
  if (wasPaused) {
    model.askedAtMs = atMs - impatientMs
    return ['fresh', 'resume']
  }
  return hiddenForMs >= glanceMs ? ['nudge'] : []
}

/** Out of sight: the server is told to send nothing, later the connection is closed. */
export function hiddenTick(model: Model, atMs: Millis): Effect[] {
  if (model.sight === 'seen') return []
  const hiddenForMs = atMs - (model.hiddenAtMs ?? atMs)
  if (model.link !== 'down' && hiddenForMs >= closeAfterMs) {
    set(model, { link: 'down', paused: false, nextTryAtMs: null, lostAtMs: atMs, attempts: 0, askedAtMs: null })
    return ['disconnect']
  }
  if (model.link === 'open' && !model.paused && hiddenForMs >= pauseAfterMs[model.sight]) {
    set(model, { paused: true, askedAtMs: null })
    return ['pause']
  }
  return []
}
