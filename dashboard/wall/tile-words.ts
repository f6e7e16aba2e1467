import type { Camera } from '../../gateway/contract/camera.ts'
import type { UtcMs } from '../../gateway/domain/units.ts'
import { t } from '../i18n/language.ts'
import { formatDuration, formatTime } from '../i18n/time.ts'
import type { PlayState } from '../live/play-state.ts'
import type { Tone } from '../parts/badges.tsx'
import { words } from './words.ts'

export const tones: Record<PlayState['kind'], Tone> = {
  connecting: 'calm',
  live: 'live',
  late: 'warn',
  stalled: 'warn',
  offline: 'crit',
  refused: 'unknown',
  paused: 'off',
}

/** How old the shown picture is, where that is known: `0.4 秒`. */
export function ageWord(state: PlayState): string | undefined {
  if (!('ageMs' in state) || state.ageMs === null) return undefined
  const seconds = state.ageMs / 1_000
  return words().age(seconds < 9.95 ? seconds.toFixed(1) : seconds.toFixed(0))
}

/** What stands over a picture that is not live: what is wrong, since when, what happens next. */
export interface Message {
  readonly title: string
  readonly lines: readonly string[]
}

export function messageOf(state: PlayState, camera: Camera, nowUtcMs: UtcMs): Message | undefined {
  const all = words()
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
