import type { DeviceSaid, LivenessSaid, MetricSaid } from '../../domain/dialect.ts'
import { metricKey } from '../../domain/json-metrics.ts'
import { toValue } from '../../domain/payload.ts'
import type { MetricType } from '../../domain/reading.ts'

/** What a device says about one property; null is what it did not say. */
export interface HomieProperty {
  name: string | null
  datatype: string | null
  unit: string | null
  format: string | null
}
export interface HomieNode {
  name: string | null
  /** The properties that it says it has; null before it said so. */
  listed: readonly string[] | null
  readonly properties: Map<string, HomieProperty>
}

/** A device of either version, complete or not. */
export interface HomieDevice {
  /** `homie/kiln` or `homie/5/kiln`: what its topics begin with. */
  readonly base: string
  /** Its name in this dialect, `homie/kiln` in both versions. */
  readonly name: string
  readonly domain: string
  readonly five: boolean
  /** Version 4 says that it is a Homie device by `$homie`, version 5 by its description. */
  isHomie: boolean
  title: string | null
  state: string | null
  /** Version 5: the ids of the devices that it hangs on, if any. */
  root: string | null
  parent: string | null
  listed: readonly string[] | null
  readonly nodes: Map<string, HomieNode>
  /** What can be read, by `node/property`. */
  metrics: ReadonlyMap<string, { readonly key: string; readonly type: MetricType }>
}

export interface HomieState {
  /** By base. */
  readonly devices: Map<string, HomieDevice>
  /** Properties of all of them. */
  properties: number
}

const maxDevices = 1_000
const maxNodes = 64
export const maxDeviceProperties = 256
const maxProperties = 20_000

/**
 * The device of a base, made when there is none. When there is no more room, one of which only loose attributes were heard makes it.
 * @returns undefined when all are real ones
 */
export function deviceOf(state: HomieState, base: string, name: string): HomieDevice | undefined {
  const known = state.devices.get(base)
  if (known) return known
  if (state.devices.size >= maxDevices) {
    const loose = [...state.devices.values()].find(({ isHomie }) => !isHomie)
    if (!loose) return undefined
    removeDevice(state, loose)
  }
  const device: HomieDevice = {
    base,
    name,
    domain: name.slice(0, name.indexOf('/')),
    five: base !== name,
    isHomie: false,
    title: null,
    state: null,
    root: null,
    parent: null,
    listed: null,
    nodes: new Map(),
    metrics: new Map(),
  }
  state.devices.set(base, device)
  return device
}

export function removeDevice(state: HomieState, device: HomieDevice) {
  forgetNodes(state, device)
  state.devices.delete(device.base)
}

export function forgetNodes(state: HomieState, device: HomieDevice) {
  for (const { properties } of device.nodes.values()) state.properties -= properties.size
  device.nodes.clear()
}

/** @returns undefined when there is no more room */
export function nodeOf({ nodes }: HomieDevice, id: string): HomieNode | undefined {
  const known = nodes.get(id)
  if (known || nodes.size >= maxNodes) return known
  const node: HomieNode = { name: null, listed: null, properties: new Map() }
  nodes.set(id, node)
  return node
}

/** @returns undefined when there is no more room */
export function propertyOf(state: HomieState, { properties }: HomieNode, id: string): HomieProperty | undefined {
  const known = properties.get(id)
  if (known || properties.size >= maxDeviceProperties || state.properties >= maxProperties) return known
  const property: HomieProperty = { name: null, datatype: null, unit: null, format: null }
  properties.set(id, property)
  state.properties++
  return property
}

/**
 * Works out anew what can be read of a device.
 * @returns what it says about itself, or undefined while it is not ready to be shown
 */
export function understand(device: HomieDevice): DeviceSaid | undefined {
  const found: MetricSaid[] = []
  const metrics = new Map<string, { key: string; type: MetricType }>()
  const keys = new Set<string>()
  let complete = device.listed !== null
  for (const nodeId of device.listed ?? []) {
    const node = device.nodes.get(nodeId)
    complete &&= node?.listed != null
    for (const propertyId of node?.listed ?? []) {
      const property = node?.properties.get(propertyId)
      const type = typeOf(property)
      complete &&= property?.datatype != null
      const key = metricKey(`${nodeId}.${propertyId}`)
      if (!property || type === undefined || keys.has(key)) continue
      keys.add(key)
      metrics.set(`${nodeId}/${propertyId}`, { key, type })
      const name = property.name ?? propertyId
      found.push({
        key,
        name: (device.listed?.length ?? 0) > 1 ? `${node?.name ?? nodeId} ${name}` : name,
        // `#` is the convention's word for a count, which has no unit.
        unit: property.unit === '#' ? null : property.unit,
        kind: null,
        type,
        expiresMs: null,
        guessed: false,
      })
    }
  }
  device.metrics = metrics
  // A device of version 3 need not say its data types: when it says that it is ready, it is taken as it is.
  const isThere = device.isHomie && (complete || isAwake(device.state)) && (!device.five || device.state !== null)
  if (!isThere || found.length === 0) return undefined
  return { device: device.name, name: device.title ?? device.name, model: null, metrics: found, complete }
}

/** A choice between two words is a binary when they are such as `open,closed`. */
function typeOf(property: HomieProperty | undefined): MetricType | undefined {
  if (property?.datatype === 'integer' || property?.datatype === 'float') return 'number'
  if (property?.datatype === 'boolean') return 'binary'
  if (property?.datatype !== 'enum' || property.format === null) return undefined
  const words = property.format.split(',').map((word) => toValue(word))
  const isBinary = words.length === 2 && words.every((word) => word?.type === 'binary')
  return isBinary && words[0]?.value !== words[1]?.value ? 'binary' : undefined
}

/** The value of a property; undefined when it is none of its type. */
export function valueOf(text: string, type: MetricType): number | undefined {
  const found = toValue(text)
  return found?.type === type ? found.value : undefined
}

const isAwake = (state: string | null) => state === 'ready' || state === 'alert' || state === 'sleeping'

/** What the state of a device says; null while it says neither (`init`). A sleeping device is not away: it will speak when it wakes. */
function isAlive(device: HomieDevice, state: HomieState): boolean | null {
  if (device.state === 'lost' || device.state === 'disconnected') return false
  if (ancestors(device, state).some((above) => above.state === 'lost')) return false
  return isAwake(device.state) ? true : null
}

/** The devices that one hangs on, the nearest first. Devices may claim to hang on each other. */
function ancestors(device: HomieDevice, { devices }: HomieState): HomieDevice[] {
  if (!device.five) return []
  const found = new Set<HomieDevice>([device])
  for (const { root, parent } of found)
    for (const id of [parent, root]) {
      const above = id === null ? undefined : devices.get(`${device.domain}/5/${id}`)
      if (above && found.size < 16) found.add(above)
    }
  found.delete(device)
  return [...found]
}

/** Liveness of a device, and when `withChildren` of all that hang on it (Homie 5, device lifecycle). */
export function livenessOf(device: HomieDevice, state: HomieState, withChildren: boolean): LivenessSaid[] {
  const all = withChildren
    ? [...state.devices.values()].filter(
        (other) =>
          other === device ||
          (other.five && other.domain === device.domain && ancestors(other, state).includes(device)),
      )
    : [device]
  return all.flatMap((one) => {
    const alive = isAlive(one, state)
    return alive === null ? [] : [{ device: one.name, alive }]
  })
}
