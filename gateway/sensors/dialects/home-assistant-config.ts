import { Failure } from '../../domain/failure.ts'
import {
  bad,
  type HaAvailability,
  type HaComponent,
  hasAvailability,
  readAvailability,
  readComponent,
} from './home-assistant-component.ts'
import { configKeys, deviceKeys, expand, type Fields, isFields, text } from './home-assistant-keys.ts'

/** What one discovery message says about a device. */
export interface HaConfig {
  /** The first identifier of the device, or the unique id of the only component. */
  readonly device: string
  readonly name: string
  /** Maker and model; null when it does not say. */
  readonly model: string | null
  /** The program that announces it; null when it does not say. */
  readonly origin: string | null
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

const mostComponents = 256
const longestIdentity = 180

/** `<prefix>/<component>/[<node>/]<object>/config`; undefined for any other topic. */
export function readConfigTopic(prefix: string, topic: string): ConfigTopic | undefined {
  if (!topic.startsWith(`${prefix}/`) || !topic.endsWith('/config')) return undefined
  const parts = topic.slice(prefix.length + 1).split('/')
  if (parts.length < 3 || parts.length > 4) return undefined
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
export function readConfig(topic: ConfigTopic, payload: string): HaConfig | null {
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
    return finish(identity, text(device.name) ?? component.name, {
      device,
      config,
      components: [component],
      refused: [],
    })
  }
  const identity = identifierOf(device)
  if (identity === null) throw bad('the device has no identifiers')
  const { components, refused } = readComponents(config, identity)
  if (components.length === 0 && refused[0] !== undefined) throw bad(refused[0])
  return finish(identity, text(device.name) ?? identity, { device, config, components, refused })
}

/** The parts of the device based form: what they share stands beside them, and each may say it differently. */
function readComponents(config: Fields, identity: string) {
  if (!isFields(config.components)) throw bad('the device has no components')
  const components: HaComponent[] = []
  const refused: string[] = []
  for (const [key, raw] of Object.entries(config.components).slice(0, mostComponents)) {
    if (!isFields(raw)) throw bad(`component ${key} is not an object`)
    const own = withBase({ ...expand(raw, configKeys), '~': config['~'] })
    const platform = text(own.platform)
    // Only its platform is left: the component was removed.
    if (Object.keys(raw).length <= 1 || (platform !== 'sensor' && platform !== 'binary_sensor')) continue
    try {
      const shared = { ...config, name: undefined, unique_id: undefined, ...own }
      const component = readComponent(platform, key, shared, identity)
      if (component)
        components.push({ ...component, availability: hasAvailability(own) ? readAvailability(own) : null })
    } catch (cause) {
      if (!(cause instanceof Failure)) throw cause
      refused.push(`${key}: ${cause.message}`)
    }
  }
  return { components, refused }
}

interface Parts {
  readonly device: Fields
  readonly config: Fields
  readonly components: readonly HaComponent[]
  readonly refused: readonly string[]
}

function finish(identity: string, name: string, { device, config, components, refused }: Parts): HaConfig {
  if (identity.length > longestIdentity || /\p{Cc}/u.test(identity))
    throw bad('its identifier is too long or not printable')
  const origin = isFields(config.origin) ? text(config.origin.name) : null
  return {
    device: identity,
    name: name.slice(0, 120).toWellFormed(),
    model: modelOf(device),
    origin,
    components,
    refused,
    availability: readAvailability(config),
  }
}

function modelOf({ manufacturer, model }: Fields): string | null {
  const words = [text(manufacturer), text(model)].filter((word) => word !== null).join(' ')
  return words === '' ? null : words.slice(0, 120).toWellFormed()
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
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
      if (key.endsWith('topic')) return [key, full(value)]
      if (key !== 'availability' || !Array.isArray(value)) return [key, value]
      const entries = value.map((entry: unknown) => {
        if (!isFields(entry)) return entry
        const long = expand(entry, configKeys)
        return { ...long, topic: full(long.topic) }
      })
      return [key, entries]
    }),
  )
}

function identifierOf(device: Fields): string | null {
  const ids: unknown = Array.isArray(device.identifiers) ? device.identifiers[0] : device.identifiers
  const id = text(ids)
  if (id !== null) return id
  const [first] = Array.isArray(device.connections) ? (device.connections as unknown[]) : []
  return Array.isArray(first) ? text(first[1]) : null
}
