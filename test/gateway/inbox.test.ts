/** From the first message of a device to a sensor with its rules, over MQTT and HTTP, on a real gateway. */
import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Discovery, Sensors } from '../../gateway/contract/lists.ts'
import { RuleProposals, Sensor } from '../../gateway/contract/sensor.ts'
import { type GatewayProcess, startGateway } from '../support/gateway-process.ts'
import { freePort } from '../support/ports.ts'
import { waitFor } from '../support/wait.ts'
import { type Api, api } from './api.ts'
import { smallZone } from './small-zone.ts'

const stack = new AsyncDisposableStack()
let gateway: GatewayProcess
let ask: Api
let device: MqttClient

beforeAll(async () => {
  const port = await freePort()
  gateway = stack.use(
    await startGateway({ zone: smallZone, config: { mqtt: { listen: { host: '127.0.0.1', port } } } }),
  )
  ask = api(gateway)
  device = await connectAsync(`mqtt://127.0.0.1:${port}`)
  stack.defer(() => device.endAsync())
})
afterAll(() => stack.disposeAsync())

const say = (topic: string, payload: object | string) =>
  device.publishAsync(topic, typeof payload === 'string' ? payload : JSON.stringify(payload), { qos: 1 })
const candidate = async (id: string) =>
  (await ask.discovery()).sensors.find(({ candidateId }) => candidateId === id) ?? expect.fail(`${id} is not there`)
const refused = (path: string, body: object) => ask.refused(path, { method: 'POST', body: JSON.stringify(body) })

const zigbeeId = '0x00158d0001a2b3c4'
const zigbee = [
  {
    ieee_address: zigbeeId,
    friendly_name: 'cold/one',
    type: 'EndDevice',
    definition: {
      vendor: 'Aqara',
      model: 'WSDCGQ11LM',
      exposes: [
        { type: 'numeric', name: 'temperature', property: 'temperature', unit: '°C', access: 1 },
        { type: 'numeric', name: 'humidity', property: 'humidity', unit: '%', access: 1 },
      ],
    },
  },
]

test('a device that two conventions announce is one candidate; what was not understood is shown with it', async () => {
  await say('homeassistant/sensor/0x00158d0001a2b3c4/temperature/config', {
    device: { identifiers: [`zigbee2mqtt_${zigbeeId}`], name: 'cold/one' },
    origin: { name: 'Zigbee2MQTT', sw: '2.1' },
    state_topic: 'zigbee2mqtt/cold/one',
    value_template: '{{ value_json.temperature }}',
    unit_of_measurement: '°C',
  })
  await say('zigbee2mqtt/bridge/devices', zigbee)
  await say('zigbee2mqtt/cold/one', { temperature: 3.4, humidity: 81 })
  await say('zigbee2mqtt/cold/one', 'not JSON')
  const found = await waitFor(
    async () => {
      const { sensors } = await ask.discovery()
      return sensors.length === 1 ? sensors[0] : undefined
    },
    { message: 'one candidate' },
  )
  expect(found).toMatchObject({
    candidateId: `zigbee2mqtt:${zigbeeId}`,
    source: 'zigbee2mqtt',
    state: 'waiting',
    latest: expect.arrayContaining([expect.objectContaining({ metric: 'temperature', value: 3.4 })]),
    notUnderstood: [expect.objectContaining({ topic: 'zigbee2mqtt/cold/one', sample: 'not JSON' })],
  })
  expect(found.metrics.map(({ key, unit, kind }) => [key, unit, kind])).toEqual(
    expect.arrayContaining([
      ['temperature', '°C', 'temperature'],
      ['humidity', '%', 'humidity'],
    ]),
  )
})

test('several are placed with the rules of their kinds, or none', async () => {
  for (const temp of [4.1, 4.2, 4.3]) await say('zone/cold2', { temp })
  const ids = [`zigbee2mqtt:${zigbeeId}`, 'json:zone/cold2']
  await candidate(ids[1] ?? '')
  const entries = []
  for (const candidateId of ids) {
    const query = `candidateId=${encodeURIComponent(candidateId)}&areaId=w01-store`
    const { rules } = await ask.ask(RuleProposals, `/api/discovery/rules?${query}`)
    expect(rules).toEqual(expect.arrayContaining([expect.objectContaining({ condition: 'above', threshold: 10 })]))
    entries.push({ candidateId, areaId: 'w01-store', rules })
  }
  const [first, second] = entries
  const odd = { ...second, rules: [{ ...second?.rules[0], metric: 'nothing' }] }
  expect(await refused('/api/sensors/approve', { entries: [first, odd] })).toMatchObject({ code: 'metric-missing' })
  expect([await ask.sensors(), await ask.rules()]).toEqual([[], []])

  const { sensors } = await ask.ask(Sensors, '/api/sensors/approve', { entries })
  expect(sensors.map(({ areaId, candidateId }) => [areaId, candidateId])).toEqual(ids.map((id) => ['w01-store', id]))
  const rules = await ask.rules()
  expect(rules).toHaveLength(entries.flatMap((entry) => entry.rules).length)
  expect(new Set(rules.map(({ sensorId }) => sensorId))).toEqual(new Set(sensors.map(({ id }) => id)))
  expect((await ask.audit()).filter(({ action }) => action === 'sensor.approve').map(({ outcome }) => outcome)).toEqual(
    ['done', 'refused'],
  )
  await say('zigbee2mqtt/cold/one', { temperature: 5.5, humidity: 80 })
  await waitFor(async () => (await ask.sensors()).some(({ latest }) => latest.some(({ value }) => value === 5.5)), {
    message: 'the reading of the placed sensor',
  })
})

test('what somebody says about a metric counts; what is ignored stays ignored over a restart', async () => {
  for (const x of [211, 212, 212]) await say('zone/kettle', { x })
  for (const x of [1, 2, 3]) await say('zone/toy', { x })
  await candidate('json:zone/toy')
  const kettle = await ask.ask(Sensor, '/api/sensors', { candidateId: 'json:zone/kettle', areaId: 'w01-process' })
  const path = `/api/sensors/${kettle.id}/metrics/x`
  const told = await ask.ask(Sensor, path, { name: '锅', kind: 'temperature', sourceUnit: '°F' }, 'PATCH')
  expect(told.metrics).toMatchObject([{ name: '锅', unit: '°C', sourceUnit: '°F', guessed: false }])
  const ignore = { candidateIds: ['json:zone/toy'], ignored: true }
  const { sensors } = await ask.ask(Discovery, '/api/discovery/ignore', ignore)
  expect(sensors.find(({ candidateId }) => candidateId === 'json:zone/toy')?.state).toBe('ignored')

  await gateway.kill9()
  await gateway.restart()
  expect((await candidate('json:zone/toy')).state).toBe('ignored')
  expect((await candidate(`zigbee2mqtt:${zigbeeId}`)).state).toBe('approved')
  await waitFor(() => device.connected, { message: 'the device is connected again' })
  await say('zone/kettle', { x: 212 })
  // Known by what its bridge said before the restart: nothing is announced again.
  await say('zigbee2mqtt/cold/one', { temperature: 6.5 })
  await waitFor(
    async () => {
      const values = (await ask.sensors()).flatMap(({ latest }) => latest.map(({ value }) => value))
      return values.includes(100) && values.includes(6.5)
    },
    { message: 'both readings after the restart' },
  )
})

test('a measuring point that a person reads is a sensor like others', async () => {
  const metrics = [{ name: 'pH', unit: 'pH', kind: 'ph' }]
  const brine = await ask.ask(Sensor, '/api/sensors/manual', { name: '盐水', areaId: 'w01-process', metrics })
  expect(brine).toMatchObject({ source: 'manual', status: 'unknown', metrics: [{ key: 'pH', unit: 'pH' }] })
  expect(await (await gateway.fetch('/api/zone/export')).text()).toContain(`manual:${brine.id}`)
})
