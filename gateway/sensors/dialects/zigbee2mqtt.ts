import type { DeviceSaid, Dialect, LivenessSaid, NotRead, ReadingSaid, Said } from '../../domain/dialect.ts'
import { maxPayloadBytes, momentOf, parsePayload } from '../../domain/payload.ts'
import type { Packet, QuarantineReason } from '../../domain/reading.ts'
import { minutes, type UtcMs } from '../../domain/units.ts'
import { isObject, notRead } from './fields.ts'
import { type Exposed, readExposes, readValue, textIn, valueIn } from './zigbee-exposes.ts'

interface ZigbeeDevice {
  /** Its address, 64 bits in hexadecimal: it stays when the device is renamed. */
  readonly ieee: string
  readonly friendly: string
  readonly exposed: readonly Exposed[]
  /** What it said about its availability; null when it said nothing. */
  available: boolean | null
  /** It sends its state as one JSON: what it sends on topics of their own besides is the same again. */
  sendsJson: boolean
}

/** One Zigbee2MQTT; there may be several, each with its own base topic. */
interface Bridge {
  online: boolean | null
  /** By address. */
  devices: Map<string, ZigbeeDevice>
  byName: Map<string, ZigbeeDevice>
}
export interface ZigbeeState {
  /** By base topic. */
  readonly bridges: Map<string, Bridge>
}

const maxBridges = 16
const maxDevices = 1_000
/** A list of a hundred devices with all that they expose is half a megabyte. */
const maxListBytes = 4 * 1024 * 1024
const maxName = 200
/** A state that was kept over a restart of Zigbee2MQTT says when it was heard: then that is its time. */
const keptAfterMs = minutes(1)

export const zigbee2mqttDialect: Dialect<ZigbeeState> = {
  source: 'zigbee2mqtt',
  prefix: 'zigbee2mqtt:',
  begin: () => ({ bridges: new Map() }),
  filters: ({ bridges }) => [
    '+/bridge/devices',
    '+/+/bridge/devices',
    ...[...bridges.keys()].map((base) => `${base}/#`),
  ],
  owns: (topic, state) => listOf(topic) !== undefined || bridgeOf(topic, state) !== undefined,
  decode(packet, state) {
    const list = listOf(packet.topic)
    if (list !== undefined) return readList(packet, list, state)
    const found = bridgeOf(packet.topic, state)
    if (!found) return {}
    const { bridge, rest } = found
    if (packet.payload.byteLength > maxPayloadBytes) return notRead('too-large', ownerOf(bridge, rest)?.ieee ?? null)
    if (rest === 'bridge/state') return bridgeState(packet, bridge)
    const device = bridge.byName.get(rest)
    if (device) return readState(packet, device)
    const about = rest.endsWith('/availability') ? bridge.byName.get(rest.slice(0, -'/availability'.length)) : undefined
    return about ? availability(packet, bridge, about) : readAttribute(packet, bridge, rest)
  },
}

/** The base topic of a list of devices; it has one level or two. */
function listOf(topic: string): string | undefined {
  if (!topic.endsWith('/bridge/devices')) return undefined
  const base = topic.slice(0, -'/bridge/devices'.length)
  return base !== '' && base.split('/').length <= 2 && !/[+#]|^\$/.test(base) ? base : undefined
}

function bridgeOf(topic: string, { bridges }: ZigbeeState): { bridge: Bridge; rest: string } | undefined {
  let longest: string | undefined
  for (const base of bridges.keys())
    if (topic[base.length] === '/' && topic.startsWith(base) && base.length > (longest?.length ?? 0)) longest = base
  const bridge = longest === undefined ? undefined : bridges.get(longest)
  return bridge && longest !== undefined ? { bridge, rest: topic.slice(longest.length + 1) } : undefined
}

/** The device whose name a topic begins with. Names may hold slashes: the longest one counts. */
function ownerOf({ byName }: Bridge, rest: string): ZigbeeDevice | undefined {
  for (let end = rest.length; end > 0; end = rest.lastIndexOf('/', end - 1)) {
    const device = byName.get(rest.slice(0, end))
    if (device) return device
  }
  return undefined
}

/** `<base>/bridge/devices` holds all devices; one that is not in it any more is gone. */
function readList({ payload }: Packet, base: string, state: ZigbeeState): Said {
  const before = state.bridges.get(base)
  if (payload.byteLength === 0) {
    state.bridges.delete(base)
    const gone = missing(before, state)
    return { memory: 'forget', ...(gone.length > 0 && { gone }) }
  }
  const list = parseList(payload)
  if (!Array.isArray(list)) return notRead(list)
  // A network has its coordinator at least: an empty list is not that of an unknown one.
  if (!before && list.length === 0) return notRead('bad-discovery')
  if (!before && state.bridges.size >= maxBridges) return notRead('too-many-candidates')

  const bridge: Bridge = { online: before?.online ?? null, devices: new Map(), byName: new Map() }
  state.bridges.set(base, bridge)
  const others = [...state.bridges.values()].reduce((sum, { devices }) => sum + devices.size, 0)
  const devices: DeviceSaid[] = []
  const refused: NotRead[] = []
  for (const raw of list) {
    const found = readDevice(raw, before)
    if (!found) continue
    if (others + bridge.devices.size >= maxDevices) {
      refused.push({ reason: 'too-many-candidates', device: null })
      break
    }
    bridge.devices.set(found.device.ieee, found.device)
    bridge.byName.set(found.device.friendly, found.device)
    if (found.said) devices.push(found.said)
    if (found.full) refused.push({ reason: 'too-many-metrics', device: found.device.ieee })
  }
  const gone = missing(before, state)
  return {
    memory: 'keep',
    devices,
    ...(gone.length > 0 && { gone }),
    ...(refused.length > 0 && { notRead: refused }),
  }
}

function parseList(payload: Uint8Array): unknown[] | QuarantineReason {
  const read = parsePayload(payload, maxListBytes)
  if ('reason' in read) return read.reason
  const { json } = read
  if (json === undefined) return 'not-json'
  // Others have lists of devices on such a topic too: the address tells that it is one of Zigbee.
  const isList = Array.isArray(json) && json.every((one) => isObject(one) && typeof one.ieee_address === 'string')
  return isList ? json : 'bad-discovery'
}

function readDevice(
  raw: unknown,
  before: Bridge | undefined,
): { device: ZigbeeDevice; said: DeviceSaid | undefined; full: boolean } | undefined {
  if (!isObject(raw) || raw.type === 'Coordinator') return undefined
  const ieee = textIn(raw, 'ieee_address', maxName)
  const friendly = textIn(raw, 'friendly_name', maxName) ?? ieee
  if (ieee === null || friendly === null || !/^0x[0-9a-f]{1,16}$/i.test(ieee)) return undefined
  const known = before?.devices.get(ieee)
  const definition = isObject(raw.definition) ? raw.definition : undefined
  const { exposed, full } = readExposes(definition?.exposes)
  const device: ZigbeeDevice = {
    ieee,
    friendly,
    // A device that is asked anew who it is has no definition for a while.
    exposed: definition ? exposed : (known?.exposed ?? []),
    available: known?.available ?? null,
    sendsJson: known?.sendsJson ?? false,
  }
  if (!definition || exposed.length === 0) return { device, said: undefined, full }
  const model = [textIn(definition, 'vendor'), textIn(definition, 'model')].filter((word) => word !== null).join(' ')
  const said = {
    device: ieee,
    name: friendly,
    model: model === '' ? null : model,
    metrics: exposed.map(({ metric }) => metric),
    complete: true,
  }
  return { device, said, full }
}

/** Devices of before that no bridge has now. One that moved to another network is not gone. */
function missing(before: Bridge | undefined, { bridges }: ZigbeeState): string[] {
  const isThere = (ieee: string) => [...bridges.values()].some(({ devices }) => devices.has(ieee))
  return [...(before?.devices.keys() ?? [])].filter((ieee) => !isThere(ieee))
}

/** `online`, or `{"state":"online"}` since version 2; undefined when it is neither word. */
function onlineIn(packet: Packet): boolean | undefined {
  const payload = parsePayload(packet.payload)
  if ('reason' in payload) return undefined
  const word = isObject(payload.json) ? textIn(payload.json, 'state') : payload.text.trim().replaceAll('"', '')
  return word === 'online' ? true : word === 'offline' ? false : undefined
}

/** Without its bridge no device can be heard. */
function bridgeState(packet: Packet, bridge: Bridge): Said {
  const online = onlineIn(packet)
  if (online === undefined) return packet.payload.byteLength === 0 ? {} : notRead('bad-discovery')
  bridge.online = online
  return { liveness: [...bridge.devices.values()].flatMap((device) => livenessOf(bridge, device)) }
}

function availability(packet: Packet, bridge: Bridge, device: ZigbeeDevice): Said {
  const available = onlineIn(packet)
  if (available === undefined) return packet.payload.byteLength === 0 ? {} : notRead('bad-discovery', device.ieee)
  device.available = available
  return { liveness: livenessOf(bridge, device) }
}

function livenessOf(bridge: Bridge, { ieee, available }: ZigbeeDevice): LivenessSaid[] {
  if (bridge.online === false || available === false) return [{ device: ieee, alive: false }]
  return [{ device: ieee, alive: true }]
}

function readState(packet: Packet, device: ZigbeeDevice): Said {
  if (packet.payload.byteLength === 0) return {}
  const payload = parsePayload(packet.payload)
  if ('reason' in payload) return notRead(payload.reason, device.ieee)
  const { json } = payload
  if (!isObject(json)) return notRead('not-json', device.ieee)
  device.sendsJson = true
  const deviceUtcMs = keptSince(json, packet.receivedUtcMs)
  const readings: ReadingSaid[] = []
  let isBroken = false
  for (const exposed of device.exposed) {
    const value = valueIn(json, exposed)
    if (value === 'not-a-number') isBroken = true
    else if (value !== undefined) readings.push(toReading(device, exposed, value, deviceUtcMs))
  }
  return { readings, ...(isBroken && { notRead: [{ reason: 'not-a-number' as const, device: device.ieee }] }) }
}

/** With the setting `output: attribute` each value has its own topic, `<name>/temperature`, or `<name>/color-x` when it lies deeper. */
function readAttribute(packet: Packet, bridge: Bridge, rest: string): Said {
  const device = ownerOf(bridge, rest)
  if (!device || device.sendsJson || packet.payload.byteLength === 0) return {}
  const attribute = rest.slice(device.friendly.length + 1)
  const exposed = device.exposed.find(({ path }) => path.join('-') === attribute)
  if (!exposed) return {}
  const payload = parsePayload(packet.payload)
  if ('reason' in payload) return notRead(payload.reason, device.ieee)
  if (payload.text.trim() === '' || payload.text === 'null') return {}
  const value = readValue(payload.text, exposed)
  return value === 'not-a-number'
    ? notRead(value, device.ieee)
    : { readings: [toReading(device, exposed, value, null)] }
}

const toReading = (
  { ieee }: ZigbeeDevice,
  { metric }: Exposed,
  value: number,
  deviceUtcMs: UtcMs | null,
): ReadingSaid => ({
  device: ieee,
  metric: metric.key,
  value,
  unit: null,
  deviceUtcMs,
  historical: false,
})

/**
 * When a kept state was heard, by `last_seen`; null for one of now. Its seconds are too coarse to be the time of readings that follow each
 * other: two of them would be taken for one.
 */
function keptSince(json: Record<string, unknown>, receivedUtcMs: UtcMs): UtcMs | null {
  const seen = Object.hasOwn(json, 'last_seen') ? momentOf(json.last_seen) : null
  return seen !== null && receivedUtcMs - seen > keptAfterMs ? seen : null
}
