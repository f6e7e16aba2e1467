import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readExposes } from '../../../gateway/sensors/dialects/zigbee-exposes.ts'
import { zigbee2mqttDialect } from '../../../gateway/sensors/dialects/zigbee2mqtt.ts'
import { listener, livenessOf, type Message, startUtcMs, survivesAnything, valuesOf } from './messages.ts'

/** The list of devices as Zigbee2MQTT sends it; what each exposes comes from its converters. */
interface Recorded {
  readonly made: string
  readonly devices: readonly Listed[]
  readonly states: readonly { topic: string; text: string }[]
}
interface Listed {
  readonly ieee_address: string
  readonly friendly_name: string
  readonly definition: object | null
}
const recorded = JSON.parse(readFileSync(new URL('fixtures/zigbee2mqtt.json', import.meta.url), 'utf8')) as Recorded
const climateIeee = '0x00158d0001a2b3c1'
const doorIeee = '0x00158d0001a2b3c2'
const leakIeee = '0x00158d0001a2b3c3'
const lampIeee = '0x90fd9ffffe6494fc'
const valveIeee = '0x842e14fffe1a2b3c'
const plugIeee = '0xa4c138a1b2c3d4e5'

const withList = (devices: readonly Listed[] = recorded.devices) => {
  const ear = listener(zigbee2mqttDialect)
  return { ...ear, said: ear.hear('zigbee2mqtt/bridge/devices', devices, { retain: true }) }
}
const changed = (change: (device: Listed) => Listed | undefined) =>
  recorded.devices.flatMap((device) => change(device) ?? [])

describe('the list of devices', () => {
  test('says what each measures', () => {
    const { said } = withList()
    expect(said.memory).toBe('keep')
    const words = (said.devices ?? []).map(({ device, name, model, metrics }) => [
      `${device} ${name}: ${model}`,
      ...metrics.map(({ key, unit, kind, type }) => [key, unit, kind, type].join('|')),
    ])
    expect(words).toEqual([
      [
        `${climateIeee} W7/cold store: Aqara WSDCGQ11LM`,
        'battery|%|battery|number',
        'temperature|°C|temperature|number',
        'humidity|%|humidity|number',
        'pressure|hPa|atmospheric_pressure|number',
        'voltage|mV|voltage|number',
      ],
      [
        `${doorIeee} door: Aqara MCCGQ11LM`,
        'battery|%|battery|number',
        'contact||door|binary',
        'device_temperature|°C|temperature|number',
        'voltage|mV|voltage|number',
        'power_outage_count|||number',
        'trigger_count|||number',
      ],
      [
        `${leakIeee} leak: Aqara SJCGQ11LM`,
        'battery|%|battery|number',
        'voltage|mV|voltage|number',
        'device_temperature|°C|temperature|number',
        'power_outage_count|||number',
        'trigger_count|||number',
        'water_leak||moisture|binary',
        'battery_low||battery|binary',
      ],
      [
        `${lampIeee} lamp: IKEA LED1624G9`,
        'state|||binary',
        'brightness|||number',
        'color_temp|mired||number',
        'color_temp_startup|mired||number',
        'color.x|||number',
        'color.y|||number',
        'level_config.execute_if_off|||binary',
        'level_config.current_level_startup|||number',
      ],
      [
        `${valveIeee} valve: Danfoss 014G2461`,
        'local_temperature|°C|temperature|number',
        'occupied_heating_setpoint|°C||number',
        'pi_heating_demand|%||number',
        'max_heat_setpoint_limit|°C||number',
        'occupied_heating_setpoint_scheduled|°C||number',
        'abs_max_heat_setpoint_limit|°C||number',
        'battery|%|battery|number',
        'mounted_mode_active|||binary',
        'heat_required|||binary',
        'external_measured_room_sensor|||number',
        'radiator_covered|||binary',
        'window_open_external|||binary',
        'algorithm_scale_factor|||number',
        'load_balancing_enable|||binary',
        'load_room_mean|||number',
        'load_estimate|||number',
        'preheat_status|||binary',
        'preheat_time|||number',
        'adaptation_run_settings|||binary',
      ],
      [
        `${plugIeee} plug: Tuya TS011F_plug_1`,
        'state|||binary',
        'countdown|s||number',
        'power|W|power|number',
        'current|A|current|number',
        'voltage|V|voltage|number',
        'energy|kWh|energy|number',
        'child_lock|||binary',
      ],
    ])
    const lamp = said.devices?.find(({ device }) => device === lampIeee)
    expect(lamp?.metrics.find(({ key }) => key === 'color.x')?.name).toBe('color X')
    const climate = said.devices?.find(({ device }) => device === climateIeee)
    expect(climate).toMatchObject({ name: 'W7/cold store', complete: true })
    expect(climate?.metrics).toContainEqual({
      key: 'temperature',
      name: 'Temperature',
      unit: '°C',
      kind: 'temperature',
      type: 'number',
      expiresMs: null,
      guessed: false,
    })
    expect(climate?.metrics.map(({ key }) => key)).not.toContain('linkquality')
  })

  test('has no coordinator, and no device that nobody supports', () => {
    const names = recorded.devices.map(({ friendly_name: name }) => name)
    expect(names).toEqual(expect.arrayContaining(['Coordinator', 'unsupported']))
    const said = withList().said.devices?.map(({ name }) => name)
    expect(said).not.toContain('Coordinator')
    expect(said).not.toContain('unsupported')
  })

  test('with another name keeps the device', () => {
    const ear = withList()
    const said = ear.hear(
      'zigbee2mqtt/bridge/devices',
      changed((device) => (device.ieee_address === doorIeee ? { ...device, friendly_name: 'W7/gate' } : device)),
    )
    expect(said.gone).toBeUndefined()
    expect(said.devices?.find(({ device }) => device === doorIeee)?.name).toBe('W7/gate')
    expect(ear.hear('zigbee2mqtt/W7/gate', { contact: false }).readings).toMatchObject([
      { device: doorIeee, metric: 'contact', value: 1 },
    ])
    expect(ear.hear('zigbee2mqtt/door', { contact: false })).toEqual({})
  })

  test('without a device takes it back', () => {
    const ear = withList()
    expect(
      ear.hear(
        'zigbee2mqtt/bridge/devices',
        changed((device) => (device.ieee_address === doorIeee ? undefined : device)),
      ).gone,
    ).toEqual([doorIeee])
    expect(ear.hear('zigbee2mqtt/door', { contact: false })).toEqual({})
  })

  test('of another network that has the device now keeps it', () => {
    const ear = withList()
    ear.hear(
      'zigbee2/bridge/devices',
      changed((device) => (device.ieee_address === doorIeee ? device : undefined)),
    )
    expect(
      ear.hear(
        'zigbee2mqtt/bridge/devices',
        changed((device) => (device.ieee_address === doorIeee ? undefined : device)),
      ).gone,
    ).toBeUndefined()
    expect(ear.hear('zigbee2/door', { contact: true }).readings).toMatchObject([{ device: doorIeee, value: 0 }])
  })

  test('keeps what a device measures while it is asked anew who it is', () => {
    const ear = withList()
    ear.hear(
      'zigbee2mqtt/bridge/devices',
      changed((device) => (device.ieee_address === doorIeee ? { ...device, definition: null } : device)),
    )
    expect(ear.hear('zigbee2mqtt/door', { contact: false }).readings).toMatchObject([{ device: doorIeee, value: 1 }])
  })

  test('taken back takes all of them', () => {
    const ear = withList()
    const said = ear.hear('zigbee2mqtt/bridge/devices', '')
    expect(said.memory).toBe('forget')
    expect(said.gone).toEqual(expect.arrayContaining([climateIeee, doorIeee, lampIeee]))
    expect(ear.owns('zigbee2mqtt/door')).toBe(false)
  })

  test.each([
    ['something else', '[{"id":"x"}]', 'bad-discovery'],
    ['an object', '{}', 'bad-discovery'],
    ['an empty list of nobody', '[]', 'bad-discovery'],
    ['no JSON', 'x', 'not-json'],
    ['no text', Uint8Array.of(0xff), 'bad-utf8'],
    ['beyond all measure', new Uint8Array(4 * 1024 * 1024 + 1), 'too-large'],
  ])('that is %s is refused', (_, bytes, reason) => {
    const ear = listener(zigbee2mqttDialect)
    expect(ear.hear('other/bridge/devices', bytes)).toEqual({ notRead: [{ reason, device: null }] })
    expect(ear.owns('other/thing')).toBe(false)
  })

  test('may be larger than any other message', () => {
    const description = 'x'.repeat(5_000)
    const many = Array.from({ length: 100 }, (_, at) => ({
      ieee_address: `0x${(at + 1).toString(16).padStart(16, '0')}`,
      friendly_name: `d${at}`,
      definition: { ...recorded.devices.find(({ ieee_address: ieee }) => ieee === doorIeee)?.definition, description },
    }))
    expect(withList(many).said.devices).toHaveLength(100)
  })
})

describe('exposes', () => {
  const keys = (...exposes: object[]) => readExposes(exposes).exposed.map(({ metric }) => metric.key)
  const numeric = (name: string, access: number, more: object = {}) => ({
    type: 'numeric',
    name,
    property: name,
    access,
    ...more,
  })
  test.each([
    [
      'bit 1 of access: it is published',
      [numeric('a', 1), numeric('b', 2), numeric('c', 5), numeric('d', 4)],
      ['a', 'c'],
    ],
    ['settings are left out', [numeric('a', 1), numeric('b', 7, { category: 'config' })], ['a']],
    ['the radio link is left out', [numeric('a', 1), numeric('linkquality', 1)], ['a']],
    [
      'unless there is nothing else',
      [{ type: 'enum', name: 'action', property: 'action', access: 1 }, numeric('linkquality', 1)],
      ['linkquality'],
    ],
    [
      'a specific type is walked',
      [{ type: 'climate', features: [numeric('local_temperature', 5)] }],
      ['local_temperature'],
    ],
    [
      'a composite is one level down',
      [{ type: 'composite', property: 'color', features: [numeric('x', 7)] }],
      ['color.x'],
    ],
    [
      'endpoints have properties of their own',
      [
        numeric('power', 1, { property: 'power_l1', endpoint: 'l1' }),
        numeric('power', 1, { property: 'power_l2', endpoint: 'l2' }),
      ],
      ['power_l1', 'power_l2'],
    ],
    [
      'text, choices and lists are none',
      [
        { type: 'text', name: 't', property: 't', access: 1 },
        { type: 'list', name: 'l', property: 'l', access: 1 },
      ],
      [],
    ],
    ['what is no expose is none', [{}, { type: 'numeric' }, { features: 'x' }], []],
    [
      'endless depth ends',
      [Array.from({ length: 30 }).reduce<object>((inner) => ({ features: [inner], property: 'p' }), numeric('a', 1))],
      [],
    ],
  ])('%s', (_, exposes, expected) => {
    expect(keys(...exposes)).toEqual(expected)
  })
  test('more than a device can have are told', () => {
    const { exposed, full } = readExposes([
      { features: Array.from({ length: 128 }, (_, at) => numeric(`a${at}`, 1)) },
      numeric('b', 1),
    ])
    expect([exposed.length, full]).toEqual([128, true])
  })
})

describe('states', () => {
  test.each([
    [
      'W7/cold store',
      { temperature: 3.42, humidity: 80.1, pressure: 1002, battery: 91, voltage: 2985, linkquality: 120 },
      climateIeee,
      { temperature: 3.42, humidity: 80.1, pressure: 1002, battery: 91, voltage: 2985 },
    ],
    ['W7/cold store', { temperature: null, humidity: 80 }, climateIeee, { humidity: 80 }],
    ['door', { contact: true }, doorIeee, { contact: 0 }],
    ['door', { contact: false, battery: 100 }, doorIeee, { contact: 1, battery: 100 }],
    ['leak', { water_leak: true }, leakIeee, { water_leak: 1 }],
    [
      'lamp',
      { state: 'ON', brightness: 215, color: { x: 0.45, y: 0.41 }, color_mode: 'xy' },
      lampIeee,
      { state: 1, brightness: 215, 'color.x': 0.45, 'color.y': 0.41 },
    ],
    ['plug', { state: 'OFF', power: 0, energy: 12.3 }, plugIeee, { state: 0, power: 0, energy: 12.3 }],
    [
      'valve',
      { local_temperature: 19.5, occupied_heating_setpoint: 21 },
      valveIeee,
      { local_temperature: 19.5, occupied_heating_setpoint: 21 },
    ],
  ])('of %s: %j', (name, state, ieee, values) => {
    const said = withList().hear(`zigbee2mqtt/${name}`, state)
    expect(valuesOf(said)).toEqual(values)
    expect(new Set(said.readings?.map(({ device }) => device))).toEqual(new Set([ieee]))
    expect(said.notRead).toBeUndefined()
  })

  test.each([
    ['a word for a number', '{"temperature":"warm","humidity":55}', 'not-a-number', { humidity: 55 }],
    ['a number that is none', '{"temperature":1e999}', 'not-a-number', {}],
    ['no object', '5', 'not-json', {}],
    ['no JSON', 'x', 'not-json', {}],
    ['no text', Uint8Array.of(0xff), 'bad-utf8', {}],
    ['too large', new Uint8Array(256 * 1024 + 1), 'too-large', {}],
    ['empty', '', undefined, {}],
    ['of its prototype', '{"__proto__":{"temperature":5}}', undefined, {}],
  ])('that are %s', (_, bytes, reason, values) => {
    const said = withList().hear('zigbee2mqtt/W7/cold store', bytes)
    expect(valuesOf(said)).toEqual(values)
    expect(said.notRead).toEqual(reason && [{ reason, device: climateIeee }])
  })

  test('that were kept over a restart have the time when they were heard', () => {
    const ear = withList()
    const time = (last_seen: unknown) =>
      ear.hear('zigbee2mqtt/door', { contact: true, last_seen }).readings?.[0]?.deviceUtcMs
    expect(time(new Date(startUtcMs - 3_600_000).toISOString())).toBe(startUtcMs - 3_600_000)
    expect(time(startUtcMs - 3_600_000)).toBe(startUtcMs - 3_600_000)
    expect(time('2026-11-24T14:00:00+08:00')).toBe(Date.UTC(2026, 10, 24, 6))
    expect(time('2026-11-24T06:00:00')).toBeNull()
    expect(time(startUtcMs - 1_000)).toBeNull()
  })

  test('on topics of their own, but not beside the JSON', () => {
    const ear = withList()
    expect(valuesOf(ear.hear('zigbee2mqtt/W7/cold store/temperature', '3.5'))).toEqual({ temperature: 3.5 })
    expect(valuesOf(ear.hear('zigbee2mqtt/lamp/color-x', '0.4'))).toEqual({ 'color.x': 0.4 })
    expect(valuesOf(ear.hear('zigbee2mqtt/door/contact', 'false'))).toEqual({ contact: 1 })
    expect(ear.hear('zigbee2mqtt/lamp/color_mode', 'xy')).toEqual({})
    expect(ear.hear('zigbee2mqtt/W7/cold store/temperature', 'warm').notRead).toEqual([
      { reason: 'not-a-number', device: climateIeee },
    ])
    ear.hear('zigbee2mqtt/W7/cold store', { temperature: 3.6 })
    expect(ear.hear('zigbee2mqtt/W7/cold store/temperature', '3.6')).toEqual({})
  })

  test.each([
    'zigbee2mqtt/some group',
    'zigbee2mqtt/bridge/info',
    'zigbee2mqtt/bridge/logging',
    'zigbee2mqtt/door/set',
    'zigbee2mqtt/door/get',
    'zigbee2mqtt/Coordinator',
  ])('%s is nobody’s', (topic) => {
    expect(withList().hear(topic, { temperature: 4, state: 'ON' })).toEqual({})
  })
})

describe('availability', () => {
  test.each(['online', '{"state":"online"}', '"online"'])('as %s', (word) => {
    const ear = withList()
    expect(livenessOf(ear.hear('zigbee2mqtt/W7/cold store/availability', word))).toEqual({ [climateIeee]: true })
    expect(livenessOf(ear.hear('zigbee2mqtt/W7/cold store/availability', word.replace('online', 'offline')))).toEqual({
      [climateIeee]: false,
    })
  })

  test.each(['online', '{"state":"online"}'])('of the bridge is that of its devices, as %s', (word) => {
    const ear = withList()
    ear.hear('zigbee2mqtt/door/availability', 'offline')
    const offline = livenessOf(ear.hear('zigbee2mqtt/bridge/state', word.replace('online', 'offline')))
    expect(Object.keys(offline)).toEqual(expect.arrayContaining([climateIeee, doorIeee, leakIeee, lampIeee]))
    expect(new Set(Object.values(offline))).toEqual(new Set([false]))
    // A device cannot be heard while its bridge is away, whatever was kept about it.
    expect(livenessOf(ear.hear('zigbee2mqtt/leak/availability', 'online'))).toEqual({ [leakIeee]: false })
    const online = livenessOf(ear.hear('zigbee2mqtt/bridge/state', word))
    expect(online).toMatchObject({ [climateIeee]: true, [doorIeee]: false, [leakIeee]: true })
  })

  test('of another word is refused, and of none is nothing', () => {
    const ear = withList()
    expect(ear.hear('zigbee2mqtt/door/availability', 'perhaps').notRead).toEqual([
      { reason: 'bad-discovery', device: doorIeee },
    ])
    expect(ear.hear('zigbee2mqtt/bridge/state', 'perhaps').notRead).toEqual([{ reason: 'bad-discovery', device: null }])
    expect(ear.hear('zigbee2mqtt/door/availability', '')).toEqual({})
  })
})

describe('topics', () => {
  test('are asked for once a network is known, at one level or two', () => {
    const ear = listener(zigbee2mqttDialect)
    expect(ear.filters()).toEqual(['+/bridge/devices', '+/+/bridge/devices'])
    expect(ear.owns('hall 3/zigbee/door')).toBe(false)
    ear.hear('hall 3/zigbee/bridge/devices', recorded.devices)
    expect(ear.filters()).toContain('hall 3/zigbee/#')
    expect(ear.hear('hall 3/zigbee/door', { contact: false }).readings).toHaveLength(1)
    expect(ear.owns('a/b/c/bridge/devices')).toBe(false)
    expect(ear.owns('$SYS/bridge/devices')).toBe(false)
  })

  test('networks and devices are bounded', () => {
    const ear = listener(zigbee2mqttDialect)
    const device = (at: number) => ({
      ieee_address: `0x${at.toString(16)}`,
      friendly_name: `d${at}`,
      definition: { exposes: [] },
    })
    const said = ear.hear(
      'many/bridge/devices',
      Array.from({ length: 1_200 }, (_, at) => device(at)),
    )
    expect(said.notRead).toEqual([{ reason: 'too-many-candidates', device: null }])
    for (let at = 0; at < 15; at++) ear.hear(`n${at}/bridge/devices`, [device(5_000 + at)])
    expect(ear.hear('one-more/bridge/devices', [device(9_000)]).notRead).toEqual([
      { reason: 'too-many-candidates', device: null },
    ])
    expect(ear.state.bridges.size).toBe(16)
    expect([...ear.state.bridges.values()].reduce((sum, { devices }) => sum + devices.size, 0)).toBe(1_000)
  })
})

test('anything may come', () => {
  const real: Message[] = [
    { topic: 'zigbee2mqtt/bridge/devices', payload: Buffer.from(JSON.stringify(recorded.devices)) },
    ...recorded.states.map(({ topic, text }) => ({ topic, payload: Buffer.from(text) })),
  ]
  survivesAnything(zigbee2mqttDialect, real)
})
