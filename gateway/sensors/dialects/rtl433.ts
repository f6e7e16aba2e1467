import type { Dialect, Said } from '../../domain/dialect.ts'
import { momentOf } from '../../domain/payload.ts'
import { type Devices, type Field, hear, keepLast, objectOf, textOf, type Who } from './fields.ts'
import { heardBy, onlineWord, receiverLost, type Receivers, receivers } from './receivers.ts'

interface Rtl433State {
  readonly devices: Devices
  readonly receivers: Receivers
  /** Receivers that send whole events, with how many single values came since the last one. */
  readonly withEvents: Map<string, number>
}

const maxReceivers = 200
/** An event has at most some thirty values: more without one, and the receiver does not send events any more. */
const maxWithoutEvent = 500

/**
 * rtl_433 (docs/DATA_FORMAT.md, docs/OPERATION.md: MQTT output), also by OpenMQTTGateway. Unless told otherwise it sends everything twice: as
 * `<base>/events`, and each value under `<base>/devices[/type][/model][/subtype][/channel][/id]/<key>`. That path names a device here; single
 * values are read where no events come. The base is `rtl_433/<host>`.
 */
export const rtl433Dialect: Dialect<Rtl433State> = {
  source: 'rtl433',
  prefix: 'rtl433:',
  begin: () => ({ devices: new Map(), receivers: receivers(), withEvents: new Map() }),
  filters: () => ['rtl_433/+/events', 'rtl_433/+/devices/#', 'rtl_433/+/availability', '+/+/RTL_433toMQTT/#'],
  owns(topic) {
    const parts = topic.split('/')
    if (parts[2] === 'RTL_433toMQTT') return true
    if (parts[0] !== 'rtl_433') return false
    return parts[2] === 'devices'
      ? parts.length >= 5
      : parts.length === 3 && (parts[2] === 'events' || parts[2] === 'availability')
  },
  decode({ topic, payload }, state) {
    const parts = topic.split('/')
    const receiver = `${parts[0]}/${parts[1]}`
    if (parts[2] === 'availability')
      return onlineWord(payload) === false ? { liveness: receiverLost(state.receivers, receiver) } : {}
    if (parts[2] === 'devices') return single(state, receiver, parts.slice(3), payload)
    const read = objectOf(payload, null)
    if (read.fields === null) return read.said
    const event = read.fields
    // Without a model it is about the receiver.
    if (textOf(event.model) === null) return {}
    if (parts[2] === 'events') keepLast(state.withEvents, receiver, 0, maxReceivers)
    const path = [event.type, event.model, event.subtype, event.channel, event.id].flatMap(levelOf)
    const fields = Object.entries(event).flatMap(([key, raw]) => (typeof raw === 'string' ? [] : fieldsOf(key, raw)))
    // Local time without a zone, which is what it sends unless told otherwise, is no moment.
    return heard(state, receiver, whoOf(path, textOf(event.model)), fields, momentOf(event.time))
  },
}

/** A value under its own topic. */
function single(state: Rtl433State, receiver: string, levels: readonly string[], payload: Uint8Array): Said {
  const since = state.withEvents.get(receiver)
  if (since !== undefined) {
    if (since < maxWithoutEvent) state.withEvents.set(receiver, since + 1)
    else state.withEvents.delete(receiver)
    return {}
  }
  if (payload.byteLength > 100) return {}
  const path = levels.slice(0, -1)
  const fields = fieldsOf(levels.at(-1) ?? '', new TextDecoder().decode(payload))
  return fields.length === 0 ? {} : heard(state, receiver, whoOf(path, path[0] ?? null), fields, null)
}

function heard(
  state: Rtl433State,
  receiver: string,
  who: Who,
  fields: readonly Field[],
  deviceUtcMs: number | null,
): Said {
  const said = hear(state.devices, who, fields, deviceUtcMs)
  const liveness = said.readings ? heardBy(state.receivers, receiver, who.device) : []
  return liveness.length > 0 ? { ...said, liveness } : said
}

const whoOf = (path: readonly string[], model: string | null): Who => ({
  device: path.join('/'),
  name: path.join(' '),
  model,
})

/** A part of a device's path; none when the event does not have it. */
const levelOf = (raw: unknown): string[] => {
  const level = typeof raw === 'number' ? String(raw) : textOf(raw)
  return level === null ? [] : [level.replace(/[/+#\s]/g, '_')]
}

/** What names the device, and how well it was received. */
const noValues =
  /^(time|type|model|subtype|id|channel|protocol|mic|mod|freq\d?|rssi|snr|noise|code|codes|data|raw.*|msg.*|message.*|.*_id|[a-z]id|flags\d?|sequence.*|counter|button|unit|test|duration|origin|mics?)$/i
/** Endings that say the unit. Of those in the first list there is one in each system, so that the metric's name is what is before them. */
const interchangeable: readonly (readonly [ending: string, unit: string])[] = [
  ['_C', '°C'],
  ['_F', '°F'],
  ['_hPa', 'hPa'],
  ['_kPa', 'kPa'],
  ['_psi', 'psi'],
  ['_PSI', 'psi'],
  ['_mm_h', 'mm/h'],
  ['_in_h', 'in/h'],
  ['_km_h', 'km/h'],
  ['_mi_h', 'mph'],
  ['_m_s', 'm/s'],
  ['_mm', 'mm'],
  ['_in', 'in'],
]
const endings: readonly (readonly [ending: string, unit: string])[] = [
  ['_deg', '°'],
  ['_mV', 'mV'],
  ['_V', 'V'],
  ['_mA', 'mA'],
  ['_A', 'A'],
  ['_kWh', 'kWh'],
  ['_Wh', 'Wh'],
  ['_kW', 'kW'],
  ['_W', 'W'],
  ['_VA', 'VA'],
  ['_Hz', 'Hz'],
  ['_lux', 'lx'],
  ['_klx', 'klx'],
  ['_ppm', 'ppm'],
  ['_ppb', 'ppb'],
  ['_ug_m3', 'µg/m³'],
  ['_cm', 'cm'],
  ['_m3', 'm³'],
  ['_L', 'L'],
]
const kinds: readonly (readonly [RegExp, string])[] = [
  [/^humidity/, 'humidity'],
  [/^moisture/, 'moisture'],
  [/^wind_(avg|max|min|speed)/, 'wind_speed'],
  [/^rain_rate/, 'precipitation_intensity'],
  [/^rain/, 'precipitation'],
  [/^co2/, 'carbon_dioxide'],
  [/^pm2_5/, 'pm25'],
  [/^pm10(_|$)/, 'pm10'],
  [/^pm1(_|$)/, 'pm1'],
  [/^pressure_hPa/, 'atmospheric_pressure'],
]

function fieldsOf(key: string, raw: unknown): Field[] {
  if (noValues.test(key)) return []
  const isLevel = key === 'battery_ok'
  const told = interchangeable.find(([ending]) => key.endsWith(ending))
  const unit =
    told?.[1] ??
    endings.find(([ending]) => key.endsWith(ending))?.[1] ??
    (/^(humidity|moisture)/.test(key) ? '%' : null)
  const kind = kinds.find(([word]) => word.test(key))?.[1] ?? null
  const stem = told ? key.slice(0, -told[0].length) : key
  const field = { key: stem, name: stem.replaceAll('_', ' '), raw, unit, kind, guessed: false }
  return [isLevel ? { ...field, raw: percentOf(raw), unit: '%', kind: 'battery' } : field]
}

/** `battery_ok` goes from 0, empty, to 1, full. */
function percentOf(raw: unknown): unknown {
  const level = typeof raw === 'string' ? Number(raw) : raw
  return typeof level === 'number' && level >= 0 && level <= 1 ? level * 100 : raw
}
