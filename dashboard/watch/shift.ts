import { hours, type Millis, minutes, type UtcMs } from '../../gateway/domain/units.ts'
import type { AudioState } from './audio.ts'

export const muteMs: Millis = minutes(2)
/** After so long somebody else sits there. */
const shiftMs: Millis = hours(12)

/** How the test of the patterns went, and when. */
export interface Shift {
  readonly startedUtcMs: UtcMs
  readonly heard: boolean
}

export interface SilenceFacts {
  readonly audio: AudioState
  readonly shift: Shift | null
  readonly mutedForMs: Millis
  readonly nowUtcMs: UtcMs
  /** Nobody sits there: no shift begins. */
  readonly screen: boolean
}

/** Why alerts cannot be heard: the worst reason. */
export type Silence =
  | { readonly kind: 'no-audio' | 'blocked' | 'not-started' | 'not-heard' }
  | { readonly kind: 'muted'; readonly leftMs: Millis }

export const isOn = (shift: Shift | null, nowUtcMs: UtcMs): shift is Shift =>
  shift !== null && nowUtcMs - shift.startedUtcMs < shiftMs

/** @returns null when alerts are heard, as far as a browser can know */
export function silenceOf({ audio, shift, mutedForMs, nowUtcMs, screen }: SilenceFacts): Silence | null {
  if (audio === 'none') return { kind: 'no-audio' }
  if (!screen && !isOn(shift, nowUtcMs)) return { kind: 'not-started' }
  if (audio === 'blocked') return { kind: 'blocked' }
  if (!screen && shift?.heard === false) return { kind: 'not-heard' }
  return mutedForMs > 0 ? { kind: 'muted', leftMs: mutedForMs } : null
}

const storageKey = 'zone-gateway.shift'
type Storage = Pick<globalThis.Storage, 'getItem' | 'setItem' | 'removeItem'>

/** A page that is loaded anew in the same tab is still the same shift of the same person. */
export function readShift(storage: Storage, user: string): Shift | null {
  const [startedUtcMs, heard, ...whose] = (storage.getItem(storageKey) ?? '').split(' ')
  const at = Number(startedUtcMs)
  return at > 0 && whose.join(' ') === user ? { startedUtcMs: at, heard: heard === 'heard' } : null
}

export function writeShift(storage: Storage, user: string, { startedUtcMs, heard }: Shift): void {
  storage.setItem(storageKey, `${startedUtcMs} ${heard ? 'heard' : 'not-heard'} ${user}`)
}
