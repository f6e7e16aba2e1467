import { jsonValues } from './json-metrics.ts'
import { Failure } from './failure.ts'
import { minutes, type UtcMs } from './units.ts'
import { deviceTime, parsePayload, toValue } from './payload.ts'
import type { Template } from './value-template.ts'
import type { ReadingQuality } from './words.ts'

/** One MQTT message as it came. */
export interface Packet {
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: 0 | 1 | 2
  /** The broker had kept it from before: nobody knows how old it is. */
  readonly retain: boolean
  readonly receivedUtcMs: UtcMs
}

export type MetricType = 'number' | 'binary'
export type { ReadingQuality } from './words.ts'

/** Where in the payloads of a topic values stand, and whose they are. `sensorId` is null until the candidate is approved. */
export type Binding = { readonly candidateId: string; readonly sensorId: string | null } & (
  | {
      readonly kind: 'template'
      readonly metric: string
      readonly type: MetricType
      /** null: the whole payload is the value. */
      readonly template: Template | null
      readonly payloadOn: string
      readonly payloadOff: string
    }
  | {
      readonly kind: 'json'
      /** The metric that the topic names, if it does. */
      readonly metric: string | null
      /** Metrics seen before: a bad value for one of these is refused, other text is not a reading. */
      readonly known: (metric: string) => boolean
    }
)

/** One value found in a packet. */
export interface Observation {
  readonly candidateId: string
  readonly sensorId: string | null
  readonly metric: string
  readonly type: MetricType
  /** As the payload said it; null when it did not. */
  readonly unit: string | null
  readonly value: number
  readonly quality: ReadingQuality
  readonly utcMs: UtcMs
  readonly deviceUtcMs: UtcMs | null
}

/** Why a packet, or one value of it, is not a reading. */
export type QuarantineReason =
  | 'too-large'
  | 'bad-topic'
  | 'bad-utf8'
  | 'not-json'
  | 'too-deep'
  | 'not-a-number'
  | 'no-values'
  | 'template-failed'
  | 'bad-discovery'
  /** A Sparkplug payload that is no protobuf of its kind, or a metric without a name that was announced. */
  | 'bad-protobuf'
  | 'unknown-alias'
  /** No room for a further series. */
  | 'series-budget'
  | 'too-many-candidates'
  | 'too-many-metrics'

export interface Decoded {
  readonly observations: readonly Observation[]
  /** Each reason once. */
  readonly rejections: readonly QuarantineReason[]
}

const lateAfterMs = minutes(10)
const suspectAheadMs = minutes(1)

/** `late`: measured long ago, or nobody knows when; `suspect`: the device's clock is ahead. */
export function qualityOf(receivedUtcMs: UtcMs, deviceUtcMs: UtcMs | null, retained: boolean): ReadingQuality {
  if (deviceUtcMs === null) return retained ? 'late' : 'ok'
  if (receivedUtcMs - deviceUtcMs > lateAfterMs) return 'late'
  return deviceUtcMs - receivedUtcMs > suspectAheadMs ? 'suspect' : 'ok'
}

/** Reads all values out of one packet. Good values are kept when others beside them are bad. */
export function decode(packet: Packet, bindings: readonly Binding[]): Decoded {
  if (bindings.length === 0) return { observations: [], rejections: [] }
  const payload = parsePayload(packet.payload)
  if ('reason' in payload) return { observations: [], rejections: [payload.reason] }

  const deviceUtcMs = payload.json === undefined ? null : deviceTime(payload.json)
  const quality = qualityOf(packet.receivedUtcMs, deviceUtcMs, packet.retain)
  const observations: Observation[] = []
  const rejections = new Set<QuarantineReason>()
  const times = { quality, utcMs: packet.receivedUtcMs, deviceUtcMs }

  for (const binding of bindings) {
    const { candidateId, sensorId } = binding
    if (binding.kind === 'json') {
      const found = jsonValues(payload, binding.metric, binding.known)
      for (const reason of found.rejections) rejections.add(reason)
      for (const { metric, type, unit, value } of found.values)
        observations.push({ candidateId, sensorId, metric, type, unit, value, ...times })
      continue
    }
    const { metric, type } = binding
    const value = templateValue(binding, payload.text, payload.json)
    if (typeof value === 'number')
      observations.push({ candidateId, sensorId, metric, type, unit: null, value, ...times })
    else if (value) rejections.add(value)
  }
  if (observations.length === 0 && rejections.size === 0) rejections.add('no-values')
  return { observations, rejections: [...rejections] }
}

/** @returns the number, why there is none, or undefined when this payload does not speak of the metric */
function templateValue(
  binding: Extract<Binding, { kind: 'template' }>,
  text: string,
  json: unknown,
): number | QuarantineReason | undefined {
  let raw: unknown = text
  if (binding.template) {
    const input = {
      text,
      json: () => {
        if (json === undefined) throw new Failure('invalid', 'not-json', 'the payload is not JSON')
        return json
      },
    }
    try {
      raw = binding.template(input)
    } catch (cause) {
      if (cause instanceof Failure) return cause.code === 'not-json' ? 'not-json' : 'template-failed'
      throw cause
    }
    if (raw === undefined) return undefined
  }
  if (binding.type === 'binary') {
    const word = String(raw).trim().toLowerCase()
    if (word === binding.payloadOn.toLowerCase()) return 1
    if (word === binding.payloadOff.toLowerCase()) return 0
  }
  return toValue(raw)?.value ?? 'not-a-number'
}
