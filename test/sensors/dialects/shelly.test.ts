import { describe, expect, test } from 'vitest'
import { shellyDialect } from '../../../gateway/sensors/dialects/shelly.ts'
import { fuzz, isBounded, listener, type Message, metricsOf, valuesOf } from './listener.ts'

// Messages of real devices, as people put them into public issues and integrations: H&T (Plus, asleep between reports; the clock is not set when it
// wakes), Plus Smoke, Plus 1 with both ways of telling a status, Plus 1PM and 3EM. Shape: shelly-api-docs.shelly.cloud/gen2, Notifications, MQTT.
const ht =
  '{"src":"shellyplusht-08b61fce63c4","dst":"shelly-ht/shelly-plus-ht-01/events","method":"NotifyFullStatus","params":{"ts":1674473304.12,"ble":{},"cloud":{"connected":false},"devicepower:0":{"id": 0,"battery":{"V":6.17, "percent":100},"external":{"present":false}},"ht_ui":{},"humidity:0":{"id": 0,"rh":54.3},"mqtt":{"connected":true},"sys":{"mac":"08B61FCE63C4","restart_required":false,"time":null,"unixtime":null,"uptime":1,"ram_size":235504,"ram_free":165340,"fs_size":458752,"fs_free":131072,"cfg_rev":16,"kvs_rev":0,"webhook_rev":0,"available_updates":{},"wakeup_reason":{"boot":"deepsleep_wake","cause":"periodic"},"wakeup_period":7200},"temperature:0":{"id": 0,"tC":19.9, "tF":67.8},"wifi":{"sta_ip":"172.17.0.80","status":"got ip","ssid":"my-wifi","rssi":-70},"ws":{"connected":false}}}'
const smoke =
  '{"src":"shellyplussmoke-80646fd09ed4","dst":"shellyplussmoke-80646fd09ed4/events","method":"NotifyFullStatus","params":{"ts":1.33,"ble":{},"cloud":{"connected":false},"devicepower:0":{"id": 0,"battery":{"V":2.99, "percent":97}},"mqtt":{"connected":true},"smoke:0":{"id":0,"alarm":false, "mute":false},"sys":{"mac":"80646FD09ED4","restart_required":false,"time":null,"unixtime":null,"uptime":1,"wakeup_period":86400},"wifi":{"sta_ip":"192.168.107.23","status":"got ip","ssid":"IoT","rssi":-20},"ws":{"connected":false}}}'
const delta =
  '{"src":"shellyplus1-441793ab3fb4","dst":"shellyplus1-441793ab3fb4/events","method":"NotifyStatus","params":{"ts":1708179956.30,"switch:0":{"id":0,"temperature":{"tC":37.67,"tF":99.81}}}}'
const whole = '{"id":0, "source":"init", "output":false,"temperature":{"tC":37.7, "tF":99.8}}'
const event =
  '{"src":"shellyplus1-a8032abc7158","dst":"shellyplus1-a8032abc7158/events","method":"NotifyEvent","params":{"ts":1646945882.47,"events":[{"component":"input:0", "id":0, "event":"double_push", "ts":1646945882.47}]}}'
// Put together from the documents of the components Switch, EM and EMData, with several of a kind.
const meter =
  '{"src":"shellypro3em-c8f09e883520","dst":"shellypro3em-c8f09e883520/events","method":"NotifyStatus","params":{"ts":1788820998.37,"em:0":{"id":0,"a_current":4.029,"a_voltage":236.1,"a_act_power":951.2,"a_aprt_power":951.9,"a_pf":1,"a_freq":50,"n_current":null,"total_act_power":2413.8,"user_calibrated_phase":[]},"emdata:0":{"id":0,"a_total_act_energy":150.5,"total_act":1520.1},"switch:0":{"id":0,"output":true,"apower":8.9,"aenergy":{"total":6.532,"by_minute":[45.199,47.141,88.397],"minute_ts":1626935779}},"switch:1":{"id":1,"output":false,"apower":0},"input:0":{"id":0,"state":null},"cover:0":{"id":0,"state":"open","current_pos":100}}}'
const own = 'shellyplusht-08b61fce63c4'
const plus = 'shellyplus1-441793ab3fb4'

describe('notifications', () => {
  test('a whole status: Celsius goes before Fahrenheit, and what is about the device is left out', () => {
    const said = listener(shellyDialect).say('shelly-ht/shelly-plus-ht-01/events/rpc', ht)
    expect(valuesOf(said, own)).toEqual({
      'devicepower_0.battery.V': 6.17,
      'devicepower_0.battery.percent': 100,
      'devicepower_0.external.present': 0,
      'humidity_0.rh': 54.3,
      'temperature_0.tC': 19.9,
    })
    expect(metricsOf(said)).toEqual({
      'devicepower_0.battery.V': ['V', 'voltage', 'number'],
      'devicepower_0.battery.percent': ['%', 'battery', 'number'],
      'devicepower_0.external.present': [null, null, 'binary'],
      'humidity_0.rh': ['%', 'humidity', 'number'],
      'temperature_0.tC': ['°C', 'temperature', 'number'],
    })
    expect(said.devices).toMatchObject([{ device: own, name: own, model: 'shellyplusht' }])
    expect(said.readings?.[0]?.deviceUtcMs).toBe(1_674_473_304_120)
  })

  test('a delta speaks of what changed, and of nothing else', () => {
    const { say } = listener(shellyDialect)
    expect(valuesOf(say(`${plus}/events/rpc`, delta))).toEqual({ 'switch_0.temperature.tC': 37.67 })
  })

  test('several components of a kind, phases, energy', () => {
    const said = listener(shellyDialect).say('shellypro3em-c8f09e883520/events/rpc', meter)
    expect(valuesOf(said)).toEqual({
      'em_0.a_current': 4.029,
      'em_0.a_voltage': 236.1,
      'em_0.a_act_power': 951.2,
      'em_0.a_aprt_power': 951.9,
      'em_0.a_pf': 1,
      'em_0.a_freq': 50,
      'em_0.total_act_power': 2413.8,
      'emdata_0.a_total_act_energy': 150.5,
      'emdata_0.total_act': 1520.1,
      'switch_0.output': 1,
      'switch_0.apower': 8.9,
      'switch_0.aenergy.total': 6.532,
      'switch_1.output': 0,
      'switch_1.apower': 0,
      'cover_0.current_pos': 100,
    })
    expect(metricsOf(said)).toMatchObject({
      'em_0.a_current': ['A', 'current', 'number'],
      'em_0.a_aprt_power': ['VA', 'apparent_power', 'number'],
      'em_0.total_act_power': ['W', 'power', 'number'],
      'emdata_0.a_total_act_energy': ['Wh', 'energy', 'number'],
      'emdata_0.total_act': ['Wh', 'energy', 'number'],
      'switch_0.aenergy.total': ['Wh', 'energy', 'number'],
      'switch_0.output': [null, null, 'binary'],
    })
    expect(said.notRead).toBeUndefined()
  })

  test.each([
    ['1.33', null],
    ['null', null],
    ['1674473304.12', 1_674_473_304_120],
  ])('ts %s', (ts, deviceUtcMs) => {
    const said = listener(shellyDialect).say('shellyplussmoke-80646fd09ed4/events/rpc', smoke.replace('1.33', ts))
    expect(said.readings?.map((one) => one.deviceUtcMs)).toEqual(Array.from({ length: 4 }, () => deviceUtcMs))
    expect(metricsOf(said)['smoke_0.alarm']).toEqual([null, 'smoke', 'binary'])
  })

  test('a sensor that fails is not read, once it was known', () => {
    const { say } = listener(shellyDialect)
    const topic = `${own}/events/rpc`
    say(topic, ht)
    const failed = ht.replace('"tC":19.9, "tF":67.8', '"tC":null,"tF":null,"errors":["read"]')
    expect(say(topic, failed).notRead).toEqual([{ reason: 'not-a-number', device: own }])
  })

  test('a pressed button is an event and no reading', () => {
    expect(listener(shellyDialect).say('shellyplus1-a8032abc7158/events/rpc', event)).toEqual({})
  })

  test.each([
    ['{"src":"x"}', 'no-values'],
    ['[]', 'no-values'],
    ['true', 'no-values'],
    ['hello', 'not-json'],
  ])('not read: %s', (payload, reason) => {
    expect(listener(shellyDialect).say('x/events/rpc', payload)).toEqual({ notRead: [{ reason, device: null }] })
  })
})

describe('whose a topic is', () => {
  test.each([
    ['shellyplusht-08b61fce63c4/online', true],
    ['shellyplusht-08b61fce63c4/status/temperature:0', true],
    ['hall/status/temperature:0', true],
    ['hall/status/light', false],
    ['hall/online', false],
    ['shellyplusht-08b61fce63c4/status/sys', false],
    ['shellyplusht-08b61fce63c4/status/script:1', false],
    ['a/b/c/d/events/rpc', true],
    ['events/rpc', false],
    ['online', false],
  ])('%s: %s', (topic, isOwn) => {
    expect(listener(shellyDialect).owns(topic)).toBe(isOwn)
  })

  test('a prefix that people chose is learned from a notification, and remembered', () => {
    const { say, owns, filters } = listener(shellyDialect)
    const prefix = 'shelly-ht/shelly-plus-ht-01'
    expect(owns(`${prefix}/online`)).toBe(false)
    expect(say(`${prefix}/events/rpc`, delta)).toMatchObject({ memory: 'keep' })
    expect(say(`${prefix}/events/rpc`, delta).memory).toBeUndefined()
    expect(filters()).toEqual(expect.arrayContaining([`${prefix}/online`, `${prefix}/status/+`]))
    expect(say(`${prefix}/online`, 'false').liveness).toEqual([{ device: plus, alive: false }])
    expect(say(`${prefix}/status/humidity:0`, '{"id":0,"rh":54.3}').readings).toMatchObject([
      { device: plus, value: 54.3 },
    ])
  })

  test('one that sends whole components alone is named by its prefix, also later', () => {
    const { say } = listener(shellyDialect)
    expect(say('MyShelly/status/temperature:0', '{"id":0,"tC":22.4,"tF":72.3}')).toMatchObject({
      devices: [{ device: 'MyShelly', model: null }],
      readings: [{ device: 'MyShelly', metric: 'temperature_0.tC', value: 22.4 }],
      memory: 'keep',
    })
    expect(say('MyShelly/events/rpc', delta).readings).toMatchObject([{ device: 'MyShelly' }])
  })

  test('with both ways switched on each value is read once, whichever comes first', () => {
    const { say } = listener(shellyDialect)
    expect(valuesOf(say(`${plus}/events/rpc`, delta))).toEqual({ 'switch_0.temperature.tC': 37.67 })
    expect(valuesOf(say(`${plus}/status/switch:0`, whole))).toEqual({ 'switch_0.output': 0 })
    const next = whole.replace('37.7', '39.7')
    expect(valuesOf(say(`${plus}/status/switch:0`, next))).toEqual({
      'switch_0.output': 0,
      'switch_0.temperature.tC': 39.7,
    })
    expect(valuesOf(say(`${plus}/events/rpc`, delta.replace('37.67', '39.71')))).toEqual({})
    expect(valuesOf(say(`${plus}/events/rpc`, delta.replace('37.67', '39.71')))).toEqual({
      'switch_0.temperature.tC': 39.71,
    })
  })
})

test('what was kept from before the gateway began is no echo of what comes now', () => {
  const { say } = listener(shellyDialect)
  say(`${plus}/events/rpc`, delta, { retain: true })
  expect(valuesOf(say(`${plus}/status/switch:0`, whole))).toEqual({
    'switch_0.output': 0,
    'switch_0.temperature.tC': 37.7,
  })
})

describe('online', () => {
  test.each([
    ['true', [{ device: plus, alive: true }]],
    ['false', [{ device: plus, alive: false }]],
    ['maybe', undefined],
  ])('%s', (payload, liveness) => {
    expect(listener(shellyDialect).say(`${plus}/online`, payload).liveness).toEqual(liveness)
  })

  test('who speaks is there, whatever its will said', () => {
    const { say } = listener(shellyDialect)
    say(`${plus}/online`, 'false')
    expect(say(`${plus}/events/rpc`, delta).liveness).toEqual([{ device: plus, alive: true }])
    expect(say(`${plus}/events/rpc`, delta).liveness).toBeUndefined()
  })

  test('what does not change is not said again, and is known for a day', () => {
    const said = listener(shellyDialect).say(`${plus}/events/rpc`, delta)
    expect(said.devices?.[0]?.metrics).toMatchObject([{ expiresMs: 86_400_000 }])
  })

  test('that it sleeps is learned also after it was announced', () => {
    const { say } = listener(shellyDialect)
    say(`${own}/status/temperature:0`, '{"id":0,"tC":19.9,"tF":67.8}')
    const metrics = say(`${own}/events/rpc`, ht).devices?.[0]?.metrics ?? []
    expect(metrics.find(({ key }) => key === 'temperature_0.tC')?.expiresMs).toBe(3 * 7_200_000)
  })

  test('a device that sleeps between reports is not lost when it does, and is late after three sleeps', () => {
    const { say } = listener(shellyDialect)
    const said = say(`${own}/events/rpc`, ht)
    expect(said.memory).toBe('keep')
    expect(said.devices?.[0]?.metrics.every(({ expiresMs }) => expiresMs === 3 * 7_200_000)).toBe(true)
    expect(say(`${own}/online`, 'false')).toEqual({})
    expect(say(`${own}/online`, 'true').liveness).toEqual([{ device: own, alive: true }])
  })
})

const real: Message[] = [
  ['shelly-ht/shelly-plus-ht-01/events/rpc', ht],
  ['shellyplussmoke-80646fd09ed4/events/rpc', smoke],
  [`${plus}/events/rpc`, delta],
  [`${plus}/status/switch:0`, whole],
  [`${plus}/online`, 'true'],
  ['shellypro3em-c8f09e883520/events/rpc', meter],
  ['shellyplus1-a8032abc7158/events/rpc', event],
]
test('anything may come', () => fuzz(shellyDialect, real))
test('memory has an end', () =>
  isBounded(
    shellyDialect,
    (at) => [`p${at}/events/rpc`, delta.replace('3ab3fb4', String(at))],
    ({ devices, receivers, speakers }) => Math.max(devices.size, receivers.hears.size, speakers.size),
  ))
