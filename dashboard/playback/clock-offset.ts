import { type Millis, seconds } from '../../gateway/domain/units.ts'
import { formatDuration } from '../i18n/time.ts'
import { words } from './words.ts'

/** Amber above two seconds, red above thirty. */
export const offsetTone = (offsetMs: Millis): 'calm' | 'warn' | 'crit' => {
  const size = Math.abs(offsetMs)
  return size > seconds(30) ? 'crit' : size > seconds(2) ? 'warn' : 'calm'
}

/** `快 7 分钟`, `4 s slow`. */
export const offsetWord = (offsetMs: Millis): string => {
  const length = formatDuration(Math.abs(offsetMs))
  return offsetMs > 0 ? words().ahead(length) : words().behind(length)
}
