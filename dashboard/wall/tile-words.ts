import type { Camera } from '../../gateway/contract/camera.ts'
import type { UtcMs } from '../../gateway/domain/units.ts'
import { t } from '../i18n/language.ts'
import { formatDuration, formatTime } from '../i18n/time.ts'
import type { PlayKind, PlayState } from '../live/play-state.ts'
import type { Tone } from '../parts/badges.tsx'
import type { Withheld } from './board.ts'
import { words } from './words.ts'

/** How a tile looks: each is told from the others by shape, word and colour. */
export type Look = PlayKind | Withheld

/** What is withheld looks the same whether the page knew it or the gateway said it. */
export function lookOf(state: PlayState, withheld: Withheld | null): Look {
  if (withheld !== null) return withheld
  if (state.kind === 'refused' && (state.code === 'privacy' || state.code === 'forbidden')) return state.code
  return state.kind
}
export const isWithheld = (look: Look): look is Withheld =>
  look === 'disabled' || look === 'privacy' || look === 'forbidden'

export const presents = (state: PlayState): boolean => state.kind === 'live' || state.kind === 'late'

export const tones: Record<Look, Tone> = {
  connecting: 'calm',
  live: 'live',
  late: 'warn',
  stalled: 'warn',
  offline: 'crit',
  refused: 'unknown',
  paused: 'off',
  disabled: 'off',
  privacy: 'unknown',
  forbidden: 'unknown',
}

export const lookWord = (look: Look): string => (isWithheld(look) ? words().withheld[look].state : words().states[look])

/** How old the shown picture is, where that is known: `0.4 秒`. */
export function ageWord(state: PlayState): string {
  if (!('ageMs' in state)) return ''
  if (state.ageMs === null) return words().ageUnknown
  const seconds = state.ageMs / 1_000
  return words().age(seconds < 9.95 ? seconds.toFixed(1) : seconds.toFixed(0))
}

/** What stands over a picture that is not live: what is wrong, since when, what happens next. */
export interface Message {
  readonly title: string
  readonly lines: readonly string[]
}

export function messageOf(
  state: PlayState,
  withheld: Withheld | null,
  camera: Camera,
  nowUtcMs: UtcMs,
): Message | undefined {
  const all = words()
  const look = lookOf(state, withheld)
  if (isWithheld(look)) return { title: all.withheld[look].what, lines: [all.withheld[look].todo] }
  if (state.kind === 'connecting') return { title: all.states.connecting, lines: [all.waiting] }
  if (state.kind === 'stalled') return { title: all.stoppedAt(formatTime(state.sinceUtcMs, nowUtcMs)), lines: [] }
  if (state.kind === 'refused') return { title: all.refusals[state.code], lines: state.detail ? [state.detail] : [] }
  if (state.kind !== 'offline') return undefined
  const next = state.nextTryUtcMs
  const nextTry = next !== null && next > nowUtcMs ? [all.nextTry(formatTime(next, nowUtcMs))] : []
  if (state.reason === 'gateway-lost') return { title: all.gatewayLost, lines: [...nextTry, all.gatewayLostTodo] }
  const { sinceUtcMs, status } = camera.state
  const since =
    status === 'recording'
      ? []
      : [all.since(formatTime(sinceUtcMs, nowUtcMs), formatDuration(Math.max(0, nowUtcMs - sinceUtcMs)))]
  const reason = t().reasons[state.reason]
  return { title: reason.what, lines: [...since, ...nextTry, reason.todo] }
}

/** Over a picture that plays: why it is not the best one. Null: nothing to say. */
export function noteOf(state: PlayState, camera: Pick<Camera, 'state'>): string | null {
  if (!presents(state)) return null
  if (camera.state.status !== 'recording') return words().notRecording
  if (state.apart) return words().apart
  if (state.shown?.keyframesOnly) return words().keyframes
  return state.shown?.why ? words().why[state.shown.why] : null
}
