import { describe, expect, test } from 'vitest'
import { theengsDialect } from '../../../gateway/sensors/dialects/theengs.ts'
import { fuzz, isBounded, listener, type Message, metricsOf, valuesOf } from './listener.ts'

// Messages of real gateways in public integrations (an ATC thermometer by OpenMQTTGateway), and of docs.openmqttgateway.com, BLE gateway (a beacon, an
// iBeacon, the texts of early versions). Scale and plant: properties of decoder.theengs.io.
const atc =
  '{"id":"A4:C1:38:C6:F3:6C","name":"ATC_C6F36C","rssi":-69,"brand":"Xiaomi","model":"TH Sensor","model_id":"LYWSD03MMC/MJWSD05MMC_ATC","type":"THB","tempc":21.5,"tempf":70.7,"hum":65,"batt":77,"volt":2.901,"mac":"A4:C1:38:C6:F3:6C"}'
const unknown =
  '{"id":"45:e1:74:12:6e:00","rssi":-89,"distance":21.51847,"servicedata":"fe0000000000000000000000000000000000000000"}'
const ibeacon =
  '{"id":"60:87:57:4C:9B:C2","mac_type":1,"rssi":-78,"distance":7.85288,"brand":"GENERIC","model":"iBeacon","model_id":"IBEACON","mfid":"4c00","uuid":"1de4b189115e45f6b44e509352269977","major":0,"minor":0,"txpower":-66}'
const early = '{"hum":"52.6","tempc":"19.2","tempf":"66.56"}'
const probes =
  '{"id":"AA:BB:CC:DD:EE:01","brand":"Inkbird","model":"iBBQ","model_id":"IBT-4XS","type":"BBQ","tempc":25.1,"tempf":77.18,"tempc2":80.2,"tempf2":176.36,"UTCtime":"2023-12-26T19:10:20Z"}'
const scale =
  '{"id":"AA:BB:CC:DD:EE:02","brand":"Xiaomi","model":"Mi Scale","model_id":"XMTZC01HM","type":"SCALE","weighing_mode":"person","unit":"lb","weight":154.2}'
const door =
  '{"id":"AA:BB:CC:DD:EE:03","brand":"BlueMaestro","model":"x","model_id":"CGH1","type":"CTMO","open":true,"cidc":false}'
const gateway = 'home/OpenMQTTGateway'
const device = 'A4C138C6F36C'
const topic = `${gateway}/BTtoMQTT/${device}`

describe('advertisements', () => {
  test('what the decoder measured, by the address of the device', () => {
    const said = listener(theengsDialect).say(topic, atc)
    expect(said.devices).toMatchObject([
      { device, name: 'ATC_C6F36C', model: 'Xiaomi LYWSD03MMC/MJWSD05MMC_ATC', complete: false },
    ])
    expect(valuesOf(said, device)).toEqual({ tempc: 21.5, hum: 65, batt: 77, volt: 2.901 })
    expect(metricsOf(said)).toEqual({
      tempc: ['°C', 'temperature', 'number'],
      hum: ['%', 'humidity', 'number'],
      batt: ['%', 'battery', 'number'],
      volt: ['V', 'voltage', 'number'],
    })
  })

  test('Fahrenheit where there is no Celsius', () => {
    const said = listener(theengsDialect).say(topic, atc.replace('"tempc":21.5,', ''))
    expect(metricsOf(said)).toMatchObject({ tempf: ['°F', 'temperature', 'number'] })
  })

  test('several probes, and the time of the gateway', () => {
    const said = listener(theengsDialect).say(`${gateway}/BTtoMQTT/AABBCCDDEE01`, probes)
    expect(valuesOf(said)).toEqual({ tempc: 25.1, tempc2: 80.2 })
    expect(metricsOf(said).tempc2).toEqual(['°C', 'temperature', 'number'])
    expect(said.readings?.[0]?.deviceUtcMs).toBe(Date.UTC(2023, 11, 26, 19, 10, 20))
  })

  test.each([
    ['a scale says its unit', scale, { weight: ['lb', 'weight', 'number'] }],
    ['a contact', door, { open: [null, 'door', 'binary'] }],
    ['text of early versions', early, { hum: ['%', 'humidity', 'number'], tempc: ['°C', 'temperature', 'number'] }],
  ])('%s', (_, payload, metrics) => {
    expect(metricsOf(listener(theengsDialect).say(topic, payload))).toEqual(metrics)
  })

  test.each([
    ['no decoder knows it', unknown],
    ['a beacon measures nothing', ibeacon],
    ['a phone', atc.replace('"THB"', '"RMAC"')],
    ['an address that changes', atc.replace('"type"', '"prmac":true,"type"')],
  ])('nothing is said: %s', (_, payload) => {
    expect(listener(theengsDialect).say(topic, payload)).toEqual({})
  })

  test('without the address in the topic, that of the message', () => {
    expect(listener(theengsDialect).say(`${gateway}/BTtoMQTT`, atc).devices).toMatchObject([{ device }])
  })

  test.each([
    ['hello', 'not-json'],
    ['[]', 'no-values'],
  ])('not read: %s', (payload, reason) => {
    expect(listener(theengsDialect).say(topic, payload)).toEqual({ notRead: [{ reason, device }] })
  })
})

describe('gateways', () => {
  test('the filter that OpenMQTTGateway announces to Home Assistant is as much its own', () => {
    const { owns, say, filters } = listener(theengsDialect)
    expect(owns('+/+/BTtoMQTT/A4C138C6F36C')).toBe(true)
    say('+/+/BTtoMQTT/A4C138C6F36C', atc)
    expect(filters()).not.toContain('+/+/LWT')
  })

  test('a device is lost with the last gateway that heard it', () => {
    const { say } = listener(theengsDialect)
    say(topic, atc)
    say(`home/hall/BTtoMQTT/${device}`, atc)
    expect(say('home/hall/LWT', 'offline').liveness).toEqual([])
    expect(say(`${gateway}/LWT`, 'offline').liveness).toEqual([{ device, alive: false }])
    expect(say(`${gateway}/LWT`, 'online')).toEqual({})
    expect(say(topic, atc).liveness).toEqual([{ device, alive: true }])
  })

  test('the will of a gateway below another base is understood once it passed something on', () => {
    const { say, owns, filters } = listener(theengsDialect)
    expect(owns('zone/gw1/LWT')).toBe(false)
    say(`zone/gw1/BTtoMQTT/${device}`, atc)
    expect(filters()).toContain('zone/gw1/LWT')
    expect(say('zone/gw1/LWT', 'offline').liveness).toEqual([{ device, alive: false }])
  })
})

test.each(['home/OMG/433toMQTT', 'tele/x/LWT', 'home/OMG/BTtoMQTT/a/b', 'home/LWT'])(
  '%s is of somebody else',
  (other) => {
    expect(listener(theengsDialect).owns(other)).toBe(false)
  },
)

const real: Message[] = [
  [topic, atc],
  [topic, unknown],
  [topic, probes],
  [topic, scale],
  [topic, ibeacon],
  [`${gateway}/BTtoMQTT`, door],
  [`${gateway}/LWT`, 'offline'],
]
test('anything may come', () => fuzz(theengsDialect, real))
test('memory has an end', () =>
  isBounded(
    theengsDialect,
    (at) => [`g/${at}/BTtoMQTT/${at}`, atc],
    ({ devices, receivers, gateways }) => Math.max(devices.size, receivers.hears.size, gateways.size),
  ))
