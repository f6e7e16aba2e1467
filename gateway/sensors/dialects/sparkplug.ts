import type { Dialect, LivenessSaid, Said } from '../../domain/dialect.ts'
import { maxPayloadBytes } from '../../domain/payload.ts'
import type { Packet } from '../../domain/reading.ts'
import { decodePayload, encodePayload, type SparkplugPayload } from '../../domain/sparkplug.ts'
import { hours, minutes, seconds, type UtcMs } from '../../domain/units.ts'
import { notRead } from './fields.ts'
import { bdSeqOf, type Born, maxAnnounced, readBirth, readData } from './sparkplug-births.ts'

/** An edge node and what it speaks for (Sparkplug 3.0). */
interface EdgeNode {
  own: Born | undefined
  readonly devices: Map<string, Born>
  /** Devices of before its last birth that were not born again. */
  readonly unborn: Set<string>
  /** Its birth was heard as it was sent, not read from what was kept, and it did not die since. */
  confirmed: boolean
  bornUtcMs: UtcMs
  bdSeq: number | null
  seq: number | null
  /** Something of it was missed: it is asked for its birth until it comes. */
  missed: boolean
  asks: number
  askedUtcMs: UtcMs
}

export interface SparkplugState {
  readonly nodes: Map<string, EdgeNode>
  /** Of all nodes, with those that are to be born again. */
  devices: number
  /** Metrics of all of them. */
  announced: number
}

const maxNodes = 500
const maxDevices = 2_000
/** `sparkplug:` and this make a candidate id. */
const maxName = 180
/** After its own birth a node announces its devices at once; one that is not born by then is away. */
const rebornWithinMs = seconds(10)
const compressed = 'SPBV1.0_COMPRESSED'

const verbs = ['NBIRTH', 'NDEATH', 'NDATA', 'DBIRTH', 'DDEATH', 'DDATA'] as const
type Verb = (typeof verbs)[number]

interface Address {
  readonly verb: Verb
  readonly group: string
  readonly node: string
  /** The edge node's name in this dialect, `<group>/<node>`. */
  readonly nodeName: string
  /** null for messages of the node itself. */
  readonly device: string | null
  /** Whose message it is. */
  readonly name: string
}

/** `spBv1.0/<group>/<verb>/<node>[/<device>]`; commands and host states are nobody's measurements. */
function addressOf(topic: string): Address | 'other' | undefined {
  const [, group, verb, node, device, ...more] = topic.split('/')
  if (group === 'STATE' || verb === 'NCMD' || verb === 'DCMD') return 'other'
  const known = verbs.find((word) => word === verb)
  if (!known || !group || !node || more.length > 0) return undefined
  if (known.startsWith('D') ? !device : device !== undefined) return undefined
  const nodeName = `${group}/${node}`
  const name = device === undefined ? nodeName : `${nodeName}/${device}`
  if (name.length > maxName || /[+#\p{Cc}]/u.test(name)) return undefined
  return { verb: known, group, node, nodeName, device: device ?? null, name }
}

export const sparkplugDialect: Dialect<SparkplugState> = {
  source: 'sparkplug',
  prefix: 'sparkplug:',
  begin: () => ({ nodes: new Map(), devices: 0, announced: 0 }),
  filters: () => verbs.map((verb) => `spBv1.0/+/${verb}/+${verb.startsWith('D') ? '/+' : ''}`),
  owns: (topic) => topic.startsWith('spBv1.0/'),
  decode(packet, state) {
    const address = addressOf(packet.topic)
    if (address === 'other') return {}
    if (!address) return notRead('bad-topic')
    if (packet.payload.byteLength > maxPayloadBytes) return notRead('too-large', address.name)
    const payload = decodePayload(packet.payload)
    if (!payload || payload.uuid === compressed) return notRead('bad-protobuf', address.name)
    if (address.verb === 'NDEATH') return nodeDied(address, payload, state)

    const node = nodeOf(address, state)
    if (!node) return notRead('too-many-candidates', address.name)
    const said =
      address.verb === 'NBIRTH'
        ? nodeBorn(address, payload, packet, node, state)
        : ofSession(address, payload, packet, node, state)
    const away = lapsed(address, node, packet, state)
    return away.length === 0 ? said : { ...said, liveness: [...away, ...(said.liveness ?? [])] }
  },
}

function nodeOf({ nodeName }: Address, state: SparkplugState): EdgeNode | undefined {
  const known = state.nodes.get(nodeName)
  if (known || state.nodes.size >= maxNodes) return known
  const node: EdgeNode = {
    own: undefined,
    devices: new Map(),
    unborn: new Set(),
    confirmed: false,
    bornUtcMs: 0,
    bdSeq: null,
    seq: null,
    missed: false,
    asks: 0,
    askedUtcMs: 0,
  }
  state.nodes.set(nodeName, node)
  return node
}

function nodeBorn(address: Address, payload: SparkplugPayload, packet: Packet, node: EdgeNode, state: SparkplugState) {
  // What was kept, here or by a broker, says what its metrics were, not what they are.
  node.confirmed = !packet.retain
  if (!packet.retain) {
    node.missed = false
    node.bornUtcMs = packet.receivedUtcMs
    for (const [name, born] of node.devices) {
      forget(born, state)
      node.unborn.add(name)
    }
    node.devices.clear()
  }
  node.bdSeq = bdSeqOf(payload)
  node.seq = packet.retain ? null : payload.seq
  forget(node.own, state)
  const { born, said, ...rest } = readBirth(address.name, payload, maxAnnounced - state.announced)
  node.own = born
  state.announced += born.byName.size
  return toSaid({ devices: said ? [said] : [], ...rest, liveness: [alive(address.name, true)], memory: 'keep' })
}

/** All but the birth and the death of the node itself: they count on in `seq`. */
function ofSession(address: Address, payload: SparkplugPayload, packet: Packet, node: EdgeNode, state: SparkplugState) {
  if (packet.retain) node.confirmed = false
  else if (countsOn(node, payload.seq) === 'gap' || !node.confirmed) node.missed = true
  const said =
    address.verb === 'DBIRTH'
      ? deviceBorn(address, payload, node, state)
      : address.verb === 'DDEATH'
        ? deviceDied(address, node, state)
        : data(address, payload, node)
  const asks = node.missed && !packet.retain ? askForBirth(address, node, packet.receivedUtcMs) : undefined
  return asks ? { ...said, asks } : said
}

function deviceBorn({ name, device }: Address, payload: SparkplugPayload, node: EdgeNode, state: SparkplugState): Said {
  const key = device ?? ''
  const before = node.devices.get(key)
  if (!before && !node.unborn.delete(key)) {
    if (state.devices >= maxDevices) return notRead('too-many-candidates', name)
    state.devices++
  }
  forget(before, state)
  const { born, said, ...rest } = readBirth(name, payload, maxAnnounced - state.announced)
  node.devices.set(key, born)
  state.announced += born.byName.size
  return toSaid({ devices: said ? [said] : [], ...rest, liveness: [alive(name, true)], memory: 'keep' })
}

function deviceDied({ name, device }: Address, node: EdgeNode, state: SparkplugState): Said {
  const born = node.devices.get(device ?? '')
  if (born) born.alive = false
  if (node.unborn.delete(device ?? '')) state.devices--
  return { liveness: [alive(name, false)] }
}

function data({ name, device }: Address, payload: SparkplugPayload, node: EdgeNode): Said {
  const born = device === null ? node.own : node.devices.get(device)
  const { unknown, ...rest } = readData(name, payload, born)
  // Values of what was said to be dead are taken by its last birth, as nothing better is known.
  if (unknown || born?.alive === false) node.missed = true
  return toSaid(rest)
}

/** All that the node speaks for is away with it, unless the death is that of an earlier connection (section 5.6). */
function nodeDied({ nodeName }: Address, payload: SparkplugPayload, state: SparkplugState): Said {
  const node = state.nodes.get(nodeName)
  if (!node) return { liveness: [alive(nodeName, false)] }
  const bdSeq = bdSeqOf(payload)
  if (node.confirmed && node.bdSeq !== null && bdSeq !== null && node.bdSeq !== bdSeq) return {}
  node.confirmed = false
  node.seq = null
  const devices = [...node.devices.keys(), ...node.unborn]
  for (const born of node.devices.values()) born.alive = false
  state.devices -= node.unborn.size
  node.unborn.clear()
  return { liveness: [alive(nodeName, false), ...devices.map((device) => alive(`${nodeName}/${device}`, false))] }
}

/** `seq` counts all messages of a node from its birth on, 0 to 255 and round again. */
function countsOn(node: EdgeNode, seq: number | null): 'on' | 'gap' {
  if (seq === null) return 'on'
  const steps = node.seq === null ? 1 : (seq - node.seq) & 0xff
  // Sent before the last one and overtaken by it, or delivered again: nothing is missing.
  if (steps === 0 || steps > 0xf0) return 'on'
  node.seq = seq
  return steps === 1 ? 'on' : 'gap'
}

/** Devices that were not born again after their node are said to be away, once. */
function lapsed(
  { nodeName }: Address,
  node: EdgeNode,
  { receivedUtcMs, retain }: Packet,
  state: SparkplugState,
): readonly LivenessSaid[] {
  if (retain || node.unborn.size === 0 || receivedUtcMs - node.bornUtcMs < rebornWithinMs) return []
  const away = [...node.unborn].map((device) => alive(`${nodeName}/${device}`, false))
  state.devices -= node.unborn.size
  node.unborn.clear()
  return away
}

/** A node that does not answer is asked less and less often, down to once an hour. */
function askForBirth({ group, node: nodeId }: Address, node: EdgeNode, nowUtcMs: UtcMs): Said['asks'] {
  const sinceMs = Math.abs(nowUtcMs - node.askedUtcMs)
  if (node.asks > 0 && sinceMs < Math.min(minutes(1) * 2 ** (node.asks - 1), hours(1))) return undefined
  node.asks = sinceMs > hours(2) ? 1 : node.asks + 1
  node.askedUtcMs = nowUtcMs
  // Commands carry no `seq` (section 6.4.23).
  const payload = encodePayload({
    timestampMs: nowUtcMs,
    metrics: [{ name: 'Node Control/Rebirth', timestampMs: nowUtcMs, type: 'Boolean', value: true }],
  })
  return [{ topic: `spBv1.0/${group}/NCMD/${nodeId}`, payload }]
}

const alive = (device: string, isAlive: boolean): LivenessSaid => ({ device, alive: isAlive })

function forget(born: Born | undefined, state: SparkplugState) {
  if (born) state.announced -= born.byName.size
}

/** Without its empty parts. */
function toSaid({ devices = [], readings = [], notRead: refused = [], ...rest }: Said): Said {
  return {
    ...rest,
    ...(devices.length > 0 && { devices }),
    ...(readings.length > 0 && { readings }),
    ...(refused.length > 0 && { notRead: refused }),
  }
}
