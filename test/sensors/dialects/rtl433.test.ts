import { describe, expect, test } from 'vitest'
import { rtl433Dialect } from '../../../gateway/sensors/dialects/rtl433.ts'
import { fuzz, isBounded, listener, type Message, metricsOf, valuesOf } from './listener.ts'

// `captured`: rtl_433 22.11 of Debian 12 (`-R 3 -R 19 -M time:iso:tz -F mqtt`), which received two sensors' telegrams, made by their protocols, as samples
// over rtl_tcp, and published to Mosquitto; in the order of arrival. Others: events of real receivers in public integrations (a Prologue and a Nexus of 2019 and 2023); keys and topics: rtl_433's docs/DATA_FORMAT.md and
// docs/OPERATION.md; weather is put together from DATA_FORMAT.
const prologue =
  '{"time":"2023-06-22 20:17:22","model":"Prologue-TH","subtype":9,"id":128,"channel":3,"battery_ok":1,"temperature_C":23.5,"humidity":33,"button":0,"mod":"ASK","freq":433.93552,"rssi":-2.04417,"snr":20.27732,"noise":-22.3215}'
const nexus =
  '{"time":"2019-08-29 08:38:19","model":"Nexus-TH","id":42,"channel":2,"battery_ok":1,"temperature_C":20.5,"humidity":83}'
const weather =
  '{"time":"2026-11-03T02:00:00+0800","model":"Bresser-5in1","id":17,"battery_ok":0,"battery_V":2.9,"temperature_F":68.0,"humidity":55,"wind_max_m_s":3.1,"wind_avg_km_h":7.2,"wind_dir_deg":225.0,"rain_mm":12.4,"rain_rate_in_h":0.1,"pressure_hPa":1013.2,"light_lux":1200,"code":"800210003e915c","mic":"CRC"}'
const captured: Message[] = [
  [
    'rtl_433/vm/events',
    '{"time":"2026-11-24T13:31:13Z","model":"Nexus-TH","id":42,"channel":2,"battery_ok":1,"temperature_C":20.5,"humidity":83}',
  ],
  ['rtl_433/vm/devices/Nexus-TH/2/42/time', '2026-11-24T13:31:13Z'],
  ['rtl_433/vm/devices/Nexus-TH/2/42/id', '42'],
  ['rtl_433/vm/devices/Nexus-TH/2/42/channel', '2'],
  ['rtl_433/vm/devices/Nexus-TH/2/42/battery_ok', '1'],
  ['rtl_433/vm/devices/Nexus-TH/2/42/temperature_C', '20.5'],
  ['rtl_433/vm/devices/Nexus-TH/2/42/humidity', '83'],
  ['rtl_433/vm/devices/Prologue-TH/9/3/128/time', '2026-11-24T13:31:14Z'],
  ['rtl_433/vm/devices/Prologue-TH/9/3/128/id', '128'],
  ['rtl_433/vm/devices/Prologue-TH/9/3/128/channel', '3'],
  ['rtl_433/vm/devices/Prologue-TH/9/3/128/battery_ok', '1'],
  ['rtl_433/vm/devices/Prologue-TH/9/3/128/temperature_C', '23.5'],
  ['rtl_433/vm/devices/Prologue-TH/9/3/128/humidity', '33'],
  ['rtl_433/vm/devices/Prologue-TH/9/3/128/button', '0'],
]
const device = 'Prologue-TH/9/3/128'
const events = 'rtl_433/kitchen-pi/events'
const below = `rtl_433/kitchen-pi/devices/${device}`

describe('events', () => {
  test('model, subtype, channel and id name a device; how it was received is left out', () => {
    const said = listener(rtl433Dialect).say(events, prologue)
    expect(said.devices).toMatchObject([{ device, name: 'Prologue-TH 9 3 128', model: 'Prologue-TH', complete: false }])
    expect(valuesOf(said, device)).toEqual({ battery_ok: 100, temperature: 23.5, humidity: 33 })
    expect(metricsOf(said)).toEqual({
      battery_ok: ['%', 'battery', 'number'],
      temperature: ['°C', null, 'number'],
      humidity: ['%', 'humidity', 'number'],
    })
  })

  test('units are endings of keys', () => {
    const said = listener(rtl433Dialect).say(events, weather)
    expect(valuesOf(said)).toEqual({
      battery_ok: 0,
      battery_V: 2.9,
      temperature: 68,
      humidity: 55,
      wind_max: 3.1,
      wind_avg: 7.2,
      wind_dir_deg: 225,
      rain: 12.4,
      rain_rate: 0.1,
      pressure: 1013.2,
      light_lux: 1200,
    })
    expect(metricsOf(said)).toMatchObject({
      temperature: ['°F', null, 'number'],
      wind_avg: ['km/h', 'wind_speed', 'number'],
      rain: ['mm', 'precipitation', 'number'],
      rain_rate: ['in/h', 'precipitation_intensity', 'number'],
      pressure: ['hPa', 'atmospheric_pressure', 'number'],
      battery_V: ['V', null, 'number'],
    })
  })

  test('the same sensor in other units is the same metric', () => {
    const { say } = listener(rtl433Dialect)
    say(events, nexus)
    const said = say(events, nexus.replace('"temperature_C":20.5', '"temperature_F":68.9'))
    expect(said.devices).toBeUndefined()
    expect(said.readings).toContainEqual(expect.objectContaining({ metric: 'temperature', value: 68.9, unit: '°F' }))
    expect(say(events, nexus).readings).toContainEqual(expect.objectContaining({ value: 20.5, unit: '°C' }))
    expect(say(events, nexus).readings).toContainEqual(expect.objectContaining({ metric: 'humidity', unit: null }))
  })

  test.each([
    ['"2023-06-22 20:17:22"', null],
    ['"@0.123456s"', null],
    ['"2023-06-22T20:17:22"', null],
    ['"2023-06-22T20:17:22Z"', Date.UTC(2023, 5, 22, 20, 17, 22)],
    ['"2023-06-22T20:17:22+0800"', Date.UTC(2023, 5, 22, 12, 17, 22)],
    ['"1687465042.123456"', 1_687_465_042_123],
  ])('time %s', (time, deviceUtcMs) => {
    const said = listener(rtl433Dialect).say(events, prologue.replace('"2023-06-22 20:17:22"', time))
    expect(said.readings?.[0]?.deviceUtcMs).toBe(deviceUtcMs)
  })

  test('two receivers hear one device', () => {
    const { say } = listener(rtl433Dialect)
    say(events, nexus)
    expect(say('rtl_433/hall/events', nexus).devices).toBeUndefined()
    expect(say('home/OMG/RTL_433toMQTT/Nexus-TH/2/42', nexus).devices).toBeUndefined()
  })

  test('without a model it is about the receiver', () => {
    expect(listener(rtl433Dialect).say(events, '{"time":"x","enabled":130,"frames":{"count":1}}')).toEqual({})
  })
})

describe('single values', () => {
  test('name the same device and metrics as events do', () => {
    const { say } = listener(rtl433Dialect)
    expect(say(`${below}/temperature_C`, '23.500000')).toMatchObject({
      devices: [
        { device, name: 'Prologue-TH 9 3 128', model: 'Prologue-TH', metrics: [{ key: 'temperature', unit: '°C' }] },
      ],
      readings: [{ device, metric: 'temperature', value: 23.5, deviceUtcMs: null }],
    })
    expect(valuesOf(say(`${below}/battery_ok`, '1'))).toEqual({ battery_ok: 100 })
    for (const [key, text] of [
      ['time', '2023-06-22 20:17:22'],
      ['id', '128'],
      ['channel', '3'],
      ['mic', 'CRC'],
      ['code', '800210'],
    ])
      expect(say(`${below}/${key}`, text ?? '')).toEqual({})
    expect(metricsOf(say(events, prologue))).toEqual({ humidity: ['%', 'humidity', 'number'] })
  })

  test('are left out where events come, and read again when these stop', () => {
    const { say } = listener(rtl433Dialect)
    say(events, prologue)
    expect(say(`${below}/temperature_C`, '23.5')).toEqual({})
    expect(valuesOf(say('rtl_433/hall/devices/Nexus-TH/2/42/humidity', '83'))).toEqual({ humidity: 83 })
    for (let at = 0; at < 501; at++) say(`${below}/temperature_C`, '23.5')
    expect(valuesOf(say(`${below}/temperature_C`, '23.5'))).toEqual({ temperature: 23.5 })
  })
})

describe('captured from rtl_433', () => {
  const all = (messages: readonly Message[]) => {
    const { say } = listener(rtl433Dialect)
    const said = messages.map(([topic, payload]) => say(topic, payload))
    const readings = said.flatMap((one) => one.readings ?? [])
    return readings.map((one) => [one.device, one.metric, one.value, one.deviceUtcMs])
  }
  const nexusAt = Date.UTC(2026, 10, 24, 13, 31, 13)

  test('each value once, with the time of the event', () => {
    expect(all(captured)).toEqual([
      ['Nexus-TH/2/42', 'battery_ok', 100, nexusAt],
      ['Nexus-TH/2/42', 'temperature', 20.5, nexusAt],
      ['Nexus-TH/2/42', 'humidity', 83, nexusAt],
    ])
  })

  test('from single values where there are no events', () => {
    expect(all(captured.filter(([topic]) => !topic.endsWith('/events')))).toEqual([
      ['Nexus-TH/2/42', 'battery_ok', 100, null],
      ['Nexus-TH/2/42', 'temperature', 20.5, null],
      ['Nexus-TH/2/42', 'humidity', 83, null],
      [device, 'battery_ok', 100, null],
      [device, 'temperature', 23.5, null],
      [device, 'humidity', 33, null],
    ])
  })
})

describe('availability', () => {
  test('a device is lost with the last receiver that heard it, and there again when it is heard', () => {
    const { say } = listener(rtl433Dialect)
    say(events, prologue)
    say('rtl_433/hall/events', prologue)
    say('rtl_433/hall/events', nexus)
    expect(say('rtl_433/hall/availability', 'offline').liveness).toEqual([{ device: 'Nexus-TH/2/42', alive: false }])
    expect(say('rtl_433/kitchen-pi/availability', 'offline').liveness).toEqual([{ device, alive: false }])
    expect(say('rtl_433/kitchen-pi/availability', 'offline').liveness).toEqual([])
    expect(say('rtl_433/kitchen-pi/availability', 'online')).toEqual({})
    expect(say(events, prologue).liveness).toEqual([{ device, alive: true }])
    expect(say(events, prologue).liveness).toBeUndefined()
  })
})

test.each(['rtl_433/pi/states', 'rtl_433/pi/devices/humidity', 'rtl_433/events', 'other/pi/events'])(
  '%s is not read',
  (topic) => {
    expect(listener(rtl433Dialect).owns(topic)).toBe(false)
  },
)

const real: Message[] = [
  ...captured,
  [events, prologue],
  [events, weather],
  [`${below}/temperature_C`, '23.5'],
  [`${below}/battery_ok`, '0.5'],
  ['rtl_433/kitchen-pi/availability', 'offline'],
  ['home/OMG/RTL_433toMQTT/Nexus-TH/2/42', nexus],
]
test('anything may come', () => fuzz(rtl433Dialect, real))
test('memory has an end', () =>
  isBounded(
    rtl433Dialect,
    (at) => [`rtl_433/r${at}/events`, nexus.replace('42', String(at))],
    ({ devices, receivers, withEvents }) => Math.max(devices.size, receivers.hears.size, withEvents.size),
  ))
