import type { Dialect, Said } from '../../domain/dialect.ts'
import { guessMetric } from '../../domain/metric-guess.ts'
import { momentOf, toValue } from '../../domain/payload.ts'
import { type Devices, type Field, hear, keepLast, objectOf, textOf } from './fields.ts'
import { heardBy, onlineWord, receiverLost, type Receivers, receivers } from './receivers.ts'

interface TheengsState {
  readonly devices: Devices
  readonly receivers: Receivers
  /** Gateways that passed something on, by their topic. */
  readonly gateways: Map<string, true>
}

const maxGateways = 200

/**
 * OpenMQTTGateway and Theengs Gateway (docs.openmqttgateway.com: BLE gateway; gateway.theengs.io; decoder.theengs.io: devices): what Bluetooth
 * devices advertise, decoded, under `home/<gateway>/BTtoMQTT/<MAC>`, and the gateway's will, `home/<gateway>/LWT`.
 */
export const theengsDialect: Dialect<TheengsState> = {
  source: 'theengs',
  prefix: 'theengs:',
  begin: () => ({ devices: new Map(), receivers: receivers(), gateways: new Map() }),
  filters: ({ gateways }) => [
    '+/+/BTtoMQTT',
    '+/+/BTtoMQTT/+',
    'home/+/LWT',
    ...[...gateways.keys()].filter((gateway) => !gateway.startsWith('home/')).map((gateway) => `${gateway}/LWT`),
  ],
  owns(topic, { gateways }) {
    const parts = topic.split('/')
    // Home Assistant is told `+/+/BTtoMQTT/<MAC>`, which is as much its own.
    if (parts[2] === 'BTtoMQTT') return parts.length <= 4
    return parts.length === 3 && parts[2] === 'LWT' && (parts[0] === 'home' || gateways.has(`${parts[0]}/${parts[1]}`))
  },
  decode({ topic, payload }, state) {
    const parts = topic.split('/')
    const gateway = `${parts[0]}/${parts[1]}`
    if (parts[2] === 'LWT')
      return onlineWord(payload) === false ? { liveness: receiverLost(state.receivers, gateway) } : {}
    const device = addressOf(parts[3])
    const read = objectOf(payload, device)
    return read.fields === null
      ? read.said
      : advertised(state, gateway, device ?? addressOf(read.fields.id), read.fields)
  },
}

/** Advertisements that no decoder knows, and those of phones and tags under an address that changes, are everywhere: they say nothing here. */
function advertised(
  state: TheengsState,
  gateway: string,
  device: string | null,
  fields: Readonly<Record<string, unknown>>,
): Said {
  if (device === null || fields.type === 'RMAC' || fields.prmac === true) return {}
  const known = textOf(fields.model_id)
  const model = textOf([fields.brand, known].map(textOf).join(' '))
  const who = { device, name: textOf(fields.name) ?? [known, device].filter((part) => part !== null).join(' '), model }
  // Old gateways name no model, and say what they measured as text.
  const values = fieldsOf(fields, known !== null)
  const said = hear(state.devices, who, values, momentOf(fields.UTCtime) ?? momentOf(fields.unixtime))
  if (!said.readings) return said
  if (!/[+#\0]/.test(gateway)) keepLast(state.gateways, gateway, true, maxGateways)
  const liveness = heardBy(state.receivers, gateway, device)
  return liveness.length > 0 ? { ...said, liveness } : said
}

/** A MAC address is written with colons in messages and without in topics. */
function addressOf(raw: unknown): string | null {
  const text = textOf(raw)?.replaceAll(':', '') ?? null
  return text !== null && /^[0-9a-f]{12}$/i.test(text) ? text.toUpperCase() : text
}

/** What names the device, how it was received, and what the decoder says of its model. */
const noValues =
  /^(id|mac|mac_type|adv_type|name|rssi|txpower|distance|brand|model|model_id|type|cidc|acts|cont|encr|track|prmac|device|ctr|seq|packet|uuid|mfid|major|minor|mjid|minid|channel|unit|servicedata.*|manufacturerdata|utctime|unixtime|gateway|presence|lat|long|origin)$/i
/** Properties of decoder.theengs.io, without the number of the probe behind them. */
const properties = new Map<string, readonly [unit: string | null, kind: string | null]>(
  Object.entries({
    tempc: ['°C', 'temperature'],
    tempf: ['°F', 'temperature'],
    hum: ['%', 'humidity'],
    batt: ['%', 'battery'],
    volt: ['V', 'voltage'],
    lux: ['lx', 'illuminance'],
    moi: ['%', 'moisture'],
    fer: ['µS/cm', 'conductivity'],
    pres: ['hPa', 'atmospheric_pressure'],
    co2: ['ppm', 'carbon_dioxide'],
    pm25: ['µg/m³', 'pm25'],
    pm10: ['µg/m³', 'pm10'],
    tvoc: ['ppb', 'volatile_organic_compounds_parts'],
    co: ['mg/m³', 'carbon_monoxide'],
    no2: ['µg/m³', 'nitrogen_dioxide'],
    o3: ['µg/m³', 'ozone'],
    so2: ['µg/m³', 'sulphur_dioxide'],
    nh3: ['µg/m³', null],
    ch2o: ['µg/m³', null],
    form: ['mg/m³', null],
    weight: ['kg', 'weight'],
    current: ['A', 'current'],
    power: ['W', 'power'],
    energy: ['kWh', 'energy'],
  }),
)

/** @param withOthers also numbers and flags that are no property which is known here */
function fieldsOf(message: Readonly<Record<string, unknown>>, withOthers: boolean): Field[] {
  return Object.entries(message).flatMap(([key, raw]) => {
    if (noValues.test(key)) return []
    if (key.startsWith('tempf') && Object.hasOwn(message, key.replace('tempf', 'tempc'))) return []
    const property = properties.get(key) ?? properties.get(key.replace(/\d+$/, ''))
    if (property === undefined && (!withOthers || typeof raw === 'string')) return []
    // A scale says in which unit it is read.
    const unit = key === 'weight' ? (textOf(message.unit) ?? 'kg') : property?.[0]
    const about = property ? { unit: unit ?? null, kind: property[1] } : guessOf(key, raw)
    return [{ key, name: key, raw, ...about, guessed: property === undefined }]
  })
}

function guessOf(key: string, raw: unknown) {
  const read = toValue(raw)
  return guessMetric(key, read && { min: read.value, max: read.value, isFlag: read.type === 'binary' })
}
