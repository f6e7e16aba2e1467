import type { Dialect, Said } from '../../domain/dialect.ts'
import { maxPayloadBytes, parsePayload } from '../../domain/payload.ts'
import type { Packet, QuarantineReason } from '../../domain/reading.ts'
import { notRead } from './fields.ts'
import { readDescription } from './homie-description.ts'
import {
  deviceOf,
  type HomieDevice,
  type HomieState,
  livenessOf,
  maxDeviceProperties,
  nodeOf,
  propertyOf,
  removeDevice,
  understand,
  valueOf,
} from './homie-devices.ts'

const deviceAttributes = new Set(
  ['homie', 'name', 'state', 'nodes', 'extensions', 'implementation', 'localip', 'mac', 'stats', 'fw'].map(dollar),
)
const nodeAttributes = new Set(['name', 'type', 'properties', 'array'].map(dollar))
const propertyAttributes = new Set(['name', 'datatype', 'unit', 'format', 'settable', 'retained'].map(dollar))
const fiveAttributes = new Set(['$state', '$description'])
function dollar(word: string) {
  return `$${word}`
}

/** `homie:` and this make a candidate id. */
const maxName = 190
/** Bytes of an attribute or a value. */
const maxText = 8_000

interface Address {
  readonly base: string
  /** The device's name in this dialect. */
  readonly name: string
  readonly five: boolean
  /** What follows the base. */
  readonly rest: readonly string[]
}

/**
 * `<domain>/5/<device>/...` where that is a topic of version 5, else `<domain>/<device>/...`: a device of version 4 may be called `5`. In
 * version 5 devices alone have attributes of one level, and values stand five levels deep.
 */
function addressOf(topic: string): Address | undefined {
  const parts = topic.split('/')
  const [domain, second, third, ...deeper] = parts
  if (!domain || !second || third === undefined || topic.includes('+') || topic.includes('#')) return undefined
  if (domain.startsWith('$') || second.startsWith('$')) return undefined
  const last = parts.at(-1) ?? ''
  const isFive =
    parts.length === 4
      ? last.startsWith('$') && !nodeAttributes.has(last)
      : parts.length > 4 && !(parts.length === 5 && propertyAttributes.has(last))
  if (second === '5' && isFive && third !== '' && !third.startsWith('$'))
    return { base: `${domain}/5/${third}`, name: `${domain}/${third}`, five: true, rest: deeper }
  return { base: `${domain}/${second}`, name: `${domain}/${second}`, five: false, rest: [third, ...deeper] }
}

/** Attributes are known by their form, as those of version 4 come in any order, and `$homie` need not be the first. */
function isAttribute({ five, rest }: Address): boolean {
  const [first = '', second = '', third = ''] = rest
  if (five) return rest.length === 1 && fiveAttributes.has(first)
  if (rest.length === 1) return deviceAttributes.has(first)
  if (rest.length === 2) return nodeAttributes.has(second) && !first.startsWith('$')
  return rest.length === 3 && propertyAttributes.has(third)
}

export const homieDialect: Dialect<HomieState> = {
  source: 'homie',
  prefix: 'homie:',
  begin: () => ({ devices: new Map(), properties: 0 }),
  filters(state) {
    const filters = new Set(['+/+/$homie', '+/5/+/$state', '+/5/+/$description'])
    for (const { base, domain, five, isHomie } of state.devices.values())
      if (isHomie) filters.add(five ? `${domain}/5/+/+/+` : `${base}/#`)
    return [...filters]
  },
  owns(topic, state) {
    const address = addressOf(topic)
    return address !== undefined && (isAttribute(address) || state.devices.get(address.base)?.isHomie === true)
  },
  decode(packet, state) {
    const address = addressOf(packet.topic)
    if (!address) return notRead('bad-topic')
    if (!isAttribute(address)) return readProperty(packet, address, state)
    if (address.name.length > maxName || /\p{Cc}/u.test(packet.topic)) return notRead('bad-topic')
    if (packet.payload.byteLength > maxPayloadBytes) return notRead('too-large', address.name)
    if (address.five)
      return address.rest[0] === '$state' ? stateOfFive(packet, address, state) : describe(packet, address, state)
    return attributeOfFour(packet, address, state)
  },
}

const utf8 = new TextDecoder('utf-8', { fatal: true })
/** The text of an attribute or a value, or why it is none. */
function textOf({ payload }: Packet): { readonly text: string } | { readonly reason: QuarantineReason } {
  if (payload.byteLength > maxText) return { reason: 'too-large' }
  try {
    return { text: utf8.decode(payload) }
  } catch (cause) {
    if (cause instanceof TypeError) return { reason: 'bad-utf8' }
    throw cause
  }
}

/** A value at `<base>/<node>/<property>`. Commands (`set`, `$target`) and statistics are none. */
function readProperty(packet: Packet, { base, rest }: Address, state: HomieState): Said {
  const device = state.devices.get(base)
  const [nodeId = '', propertyId = ''] = rest
  if (!device || rest.length !== 2 || packet.payload.byteLength === 0) return {}
  const metric = device.metrics.get(`${nodeId}/${propertyId}`)
  if (!metric) return guessProperty(packet, device, nodeId, propertyId, state)
  const found = textOf(packet)
  if ('reason' in found) return notRead(found.reason, device.name)
  const value = valueOf(found.text, metric.type)
  if (value === undefined) return notRead('not-a-number', device.name)
  return {
    readings: [{ device: device.name, metric: metric.key, value, unit: null, deviceUtcMs: null, historical: false }],
  }
}

/** Up to version 3 a property need not say its data type: one that is a number is taken for one. */
function guessProperty(
  packet: Packet,
  device: HomieDevice,
  nodeId: string,
  propertyId: string,
  state: HomieState,
): Said {
  const node = device.nodes.get(nodeId)
  if (device.five || device.state !== 'ready' || !node?.listed?.includes(propertyId)) return {}
  const property = propertyOf(state, node, propertyId)
  const found = textOf(packet)
  if (!property || property.datatype !== null || 'reason' in found) return {}
  if (valueOf(found.text, 'number') === undefined) return {}
  property.datatype = 'float'
  const said = understand(device)
  return said ? { devices: [said] } : {}
}

function attributeOfFour(packet: Packet, { base, name, rest }: Address, state: HomieState): Said {
  const found = textOf(packet)
  if ('reason' in found) return notRead(found.reason, name)
  const { text } = found
  const attribute = rest.at(-1) ?? ''
  if (rest.length === 1 && attribute === '$homie' && text === '') return remove(state.devices.get(base), state)
  if (text === '' && !state.devices.has(base)) return { memory: 'forget' }

  const device = deviceOf(state, base, name)
  if (!device) return notRead('too-many-candidates', name)
  if (rest.length === 1 && attribute === '$state') return stateOfFour(device, text, state)
  const changed = setAttribute(state, device, rest, text)
  if (changed === 'full') return notRead('too-many-metrics', name)
  if (!changed) return {}
  const said = understand(device)
  return {
    memory: text === '' ? 'forget' : 'keep',
    ...(said && { devices: [said], liveness: livenessOf(device, state, false) }),
  }
}

/** @returns whether it is another value than before; `full` when there is no room for what it is about */
function setAttribute(state: HomieState, device: HomieDevice, rest: readonly string[], text: string): boolean | 'full' {
  const attribute = rest.at(-1) ?? ''
  const value = text === '' ? null : text
  const set = <Key extends string>(of: Record<Key, string | null>, key: Key) => {
    const isNew = of[key] !== value
    of[key] = value
    return isNew
  }
  const setList = (of: { listed: readonly string[] | null }) => {
    const ids = text === '' ? null : listOf(text)
    const isNew = ids?.join() !== of.listed?.join()
    of.listed = ids
    return isNew
  }
  const [nodeId = '', propertyId = ''] = rest
  if (rest.length === 1) {
    if (attribute === '$name') return set<'title'>(device, 'title')
    if (attribute === '$nodes') return setList(device)
    if (attribute !== '$homie' || device.isHomie) return false
    device.isHomie = true
    return true
  }
  const node = nodeOf(device, nodeId)
  if (!node) return 'full'
  if (rest.length === 2) {
    if (attribute === '$name') return set<'name'>(node, 'name')
    return attribute === '$properties' && setList(node)
  }
  const property = propertyOf(state, node, propertyId)
  if (!property) return 'full'
  if (attribute === '$name') return set<'name'>(property, 'name')
  if (attribute === '$datatype') return set<'datatype'>(property, 'datatype')
  if (attribute === '$unit') return set<'unit'>(property, 'unit')
  return attribute === '$format' && set<'format'>(property, 'format')
}

/** `wheels,engine`; up to version 3 with `[]` behind arrays, and with `:settable` behind properties. */
const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((id) => id.trim().replace(/(\[\]|:settable.*)$/, ''))
    .filter((id) => id !== '')
    .slice(0, maxDeviceProperties)

function stateOfFour(device: HomieDevice, text: string, state: HomieState): Said {
  const before = device.state
  device.state = text === '' ? null : text
  // What is ready is complete, as far as it ever will be.
  const said = text === 'ready' && before !== 'ready' ? understand(device) : undefined
  return { ...(said && { devices: [said] }), ...(device.isHomie && { liveness: livenessOf(device, state, false) }) }
}

function stateOfFive(packet: Packet, { base, name }: Address, state: HomieState): Said {
  const found = textOf(packet)
  if ('reason' in found) return notRead(found.reason, name)
  const { text } = found
  if (text === '') return remove(state.devices.get(base), state)
  const device = deviceOf(state, base, name)
  if (!device) return notRead('too-many-candidates', name)
  const before = device.state
  device.state = text
  const said = before === null ? understand(device) : undefined
  const liveness = livenessOf(device, state, before === 'lost' || text === 'lost')
  // It is kept once, because a device without a state does not exist; what the state is now its broker tells.
  return { liveness, ...(before === null && { memory: 'keep' as const }), ...(said && { devices: [said] }) }
}

function describe(packet: Packet, { base, name }: Address, state: HomieState): Said {
  if (packet.payload.byteLength === 0) return remove(state.devices.get(base), state)
  const payload = parsePayload(packet.payload)
  if ('reason' in payload) return notRead(payload.reason, name)
  const device = deviceOf(state, base, name)
  if (!device) return notRead('too-many-candidates', name)
  const reason = readDescription(payload.json, device, state)
  if (reason === 'bad-discovery') return notRead(reason, name)
  const said = understand(device)
  return {
    memory: 'keep',
    ...(reason && { notRead: [{ reason, device: name }] }),
    ...(said && { devices: [said], liveness: livenessOf(device, state, false) }),
  }
}

/** Taken back by an empty payload. A device that changed its version is still there under the other one. */
function remove(device: HomieDevice | undefined, state: HomieState): Said {
  if (!device) return { memory: 'forget' }
  removeDevice(state, device)
  const isElsewhere = [...state.devices.values()].some(({ name, isHomie }) => isHomie && name === device.name)
  return { memory: 'forget', ...(device.isHomie && !isElsewhere && { gone: [device.name] }) }
}
