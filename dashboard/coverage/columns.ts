import { dayStarts } from '../../gateway/domain/hours.ts'
import { days, hours, type UtcMs, type UtcRange } from '../../gateway/domain/units.ts'
import { clockParts } from '../i18n/time.ts'

export const periods = ['month', 'week', 'day'] as const
export type Period = (typeof periods)[number]
export const isPeriod = (name: string | null): name is Period => periods.some((one) => one === name)

/** One bucket of the strip. */
export interface Column extends UtcRange {
  /** Shown in the head: `24`, or `14:00`. */
  readonly short: string
  /** Above it where it begins: the month, or the date. */
  readonly over: string
}

export const bucketOf = (period: Period): 'day' | 'hour' => (period === 'day' ? 'hour' : 'day')

const hourOf = (utcMs: UtcMs): UtcMs => Math.floor(utcMs / hours(1)) * hours(1)

/** The buckets of a period that ends now: the zone's own days, today among them, or the last 24 hours. */
export function columnsOf(period: Period, nowUtcMs: UtcMs, timeZone: string): Column[] {
  let over = ''
  const column = (fromUtcMs: UtcMs, toUtcMs: UtcMs): Column => {
    const { date, time } = clockParts(fromUtcMs, timeZone)
    const here = period === 'day' ? date.slice(5) : date.slice(0, 7)
    const isNew = here !== over
    over = here
    const short = period === 'day' ? time.slice(0, 2) : date.slice(8)
    return { fromUtcMs, toUtcMs, short, over: isNew ? here : '' }
  }
  if (period === 'day') {
    const last = hourOf(nowUtcMs)
    return Array.from({ length: 24 }, (_, n) => {
      const fromUtcMs = last - hours(23 - n)
      return column(fromUtcMs, fromUtcMs + hours(1))
    })
  }
  const count = period === 'week' ? 7 : 30
  const starts = dayStarts({ fromUtcMs: nowUtcMs - days(count + 1), toUtcMs: nowUtcMs + 1 }, timeZone).slice(-count - 1)
  return starts.slice(0, -1).map((start, n) => column(start, starts[n + 1] ?? start))
}

/** From the first column to now. */
export const wholeOf = (columns: readonly Column[], nowUtcMs: UtcMs): UtcRange => ({
  fromUtcMs: columns[0]?.fromUtcMs ?? nowUtcMs,
  toUtcMs: Math.max(nowUtcMs, (columns[0]?.fromUtcMs ?? nowUtcMs) + 1),
})
