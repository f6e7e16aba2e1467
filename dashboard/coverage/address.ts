import type { UtcMs } from '../../gateway/domain/units.ts'
import { isPeriod, type Period } from './columns.ts'

/** What an address says of the page. */
export interface Address {
  readonly period: Period
  /** Lines that show their cameras. */
  readonly open: readonly string[]
  /** The line whose details are shown; null: none. */
  readonly line: string | null
  /** Start of the column of these details; null: the whole period. */
  readonly fromUtcMs: UtcMs | null
}

export function readAddress(query: URLSearchParams): Address {
  const period = query.get('period')
  const from = Date.parse(query.get('from') ?? '')
  return {
    period: isPeriod(period) ? period : 'month',
    open: (query.get('open') ?? '').split(',').filter((one) => one !== ''),
    line: query.get('line'),
    fromUtcMs: Number.isNaN(from) ? null : from,
  }
}

/** The shortest address that says the same. */
export function writeAddress({ period, open, line, fromUtcMs }: Address): string {
  const parts: readonly (readonly [string, string | null])[] = [
    ['period', period === 'month' ? null : period],
    ['open', open.length === 0 ? null : open.join(',')],
    ['line', line],
    ['from', fromUtcMs === null ? null : new Date(fromUtcMs).toISOString()],
  ]
  const given = parts.flatMap(([name, value]) => (value === null ? [] : [`${name}=${escaped(value)}`]))
  return given.length === 0 ? '/coverage' : `/coverage?${given.join('&')}`
}

/** Commas and colons may stand in a query as they are. */
const escaped = (value: string): string => encodeURIComponent(value).replaceAll('%2C', ',').replaceAll('%3A', ':')
