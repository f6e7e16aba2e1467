import { isTimeKey, type Payload, toValue } from './payload.ts'
import type { MetricType, QuarantineReason } from './reading.ts'

export interface JsonValue {
  readonly metric: string
  readonly type: MetricType
  readonly unit: string | null
  readonly value: number
}
export interface JsonValues {
  readonly values: readonly JsonValue[]
  /** Each reason once. */
  readonly rejections: readonly QuarantineReason[]
}

/** Text that means "a number that is none"; it is refused under any key. */
const brokenNumber = /^[-+]?(nan|inf|infinity)$/i
const none: readonly never[] = []
const refused = (reason: QuarantineReason): JsonValues => ({ values: none, rejections: [reason] })

/** A key as a metric name: letters, digits, `_ . -`, at most 80. */
export function metricKey(raw: string): string {
  if (raw.length <= 80 && isPlain(raw)) return raw
  const letters = raw.replace(/[^\p{L}\p{N}_.-]+/gu, '_')
  return (letters.length > 80 ? letters.slice(0, 80).toWellFormed() : letters) || '_'
}

/** Only ASCII letters, digits, `_ . -`: nearly every key, and looked at for every value. */
function isPlain(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const isLetter = (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)
    if (!isLetter && !(code >= 0x30 && code <= 0x39) && code !== 0x2d && code !== 0x2e && code !== 0x5f) return false
  }
  return text.length > 0
}

/**
 * Values of a plain JSON payload: one per numeric or boolean key, keys one level down as `a_b`; or a bare value.
 * @param topicMetric the metric that the topic names: then the payload is its value, or an object with `value`
 * @param known metrics seen before: `null` or text for one of them is refused
 */
export function jsonValues(
  { text, json }: Payload,
  topicMetric: string | null,
  known: (metric: string) => boolean,
): JsonValues {
  if (typeof json !== 'object' || json === null) return bareValue(json === undefined ? text : json, topicMetric)
  if (Array.isArray(json)) return refused('no-values')

  const fields = json as Record<string, unknown>
  const values: JsonValue[] = []
  let isBroken = false
  const add = (metric: string, raw: unknown, unit: string | null) => {
    const read = toValue(raw)
    if (read) values.push({ metric, type: read.type, unit, value: read.value })
    else if (unit !== null || typeof raw === 'number' || known(metric)) isBroken = true
    else if (typeof raw === 'string' && brokenNumber.test(raw.trim())) isBroken = true
  }
  if (Object.hasOwn(fields, 'value') && (topicMetric !== null || typeof fields.unit === 'string')) {
    add(
      metricKey(topicMetric ?? 'value'),
      fields.value,
      typeof fields.unit === 'string' ? fields.unit.slice(0, 20) : null,
    )
    if (values.length === 0) isBroken = true
  } else {
    const prefix = topicMetric === null ? '' : `${topicMetric}_`
    for (const key in fields) {
      if (isTimeKey(key)) continue
      const raw = fields[key]
      if (typeof raw !== 'object' || raw === null) add(metricKey(prefix + key), raw, null)
      else if (!Array.isArray(raw))
        for (const [inner, deep] of Object.entries(raw)) add(metricKey(`${prefix}${key}_${inner}`), deep, null)
    }
  }
  if (isBroken) return { values, rejections: ['not-a-number'] }
  return values.length === 0 ? refused('no-values') : { values, rejections: none }
}

/** @param raw what stands for the whole payload: text that is no JSON, or what the JSON is */
function bareValue(raw: unknown, topicMetric: string | null): JsonValues {
  const bare = toValue(raw)
  if (bare) return { values: [{ metric: metricKey(topicMetric ?? 'value'), unit: null, ...bare }], rejections: none }
  const isText = typeof raw === 'string' && topicMetric === null && !brokenNumber.test(raw.trim())
  return refused(isText ? 'not-json' : 'not-a-number')
}
