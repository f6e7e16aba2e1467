import { Failure } from '../domain/failure.ts'
import { metricKey } from '../domain/json-metrics.ts'
import type { MetricType } from '../domain/reading.ts'
import { type Millis, seconds } from '../domain/units.ts'
import { compileTemplate, type Template } from '../domain/value-template.ts'
import { configKeys, deviceKeys, expand } from './ha-abbreviations.ts'

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
}

export interface HaAvailability {
  readonly mode: 'all' | 'any' | 'latest'
  readonly topics: readonly {
    readonly topic: string
    readonly template: Template | null
    readonly available: string
    readonly notAvailable: string
  }[]
}

/** What one discovery message says about a device. */
export interface HaDevice {
  /** `ha:` and the first identifier of the device, or the unique id of the only component. */
  readonly candidateId: string
  readonly name: string
  readonly components: readonly HaComponent[]
  readonly availability: HaAvailability | null
  /** Components that could not be used, and why; the others are. */
  readonly refused: readonly string[]
}

export interface ConfigTopic {
  /** `device` for the device based form. */
  readonly component: string
  readonly nodeId: string | null
  readonly objectId: string
}

type Fields = Record<string, unknown>
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const text = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : typeof value === 'number' ? String(value) : null
/** Payload words may be written as JSON true or 1. */
const word = (value: unknown, fallback: string): string =>
  text(value) ?? (typeof value === 'boolean' ? String(value) : fallback)

const bad = (why: string): Failure =>
  new Failure('invalid', 'bad-discovery', `this discovery message cannot be used: ${why}`, { why })

/** `<prefix>/<component>/[<node>/]<object>/config`; undefined for any other topic. */
export function readConfigTopic(prefix: string, topic: string): ConfigTopic | undefined {
  if (!topic.startsWith(`${prefix}/`)) return undefined
  const parts = topic.slice(prefix.length + 1).split('/')
  if (parts.at(-1) !== 'config' || parts.length < 3 || parts.length > 4) return undefined
  if (!parts.every((part) => /^[A-Za-z0-9_-]+$/.test(part))) return undefined
  const [component, middle, last] = parts
  if (component === undefined || middle === undefined || last === undefined) return undefined
  return parts.length === 3
    ? { component, nodeId: null, objectId: middle }
    : { component, nodeId: middle, objectId: last }
}

/**
 * Reads a discovery message of the single or the device based form.
 * @returns null for components that are not sensors, and for the message that announces a change of form
 * @throws Failure invalid (`bad-discovery`)
 */
export function readConfig(topic: ConfigTopic, payload: string): HaDevice | null {
  let json: unknown
  try {
    json = JSON.parse(payload)
  } catch (cause) {
    throw new Failure('invalid', 'bad-discovery', 'a discovery message is not JSON', {}, { cause })
  }
  if (!isFields(json)) throw bad('it is not an object')
  if (json.migrate_discovery === true) return null
  const config = withBase(expand(json, configKeys))
  const device = isFields(config.device) ? expand(config.device, deviceKeys) : {}
  if (topic.component !== 'device') {
    if (topic.component !== 'sensor' && topic.component !== 'binary_sensor') return null
    const identity = identifierOf(device) ?? text(config.unique_id) ?? topic.objectId
    const component = readComponent(topic.component, topic.objectId, config, identity)
    if (!component) return null
    return finish(identity, text(device.name) ?? component.name, [component], config, [])
  }

  const identity = identifierOf(device)
  if (identity === null) throw bad('the device has no identifiers')
  if (!isFields(config.components)) throw bad('the device has no components')
  const components: HaComponent[] = []
  const refused: string[] = []
  for (const [key, raw] of Object.entries(config.components)) {
    if (!isFields(raw)) throw bad(`component ${key} is not an object`)
    const own = expand(raw, configKeys)
    const platform = text(own.platform)
    // Only its platform is left: the component was removed.
    if (Object.keys(own).length <= 1 || (platform !== 'sensor' && platform !== 'binary_sensor')) continue
    const shared: Fields = {
      ...config,
      name: undefined,
      unique_id: undefined,
      ...withBase({ ...own, '~': config['~'] }),
    }
    try {
      const component = readComponent(platform, key, shared, identity)
      if (component) components.push(component)
    } catch (cause) {
      if (!(cause instanceof Failure)) throw cause
      refused.push(`${key}: ${cause.message}`)
    }
  }
  if (components.length === 0 && refused[0] !== undefined) throw bad(refused[0])
  return finish(identity, text(device.name) ?? identity, components, config, refused)
}

function finish(
  identity: string,
  name: string,
  components: HaComponent[],
  config: Fields,
  refused: string[],
): HaDevice {
  const candidateId = `ha:${identity}`
  if (candidateId.length > 200 || /\p{Cc}/u.test(candidateId)) throw bad('its identifier is too long or not printable')
  return { candidateId, name: name.slice(0, 120), components, refused, availability: readAvailability(config) }
}

/** `~` at either end of a topic stands for the base topic. */
function withBase(config: Fields): Fields {
  const base = text(config['~'])
  if (base === null) return config
  const full = (value: unknown): unknown => {
    if (typeof value !== 'string') return value
    if (value.startsWith('~')) return base + value.slice(1)
    return value.endsWith('~') ? value.slice(0, -1) + base : value
  }
  const filled: Fields = {}
  for (const [key, value] of Object.entries(config)) {
    if (key.endsWith('topic')) filled[key] = full(value)
    else if (key === 'availability' && Array.isArray(value))
      filled[key] = value.map((entry: unknown) => {
        if (!isFields(entry)) return entry
        const long = expand(entry, configKeys)
        return { ...long, topic: full(long.topic) }
      })
    else filled[key] = value
  }
  return filled
}

function identifierOf(device: Fields): string | null {
  const ids: unknown = Array.isArray(device.identifiers) ? device.identifiers[0] : device.identifiers
  const id = text(ids)
  if (id !== null) return id
  const [first] = Array.isArray(device.connections) ? (device.connections as unknown[]) : []
  return Array.isArray(first) ? text(first[1]) : null
}

function readComponent(platform: string, objectId: string, config: Fields, identity: string): HaComponent | null {
  const stateTopic = text(config.state_topic)
  if (stateTopic === null) throw bad(`${objectId} has no state_topic`)
  if (/[+#]/.test(stateTopic)) throw bad(`${objectId} has wildcards in its state_topic`)
  const deviceClass = text(config.device_class)
  // Words and moments are no readings.
  if (deviceClass === 'enum' || deviceClass === 'timestamp' || deviceClass === 'date') return null
  const key = shortKey(objectId, identity) ?? deviceClass ?? 'value'
  return {
    key: metricKey(key),
    name: (text(config.name) ?? deviceClass ?? key).slice(0, 120),
    unit: text(config.unit_of_measurement)?.slice(0, 20) ?? null,
    deviceClass,
    type: platform === 'binary_sensor' ? 'binary' : 'number',
    stateTopic,
    template: readTemplate(config.value_template),
    payloadOn: word(config.payload_on, 'ON'),
    payloadOff: word(config.payload_off, 'OFF'),
    expireAfterMs: Number(config.expire_after) > 0 ? seconds(Number(config.expire_after)) : null,
  }
}

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

function readAvailability(config: Fields): HaAvailability | null {
  const listed: unknown[] = Array.isArray(config.availability) ? config.availability : []
  const single = text(config.availability_topic)
  const entries = listed.filter(isFields).map((entry) => expand(entry, configKeys))
  if (single !== null)
    entries.push({ ...config, topic: single, value_template: config.availability_template ?? undefined })
  const topics = entries.flatMap((entry) => {
    const topic = text(entry.topic)
    if (topic === null || /[+#]/.test(topic)) return []
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
