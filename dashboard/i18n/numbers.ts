import type { Metric } from '../../gateway/contract/sensor.ts'
import { t } from './language.ts'

/** Digits that tell something: two below 10, one below 100, none above. A fixed number of them, so that values do not jump. */
export function formatNumber(value: number): string {
  const size = Math.abs(value)
  const digits = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2
  return value.toFixed(digits).replace('-', '−')
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
