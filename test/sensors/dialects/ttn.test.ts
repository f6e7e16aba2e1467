import { describe, expect, test } from 'vitest'
import { ttnDialect } from '../../../gateway/sensors/dialects/ttn.ts'
import { fuzz, isBounded, listener, type Message, metricsOf, valuesOf } from './listener.ts'

// The Things Stack v3: uplinks of real devices in public integrations (Dragino LSN50v2 of 2023 and LHT65 of 2022 with `last_battery_percentage` as
// v3.34 sends it), shortened in `rx_metadata`; join and the omission of zeros: thethingsindustries.com/docs, Data Formats.
const ids =
  '"end_device_ids":{"device_id":"lht65-01","application_ids":{"application_id":"cold-stores"},"dev_eui":"A84041D441885A4D","join_eui":"A840410000000101","dev_addr":"260B1234"}'
const upOf = (uplink: string, more = '') =>
  `{${ids},"correlation_ids":["gs:uplink:01GBBDKJKM548KSK2W5P3PT5WS"],"received_at":"2023-03-29T17:18:22.241872841Z"${more},"uplink_message":{"session_key_id":"AYcuTkiLIPvy187xFAJLTg==","f_port":2,${uplink}"frm_payload":"Dm4AAAEPAACPAac=","rx_metadata":[{"gateway_ids":{"gateway_id":"eui-e45f015c9d5effff","eui":"E45F015C9D5EFFFF"},"time":"2023-03-29T17:18:21.999083Z","timestamp":34049523,"rssi":-23,"channel_rssi":-23,"snr":7.2}],"settings":{"data_rate":{"lora":{"bandwidth":125000,"spreading_factor":7}},"frequency":"868100000","timestamp":2983740355},"received_at":"2023-03-29T17:18:22.030Z","consumed_airtime":"0.061696s","version_ids":{"brand_id":"dragino","model_id":"lht65","hardware_version":"_unknown_hw_version_","firmware_version":"1.8","band_id":"EU_863_870"}}}`
const lsn50 =
  '"f_cnt":2,"decoded_payload":{"ADC_CH0V":0.271,"BatV":3.694,"Digital_IStatus":"L","Door_status":"OPEN","EXTI_Trigger":"FALSE","Hum_SHT":42.3,"TempC1":0,"TempC_SHT":14.3,"Work_mode":"IIC"},'
const lht65 =
  '"f_cnt":1445,"decoded_payload":{"Ext":1,"Hum_SHT":50,"Systimestamp":1661461942,"TempC_DS":327.67,"TempC_SHT":"28.77"},'
const battery = (count: string, last: string) =>
  `${count}"decoded_payload":{"TempC_SHT":4.2},"last_battery_percentage":{${last}},`
const join = `{${ids},"received_at":"2020-02-12T15:15:00Z","join_accept":{"session_key_id":"AXBSH1Pk6Z0G166","received_at":"2020-02-17T07:49:00Z"}}`
const topic = 'v3/cold-stores@ttn/devices/lht65-01/up'
const device = 'cold-stores@ttn/lht65-01'

describe('uplink', () => {
  test("the decoder's keys are metrics, at the time the network received them", () => {
    const said = listener(ttnDialect).say(topic, upOf(lsn50))
    expect(said.devices).toMatchObject([{ device, name: 'lht65-01', model: 'dragino lht65' }])
    expect(valuesOf(said, device)).toEqual({
      ADC_CH0V: 0.271,
      BatV: 3.694,
      Door_status: 1,
      EXTI_Trigger: 0,
      Hum_SHT: 42.3,
      TempC1: 0,
      TempC_SHT: 14.3,
    })
    expect(metricsOf(said)).toMatchObject({
      BatV: ['V', 'voltage', 'number'],
      TempC_SHT: ['°C', 'temperature', 'number'],
      Hum_SHT: ['%', 'humidity', 'number'],
      Door_status: [null, 'door', 'binary'],
    })
    expect(said.readings?.[0]?.deviceUtcMs).toBe(Date.UTC(2023, 2, 29, 17, 18, 22, 30))
  })

  test.each([
    ['"battery":87', '%', 'battery'],
    ['"battery":3', '%', 'battery'],
    ['"Battery_level":100', '%', 'battery'],
    ['"battery":3.61', 'V', 'voltage'],
    ['"BatV":3', 'V', 'voltage'],
    ['"batteryVoltage":3', 'V', 'voltage'],
    ['"bat":3600', 'mV', 'voltage'],
    ['"Bat_mV":3600', 'mV', 'voltage'],
    ['"Bat_status":3', null, null],
    ['"combat":3', null, null],
  ])('%s is in %s', (field, unit, kind) => {
    const said = listener(ttnDialect).say(topic, upOf(`"decoded_payload":{${field}},`))
    expect(Object.values(metricsOf(said))).toEqual([[unit, kind, 'number']])
  })

  test('what a unit was guessed to be does not change with the values', () => {
    const { say } = listener(ttnDialect)
    say(topic, upOf('"decoded_payload":{"battery":5,"t":20},'))
    const said = say(topic, upOf('"decoded_payload":{"battery":4.1,"t":900},'))
    expect(said.devices).toBeUndefined()
    expect(said.readings?.map(({ unit }) => unit)).toEqual([null, null])
  })

  test('flags are said when they change, and hold in between', () => {
    const metrics = listener(ttnDialect).say(topic, upOf(lsn50)).devices?.[0]?.metrics ?? []
    expect(metrics.find(({ key }) => key === 'Door_status')?.expiresMs).toBe(86_400_000)
    expect(metrics.find(({ key }) => key === 'TempC_SHT')?.expiresMs).toBeNull()
  })

  test('text that is a number is one, and a clock is no value', () => {
    expect(valuesOf(listener(ttnDialect).say(topic, upOf(lht65)))).toEqual({
      Ext: 1,
      Hum_SHT: 50,
      TempC_DS: 327.67,
      TempC_SHT: 28.77,
    })
  })

  test('a key that is missing is no missing reading', () => {
    const { say } = listener(ttnDialect)
    say(topic, upOf(lsn50))
    const said = say(topic, upOf('"f_cnt":3,"decoded_payload":{"TempC_SHT":14.4},'))
    expect(said).toEqual({ readings: [expect.objectContaining({ metric: 'TempC_SHT', value: 14.4 })] })
    expect(say(topic, upOf('"decoded_payload":{},'))).toEqual({})
  })

  test.each([
    ['of this message', battery('"f_cnt":14,', '"f_cnt":14,"value":90.118576'), 90.118576],
    ['of an earlier one', battery('"f_cnt":15,', '"f_cnt":14,"value":90.118576'), undefined],
    ['of the first one, whose count is left out', battery('', '"value":100'), 100],
    ['of zero, which is left out', battery('"f_cnt":14,', '"f_cnt":14'), 0],
    ['none', battery('"f_cnt":14,', '').replace('"last_battery_percentage":{},', ''), undefined],
  ])('battery %s', (_, uplink, level) => {
    expect(valuesOf(listener(ttnDialect).say(topic, upOf(uplink))).last_battery_percentage).toBe(level)
  })

  test('without a decoder the bytes are not understood, and whose they are is known', () => {
    expect(listener(ttnDialect).say(topic, upOf('"f_cnt":2,'))).toEqual({ notRead: [{ reason: 'no-values', device }] })
    const empty = upOf('"f_cnt":2,').replace('"frm_payload":"Dm4AAAEPAACPAac=",', '')
    expect(listener(ttnDialect).say(topic, empty)).toEqual({ liveness: [{ device, alive: true }] })
  })

  test('what somebody tries in the console was not measured', () => {
    expect(listener(ttnDialect).say(topic, upOf(lsn50, ',"simulated":true'))).toEqual({})
  })

  test('the same id in two applications is two devices', () => {
    const { say } = listener(ttnDialect)
    say(topic, upOf(lsn50))
    expect(say('v3/kitchens@ttn/devices/lht65-01/up', upOf(lsn50)).devices).toMatchObject([
      { device: 'kitchens@ttn/lht65-01' },
    ])
  })
})

test('join', () => {
  expect(listener(ttnDialect).say('v3/cold-stores@ttn/devices/lht65-01/join', join)).toEqual({
    liveness: [{ device, alive: true }],
  })
})

test.each(['v3/a/devices/b/down/sent', 'v3/a/devices/b/service/data', 'v2/a/devices/b/up', 'v3/a/gateways/b/up'])(
  '%s is not read',
  (other) => {
    expect(listener(ttnDialect).owns(other)).toBe(false)
  },
)

const real: Message[] = [
  [topic, upOf(lsn50)],
  [topic, upOf(lht65)],
  [topic, upOf(battery('"f_cnt":14,', '"f_cnt":14,"value":90.118576'))],
  ['v3/cold-stores@ttn/devices/lht65-01/join', join],
]
test.each([
  ['hello', 'not-json'],
  ['[]', 'no-values'],
  [Uint8Array.of(0x0a, 0xff), 'bad-utf8'],
])('not read, and of whom: %s', (payload, reason) => {
  expect(listener(ttnDialect).say(topic, payload)).toEqual({ notRead: [{ reason, device }] })
})

test('anything may come', () => fuzz(ttnDialect, real))
test('memory has an end', () =>
  isBounded(
    ttnDialect,
    (at) => [`v3/a/devices/${at}/up`, upOf(lsn50)],
    ({ size }) => size,
  ))
