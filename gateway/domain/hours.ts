import { normal } from './stretches.ts'
import { days, minutes, type Millis, type UtcMs, type UtcRange } from './units.ts'

/** A weekly window in local time: days 1 (Monday) to 7, `HH:MM`. An end that is not after the beginning is on the next day. */
export interface WeeklyWindow {
  readonly days: readonly number[]
  readonly from: string
  readonly to: string
}

const formats = new Map<string, Intl.DateTimeFormat>()
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known) return known
  const parts = {
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  } as const
  const made = new Intl.DateTimeFormat('en', { timeZone, hourCycle: 'h23', ...parts })
  formats.set(timeZone, made)
  return made
}

/** Local time as if it were UTC: the number whose UTC clock shows what the clock in the zone shows. */
export function localMs(utcMs: UtcMs, timeZone: string): number {
  const at: Record<string, number> = {}
  for (const { type, value } of formatOf(timeZone).formatToParts(utcMs)) at[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = at
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((utcMs % 1_000) + 1_000) % 1_000)
}

/** The zone's distance from UTC at a moment. */
export const offsetMs = (utcMs: UtcMs, timeZone: string): Millis => localMs(utcMs, timeZone) - utcMs

/** The moment at which a zone's clock shows `local`. A time that is shown twice is the first one; one that is skipped, what comes after. */
export function utcOfLocal(local: number, timeZone: string): UtcMs {
  const early = local - offsetMs(local - days(1), timeZone)
  if (localMs(early, timeZone) === local) return early
  const late = local - offsetMs(local + days(1), timeZone)
  return localMs(late, timeZone) === local ? late : early
}

/** The starts of the zone's days that touch `range`, and the start of the day after. */
export function dayStarts({ fromUtcMs, toUtcMs }: UtcRange, timeZone: string): UtcMs[] {
  const first = Math.floor(localMs(fromUtcMs, timeZone) / days(1)) * days(1)
  const starts: UtcMs[] = []
  for (let local = first; ; local += days(1)) {
    const start = utcOfLocal(local, timeZone)
    starts.push(start)
    if (start >= toUtcMs) return starts
  }
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))

/** The stretches of `range` inside the windows, in order and not overlapping. Pure. */
export function windowsIn(windows: readonly WeeklyWindow[], range: UtcRange, timeZone: string): UtcRange[] {
  const first = Math.floor(localMs(range.fromUtcMs, timeZone) / days(1)) - 1
  const last = Math.floor(localMs(range.toUtcMs, timeZone) / days(1))
  const found: UtcRange[] = []
  for (let day = first; day <= last; day++) {
    // 1 January 1970 was a Thursday.
    const weekday = ((((day + 3) % 7) + 7) % 7) + 1
    for (const { days: on, from, to } of windows) {
      if (!on.includes(weekday)) continue
      const begins = minutesOf(from)
      const ends = minutesOf(to) > begins ? minutesOf(to) : minutesOf(to) + 24 * 60
      const fromUtcMs = Math.max(range.fromUtcMs, utcOfLocal(days(day) + minutes(begins), timeZone))
      const toUtcMs = Math.min(range.toUtcMs, utcOfLocal(days(day) + minutes(ends), timeZone))
      found.push({ fromUtcMs, toUtcMs })
    }
  }
  return normal(found)
}
