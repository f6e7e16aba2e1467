import type { Millis } from '../../gateway/domain/units.ts'
import { freshMs } from './play-state.ts'
import { lose, told } from './player-link.ts'
import {
  type Effect,
  isFinal,
  type Model,
  type Moment,
  type PlayerEvent,
  serverUtcMs,
  set,
  stepOf,
} from './player-model.ts'
import { hiddenTick, seen } from './player-sight.ts'
import type { PictureFault } from './ports.ts'

const silentMs: Millis = 6_000
const sleptMs: Millis = 5_000
const offlineAskMs: Millis = 30_000
/** A JPEG a second, made by a busy box, may be this far apart. */
const jpegGapMs: Millis = 5_000

/** Changes `model` by one event. @returns what to do, in order */
export function step(model: Model, event: PlayerEvent, moment: Moment): Effect[] {
  const { atMs } = moment
  switch (event.kind) {
    case 'entered':
      set(model, { link: 'opening', linkAtMs: atMs })
      return []
    case 'opened':
      set(model, { link: 'open', linkAtMs: atMs, askedAtMs: atMs, heardAtMs: atMs, paused: false })
      model.guess.began(atMs)
      return ['hello']
    case 'text':
      set(model, { heardAtMs: atMs, askedAtMs: null })
      return told(model, event.event, atMs)
    case 'bytes':
      set(model, { heardAtMs: atMs, bytesAtMs: atMs, askedAtMs: null, lostAtMs: null })
      // The gateway's clock was set back: the stamp of what is shown says nothing any more.
      if (event.captureUnixMicros > 0 && model.guess.arrived(atMs, event.captureUnixMicros / 1_000) === 'stepped')
        model.captureUtcMs = null
      return []
    case 'closed':
      return lose(model, event.code, moment)
    case 'presented':
      return presented(model, event.captureUnixMicros, moment)
    case 'broken':
      return freshen(model, event.fault, moment)
    case 'sight':
      return model.sight === event.sight ? [] : seen(model, event.sight, moment)
    case 'online':
      if (model.link !== 'down' || model.sight !== 'seen' || isFinal(model)) return []
      model.nextTryAtMs = atMs
      return tick(model, moment)
    default:
      return tick(model, moment)
  }
}

function presented(model: Model, captureUnixMicros: number | null, moment: Moment): Effect[] {
  const { atMs, utcMs } = moment
  const captureUtcMs = captureUnixMicros === null ? null : captureUnixMicros / 1_000
  // After a rebuild the same old frame may be shown once more: that is no sign of life.
  const isNewer = captureUtcMs === null || model.captureUtcMs === null || captureUtcMs > model.captureUtcMs
  if (captureUtcMs !== null) model.captureUtcMs = captureUtcMs
  const ageless = model.captureUtcMs === null || serverUtcMs(model, moment) === null
  model.agelessAtMs = ageless ? (model.agelessAtMs ?? atMs) : null
  set(model, { nudged: false, helpedAtMs: null })
  if (isNewer || model.presentedAtMs === null)
    set(model, { presentedAtMs: atMs, presentedUtcMs: utcMs, stallCounted: false })
  return []
}

/** A new picture, at most three times a minute; then the step counts as failed, and the server is asked for another one. */
function freshen(model: Model, fault: PictureFault, moment: Moment): Effect[] {
  const { atMs } = moment
  model.freshAtMs = model.freshAtMs.filter((at) => atMs - at < 60_000)
  set(model, { helpedAtMs: atMs, nudged: false })
  model.rebuilds++
  const shownStep = stepOf(model.shown)
  if (fault === 'unsupported' || model.freshAtMs.length >= model.failed.allowance(shownStep)) {
    model.freshAtMs = []
    if (shownStep !== null) model.failed.add(shownStep, atMs)
    // What comes next is something else: nothing is begun with what failed.
    return model.link === 'open' ? ['drop', 'hello'] : ['drop']
  }
  model.freshAtMs.push(atMs)
  return model.link === 'open' ? ['fresh', 'hello'] : ['fresh']
}

function tick(model: Model, moment: Moment): Effect[] {
  const { atMs, utcMs } = moment
  const slept = hasSlept(model, moment)
  set(model, { tickAtMs: atMs, tickUtcMs: utcMs })

  if (model.sight !== 'seen') return hiddenTick(model, atMs)
  if (slept && model.link !== 'down') {
    lose(model, 1006, moment)
    // Not all tiles at once; how many at a time is the gate's matter.
    model.nextTryAtMs = atMs + moment.chance * 300
    return ['disconnect', 'fresh']
  }
  if (model.nextTryAtMs !== null && atMs >= model.nextTryAtMs) {
    model.nextTryAtMs = null
    if (model.link === 'open') return ask(model, atMs)
    if (model.link === 'down') {
      model.link = 'queued'
      return ['connect']
    }
  }
  const silentSinceMs = silence(model)
  if (silentSinceMs !== null && atMs - silentSinceMs >= silentMs) {
    lose(model, 1006, moment)
    return ['disconnect']
  }
  if (model.link !== 'open') return []
  if (model.offline && model.askedAtMs === null && atMs - (model.heardAtMs ?? atMs) >= offlineAskMs)
    return ask(model, atMs)
  if (model.offline || model.refused) return []
  if (model.saidFailed.some((one) => !model.failed.list(atMs).includes(one))) return ask(model, atMs)
  return unfreeze(model, moment)
}

function ask(model: Model, atMs: Millis): Effect[] {
  set(model, { refused: null, askedAtMs: atMs })
  return ['hello']
}

/** Since when something is owed that did not come: an answer, or pictures. */
function silence(model: Model): Millis | null {
  if (model.link === 'opening') return model.linkAtMs
  if (model.link !== 'open') return null
  if (model.askedAtMs !== null) return model.askedAtMs
  return model.offline || model.refused ? null : model.heardAtMs
}

/** Bytes flow, yet nothing is presented: first to the newest keyframe, then a new picture. */
function unfreeze(model: Model, moment: Moment): Effect[] {
  const { atMs } = moment
  const stoodMs = model.presentedAtMs === null ? 0 : atMs - model.presentedAtMs
  if (stoodMs > freshMs && !model.stallCounted && !model.shown?.keyframesOnly) {
    model.stallCounted = true
    model.stalls++
  }
  const flows = model.bytesAtMs !== null && atMs - model.bytesAtMs < 1_000
  const sinceMs = Math.max(model.presentedAtMs ?? 0, model.helpedAtMs ?? 0)
  const patienceMs = model.shown?.tier === 'mse' ? freshMs : jpegGapMs
  const idle = !flows || model.shown === null || model.shown.keyframesOnly
  if (idle || sinceMs === 0 || atMs - sinceMs < patienceMs) return []
  if (!model.nudged) {
    set(model, { nudged: true, helpedAtMs: atMs })
    return ['nudge']
  }
  return freshen(model, 'decode', moment)
}

/** The machine slept, or the tab was frozen: ticks come four times a second while the tab is visible. */
function hasSlept(model: Model, { atMs, utcMs }: Moment): boolean {
  if (model.tickAtMs === null || model.tickUtcMs === null || model.sight !== 'seen') return false
  const passedMs = atMs - model.tickAtMs
  return passedMs > sleptMs || utcMs - model.tickUtcMs - passedMs > sleptMs
}
