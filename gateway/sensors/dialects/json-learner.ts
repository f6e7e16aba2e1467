import type { DeviceSaid, MetricSaid } from '../../domain/dialect.ts'
import type { JsonValue } from '../../domain/json-metrics.ts'
import { guessMetric } from '../../domain/metric-guess.ts'
import type { UtcMs } from '../../domain/units.ts'

/** What was seen of one key. */
interface Seen {
  min: number
  max: number
  /** true and false, on and off: no numbers. */
  isWord: boolean
  isFlag: boolean
  hasZero: boolean
  hasOne: boolean
  /** As it stood beside the value. */
  unit: string | null
}

/** A device that describes nothing: what can be learned from its values. */
export interface Learned {
  readonly device: string
  readonly isKnown: (metric: string) => boolean
  readonly metrics: Map<string, Seen>
  messages: number
  lastUtcMs: UtcMs
  /** As it was offered last; null while there were too few messages. */
  said: DeviceSaid | null
}

/** One odd message makes no device. */
export const enoughMessages = 3
const mostMetrics = 64
/** What it is taken for is looked at again after so many messages, and whenever something new appears. */
const looksAgainAt: readonly number[] = [enoughMessages, 10, 30, 100, 300]

export function newLearned(device: string): Learned {
  const metrics = new Map<string, Seen>()
  return {
    device,
    metrics,
    isKnown: (metric) => metrics.has(metric),
    messages: 0,
    lastUtcMs: 0,
    said: null,
  }
}

/** Learns from one message. Afterwards `said` is what the device is taken for, the same object as long as that stays the same. */
export function learn(learned: Learned, values: readonly JsonValue[], receivedUtcMs: UtcMs): void {
  learned.messages++
  learned.lastUtcMs = receivedUtcMs
  let isNews = looksAgainAt.includes(learned.messages)
  for (const value of values) {
    const seen = learned.metrics.get(value.metric)
    if (seen) isNews = note(seen, value) || isNews
    else if (learned.metrics.size < mostMetrics) {
      learned.metrics.set(value.metric, firstSeen(value))
      isNews = true
    }
  }
  if (!isNews || learned.messages < enoughMessages) return
  const said = describe(learned)
  if (learned.said === null || !isSame(learned.said.metrics, said.metrics)) learned.said = said
}

function firstSeen({ value, type, unit }: JsonValue): Seen {
  return {
    min: value,
    max: value,
    isWord: type === 'binary',
    isFlag: value === 0 || value === 1,
    hasZero: value === 0,
    hasOne: value === 1,
    unit,
  }
}

/** @returns whether it is taken for something else now */
function note(seen: Seen, { value, type, unit }: JsonValue): boolean {
  if (value < seen.min) seen.min = value
  else if (value > seen.max) seen.max = value
  let isNews = false
  if (type === 'number' && (seen.isWord || seen.isFlag) && value !== 0 && value !== 1) {
    seen.isWord = false
    seen.isFlag = false
    isNews = true
  }
  if (value === 0) seen.hasZero = true
  else if (value === 1) seen.hasOne = true
  if (unit !== null && unit !== seen.unit) {
    // The first one counts: a device that says now this and now that is no news each time.
    isNews ||= seen.unit === null
    seen.unit ??= unit
  }
  return isNews
}

function describe({ device, metrics }: Learned): DeviceSaid {
  return {
    device,
    name: device.slice(device.lastIndexOf('/') + 1) || device,
    model: null,
    complete: false,
    metrics: [...metrics].map(([key, seen]): MetricSaid => {
      const isFlag = seen.isWord || (seen.isFlag && seen.hasZero && seen.hasOne)
      const { unit, kind } = guessMetric(key, { min: seen.min, max: seen.max, isFlag })
      return {
        key,
        name: key,
        unit: seen.unit ?? unit,
        kind,
        type: isFlag ? 'binary' : 'number',
        expiresMs: null,
        guessed: seen.unit === null,
      }
    }),
  }
}

const isSame = (left: readonly MetricSaid[], right: readonly MetricSaid[]): boolean =>
  left.length === right.length &&
  left.every((metric, at) => {
    const other = right[at]
    return (
      other?.key === metric.key &&
      other.unit === metric.unit &&
      other.kind === metric.kind &&
      other.type === metric.type
    )
  })
