import { type Payload, timeKeys, toValue } from './payload.ts'
import type { MetricType, QuarantineReason } from './reading.ts'

export interface JsonValue {
  readonly metric: string
  readonly type: MetricType
  readonly unit: string | null
  readonly value: number
}

/** Text that means "a number that is none"; it is refused under any key. */
const brokenNumber = /^[-+]?(nan|inf|infinity)$/i

/** A key as a metric name: letters, digits, `_ . -`, at most 80. */
export const metricKey = (raw: string): string => raw.replace(/[^\p{L}\p{N}_.-]+/gu, '_').slice(0, 80)

/**
 * Values of a plain JSON payload: one per numeric or boolean key, keys one level down as `a_b`; or a bare value.
 * @param topicMetric the metric that the topic names: then the payload is its value, or an object with `value`
 * @param known metrics seen before: `null` or text for one of them is refused
 */
export function jsonValues(
  { text, json }: Payload,
  topicMetric: string | null,
  known: (metric: string) => boolean,
): { values: JsonValue[]; rejections: QuarantineReason[] } {
  if (typeof json !== 'object' || json === null) {
    const bare = toValue(json === undefined ? text : json)
    if (bare) return { values: [{ metric: metricKey(topicMetric ?? 'value'), unit: null, ...bare }], rejections: [] }
    if (json !== undefined || topicMetric !== null || brokenNumber.test(text.trim()))
      return { values: [], rejections: ['not-a-number'] }
    return { values: [], rejections: ['not-json'] }
  }
  if (Array.isArray(json)) return { values: [], rejections: ['no-values'] }

  const fields = json as Record<string, unknown>
  const values: JsonValue[] = []
  const rejections = new Set<QuarantineReason>()
  const single = 'value' in fields && (topicMetric !== null || typeof fields.unit === 'string')
  const add = (metric: string, raw: unknown, unit: string | null) => {
    const read = toValue(raw)
    if (read) values.push({ metric, unit, ...read })
    else if (known(metric) || unit !== null || typeof raw === 'number') rejections.add('not-a-number')
    else if (typeof raw === 'string' && brokenNumber.test(raw.trim())) rejections.add('not-a-number')
  }
  if (single) {
    const unit = typeof fields.unit === 'string' ? fields.unit.slice(0, 20) : null
    add(metricKey(topicMetric ?? 'value'), fields.value, unit)
    if (values.length === 0) rejections.add('not-a-number')
  } else {
    const prefix = topicMetric === null ? '' : `${topicMetric}_`
    for (const [key, raw] of Object.entries(fields)) {
      if (timeKeys.has(key.toLowerCase())) continue
      if (typeof raw !== 'object' || raw === null) add(metricKey(prefix + key), raw, null)
      else if (!Array.isArray(raw))
        for (const [inner, deep] of Object.entries(raw)) add(metricKey(`${prefix}${key}_${inner}`), deep, null)
    }
  }
  if (values.length === 0 && rejections.size === 0) rejections.add('no-values')
  return { values, rejections: [...rejections] }
}

/** Units and Home Assistant device classes by words that are common in keys; the last matching word of the key decides. */
const guesses: readonly (readonly [RegExp, string | null, string | null])[] = [
  [/^(temp|temperature|tempc|t)$/, '°C', 'temperature'],
  [/^(hum|humidity|rh)$/, '%', 'humidity'],
  [/^ph$/, 'pH', 'ph'],
  [/^(level|battery|soc)$/, '%', null],
  [/^(powerkw|kw)$/, 'kW', 'power'],
  [/^(power|powerw|watts?)$/, 'W', 'power'],
  [/^(energy|kwh)$/, 'kWh', 'energy'],
  [/^(voltage|volts?)$/, 'V', 'voltage'],
  [/^(current|amps?)$/, 'A', 'current'],
  [/^(pressure|hpa)$/, 'hPa', 'atmospheric_pressure'],
  [/^co2$/, 'ppm', 'carbon_dioxide'],
  [/^(lux|illuminance)$/, 'lx', 'illuminance'],
  [/^flow$/, 'm³/h', 'volume_flow_rate'],
  [/^lel$/, '%LEL', 'gas'],
  [/^(door|contact|open)$/, null, 'door'],
  [/^rssi$/, 'dBm', 'signal_strength'],
]

/** What a metric of this name most likely is; a guess, and shown as such until somebody says otherwise. */
export function guessMetric(key: string): { unit: string | null; kind: string | null } {
  const parts = key
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
  for (const part of [parts.join(''), ...parts.reverse()]) {
    const guess = guesses.find(([word]) => word.test(part))
    if (guess) return { unit: guess[1], kind: guess[2] }
  }
  return { unit: null, kind: null }
}
