import type { Alert } from '../../gateway/contract/alert.ts'
import { type Millis, seconds } from '../../gateway/domain/units.ts'
import { lengthOf, type Pattern } from './patterns.ts'

/** What decides what should sound now. Times are of one clock that never steps. */
export interface SoundFacts {
  /** Open alerts; null while they are not known. */
  readonly alerts: readonly Pick<Alert, 'id' | 'severity' | 'acknowledgedUtcMs'>[] | null
  /** Since when the gateway is away. */
  readonly lostAtMs: Millis | null
  readonly mutedUntilMs: Millis
  /** The browser lets this page sound, somebody's shift began, and no test of the patterns is under way. */
  readonly audible: boolean
}

/** What already sounded. */
export interface SoundMemory {
  /** Alerts that need no first sound any more; null before any are known. */
  readonly heard: ReadonlySet<string> | null
  readonly lastAtMs: Readonly<Record<'critical' | 'lost', Millis>>
  readonly playing: { readonly pattern: Pattern; readonly untilMs: Millis } | null
}
export const nothingHeard: SoundMemory = {
  heard: null,
  lastAtMs: { critical: -Infinity, lost: -Infinity },
  playing: null,
}

export interface SoundStep {
  readonly memory: SoundMemory
  readonly play: Pattern | null
  /** What sounds now must end at once. */
  readonly silence: boolean
}

const criticalEveryMs: Millis = seconds(5)
/** While the gateway is away nobody can acknowledge: it stays a reminder. */
export const lostEveryMs: Millis = seconds(30)
/** A gateway that restarts, or a short break of the network, is no alarm. */
export const lostAfterMs: Millis = seconds(5)
/** Silence between two patterns, so that each is heard as one. */
const pauseMs: Millis = 400

/**
 * What should begin to sound now: a critical alert until somebody acknowledges it, a gateway that is away every half minute, a warning
 * once. A warning that came while muted sounds afterwards, if it still needs somebody; one that came while nothing could sound does not.
 */
export function nextSound(before: SoundMemory, facts: SoundFacts, nowMs: Millis): SoundStep {
  const waiting = facts.alerts?.filter((one) => one.acknowledgedUtcMs === null) ?? []
  const critical = waiting.filter((one) => one.severity === 'critical')
  const memory = learn(before, facts, nowMs)
  const playing = memory.playing
  const muted = nowMs < facts.mutedUntilMs
  if (!facts.audible || muted) return { memory: { ...memory, playing: null }, play: null, silence: playing !== null }
  // Somebody acknowledged it: no tone more.
  if (playing?.pattern === 'critical' && critical.length === 0)
    return { memory: { ...memory, playing: null }, play: null, silence: true }
  if (playing !== null) return { memory, play: null, silence: false }
  const pattern = due(memory, facts, nowMs, critical, waiting)
  return pattern === null ? { memory, play: null, silence: false } : begin(memory, pattern, nowMs, waiting)
}

function due(
  { heard, lastAtMs }: SoundMemory,
  { lostAtMs }: SoundFacts,
  nowMs: Millis,
  critical: readonly { readonly id: string }[],
  waiting: readonly { readonly id: string }[],
): Pattern | null {
  const lost = lostAtMs !== null && nowMs - lostAtMs >= lostAfterMs
  const everyMs = lost ? lostEveryMs : criticalEveryMs
  const isNew = (one: { readonly id: string }) => heard !== null && !heard.has(one.id)
  if (critical.some(isNew) || (critical.length > 0 && nowMs - lastAtMs.critical >= everyMs)) return 'critical'
  if (lost && nowMs - lastAtMs.lost >= lostEveryMs) return 'lost'
  return waiting.some(isNew) ? 'warning' : null
}

function begin(memory: SoundMemory, pattern: Pattern, nowMs: Millis, waiting: SoundFacts['alerts']): SoundStep {
  const severity = pattern === 'critical' ? 'critical' : 'warning'
  const told = pattern === 'lost' ? [] : (waiting ?? []).filter((one) => one.severity === severity)
  return {
    memory: {
      heard: new Set([...(memory.heard ?? []), ...told.map((one) => one.id)]),
      lastAtMs: pattern === 'warning' ? memory.lastAtMs : { ...memory.lastAtMs, [pattern]: nowMs },
      playing: { pattern, untilMs: nowMs + lengthOf(pattern) + pauseMs },
    },
    play: pattern,
    silence: false,
  }
}

/** What is open when the page begins, or while nothing may sound, needs no first sound; what is closed is forgotten. */
function learn(before: SoundMemory, { alerts, audible, lostAtMs }: SoundFacts, nowMs: Millis): SoundMemory {
  const playing = before.playing !== null && nowMs < before.playing.untilMs ? before.playing : null
  // Another loss begins to sound anew.
  const lastAtMs = lostAtMs === null ? { ...before.lastAtMs, lost: -Infinity } : before.lastAtMs
  if (alerts === null) return { ...before, playing, lastAtMs }
  const open = alerts.map((one) => one.id)
  const heard = before.heard
  return { heard: new Set(heard === null || !audible ? open : open.filter((id) => heard.has(id))), playing, lastAtMs }
}
