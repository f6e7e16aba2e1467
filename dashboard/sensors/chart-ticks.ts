import { localMs, utcOfLocal } from '../../gateway/domain/hours.ts'
import { days, type UtcRange } from '../../gateway/domain/units.ts'
import { clockParts } from '../i18n/time.ts'
import { type Tick, ticks } from '../playback/ticks.ts'

const leastMonthPx = 64

/** Round moments of the site's clock: as on the timeline of footage; from a season on, the months. */
export function chartTicks(range: UtcRange, widthPx: number, timeZone: string): Tick[] {
  const spanMs = range.toUtcMs - range.fromUtcMs
  if (spanMs <= days(100)) return ticks({ fromUtcMs: range.fromUtcMs, spanMs }, widthPx, timeZone)
  const every = Math.max(1, Math.ceil((leastMonthPx * spanMs) / days(30) / Math.max(1, widthPx)))
  const [year = 0, month = 0] = clockParts(range.fromUtcMs, timeZone).date.split('-').map(Number)
  const found: Tick[] = []
  for (let at = month - 1; ; at += 1) {
    const utcMs = utcOfLocal(Date.UTC(year, at, 1), timeZone)
    if (utcMs > range.toUtcMs) return found
    const of = new Date(localMs(utcMs, timeZone)).getUTCMonth()
    if (utcMs < range.fromUtcMs || of % every !== 0) continue
    found.push({ utcMs, label: clockParts(utcMs, timeZone).date.slice(0, 7), major: of === 0 })
  }
}
