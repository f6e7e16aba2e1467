import { describe, expect, test } from 'vitest'
import { chirpstackDialect } from '../../../gateway/sensors/dialects/chirpstack.ts'
import { fuzz, isBounded, listener, type Message, metricsOf, valuesOf } from './listener.ts'

// ChirpStack v4 (chirpstack.io/docs, Event types): events of real servers in public integrations: a `status` of 2024, an `up` whose envelope is the
// document's and whose `object` is what the maker's codec of a Dragino LHT65N and of a Strega valve gives.
const info =
  '{"tenantId":"52f14cd4-c6f1-4fbd-8f87-4025e1d49242","tenantName":"ChirpStack","applicationId":"59bcc5a7-59e2-4481-9615-fc4e58791915","applicationName":"Mclimate_Vicki","deviceProfileId":"3a9bc28f-3664-4bdf-b3be-a20d1eb32dc8","deviceProfileName":"Mclimate_Vicki","deviceName":"MClimate_Vicki_Heizkoerperventil_001","devEui":"70b3d52dd300ed31","deviceClassEnabled":"CLASS_A","tags":{}}'
const status = `{"deduplicationId":"4a91b00d-b5e1-4955-b085-ba21b9318213","time":"2024-01-26T20:18:45.299871+00:00","deviceInfo":${info},"margin":7,"externalPowerSource":false,"batteryLevelUnavailable":false,"batteryLevel":85.826775}`
const upOf = (object: string | null) =>
  `{"deduplicationId":"56a40107-8313-41c5-a69a-2aaa2d1318ae","time":"2024-10-25T12:31:52.735961123+00:00","deviceInfo":${info},"devAddr":"0174ec8f","adr":true,"dr":5,"fCnt":1291,"fPort":4,"confirmed":false,"data":"8DAxMzUj"${object === null ? '' : `,"object":${object}`},"rxInfo":[{"gatewayId":"a84041ffff277c7c","uplinkId":59972,"gwTime":"2024-10-25T12:31:52.735961+00:00","rssi":-101,"snr":10.8,"channel":5,"rfChain":1,"location":{},"context":"FIRLCQ==","crcStatus":"CRC_OK"}],"txInfo":{"frequency":918300000,"modulation":{"lora":{"bandwidth":125000,"spreadingFactor":7,"codeRate":"CR_4_5"}}}}`
const lht65 =
  '{"Node_type":"LHT65N","BatV":3.0,"TempC_SHT":25.5,"Hum_SHT":60.5,"Bat_status":0,"Ext_sensor":"No external sensor"}'
const strega =
  '{"Process":"true","Port":4,"Temperature":125,"Tamper":"0","Battery":null,"Counter":1624,"Leakage":"0","deviceSerialNumber":"0012","history":[{"timestamp":1,"temperature":3}]}'
const device = '70b3d52dd300ed31'
const topic = (event: string) =>
  `application/59bcc5a7-59e2-4481-9615-fc4e58791915/device/70B3D52DD300ED31/event/${event}`

describe('up', () => {
  test("the codec's keys are metrics; units are guessed from them", () => {
    const said = listener(chirpstackDialect).say(topic('up'), upOf(lht65))
    expect(said.devices).toMatchObject([
      { device, name: 'MClimate_Vicki_Heizkoerperventil_001', model: 'Mclimate_Vicki', complete: false },
    ])
    expect(valuesOf(said, device)).toEqual({ BatV: 3, TempC_SHT: 25.5, Hum_SHT: 60.5, Bat_status: 0 })
    expect(metricsOf(said)).toMatchObject({
      BatV: ['V', 'voltage', 'number'],
      TempC_SHT: ['°C', 'temperature', 'number'],
      Hum_SHT: ['%', 'humidity', 'number'],
    })
    expect(said.devices?.[0]?.metrics.every(({ guessed }) => guessed)).toBe(true)
    expect(said.readings?.[0]).toMatchObject({ deviceUtcMs: Date.UTC(2024, 9, 25, 12, 31, 52, 735), historical: false })
  })

  test('text that is a number counts, what names the device and stored values do not', () => {
    const { say } = listener(chirpstackDialect)
    const said = say(topic('up'), upOf(strega))
    expect(valuesOf(said)).toEqual({ Process: 1, Temperature: 125, Tamper: 0, Counter: 1624, Leakage: 0 })
    expect(said.notRead).toBeUndefined()
  })

  test('channels of Cayenne LPP', () => {
    const said = listener(chirpstackDialect).say(
      topic('up'),
      upOf('{"temperatureSensor":{"1":25},"humiditySensor":{"1":32}}'),
    )
    expect(valuesOf(said)).toEqual({ 'temperatureSensor.1': 25, 'humiditySensor.1': 32 })
    expect(metricsOf(said)).toMatchObject({ 'temperatureSensor.1': ['°C', 'temperature', 'number'] })
  })

  test('a key that is missing says nothing', () => {
    const { say } = listener(chirpstackDialect)
    say(topic('up'), upOf(lht65))
    const said = say(topic('up'), upOf('{"TempC_SHT":25.6}'))
    expect(said.notRead).toBeUndefined()
    expect(said.liveness).toBeUndefined()
    expect(valuesOf(said)).toEqual({ TempC_SHT: 25.6 })
  })

  test('without a codec the bytes are not understood, and whose they are is known', () => {
    expect(listener(chirpstackDialect).say(topic('up'), upOf(null)).notRead).toEqual([{ reason: 'no-values', device }])
    const empty = upOf(null).replace('"data":"8DAxMzUj"', '"data":""')
    expect(listener(chirpstackDialect).say(topic('up'), empty)).toEqual({ liveness: [{ device, alive: true }] })
  })
})

describe('status and join', () => {
  test('the battery', () => {
    const said = listener(chirpstackDialect).say(topic('status'), status)
    expect(said.readings).toMatchObject([
      { device, metric: 'batteryLevel', value: 85.826775, deviceUtcMs: Date.UTC(2024, 0, 26, 20, 18, 45, 299) },
    ])
    expect(metricsOf(said)).toEqual({ batteryLevel: ['%', 'battery', 'number'] })
  })

  test.each([
    ['"batteryLevelUnavailable":false', '"batteryLevelUnavailable":true'],
    ['"externalPowerSource":false', '"externalPowerSource":true'],
  ])('without a battery: %s -> %s', (before, after) => {
    expect(listener(chirpstackDialect).say(topic('status'), status.replace(before, after))).toEqual({})
  })

  test('join', () => {
    const said = listener(chirpstackDialect).say(topic('join'), `{"deviceInfo":${info},"devAddr":"0174ec8f"}`)
    expect(said).toEqual({ liveness: [{ device, alive: true }] })
  })
})

test.each([
  topic('log'),
  'application/1/device/2/command/down',
  'application/1/device/2/event/up/x',
  'x/1/device/2/event/up',
])('%s is not read', (other) => {
  expect(listener(chirpstackDialect).owns(other)).toBe(false)
})

const real: Message[] = [
  [topic('up'), upOf(lht65)],
  [topic('up'), upOf(strega)],
  [topic('status'), status],
  [topic('join'), `{"deviceInfo":${info}}`],
]
test.each([
  ['hello', 'not-json'],
  ['[]', 'no-values'],
  [Uint8Array.of(0x0a, 0xff), 'bad-utf8'],
])('not read, and of whom: %s', (payload, reason) => {
  expect(listener(chirpstackDialect).say(topic('up'), payload)).toEqual({ notRead: [{ reason, device }] })
})

test('anything may come', () => fuzz(chirpstackDialect, real))
test('memory has an end', () =>
  isBounded(
    chirpstackDialect,
    (at) => [`application/a/device/${at}/event/up`, upOf(lht65)],
    ({ size }) => size,
  ))
