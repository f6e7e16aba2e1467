import type { Metric } from '../../gateway/contract/sensor.ts'
import type { Bytes } from '../../gateway/domain/units.ts'
import { t } from './language.ts'

/** Digits that tell something: two below 10, one below 100, none above. A fixed number of them, so that values do not jump. */
export function formatNumber(value: number): string {
  const size = Math.abs(value)
  const digits = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2
  return value.toFixed(digits).replace('-', '−')
}

/** Numbers of an axis, all with the digits that their step needs. */
export function axisNumbers(splits: readonly number[]): string[] {
  const step = Math.abs((splits[1] ?? 0) - (splits[0] ?? 0))
  const isWhole = (digits: number): boolean => Math.abs(step * 10 ** digits - Math.round(step * 10 ** digits)) < 1e-6
  const digits = [0, 1, 2].find(isWhole) ?? 3
  return splits.map((value) => value.toFixed(digits).replace('-', '−'))
}

const opens: readonly string[] = ['door', 'window', 'opening', 'garage_door', 'lock']

/** A value with its unit, or the word of a contact. */
export function formatValue(metric: Pick<Metric, 'type' | 'kind' | 'unit'>, value: number): string {
  if (metric.type === 'binary') {
    const words = opens.includes(metric.kind ?? '') ? [t().shut, t().open] : [t().no, t().yes]
    return (value === 0 ? words[0] : words[1]) ?? ''
  }
  return withUnit(formatNumber(value), metric.unit)
}

/** Percent and degrees stand close, other units after a narrow space. */
export function withUnit(number: string, unit: string | null): string {
  if (unit === null || unit === '') return number
  return unit === '%' ? `${number}%` : `${number}\u202f${unit}`
}

/** A number of things: `356,700`. */
export const formatCount = (n: number): string =>
  String(n)
    .replace(/\B(?=(\d{3})+$)/g, ',')
    .replace('-', '−')

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

/** A size as disks are sold: `6.40\u202fTB`, powers of a thousand. */
export function formatBytes(bytes: Bytes): string {
  const power = Math.min(byteUnits.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, Math.abs(bytes))) / 3)))
  return withUnit(formatNumber(bytes / 1_000 ** power), byteUnits[power] ?? 'B')
}
