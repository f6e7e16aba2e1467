import { localMs, utcOfLocal } from '../../gateway/domain/hours.ts'
import { days, hours, type Millis, minutes, seconds, type UtcMs } from '../../gateway/domain/units.ts'
import { clockParts } from '../i18n/time.ts'
import { rangeOf, type View } from './scale.ts'

export interface Tick {
  readonly utcMs: UtcMs
  /** `14:03`, `14:03:20`, or the date at midnight. */
  readonly label: string
  /** Midnight in the zone. */
  readonly major: boolean
}

const steps: readonly Millis[] = [
  ...[1, 2, 5, 10, 15, 30].map(seconds),
  ...[1, 2, 5, 10, 15, 30].map(minutes),
  ...[1, 2, 3, 6, 12].map(hours),
  ...[1, 2, 5, 10, 31].map(days),
]
const leastGapPx = 84

/** The smallest step whose labels do not touch. */
export const tickStepMs = (view: View, widthPx: number): Millis =>
  steps.find((step) => (step / view.spanMs) * widthPx >= leastGapPx) ?? days(31)

/** Round moments of the zone's clock inside the view. Days of 23 or 25 hours keep their midnights. */
export function ticks(view: View, widthPx: number, timeZone: string): Tick[] {
  const stepMs = tickStepMs(view, widthPx)
  const { fromUtcMs, toUtcMs } = rangeOf(view)
  const first = Math.ceil(localMs(fromUtcMs, timeZone) / stepMs) * stepMs
  const last = localMs(toUtcMs, timeZone)
  const found = new Map<UtcMs, Tick>()
  for (let local = first; local <= last; local += stepMs) {
    const utcMs = utcOfLocal(local, timeZone)
    if (utcMs < fromUtcMs || utcMs > toUtcMs) continue
    const { date, time } = clockParts(utcMs, timeZone)
    const major = time === '00:00:00'
    const label = major ? date.slice(5) : stepMs < minutes(1) ? time : time.slice(0, 5)
    found.set(utcMs, { utcMs, label, major })
  }
  return [...found.values()]
}
