import { Failure } from '../../domain/failure.ts'
import { metricKey } from '../../domain/json-metrics.ts'
import type { MetricType } from '../../domain/reading.ts'
import { type Millis, seconds } from '../../domain/units.ts'
import { compileTemplate, type Template } from '../../domain/value-template.ts'
import { configKeys, expand, type Fields, isFields, text } from './home-assistant-keys.ts'

export interface HaComponent {
  /** Its name among the device's metrics. */
  readonly key: string
  readonly name: string
  readonly unit: string | null
  readonly deviceClass: string | null
  readonly type: MetricType
  readonly stateTopic: string
  readonly template: Template | null
  readonly payloadOn: string
  readonly payloadOff: string
  /** Without a message for this long it is unavailable; null when the device does not say. */
  readonly expireAfterMs: Millis | null
  /** Where it says that it is there, when it is not where the whole device does. */
  readonly availability: HaAvailability | null
}

export interface HaAvailability {
  readonly mode: 'all' | 'any' | 'latest'
  readonly topics: readonly HaAvailabilityTopic[]
}
export interface HaAvailabilityTopic {
  readonly topic: string
  readonly template: Template | null
  readonly available: string
  readonly notAvailable: string
}

export const bad = (why: string): Failure =>
  new Failure('invalid', 'bad-discovery', `this discovery message cannot be used: ${why}`, { why })

const longestTopic = 400
const mostAvailabilityTopics = 16

/** Payload words may be written as JSON true or 1. */
const word = (value: unknown, fallback: string): string =>
  (text(value) ?? (typeof value === 'boolean' ? String(value) : fallback)).slice(0, 200)

/** @returns null for what is no reading @throws Failure invalid (`bad-discovery`) */
export function readComponent(
  platform: 'sensor' | 'binary_sensor',
  objectId: string,
  config: Fields,
  identity: string,
): HaComponent | null {
  const stateTopic = text(config.state_topic)
  if (stateTopic === null) throw bad(`${objectId} has no state_topic`)
  if (!isPlainTopic(stateTopic)) throw bad(`${objectId} has wildcards in its state_topic, or an endless one`)
  const deviceClass = text(config.device_class)?.slice(0, 60) ?? null
  // Words and moments are no readings.
  if (deviceClass === 'enum' || deviceClass === 'timestamp' || deviceClass === 'date') return null
  const key = shortKey(objectId, identity) ?? deviceClass ?? 'value'
  return {
    key: metricKey(key),
    name: (text(config.name) ?? deviceClass ?? key).slice(0, 120).toWellFormed(),
    unit: text(config.unit_of_measurement)?.slice(0, 20).toWellFormed() ?? null,
    deviceClass,
    type: platform === 'binary_sensor' ? 'binary' : 'number',
    stateTopic,
    template: readTemplate(config.value_template),
    payloadOn: word(config.payload_on, 'ON').toLowerCase(),
    payloadOff: word(config.payload_off, 'OFF').toLowerCase(),
    expireAfterMs: Number(config.expire_after) > 0 ? seconds(Math.min(Number(config.expire_after), 1e9)) : null,
    availability: null,
  }
}

const isPlainTopic = (topic: string) => topic.length <= longestTopic && !/[+#\p{Cc}]/u.test(topic)

/** `cold-w01_temperature` of the device `cold-w01` is its `temperature`. */
function shortKey(objectId: string, identity: string): string | null {
  if (objectId === identity) return null
  const rest = objectId.startsWith(identity) ? objectId.slice(identity.length).replace(/^[_-]+/, '') : objectId
  return rest === '' ? null : rest
}

function readTemplate(source: unknown): Template | null {
  const written = text(source)
  if (written === null) return null
  try {
    return compileTemplate(written)
  } catch (cause) {
    if (cause instanceof Failure) throw new Failure('invalid', 'bad-discovery', cause.message, cause.facts, { cause })
    throw cause
  }
}

export const hasAvailability = (config: Fields): boolean =>
  config.availability !== undefined || config.availability_topic !== undefined

/** One topic or a list of them, and how many of them must say that the device is there. */
export function readAvailability(config: Fields): HaAvailability | null {
  const listed: unknown[] = Array.isArray(config.availability) ? config.availability : []
  const single = text(config.availability_topic)
  const entries = listed.filter(isFields).map((entry) => expand(entry, configKeys))
  if (single !== null)
    entries.push({ ...config, topic: single, value_template: config.availability_template ?? undefined })
  const topics = entries.slice(0, mostAvailabilityTopics).flatMap((entry) => {
    const topic = text(entry.topic)
    if (topic === null || !isPlainTopic(topic)) return []
    return {
      topic,
      template: readTemplate(entry.value_template),
      available: word(entry.payload_available, 'online'),
      notAvailable: word(entry.payload_not_available, 'offline'),
    }
  })
  if (topics.length === 0) return null
  const mode = config.availability_mode
  return { topics, mode: mode === 'all' || mode === 'any' ? mode : 'latest' }
}
