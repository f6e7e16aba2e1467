import type { Alert } from '../../gateway/contract/alert.ts'
import type { Metric } from '../../gateway/contract/sensor.ts'
import { t } from '../i18n/language.ts'
import { formatValue } from '../i18n/numbers.ts'

/** What happened. A rule has a name that says it; the gateway's own alerts have a code, and the name is whom it is about. */
export function alertTitle({ ruleId, code, name }: Pick<Alert, 'ruleId' | 'code' | 'name'>): string {
  const titles: Readonly<Record<string, (name: string) => string>> = t().alertTitles
  const title = ruleId === null && Object.hasOwn(titles, code) ? titles[code] : undefined
  return title?.(name) ?? name
}

/** The metric an alert is about, or something that prints its numbers. */
export function metricOf(
  alert: Pick<Alert, 'metric' | 'unit'>,
  metrics: readonly Metric[] | undefined,
): Pick<Metric, 'type' | 'kind' | 'unit'> {
  const known = metrics?.find((metric) => metric.key === alert.metric)
  return known ?? { type: 'number', kind: null, unit: alert.unit }
}

/** The worst value so far, in the metric's own words; empty when the alert is not about a value. */
export function alertValue(alert: Alert, metrics: readonly Metric[] | undefined): string {
  const value = alert.worstValue ?? alert.value
  return value === null || alert.condition === 'silent' ? '' : formatValue(metricOf(alert, metrics), value)
}
