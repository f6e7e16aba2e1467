import { describe, expect, test } from 'vitest'
import { sensorStage } from '../stage.ts'

// Each dialect in the registry: found, placed, and read, in the zone's units. Messages are shortened from those of the dialect's own tests.
const stage = sensorStage()
const { send } = stage
const registry = () => stage.parts.registry
const place = (id: string, candidateId: string) =>
  registry().importAll([{ id, name: id, area: 'a-1', candidate: candidateId }])
const readingsOf = (id: string) =>
  Object.fromEntries(
    stage.parts.readings.filter(({ sensorId }) => sensorId === id).map((one) => [one.metric, one.value]),
  )

describe.each([
  {
    candidateId: 'tasmota:boiler',
    messages: [
      [
        'tele/boiler/SENSOR',
        '{"Time":"2026-11-03T10:00:00","AM2301":{"Temperature":68.0,"Humidity":53.1},"TempUnit":"F"}',
      ],
    ],
    values: { 'AM2301.Temperature': 20, 'AM2301.Humidity': 53.1 },
    units: { 'AM2301.Temperature': ['°C', 'temperature', 'F'], 'AM2301.Humidity': ['%', 'humidity', null] },
  },
  {
    candidateId: 'shelly:shellyplusht-08b61fce63c4',
    messages: [
      [
        'ht/hall/events/rpc',
        '{"src":"shellyplusht-08b61fce63c4","dst":"ht/hall/events","method":"NotifyFullStatus","params":{"ts":null,"humidity:0":{"id":0,"rh":54.3},"temperature:0":{"id":0,"tC":19.9,"tF":67.8},"sys":{"wakeup_period":7200}}}',
      ],
    ],
    values: { 'temperature_0.tC': 19.9, 'humidity_0.rh': 54.3 },
    units: { 'temperature_0.tC': ['°C', 'temperature', null] },
  },
  {
    candidateId: 'chirpstack:70b3d52dd300ed31',
    messages: [
      [
        'application/a/device/70b3d52dd300ed31/event/up',
        '{"time":"2026-11-03T00:00:00.5+00:00","deviceInfo":{"deviceName":"cold store","devEui":"70b3d52dd300ed31"},"data":"8DAx","object":{"TempC_SHT":-18.5,"BatV":3.0}}',
      ],
    ],
    values: { TempC_SHT: -18.5, BatV: 3 },
    units: { TempC_SHT: ['°C', 'temperature', null], BatV: ['V', 'voltage', null] },
  },
  {
    candidateId: 'ttn:cold@ttn/lht65-01',
    messages: [
      [
        'v3/cold@ttn/devices/lht65-01/up',
        '{"received_at":"2026-11-03T00:00:00Z","uplink_message":{"f_cnt":2,"frm_payload":"Dm4A","decoded_payload":{"TempC_SHT":"4.25"}}}',
      ],
    ],
    values: { TempC_SHT: 4.25 },
    units: { TempC_SHT: ['°C', 'temperature', null] },
  },
  {
    candidateId: 'rtl433:Bresser-5in1/17',
    messages: [
      [
        'rtl_433/pi/events',
        '{"time":"2026-11-03 10:00:00","model":"Bresser-5in1","id":17,"battery_ok":1,"temperature_F":68.0,"wind_avg_km_h":7.2,"rain_in":2.0}',
      ],
    ],
    values: { battery_ok: 100, temperature: 20, wind_avg: 2, rain: 50.8 },
    units: {
      battery_ok: ['%', 'battery', null],
      temperature: ['°C', 'temperature', '°F'],
      wind_avg: ['m/s', 'wind_speed', 'km/h'],
      rain: ['mm', 'precipitation', 'in'],
    },
  },
  {
    candidateId: 'theengs:A4C138C6F36C',
    messages: [
      [
        'home/OMG/BTtoMQTT/A4C138C6F36C',
        '{"id":"A4:C1:38:C6:F3:6C","name":"ATC_C6F36C","rssi":-69,"model_id":"LYWSD03MMC_ATC","tempc":21.5,"tempf":70.7,"hum":65,"batt":77}',
      ],
    ],
    values: { tempc: 21.5, hum: 65, batt: 77 },
    units: { tempc: ['°C', 'temperature', null], batt: ['%', 'battery', null] },
  },
] as const)('$candidateId', ({ candidateId, messages, values, units }) => {
  const sendAll = async () => {
    for (const [topic, payload] of messages) await send(topic, payload)
  }

  test('is found with its metrics in the units of the zone', async () => {
    await sendAll()
    const candidate = registry()
      .candidates()
      .find((one) => one.candidateId === candidateId)
    const metrics = candidate?.metrics.map(({ key, unit, kind, sourceUnit }) => [key, [unit, kind, sourceUnit]]) ?? []
    expect(Object.fromEntries(metrics)).toMatchObject(units)
    expect(Object.fromEntries(candidate?.latest.map(({ metric, value }) => [metric, value]) ?? [])).toEqual(values)
  })

  test('is read once it was placed, also after a restart', async () => {
    await sendAll()
    place('s1', candidateId)
    stage.pass(60_000)
    await sendAll()
    // Those that tell a moment told it before.
    stage.restart()
    stage.pass(60_000)
    await sendAll()
    expect(readingsOf('s1')).toEqual(values)
    expect(registry().get('s1').status).toBe('online')
  })
})

test('somebody switches a device to Fahrenheit and back: the metric stays in Celsius', async () => {
  const say = (value: number, unit: string) =>
    send('tele/boiler/SENSOR', `{"AM2301":{"Temperature":${value}},"TempUnit":"${unit}"}`)
  await say(20, 'C')
  place('s1', 'tasmota:boiler')
  for (const [value, unit] of [
    [20, 'C'],
    [68, 'F'],
    [68, 'F'],
    [20, 'C'],
    [20, 'C'],
  ] as const) {
    stage.pass(300_000)
    await say(value, unit)
  }
  expect(stage.parts.readings.map(({ value }) => value)).toEqual([20, 20, 20, 20, 20])
})

describe.each([
  ['tasmota:boiler', 'tele/boiler/LWT', ['Offline', 'Online'], 'tele/boiler/SENSOR', '{"AM2301":{"Temperature":20}}'],
  [
    'shelly:shellyplus1-441793ab3fb4',
    'shellyplus1-441793ab3fb4/online',
    ['false', 'true'],
    'shellyplus1-441793ab3fb4/status/temperature:0',
    '{"id":0,"tC":20.1,"tF":68.2}',
  ],
] as const)('the will of %s', (candidateId, topic, [offline, online], telemetry, payload) => {
  test('is heard at once, and its birth counts together with a reading', async () => {
    await send(telemetry, payload)
    place('s1', candidateId)
    await send(telemetry, payload)
    expect(registry().get('s1')).toMatchObject({ status: 'online' })
    await send(topic, offline)
    expect(registry().get('s1')).toMatchObject({ status: 'silent', why: 'said-offline' })
    await send(topic, online)
    expect(registry().get('s1').status).not.toBe('online')
    stage.pass(1_000)
    await send(telemetry, payload)
    expect(registry().get('s1')).toMatchObject({ status: 'online', why: null })
  })
})
