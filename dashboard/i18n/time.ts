import { signal } from '@preact/signals'
import type { Millis, UtcMs } from '../../gateway/domain/units.ts'
import { language, t } from './language.ts'

/** The site's time zone, from the session. Every time on the screen is in it, never in the browser's. */
export const siteTimeZone = signal('Asia/Shanghai')

export interface ClockParts {
  readonly date: string
  readonly time: string
}

const formats = new Map<string, Intl.DateTimeFormat>()
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  })
  formats.set(timeZone, made)
  return made
}

/** `2026-11-22` and `14:03:20` in a zone. */
export function clockParts(utcMs: UtcMs, timeZone: string): ClockParts {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(utcMs)
      .map((part) => [part.type, part.value]),
  )
  const of = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? ''
  return {
    date: `${of('year')}-${of('month')}-${of('day')}`,
    time: `${of('hour')}:${of('minute')}:${of('second')}`,
  }
}

/** Time with seconds in the site's zone; the date stands before it when it is another day than `nowUtcMs`. */
export function formatTime(utcMs: UtcMs, nowUtcMs: UtcMs = Date.now()): string {
  const zone = siteTimeZone.value
  const at = clockParts(utcMs, zone)
  const today = clockParts(nowUtcMs, zone)
  if (at.date === today.date) return at.time
  return at.date.slice(0, 4) === today.date.slice(0, 4) ? `${at.date.slice(5)} ${at.time}` : `${at.date} ${at.time}`
}

/** Date and time with seconds, always both. */
export function formatDateTime(utcMs: UtcMs): string {
  const at = clockParts(utcMs, siteTimeZone.value)
  return `${at.date} ${at.time}`
}

/** A length of time in its two largest units: `2 分 5 秒`, `3 h 20 min`. */
export function formatDuration(ms: Millis): string {
  const words = t().time
  const seconds = Math.max(0, Math.round(ms / 1_000))
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  const days = Math.floor(hours / 24)
  if (days > 0) return words.two(words.days(days), hours % 24 === 0 ? '' : words.hours(hours % 24))
  if (hours > 0) return words.two(words.hours(hours), minutes % 60 === 0 ? '' : words.minutes(minutes % 60))
  if (minutes > 0) return words.two(words.minutes(minutes), seconds % 60 === 0 ? '' : words.seconds(seconds % 60))
  return words.seconds(seconds)
}

/** How long ago: `刚刚`, `40 秒前`, `3 分钟前`. One unit only; for a moment in the future, `in` it. */
export function formatAgo(utcMs: UtcMs, nowUtcMs: UtcMs): string {
  const words = t().time
  const seconds = Math.round((nowUtcMs - utcMs) / 1_000)
  const size = Math.abs(seconds)
  if (size < 3) return words.now
  let amount = words.days(Math.floor(size / 86_400))
  if (size < 60) amount = words.seconds(size)
  else if (size < 3_600) amount = words.minutes(Math.floor(size / 60))
  else if (size < 86_400) amount = words.hours(Math.floor(size / 3_600))
  return seconds < 0 ? words.ahead(amount) : words.ago(amount)
}

/** The name of the site's zone beside the clock. */
export function zoneLabel(utcMs: UtcMs): string {
  const zone = siteTimeZone.value
  if (zone === 'Asia/Shanghai') return t().time.beijing
  const part = new Intl.DateTimeFormat(language.value, { timeZone: zone, timeZoneName: 'shortOffset' })
    .formatToParts(utcMs)
    .find((one) => one.type === 'timeZoneName')
  return part === undefined ? zone : `${zone} (${part.value})`
}
