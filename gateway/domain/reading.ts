import { minutes, type UtcMs } from './units.ts'
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
  /** The unit that stands beside the value is of another kind than before, and was so within the last minute too. */
  | 'unit-changed'
  /** No room for a further series. */
  | 'series-budget'
  | 'too-many-candidates'
  | 'too-many-metrics'

const lateAfterMs = minutes(10)
const suspectAheadMs = minutes(1)

/** `late`: measured long ago, or nobody knows when; `suspect`: the device's clock is ahead. */
export function qualityOf(receivedUtcMs: UtcMs, deviceUtcMs: UtcMs | null, retained: boolean): ReadingQuality {
  if (deviceUtcMs === null) return retained ? 'late' : 'ok'
  if (receivedUtcMs - deviceUtcMs > lateAfterMs) return 'late'
  return deviceUtcMs - receivedUtcMs > suspectAheadMs ? 'suspect' : 'ok'
}

/** Does a reading say what is now, so that it may raise an alert? Not when it is late, and not when a person took it long before. */
export const isOfNow = (quality: ReadingQuality, utcMs: UtcMs, deviceUtcMs: UtcMs | null): boolean =>
  quality === 'manual' ? deviceUtcMs === null || utcMs - deviceUtcMs <= lateAfterMs : quality !== 'late'
