import type { Millis } from '../../gateway/domain/units.ts'
import { driftOf } from '../i18n/clock-drift.ts'
import { formatDuration } from '../i18n/time.ts'
import { words } from './words.ts'

const tones = { unknown: 'calm', fine: 'calm', off: 'warn', wrong: 'crit' } as const
export const offsetTone = (offsetMs: Millis): 'calm' | 'warn' | 'crit' => tones[driftOf(offsetMs)]

/** `快 7 分钟`, `4 s slow`. */
export const offsetWord = (offsetMs: Millis): string => {
  const length = formatDuration(Math.abs(offsetMs))
  return offsetMs > 0 ? words().ahead(length) : words().behind(length)
}
