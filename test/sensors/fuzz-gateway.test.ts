/** Anything may be published: against a whole gateway by MQTT, and a real InfluxDB that says what arrived there. */
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Discovery } from '../../gateway/contract/lists.ts'
import { influxRows, rawReadings } from '../../scripts/bench/lib/readings-verify.ts'
import { measureOf, waiting, zoneWith } from '../../scripts/bench/lib/readings-zone.ts'
import { memoryEnv, memoryFlags } from '../../scripts/demo.ts'
import { readProcess } from '../../scripts/processes.ts'
import { type Api, api } from '../gateway/api.ts'
import { type GatewayProcess, startGateway } from '../support/gateway-process.ts'
import { type Influx, startInflux } from '../support/influx.ts'
import { freePort } from '../support/ports.ts'
import { waitFor } from '../support/wait.ts'
import { anyMessage, newDevice } from './fuzz-messages.ts'
import { openRawPublisher, type RawPublisher } from './raw-publisher.ts'

const stack = new AsyncDisposableStack()
let influx: Influx
let gateway: GatewayProcess
let gate: Api
let device: RawPublisher
let pid: number

beforeAll(async () => {
  const end = new AbortController()
  influx = await startInflux(end.signal)
  stack.defer(async () => {
    await influx.stop()
    end.abort()
  })
  const port = await freePort()
  gateway = stack.use(
    await startGateway({
      zone: zoneWith(['s1']),
      config: {
        mqtt: { listen: { port } },
        influx: { url: influx.url, database: 'zone' },
        log: { level: 'error' },
      },
      // As `npm start` starts it: what is measured here is memory.
      env: { ...memoryEnv, NODE_OPTIONS: memoryFlags.join(' ') },
    }),
  )
  pid = gateway.pid
  gate = api(gateway)
  device = stack.use(await openRawPublisher(port))
})
afterAll(() => stack.disposeAsync())

const utf8 = (text: string): Uint8Array => Buffer.from(text)
const rssMb = () => readProcess(pid)?.rssMb ?? Number.NaN
/** It runs as the process that was started, takes readings, and stores them. */
async function isWell(number: number) {
  await device.publish([{ topic: utf8('zone/s1'), payload: utf8(`{"value":${number}}`) }])
  await waitFor(
    async () => {
      const from = await rawReadings(influx)
      return (
        (await influxRows(influx, `SELECT "value" FROM ${from} WHERE "sensor" = 's1' AND "value" = ${number}`)).length >
        0
      )
    },
    { timeoutMs: 30_000, message: () => `${number} in InfluxDB; ${gateway.output().slice(-2_000)}` },
  )
  expect(gateway.pid).toBe(pid)
  expect(await gate.readyz()).toBe(200)
}

test('thousands of odd messages, twice, what they announce approved between: nothing but readings of known sensors is in InfluxDB', async () => {
  const messages = fc.sample(anyMessage, { numRuns: 4_000, seed: 5 })
  await device.publish(messages)
  await isWell(1_001)
  const found = await gate.ask(Discovery, '/api/discovery')
  expect(found.sensors.length).toBeGreaterThan(20)
  for (const { candidateId } of found.sensors.filter(({ sensorId }) => sensorId === null).slice(0, 100))
    await gateway.fetch('/api/sensors', { method: 'POST', body: JSON.stringify({ candidateId, areaId: 'store' }) })
  const sensors = await gate.sensors()
  expect(sensors.length).toBeGreaterThan(20)
  await device.publish(messages.map((message) => ({ ...message, retain: false })))
  await isWell(1_002)
  await waitFor(async () => (await waiting(gateway)) === 0, { timeoutMs: 30_000, message: 'an empty outbox' })

  const measurements = (await influxRows(influx, 'SHOW MEASUREMENTS')).map(([name]) => String(name))
  expect(measurements).toContain('reading')
  expect(measurements.filter((name) => !/^[a-z_]{1,30}$/.test(name))).toEqual([])
  const keys = (await influxRows(influx, 'SHOW TAG KEYS FROM "reading"')).map(([key]) => String(key))
  expect(new Set([...keys, 'zone', 'site', 'workshop', 'area', 'sensor', 'metric', 'unit']).size).toBe(7)
  const named = (await influxRows(influx, 'SHOW TAG VALUES WITH KEY = "sensor"')).map(([, id]) => String(id))
  const known = new Set((await gate.sensors()).map(({ id }) => id))
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter((id) => !known.has(id))).toEqual([])
  const values = await influxRows(influx, 'SHOW FIELD KEYS FROM "reading"')
  expect(
    values.filter(([key, type]) => ['value', 'raw', 'device_ms'].includes(String(key)) && type !== 'float'),
  ).toEqual([])
}, 240_000)

test('ever new devices in every dialect: memory has an end', async () => {
  const perRound = 12_000
  let n = 0
  const round = async () => {
    await device.publish(
      Array.from({ length: perRound }, () => {
        const { topic, payload } = newDevice(n++)
        return { topic: utf8(topic), payload: utf8(payload) }
      }),
    )
  }
  // What has a bound is full after this.
  await round()
  await round()
  const fullMb = rssMb()
  const seen: number[] = []
  for (let more = 0; more < 4; more++) {
    await round()
    seen.push(Math.round(rssMb() - fullMb))
  }
  await isWell(1_003)
  // A kilobyte kept of each message would be 48 MB.
  expect(Math.min(...seen.slice(-2)), `MB more after each further ${perRound}: ${seen.join(', ')}`).toBeLessThan(40)
  expect(await measureOf(gateway, 'mqtt_packets_total')).toBeGreaterThan(6 * perRound * 0.9)
  const { sensors } = await gate.ask(Discovery, '/api/discovery')
  expect(sensors.length).toBeLessThanOrEqual(2_100)
}, 300_000)

test('a mebibyte again and again, on known and unknown topics: refused, and forgotten', async () => {
  const long = Buffer.alloc(1_048_576, 0x61)
  const topics = ['zone/s1', 'zone/other', 'homeassistant/sensor/x/config', 'tele/x/SENSOR', 'nobody/asked']
  const many = (count: number) =>
    device.publish(
      Array.from({ length: count }, (_, k) => ({ topic: utf8(topics[k % topics.length] ?? ''), payload: long })),
    )
  await many(60)
  const beforeMb = rssMb()
  await many(240)
  expect(rssMb() - beforeMb).toBeLessThan(120)
  await isWell(1_004)
}, 120_000)
