import { describe, expect, test } from 'vitest'
import { tasmotaDialect } from '../../../gateway/sensors/dialects/tasmota.ts'
import { fuzz, isBounded, listener, type Message, metricsOf, valuesOf } from './listener.ts'

// Messages: Tasmota's documentation (MQTT, DS18x20, JSON Status Responses), its change log (several DS18B20), and messages of real devices in public
// issues and integrations: the discovery of a plug with 13.1, ENERGY of a three-phase meter as Home Assistant's tests have it.
const config = {
  ip: '172.19.13.2',
  dn: 'plug-geschirrspueler',
  fn: ['Geschirrspüler', null, null, null, null, null, null, null],
  hn: 'tasmota-17E7AE-1966',
  mac: '48551917E7AE',
  md: 'Nous A1T',
  ty: 0,
  if: 0,
  ofln: 'Offline',
  onln: 'Online',
  state: ['OFF', 'ON', 'TOGGLE', 'HOLD'],
  sw: '13.1.0.1',
  t: 'tasmota_17E7AE',
  ft: '%prefix%/%topic%/',
  tp: ['cmnd', 'stat', 'tele'],
  rl: [1, 0, 0, 0],
  ver: 1,
}
const probes =
  '{"Time":"2020-11-15T21:05:00","DS18B20-1":{"Id":"01183379C9FF","Temperature":46.9},"DS18B20-2":{"Id":"011833902FFF","Temperature":44.1},"TempUnit":"C"}'
const bme =
  '{"Time":"2023-05-21T01:06:38","BME280":{"Temperature":20.5,"Humidity":53.1,"DewPoint":10.6,"Pressure":977.0},"SDS0X1":{"PM2.5":11.8,"PM10":5.8},"PressureUnit":"hPa","TempUnit":"C"}'
const energy =
  '{"Time":"2020-09-25T12:47:15","ENERGY":{"TotalStartTime":"2018-11-23T15:33:47","Total":0.017,"TotalTariff":[0.000,0.017],"Yesterday":0.000,"Today":0.002,"Period":0.00,"Power":[120,80,95],"ApparentPower":7.84,"ReactivePower":-7.21,"Factor":0.39,"Frequency":50.0,"Voltage":[234.31,233.0,235.1],"Current":0.039}}'
const state =
  '{"Time":"2020-09-25T12:47:15","Uptime":"0T01:20:13","UptimeSec":4813,"Vcc":3.412,"Heap":27,"SleepMode":"Dynamic","Sleep":50,"LoadAvg":19,"MqttCount":1,"POWER":"ON","Wifi":{"AP":1,"SSId":"zone","BSSId":"4A:11:11:12:D9:11","Channel":1,"RSSI":100,"Signal":-40,"LinkCount":1,"Downtime":"0T00:00:09"}}'
const sensors =
  '{"sn":{"Time":"2022-11-28T16:17:32","ANALOG":{"Temperature1":23.2},"Switch1":"OFF","TempUnit":"C"},"ver":1}'
const discovery = 'tasmota/discovery/48551917E7AE'

describe('telemetry', () => {
  test.each([
    ['tele/boiler/SENSOR', 'boiler'],
    ['boiler/tele/SENSOR', 'boiler'],
    ['tasmota/boiler/tele/SENSOR', 'tasmota/boiler'],
  ])('%s is of %s', (topic, device) => {
    const said = listener(tasmotaDialect).say(topic, bme)
    expect(said.devices).toMatchObject([{ device, name: 'boiler', model: null, complete: false }])
    expect(said.readings).toHaveLength(6)
    expect(said.readings?.every((one) => one.device === device && one.deviceUtcMs === null)).toBe(true)
  })

  test('units stand beside the drivers', () => {
    const { say } = listener(tasmotaDialect)
    const said = say('tele/x/SENSOR', bme)
    expect(valuesOf(said)).toEqual({
      'BME280.Temperature': 20.5,
      'BME280.Humidity': 53.1,
      'BME280.DewPoint': 10.6,
      'BME280.Pressure': 977,
      'SDS0X1.PM2.5': 11.8,
      'SDS0X1.PM10': 5.8,
    })
    expect(metricsOf(said)).toEqual({
      'BME280.Temperature': ['C', 'temperature', 'number'],
      'BME280.Humidity': ['%', 'humidity', 'number'],
      'BME280.DewPoint': ['C', 'temperature', 'number'],
      'BME280.Pressure': ['hPa', 'atmospheric_pressure', 'number'],
      'SDS0X1.PM2.5': ['µg/m³', 'pm25', 'number'],
      'SDS0X1.PM10': ['µg/m³', 'pm10', 'number'],
    })
    // Announced once; the unit is told with a value when somebody switched it.
    const next = say('tele/x/SENSOR', '{"Time":"2023-05-21T01:11:38","BME280":{"Temperature":68.9},"TempUnit":"F"}')
    expect(next.devices).toBeUndefined()
    expect(next.readings).toMatchObject([{ metric: 'BME280.Temperature', value: 68.9, unit: 'F' }])
  })

  test('probes on a wire are named by their address: when the first one breaks, the second is not taken for it', () => {
    const { say } = listener(tasmotaDialect)
    expect(valuesOf(say('tele/x/SENSOR', probes))).toEqual({
      'DS18B20-01183379C9FF.Temperature': 46.9,
      'DS18B20-011833902FFF.Temperature': 44.1,
    })
    const alone = '{"Time":"2020-11-15T21:10:00","DS18B20":{"Id":"011833902FFF","Temperature":44.0},"TempUnit":"C"}'
    const said = say('tele/x/SENSOR', alone)
    expect(said.devices).toBeUndefined()
    expect(valuesOf(said)).toEqual({ 'DS18B20-011833902FFF.Temperature': 44 })
  })

  test('phases and tariffs are counted from one', () => {
    const said = listener(tasmotaDialect).say('tele/meter/SENSOR', energy)
    expect(valuesOf(said)).toMatchObject({
      'ENERGY.Total': 0.017,
      'ENERGY.TotalTariff.2': 0.017,
      'ENERGY.Power.1': 120,
      'ENERGY.Power.3': 95,
      'ENERGY.Voltage.2': 233,
      'ENERGY.ReactivePower': -7.21,
    })
    expect(metricsOf(said)).toMatchObject({
      'ENERGY.Total': ['kWh', 'energy', 'number'],
      'ENERGY.Power.3': ['W', 'power', 'number'],
      'ENERGY.Period': ['Wh', 'energy', 'number'],
      'ENERGY.Factor': [null, 'power_factor', 'number'],
    })
    expect(Object.keys(valuesOf(said)).filter((key) => key.includes('StartTime'))).toEqual([])
  })

  test('of STATE, what is switched and the supply', () => {
    expect(valuesOf(listener(tasmotaDialect).say('tele/x/STATE', state))).toEqual({ POWER: 1, Vcc: 3.412 })
  })

  test.each([
    ['2020-11-15T21:05:00', null],
    ['2020-11-15T21:05:00Z', Date.UTC(2020, 10, 15, 21, 5)],
    ['2020-11-15T21:05:00+08:00', Date.UTC(2020, 10, 15, 13, 5)],
  ])('Time %s', (time, deviceUtcMs) => {
    const said = listener(tasmotaDialect).say('tele/x/SENSOR', `{"Time":"${time}","AM2301":{"Temperature":20.5}}`)
    expect(said.readings).toMatchObject([{ deviceUtcMs }])
  })

  test('a probe that gives no number is not read, once it was known', () => {
    const { say } = listener(tasmotaDialect)
    const broken = '{"Time":"2020-11-15T21:05:00","AM2301":{"Temperature":null,"Humidity":50.1},"TempUnit":"C"}'
    expect(say('tele/x/SENSOR', broken).notRead).toBeUndefined()
    say('tele/x/SENSOR', broken.replace('null', '20.5'))
    const said = say('tele/x/SENSOR', broken)
    expect(said.notRead).toEqual([{ reason: 'not-a-number', device: 'x' }])
    expect(valuesOf(said)).toEqual({ 'AM2301.Humidity': 50.1 })
  })

  test.each([
    ['{"Time"', 'not-json'],
    ['[1]', 'no-values'],
    [Uint8Array.of(0xff), 'bad-utf8'],
    [new Uint8Array(1_048_576).fill(0x20), 'too-large'],
  ])('not read: %s', (payload, reason) => {
    expect(listener(tasmotaDialect).say('tele/x/SENSOR', payload)).toEqual({ notRead: [{ reason, device: 'x' }] })
  })
})

describe('last will', () => {
  test.each([
    ['Online', [{ device: 'x', alive: true }]],
    ['Offline', [{ device: 'x', alive: false }]],
    ['hello', undefined],
    ['', undefined],
  ])('%s', (payload, liveness) => {
    expect(listener(tasmotaDialect).say('tele/x/LWT', payload, { retain: true }).liveness).toEqual(liveness)
  })

  test('a will that comes late is taken back by telemetry, and not by what was kept', () => {
    const { say } = listener(tasmotaDialect)
    say('tele/x/SENSOR', bme)
    say('tele/x/LWT', 'Offline')
    expect(say('tele/x/SENSOR', bme, { retain: true }).liveness).toBeUndefined()
    expect(say('tele/x/STATE', state).liveness).toEqual([{ device: 'x', alive: true }])
    expect(say('tele/x/STATE', state).liveness).toBeUndefined()
  })

  test('in words that the device announced', () => {
    const { say } = listener(tasmotaDialect)
    say(`${discovery}/config`, JSON.stringify({ ...config, onln: '在线', ofln: '离线' }))
    expect(say('tele/tasmota_17E7AE/LWT', '离线').liveness).toEqual([{ device: 'tasmota_17E7AE', alive: false }])
    expect(say('tele/tasmota_17E7AE/LWT', 'Offline').liveness).toBeUndefined()
  })
})

describe('discovery', () => {
  test.each([
    ['config first', ['config', 'sensors']],
    ['sensors first', ['sensors', 'config']],
  ])('%s: name, model and metrics, and no reading of then', (_, order) => {
    const { say } = listener(tasmotaDialect)
    const payloads = { config: JSON.stringify(config), sensors }
    const [first, second] = order.map((ending) =>
      say(`${discovery}/${ending}`, ending === 'config' ? payloads.config : payloads.sensors, { retain: true }),
    )
    expect([first?.memory, second?.memory]).toEqual(['keep', 'keep'])
    expect(first?.devices).toBeUndefined()
    expect(second?.readings).toBeUndefined()
    expect(second?.devices).toMatchObject([
      { device: 'tasmota_17E7AE', name: 'plug-geschirrspueler', model: 'Nous A1T' },
    ])
    expect(second && metricsOf(second)).toEqual({
      'ANALOG.Temperature1': ['C', 'temperature', 'number'],
      Switch1: [null, null, 'binary'],
    })
  })

  test('a device keeps its name in the dialect when it announces itself later', () => {
    const { say } = listener(tasmotaDialect)
    expect(say('tele/tasmota_17E7AE/SENSOR', bme).devices).toMatchObject([
      { device: 'tasmota_17E7AE', name: 'tasmota_17E7AE' },
    ])
    say(`${discovery}/config`, JSON.stringify(config))
    expect(say('tele/tasmota_17E7AE/SENSOR', bme).devices ?? []).toEqual([])
  })

  test('any full topic and prefix is heard once it was announced', () => {
    const { say, owns, filters } = listener(tasmotaDialect)
    const topic = 'penthouse/bedroom1/tasmota_17E7AE/telemetry/SENSOR'
    expect(owns(topic)).toBe(false)
    const other = { ...config, ft: 'penthouse/bedroom1/%topic%/%prefix%/', tp: ['cmnd', 'stat', 'telemetry'] }
    say(`${discovery}/config`, JSON.stringify(other))
    expect(filters()).toContain(topic)
    expect(say(topic, bme).devices).toMatchObject([{ device: 'penthouse/bedroom1/tasmota_17E7AE' }])
    // Moved elsewhere, it is not heard at the old place.
    say(`${discovery}/config`, JSON.stringify({ ...other, ft: 'attic/room/%topic%/%prefix%/' }))
    expect(owns(topic)).toBe(false)
  })

  test('words of its own for on and off', () => {
    const { say } = listener(tasmotaDialect)
    say(`${discovery}/config`, JSON.stringify({ ...config, state: ['AUS', 'AN', 'UM', 'HALTEN'] }))
    expect(valuesOf(say('tele/tasmota_17E7AE/STATE', '{"POWER1":"AN","POWER2":"AUS"}'))).toEqual({
      POWER1: 1,
      POWER2: 0,
    })
  })

  test('an empty payload takes it back', () => {
    const { say } = listener(tasmotaDialect)
    say(`${discovery}/config`, JSON.stringify(config))
    expect(say(`${discovery}/config`, '')).toEqual({ gone: ['tasmota_17E7AE'], memory: 'forget' })
    expect(say(`${discovery}/config`, '')).toEqual({ memory: 'forget' })
  })

  test.each([
    ['config', 'x'],
    ['config', '{"t":"x"}'],
    ['config', JSON.stringify({ ...config, t: '#' })],
    ['config', JSON.stringify({ ...config, ft: '%prefix%/%other%/' })],
    ['config', JSON.stringify({ ...config, ft: '%topic%/' })],
    ['sensors', '{}'],
  ])('%s that cannot be used: %s', (ending, payload) => {
    expect(listener(tasmotaDialect).say(`${discovery}/${ending}`, payload)).toEqual({
      notRead: [{ reason: 'bad-discovery', device: null }],
    })
  })
})

test.each([
  'tele/x/RESULT',
  'stat/x/STATUS8',
  'a/b/c/tele/SENSOR',
  'x/LWT',
  'home/OMG/LWT',
  'tasmota/discovery/AB',
  'tele/SENSOR',
])('%s is of somebody else', (topic) => {
  expect(listener(tasmotaDialect).owns(topic)).toBe(false)
})

const real: Message[] = [
  ['tele/x/SENSOR', bme],
  ['x/tele/SENSOR', probes],
  ['tele/x/SENSOR', energy],
  ['tele/x/STATE', state],
  ['tele/x/LWT', 'Online'],
  [`${discovery}/config`, JSON.stringify(config)],
  [`${discovery}/sensors`, sensors],
]
test('anything may come', () => fuzz(tasmotaDialect, real))
test('memory has an end', () => {
  const stateful = ({ devices, receivers, byMac, byTelemetry }: ReturnType<typeof tasmotaDialect.begin>) =>
    Math.max(devices.size, receivers.hears.size, byMac.size, byTelemetry.size)
  isBounded(tasmotaDialect, (at) => [`tele/x${at}/SENSOR`, bme], stateful)
  isBounded(
    tasmotaDialect,
    (at) => [`tasmota/discovery/${at}/config`, JSON.stringify({ ...config, t: `x${at}` })],
    stateful,
  )
})
