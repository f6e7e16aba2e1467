import type { Rule } from '../../gateway/contract/alert.ts'
import type { Metric } from '../../gateway/contract/sensor.ts'
import { formatValue } from '../i18n/numbers.ts'

/** A limit in a few letters, for the line in a chart: `冷库超温 > 5 °C`. */
export function ruleWords(
  { name, condition, threshold }: Pick<Rule, 'name' | 'condition' | 'threshold'>,
  metric: Metric,
): string {
  if (metric.type === 'binary') return name
  return `${name} ${condition === 'above' ? '>' : '<'} ${formatValue(metric, threshold)}`
}
