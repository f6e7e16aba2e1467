import type { Dialect, Said } from '../../domain/dialect.ts'
import { deviceTime } from '../../domain/payload.ts'
import { announce, type Devices, type Field, hear, isObject, notRead, objectOf, textOf, type Who } from './fields.ts'
import { deviceLost, heardBy, type Receivers, receivers } from './receivers.ts'
import { sensorFields, stateFields } from './tasmota-fields.ts'

/** What a device says of itself below `tasmota/discovery/<MAC>`: `config`, and in `sensors` an example of its `SENSOR` message. */
interface Announced {
  who: Who | null
  /** Topic of its telemetry, without the slash at the end. */
  telemetry: string | null
  online: string
  offline: string
  /** What its relays and switches say when they are off and on. */
  states: readonly [off: string | null, on: string | null]
  fields: readonly Field[]
}
interface TasmotaState {
  readonly devices: Devices
  readonly receivers: Receivers
  readonly byMac: Map<string, Announced>
  readonly byTelemetry: Map<string, Announced>
}

const maxAnnounced = 1_000
const endings = ['SENSOR', 'STATE', 'LWT']
/** `%prefix%/%topic%/`, which is the default, the other way round, and that below `tasmota`, as the documentation proposes. */
const usual = ['tele/+', '+/tele', 'tasmota/+/tele']

/**
 * Tasmota (tasmota.github.io/docs: MQTT, Commands; discovery: `xdrv_12_discovery`, issue 9267). A device is named by its full topic without the
 * prefix: that is the same whether it announced itself or not.
 */
export const tasmotaDialect: Dialect<TasmotaState> = {
  source: 'tasmota',
  prefix: 'tasmota:',
  begin: () => ({ devices: new Map(), receivers: receivers(), byMac: new Map(), byTelemetry: new Map() }),
  filters: ({ byTelemetry }) => [
    'tasmota/discovery/+/config',
    'tasmota/discovery/+/sensors',
    ...[...usual, ...byTelemetry.keys()].flatMap((telemetry) => endings.map((ending) => `${telemetry}/${ending}`)),
  ],
  owns(topic, { byTelemetry }) {
    const parts = topic.split('/')
    if (isDiscovery(parts)) return parts.length === 4 && (parts[3] === 'config' || parts[3] === 'sensors')
    const ending = parts.pop()
    if (ending === undefined || !endings.includes(ending)) return false
    return isUsual(parts) || byTelemetry.has(parts.join('/'))
  },
  decode({ topic, payload, retain }, state) {
    const parts = topic.split('/')
    if (isDiscovery(parts)) return discovered(state, parts[2] ?? '', parts[3] === 'config', payload)
    const ending = parts.pop()
    const announced = state.byTelemetry.get(parts.join('/'))
    const device = parts.filter((part) => part !== 'tele' && part !== '').join('/')
    const who = announced?.who ?? { device, name: parts.findLast((part) => part !== 'tele') ?? device, model: null }
    if (ending === 'LWT') return lastWill(state.receivers, who.device, announced, payload)
    const read = objectOf(payload, who.device)
    if (read.fields === null) return read.said
    const fields = ending === 'STATE' ? stateFields(read.fields) : sensorFields(read.fields)
    // `Time` is a clock on a wall: `deviceTime` takes it for a moment only where it ends in a zone.
    const said = hear(state.devices, who, inWords(fields, announced?.states), deviceTime(read.fields))
    // A will may be late: who sends telemetry is there.
    const liveness = retain ? [] : heardBy(state.receivers, who.device, who.device)
    return liveness.length > 0 ? { ...said, liveness } : said
  },
}

const isDiscovery = (parts: readonly string[]) => parts[0] === 'tasmota' && parts[1] === 'discovery'
const isUsual = (parts: readonly string[]) =>
  (parts.length === 2 && (parts[0] === 'tele' || parts[1] === 'tele')) ||
  (parts.length === 3 && parts[0] === 'tasmota' && parts[2] === 'tele')

/** `Online` and `Offline`, or the words that the device announced. Anything else says nothing. */
function lastWill(known: Receivers, device: string, announced: Announced | undefined, payload: Uint8Array): Said {
  if (payload.byteLength > 100) return {}
  const word = new TextDecoder().decode(payload)
  if (word === (announced?.online ?? 'Online')) {
    heardBy(known, device, device)
    return { liveness: [{ device, alive: true }] }
  }
  return word === (announced?.offline ?? 'Offline') ? { liveness: deviceLost(known, device) } : {}
}

/** Both messages are retained and come in any order; each is needed again after a restart. */
function discovered(state: TasmotaState, mac: string, isConfig: boolean, payload: Uint8Array): Said {
  const before = state.byMac.get(mac)
  if (payload.byteLength === 0) return withdrawn(state, mac, isConfig)
  const read = objectOf(payload, null)
  if (read.fields === null) return notRead('bad-discovery', before?.who?.device ?? null)
  if (before === undefined && state.byMac.size >= maxAnnounced) return notRead('too-many-candidates')
  const announced = before ?? {
    who: null,
    telemetry: null,
    online: 'Online',
    offline: 'Offline',
    states: [null, null] as const,
    fields: [],
  }
  if (isConfig) {
    const told = described(read.fields, mac)
    if (told === null) return notRead('bad-discovery', before?.who?.device ?? null)
    if (announced.telemetry !== null) state.byTelemetry.delete(announced.telemetry)
    Object.assign(announced, told)
    state.byTelemetry.set(told.telemetry, announced)
  } else if (isObject(read.fields.sn)) announced.fields = sensorFields(read.fields.sn)
  else return notRead('bad-discovery', before?.who?.device ?? null)
  state.byMac.set(mac, announced)
  const { who, fields, states } = announced
  return { ...(who !== null && announce(state.devices, who, inWords(fields, states))), memory: 'keep' }
}

function withdrawn({ byMac, byTelemetry, devices }: TasmotaState, mac: string, isConfig: boolean): Said {
  const before = byMac.get(mac)
  if (!before || !isConfig) return { memory: 'forget' }
  byMac.delete(mac)
  if (before.telemetry !== null) byTelemetry.delete(before.telemetry)
  if (before.who === null) return { memory: 'forget' }
  devices.delete(before.who.device)
  return { gone: [before.who.device], memory: 'forget' }
}

/** @returns null when there is no telling where its telemetry comes */
function described(
  config: Readonly<Record<string, unknown>>,
  mac: string,
): (Omit<Announced, 'fields' | 'who'> & { telemetry: string; who: Who }) | null {
  const { t, ft, tp, dn, fn, hn, md, onln, ofln, state } = config
  const topic = textOf(t)
  const pattern = textOf(ft)
  const prefix = Array.isArray(tp) ? textOf(tp[2]) : null
  if (topic === null || pattern === null || prefix === null) return null
  const fill = (part: string) =>
    part
      .replaceAll('%topic%', topic)
      .replaceAll('%hostname%', textOf(hn) ?? '%')
      .replaceAll('%id%', mac)
  const parts = pattern.split('/').filter((part) => part !== '')
  const telemetry = parts.map((part) => fill(part.replaceAll('%prefix%', prefix))).join('/')
  const device = parts
    .filter((part) => part !== '%prefix%')
    .map(fill)
    .join('/')
  // A wildcard or a token that is left would listen to others, or to nobody.
  if (/[+#%\0]/.test(telemetry) || device === '' || telemetry === device) return null
  const names = [textOf(dn), Array.isArray(fn) ? textOf(fn[0]) : null]
  const name = names.find((one) => one !== null && one !== 'Tasmota') ?? topic
  const states = Array.isArray(state) ? ([textOf(state[0]), textOf(state[1])] as const) : ([null, null] as const)
  return {
    who: { device, name, model: textOf(md) },
    telemetry,
    online: textOf(onln) ?? 'Online',
    offline: textOf(ofln) ?? 'Offline',
    states,
  }
}

/** Words that a device has of its own for off and on, as the usual ones. */
function inWords(fields: readonly Field[], states: Announced['states'] | undefined): readonly Field[] {
  const [off, on] = states ?? [null, null]
  if (off === null || on === null || (off === 'OFF' && on === 'ON')) return fields
  return fields.map((field) => (field.raw === on || field.raw === off ? { ...field, raw: field.raw === on } : field))
}
