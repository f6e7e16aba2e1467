import * as fc from 'fast-check'

/** One MQTT message, whatever it is. The topic as bytes, because nothing makes a device send UTF-8. */
export interface AnyMessage {
  readonly topic: Uint8Array
  readonly payload: Uint8Array
  readonly retain: boolean
}

const utf8 = (text: string): Uint8Array => Buffer.from(text)

/** Names that break something when somebody forgets to escape, or to ask whether a key is its own. */
export const oddNames: readonly string[] = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'a,sensor=evil',
  'a value=1 1\nreading,sensor=evil value=666 1700000000000',
  'x\nreading,sensor=evil value=666',
  'x\r\nreading,sensor=evil value=666',
  'ends\\',
  'tab\there',
  'nul\u0000in',
  'quote"in',
  'eq=al,comma, space',
  '冷库',
  '\u202egnal',
  '\ud800',
  '',
  ' ',
  '../../etc/passwd',
  '%c',
  '{{ value_json.__proto__ }}',
  'a'.repeat(300),
]
const oddName = fc.oneof(
  fc.constantFrom(...oddNames),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
)

/** As text, because JSON.stringify writes none of them. */
const oddNumbers = [
  'NaN',
  'Infinity',
  '-Infinity',
  '1e999',
  '-1e999',
  '1e308',
  '9007199254740993',
  '-0',
  '0x10',
  '1_000',
  '.5',
  '5.',
  '00',
  '1e-400',
  '9'.repeat(400),
]

const value: fc.Arbitrary<unknown> = fc.oneof(
  fc.double(),
  fc.integer({ min: -100, max: 200 }),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom(...oddNumbers, 'ON', 'OFF', 'online', 'offline', '21.5'),
  oddName,
  fc.integer({ min: 1_500_000_000, max: 1_900_000_000 }),
)
const goodKeys = [
  'temp',
  'temperature',
  'humidity',
  'value',
  'unit',
  'ts',
  'time',
  'battery',
  'door',
  't',
  'rh',
  'Time',
  'state',
]
/** `__proto__` must be a key of its own, as JSON.parse makes it. */
const fields = (keys: fc.Arbitrary<string>, values: fc.Arbitrary<unknown>): fc.Arbitrary<object> =>
  fc.array(fc.tuple(keys, values), { maxLength: 8 }).map((entries) => {
    const made = {}
    for (const [key, each] of entries)
      Object.defineProperty(made, key, { value: each, enumerable: true, configurable: true, writable: true })
    return made
  })
const anyKey = fc.oneof({ arbitrary: fc.constantFrom(...goodKeys), weight: 3 }, { arbitrary: oddName, weight: 1 })
const json = fields(anyKey, fc.oneof({ arbitrary: value, weight: 4 }, { arbitrary: fields(anyKey, value), weight: 1 }))

/** Keys of all the dialects, abbreviated and not, with values that fit and values that do not. */
const deviceWords = [
  '~',
  'dev',
  'device',
  'ids',
  'identifiers',
  'name',
  'stat_t',
  'state_topic',
  'val_tpl',
  'value_template',
  'unit_of_meas',
  'dev_cla',
  'avty',
  'avty_t',
  'avty_mode',
  'exp_aft',
  'cmps',
  'components',
  'p',
  'platform',
  'uniq_id',
  'o',
  'StatusSNS',
  'ENERGY',
  'DS18B20',
  'Temperature',
  'TempUnit',
  'sn',
  'dn',
  'ft',
  'ofln',
  'src',
  'method',
  'params',
  'temperature:0',
  'tC',
  'tF',
  'id',
  'ieee_address',
  'friendly_name',
  'definition',
  'exposes',
  'features',
  'property',
  'access',
  'type',
  'deviceInfo',
  'devEui',
  'object',
  'uplink_message',
  'decoded_payload',
  'end_device_ids',
  'device_id',
  'received_at',
  'model',
  'temperature_C',
  'channel',
  'tempc',
  'tempf',
  'hum',
  'batt',
  'nodes',
  'properties',
  'datatype',
  '$description',
  'homie',
  'version',
  'children',
] as const
const deviceTopics = ['~/state', 'x/state', 'x/+/state', '#', '', 'zone/s1']
const templates = [
  '{{ value_json.temp }}',
  '{{ value }}',
  '{{ value_json["a"].b[0] | float(0) * 1e308 }}',
  '{{ (((((((((1))))))))) }}',
  `{{ ${'('.repeat(3_000)} }}`,
  '{{ value_json.__proto__.constructor }}',
  '{% for a in b %}',
]
const deep: fc.Arbitrary<unknown> = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: false },
    fc.oneof(
      value,
      fc.constantFrom(
        ...deviceTopics,
        ...templates,
        'Numeric',
        'numeric',
        'sensor',
        'binary_sensor',
        'float',
        'integer',
        'C',
        'F',
      ),
    ),
    fc.array(tie('node'), { maxLength: 4 }),
    fields(
      fc.oneof({ arbitrary: fc.constantFrom(...deviceWords), weight: 4 }, { arbitrary: anyKey, weight: 1 }),
      tie('node'),
    ),
  ),
})).node

const nested = fc
  .tuple(fc.constantFrom('{"a":', '[', '{"temp":[', '[{"a":'), fc.constantFrom(10, 65, 1_000, 20_000))
  .map(([open, times]) => open.repeat(times))
const whole = fc.constantFrom(1_048_576, 65_537, 262_145).map((length) => `{"temp":"${'x'.repeat(length - 11)}"}`)
const broken = fc.constantFrom(...oddNumbers).map((number) => `{"temp":${number},"value":${number}}`)

const payload: fc.Arbitrary<Uint8Array> = fc.oneof(
  { arbitrary: json.map((made) => utf8(JSON.stringify(made))), weight: 6 },
  { arbitrary: deep.map((made) => utf8(JSON.stringify(made) ?? 'null')), weight: 6 },
  { arbitrary: fc.uint8Array({ maxLength: 200 }), weight: 3 },
  { arbitrary: broken.map(utf8), weight: 2 },
  { arbitrary: value.map((made) => utf8(String(made))), weight: 2 },
  { arbitrary: nested.map(utf8), weight: 1 },
  { arbitrary: whole.map(utf8), weight: 1 },
  { arbitrary: fc.constant(new Uint8Array(0)), weight: 1 },
)

/** Where each dialect listens; `*` becomes any name. */
const places: readonly string[] = [
  'zone/*',
  'zone/s1',
  'homeassistant/sensor/*/config',
  'homeassistant/sensor/*/*/config',
  'homeassistant/binary_sensor/*/config',
  'homeassistant/device/*/config',
  'x/state',
  'spBv1.0/*/NBIRTH/*',
  'spBv1.0/*/NDATA/*',
  'spBv1.0/*/NDEATH/*',
  'spBv1.0/*/DBIRTH/*/*',
  'spBv1.0/*/DDATA/*/*',
  'spBv1.0/*/DDEATH/*/*',
  'homie/*/$homie',
  'homie/*/$state',
  'homie/*/$nodes',
  'homie/*/*/$properties',
  'homie/*/*/*/$datatype',
  'homie/*/*/*',
  'homie/5/*/$state',
  'homie/5/*/$description',
  'homie/5/*/*/*',
  'tele/*/SENSOR',
  'tele/*/STATE',
  'tele/*/LWT',
  '*/tele/SENSOR',
  'tasmota/discovery/*/config',
  'tasmota/discovery/*/sensors',
  '*/online',
  '*/events/rpc',
  '*/status/temperature:0',
  'zigbee2mqtt/*',
  'zigbee2mqtt/*/availability',
  'zigbee2mqtt/bridge/devices',
  'zigbee2mqtt/bridge/state',
  'application/*/device/*/event/up',
  'application/*/device/*/event/status',
  'v3/*/devices/*/up',
  'rtl_433/*/events',
  'rtl_433/*/devices/*/*/temperature_C',
  'home/*/BTtoMQTT/*',
  'home/*/LWT',
  '*',
]
const topic: fc.Arbitrary<Uint8Array> = fc
  .tuple(fc.constantFrom(...places), fc.infiniteStream(fc.oneof(fc.constantFrom('d1', 'd2', 's1', 'n'), oddName)))
  .map(([place, names]) => place.replaceAll('*', () => String(names.next().value).replaceAll('/', '_')))
  .chain((text) =>
    fc.oneof(
      { arbitrary: fc.constant(utf8(text)), weight: 9 },
      // Cut in the middle of a character, or with bytes that no text has.
      { arbitrary: fc.constant(Buffer.concat([utf8(text), Buffer.from([0xff, 0xc3])])), weight: 1 },
    ),
  )

/** Most of it is nonsense; some is what a device really says, so that the nonsense meets devices that are known. */
export const anyMessage: fc.Arbitrary<AnyMessage> = fc.oneof(
  { arbitrary: fc.record({ topic, payload, retain: fc.boolean() }), weight: 4 },
  {
    arbitrary: fc.nat(67).map((n) => {
      const device = newDevice(n)
      return { topic: utf8(device.topic), payload: utf8(device.payload), retain: false }
    }),
    weight: 1,
  },
)

/** A counterexample may hold a mebibyte: its beginning is enough, and its path repeats it. */
export async function briefly<T>(details: fc.RunDetails<T>): Promise<void> {
  if (!details.failed) return
  const words = (await fc.asyncDefaultReportMessage(details)) ?? ''
  throw new Error(words.length > 4_000 ? `${words.slice(0, 3_000)} ... ${words.slice(-1_000)}` : words, {
    cause: details.errorInstance,
  })
}

/**
 * Messages of ever new devices in all dialects, well formed: what a broken or malicious device sends to fill the memory.
 * @param n a number that was not used before
 */
export function newDevice(n: number): { topic: string; payload: string } {
  const id = `f${n.toString(36)}`
  const homeAssistant = {
    name: id,
    stat_t: `${id}/state`,
    uniq_id: id,
    dev: { ids: [id], name: id },
    unit_of_meas: '°C',
  }
  const zigbee = [
    {
      ieee_address: `0x${n.toString(16).padStart(16, '0')}`,
      friendly_name: id,
      type: 'EndDevice',
      definition: { vendor: id, model: id, exposes: [{ type: 'numeric', property: id, access: 1, unit: '°C' }] },
    },
  ]
  const kinds: readonly (readonly [string, object | string])[] = [
    [`zone/${id}`, { temp: 1, [id]: 2 }],
    [`homeassistant/sensor/${id}/config`, homeAssistant],
    [
      `homeassistant/device/${id}/config`,
      {
        dev: { ids: id },
        o: { name: id },
        stat_t: `${id}/s`,
        cmps: { [id]: { p: 'sensor', uniq_id: id, val_tpl: `{{ value_json.${id} }}` } },
      },
    ],
    [`spBv1.0/${id}/NBIRTH/${id}`, id],
    [`homie/${id}/$homie`, '4.0.0'],
    [`homie/5/${id}/$state`, 'ready'],
    [
      `homie/5/${id}/$description`,
      { homie: '5.0', version: n, name: id, nodes: { [id]: { properties: { [id]: { datatype: 'float' } } } } },
    ],
    [`homie/${id}/${id}/${id}/$datatype`, 'float'],
    [`tele/${id}/SENSOR`, { Time: '2026-11-24T12:00:00', [id]: { Temperature: 1 }, TempUnit: 'C' }],
    [
      `tasmota/discovery/${id}/config`,
      {
        t: id,
        ft: '%prefix%/%topic%/',
        tp: ['cmnd', 'stat', 'tele'],
        mac: id,
        dn: id,
        ofln: 'Offline',
        onln: 'Online',
      },
    ],
    [
      `${id}/events/rpc`,
      { src: id, dst: id, method: 'NotifyFullStatus', params: { ts: 1, 'temperature:0': { id: 0, tC: 1 } } },
    ],
    ['zigbee2mqtt/bridge/devices', zigbee],
    [`zigbee2mqtt/${id}`, { [id]: 1 }],
    [`application/${id}/device/${id}/event/up`, { deviceInfo: { devEui: id, deviceName: id }, object: { [id]: 1 } }],
    [
      `v3/${id}/devices/${id}/up`,
      { end_device_ids: { device_id: id }, uplink_message: { decoded_payload: { [id]: 1 } } },
    ],
    ['rtl_433/host/events', { model: id, id: n, temperature_C: 1 }],
    [`home/${id}/BTtoMQTT/${id}`, { id, tempc: 1, hum: 2 }],
  ]
  const [topicText, made] = kinds[n % kinds.length] ?? ['zone/x', '1']
  return { topic: topicText, payload: typeof made === 'string' ? made : JSON.stringify(made) }
}
