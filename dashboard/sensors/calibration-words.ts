import { days } from '../../gateway/domain/units.ts'
import type { Tone } from '../parts/badges.tsx'
import { words } from './words.ts'

/** Told so many days before. */
const warnDays = 30

/** How a due date stands, seen from today; both days as `2026-11-22`. */
export function dueWords(dueOn: string, today: string): { readonly tone: Tone; readonly text: string } {
  const left = Math.round((Date.parse(`${dueOn}T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / days(1))
  if (left < 0) return { tone: 'crit', text: words().overdue(dueOn, -left) }
  return left <= warnDays
    ? { tone: 'warn', text: words().dueSoon(dueOn, left) }
    : { tone: 'calm', text: words().due(dueOn) }
}
