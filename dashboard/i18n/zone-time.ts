import { offsetMs, utcOfLocal } from '../../gateway/domain/hours.ts'
import { days, minutes, type UtcMs } from '../../gateway/domain/units.ts'
import { clockParts } from './time.ts'

const datePattern = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/
const timePattern = /^(\d{1,2})[:：](\d{2})(?:[:：](\d{2}))?$/

/** `2026-11-22` of what was typed: `2026/11/2` is understood too. Undefined when no day looks like it. */
function isoDate(typed: string): string | undefined {
  const [, year = '', month = '', day = ''] = datePattern.exec(typed.trim()) ?? []
  return year === '' ? undefined : `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
}

/** @returns the moment of a typed date (`2026-11-22`) and time (`14:03` or `14:03:20`) in the zone, or undefined */
export function typedMoment(date: string, time: string, timeZone: string): UtcMs | undefined {
  const match = timePattern.exec(time.trim())
  const iso = isoDate(date)
  if (iso === undefined || match === null) return undefined
  const [hour, minute, second] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)]
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const day = Date.parse(`${iso}T00:00:00Z`)
  if (Number.isNaN(day) || new Date(day).toISOString().slice(0, 10) !== iso) return undefined
  return utcOfLocal(day + ((hour * 60 + minute) * 60 + second) * 1_000, timeZone)
}

const dayWords: Readonly<Record<string, number>> = { 今天: 0, 昨天: 1, 前天: 2, today: 0, yesterday: 1 }
const wholePattern = /^(?:(今天|昨天|前天)\s*|(today|yesterday|\d{4}[-/.]\d{1,2}[-/.]\d{1,2})[\sT]+)?(\S+)$/i

/**
 * A moment as people type it: `14:03`, `14:03:20`, `2026-11-21 14:03:05`, `昨天 14:03`, `yesterday 14:03`.
 * Without a day it is that of `date`. Undefined when it is no time.
 */
export function spokenMoment(typed: string, date: string, nowUtcMs: UtcMs, timeZone: string): UtcMs | undefined {
  const [, chinese, other, time = ''] = wholePattern.exec(typed.trim()) ?? []
  const day = (chinese ?? other)?.toLowerCase()
  const ago = day === undefined ? undefined : dayWords[day]
  if (ago === undefined) return typedMoment(day ?? date, time, timeZone)
  const today = Date.parse(`${clockParts(nowUtcMs, timeZone).date}T00:00:00Z`)
  return typedMoment(new Date(today - days(ago)).toISOString().slice(0, 10), time, timeZone)
}

/** RFC 3339 with the zone's offset, whole seconds: `2026-11-22T14:03:20+08:00`. */
export function toRfc3339(utcMs: UtcMs, timeZone: string): string {
  const { date, time } = clockParts(utcMs, timeZone)
  const offset = Math.round(offsetMs(utcMs, timeZone) / minutes(1))
  const size = Math.abs(offset)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${date}T${time}${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}
