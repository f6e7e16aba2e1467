import { expect, test } from 'vitest'
import { sensorSources } from '../../../gateway/domain/words.ts'
import { dialectsOf } from '../../../gateway/sensors/dialects/index.ts'

const dialects = dialectsOf({
  dialects: sensorSources.filter((source) => source !== 'manual'),
  discoveryPrefix: 'homeassistant',
  topics: ['zone/{sensor}'],
})

test.each([
  ['tele/boiler/SENSOR', 'tasmota'],
  ['boiler/tele/LWT', 'tasmota'],
  ['tasmota/discovery/48551917E7AE/config', 'tasmota'],
  ['shellyplusht-08b61fce63c4/events/rpc', 'shelly'],
  ['shellyplusht-08b61fce63c4/online', 'shelly'],
  ['hall/status/temperature:0', 'shelly'],
  ['application/59bcc5a7/device/70b3d52dd300ed31/event/up', 'chirpstack'],
  ['v3/cold-stores@ttn/devices/lht65-01/up', 'ttn'],
  ['rtl_433/kitchen-pi/events', 'rtl433'],
  ['rtl_433/kitchen-pi/devices/Nexus-TH/2/42/humidity', 'rtl433'],
  ['home/OMG/RTL_433toMQTT/Nexus-TH/2/42', 'rtl433'],
  ['home/OMG/BTtoMQTT/A4C138C6F36C', 'theengs'],
  ['home/OMG/LWT', 'theengs'],
  ['zone/tele', 'json'],
])('%s is of %s, and of nobody else', (topic, source) => {
  expect(dialects.filter(({ owns }) => owns(topic)).map((one) => one.source)).toEqual([source])
})

test.each(['zone/status/online', 'zone-gateway/g1/state', 'a/b/c', '$SYS/broker/uptime', 'LWT', ''])(
  '"%s" is of nobody',
  (topic) => {
    expect(dialects.filter(({ owns }) => owns(topic)).map((one) => one.source)).toEqual([])
  },
)
