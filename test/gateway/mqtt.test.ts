/** MQTT of the whole gateway: accounts made over HTTP hold at its broker; its own state reaches another program through Mosquitto. */
import { connectAsync } from 'mqtt'
import { expect, test } from 'vitest'
import { MadeBrokerAccount } from '../../gateway/contract/broker.ts'
import { decodePayload } from '../../gateway/domain/sparkplug.ts'
import { startGateway } from '../support/gateway-process.ts'
import { startMosquitto } from '../support/mosquitto.ts'
import { freePort } from '../support/ports.ts'
import { until } from '../support/wait.ts'
import { smallZone } from './small-zone.ts'

const sensor = { id: 'cold', name: '冷库', area: 'w01-store', candidate: 'json:zone/cold' }

test('an account made by a person lets its device in, and nobody else; removed, the device is out', {
  timeout: 60_000,
}, async () => {
  const port = await freePort()
  await using gateway = await startGateway({
    zone: { ...smallZone, sensors: [sensor] },
    config: { mqtt: { listen: { port } } },
  })
  const connect = (more = {}) =>
    connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0, connectTimeout: 3_000, ...more }, false)
  const anybody = await connect()
  const cutOff = new Promise<void>((resolve) => {
    anybody.once('close', () => resolve())
  })
  const answer = await gateway.fetch('/api/broker/accounts', {
    method: 'POST',
    body: JSON.stringify({ user: 'cold', publish: ['zone/%c'] }),
  })
  const { id, password } = MadeBrokerAccount.parse(await answer.json())
  await cutOff
  await expect(connect()).rejects.toMatchObject({ code: 4 })

  const device = await connect({ username: 'cold', password, clientId: 'cold' })
  await device.publishAsync('zone/cold', '{"t":4}', { qos: 1 })
  const out = new Promise<void>((resolve) => {
    device.once('close', () => resolve())
  })
  device.on('error', () => {})
  expect(await (await gateway.fetch('/metrics')).text()).toMatch(/mqtt_refused_total\{reason="login"\} 1/)
  const removed = await gateway.fetch(`/api/broker/accounts/${id}`, { method: 'DELETE' })
  expect(removed.status).toBe(204)
  await out
  // Without any account the broker of this machine is open again.
  await (await connect()).endAsync()
  expect(gateway.output()).not.toContain(password)
})

test('Home Assistant and a Sparkplug host find the sensor of a gateway at Mosquitto, and see its value', {
  timeout: 60_000,
}, async () => {
  const end = new AbortController()
  try {
    const { url } = await startMosquitto(end.signal)
    const other = await connectAsync(url, { reconnectPeriod: 0 })
    const heard = new Map<string, Buffer>()
    other.on('message', (topic, payload) => heard.set(topic, payload))
    await other.subscribeAsync(['homeassistant/#', 'zone-gateway/#', 'spBv1.0/#'])
    await using gateway = await startGateway({
      zone: { ...smallZone, sensors: [sensor] },
      config: { mqtt: { url, version: 5, publish: { homeAssistant: true, sparkplug: { group: 'zones' } } } },
    })
    const of = (pattern: RegExp) => [...heard].find(([topic]) => pattern.test(topic))?.[1]
    await other.publishAsync('zone/cold', '{"temperature_C":4.5}', { qos: 1 })
    await until('the announcement', () => of(/^homeassistant\/device\/zone-gateway-\w+-sensor-cold\/config$/))
    await until('the value', () => of(/^zone-gateway\/\w+\/sensor\/cold\/state$/)?.includes('4.5'))
    await until('the birth of the workshop', () => of(/^spBv1\.0\/zones\/DBIRTH\/[^/]+\/w01$/))
    const born = of(/^spBv1\.0\/zones\/DBIRTH\/[^/]+\/w01$/)
    const names = born && decodePayload(born)?.metrics.map(({ name }) => name)
    expect(names?.some((name) => name?.startsWith('sensors/cold/'))).toBe(true)
    // It is not offered what it says itself.
    const found = (await (await gateway.fetch('/api/discovery')).json()) as { sensors: { candidateId: string }[] }
    expect(found.sensors.map(({ candidateId }) => candidateId).filter((id) => !id.startsWith('json:zone/'))).toEqual([])
    await other.endAsync()
  } finally {
    end.abort()
  }
})
