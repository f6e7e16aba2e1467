import { connectAsync } from 'mqtt'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { brokerClient, type ClientOptions } from '../../gateway/broker/client.ts'
import type { Packet } from '../../gateway/domain/reading.ts'
import { supervise } from '../../gateway/lib/supervise.ts'
import { startMosquitto } from '../support/mosquitto.ts'
import { freePort } from '../support/ports.ts'
import { until } from '../support/wait.ts'
import { quietTools } from '../support/sensors.ts'

let end: AbortController
let running: Promise<unknown>[]
beforeEach(() => {
  end = new AbortController()
  running = []
})
afterEach(async () => {
  end.abort()
  await Promise.all(running)
})

function gateway(url: string, options: Partial<ClientOptions> = {}) {
  const taken: Packet[] = []
  const client = brokerClient({
    url,
    clientId: 'gateway-1',
    topics: () => ['zone/+'],
    take: (packet) => {
      taken.push(packet)
      return Promise.resolve()
    },
    stateTopic: 'zone-gateway/g1/state',
    tools: quietTools,
    ...options,
  })
  const texts = () => taken.map(({ payload }) => Buffer.from(payload).toString())
  return { client, taken, texts }
}
/** Runs it as the gateway does. @returns what ends it, and it alone */
function run(client: ReturnType<typeof brokerClient>) {
  const stop = new AbortController()
  const signal = AbortSignal.any([end.signal, stop.signal])
  const retry = { firstMs: 20, capMs: 100, calmMs: 30_000 }
  const done = supervise(client, quietTools, signal, { retry })
  running.push(done)
  return async () => {
    stop.abort()
    await done
  }
}
const device = (url: string) => connectAsync(url, { reconnectPeriod: 0 })

test('what was published while the gateway was away is delivered, each once', async () => {
  const { url } = await startMosquitto(end.signal)
  const first = gateway(url)
  const stop = run(first.client)
  await until('the first connection', () => first.client.connected)
  const sensor = await device(url)
  await sensor.publishAsync('zone/a', '1', { qos: 1 })
  await until('the first message', () => first.taken.length === 1)
  await stop()

  await sensor.publishAsync('zone/a', '2', { qos: 1 })
  await sensor.publishAsync('zone/b', '3', { qos: 1 })
  const second = gateway(url)
  run(second.client)
  await until('what came meanwhile', () => second.taken.length === 2)
  await sensor.publishAsync('zone/b', '4', { qos: 1 })
  await until('what comes now', () => second.taken.length === 3)
  expect(first.texts()).toEqual(['1'])
  expect(second.texts()).toEqual(['2', '3', '4'])
  await sensor.endAsync()
})

test('a message that was not kept is delivered again', async () => {
  const { url } = await startMosquitto(end.signal)
  const seen: string[] = []
  let isFull = true
  const { client } = gateway(url, {
    take: ({ payload }) => {
      seen.push(Buffer.from(payload).toString())
      if (!isFull) return Promise.resolve()
      isFull = false
      return Promise.reject(new Error('disk full'))
    },
  })
  run(client)
  await until('the connection', () => client.connected)
  const sensor = await device(url)
  await sensor.publishAsync('zone/a', '1', { qos: 1 })
  await until('the second delivery', () => seen.length === 2)
  await sensor.publishAsync('zone/a', '2', { qos: 1 })
  await until('the next message', () => seen.length === 3)
  expect(seen).toEqual(['1', '1', '2'])
  await sensor.endAsync()
})

test('a broker that goes and comes back: state and subscriptions are as before', async () => {
  const broker = await startMosquitto(end.signal)
  const turns: boolean[] = []
  const { client, taken } = gateway(broker.url, { onConnected: (connected) => turns.push(connected) })
  run(client)
  await until('the connection', () => client.connected)
  await broker.stop()
  await until('the loss', () => !client.connected)
  await expect(client.publish('x', 'y')).rejects.toMatchObject({ kind: 'away', code: 'broker-away' })
  await broker.start()
  await until('the connection', () => client.connected)
  const sensor = await device(broker.url)
  await sensor.publishAsync('zone/a', '1', { qos: 1 })
  await until('the message', () => taken.length === 1)
  end.abort()
  await Promise.all(running)
  // Going on purpose is not a loss.
  expect(turns).toEqual([true, false, true])
  await sensor.endAsync(true)
})

test('new topics are subscribed, old ones left', async () => {
  const { url } = await startMosquitto(end.signal)
  let topics = ['zone/+']
  const { client, texts } = gateway(url, { topics: () => topics })
  run(client)
  await until('the connection', () => client.connected)
  topics = ['other/#']
  await client.refresh()
  const sensor = await device(url)
  await sensor.publishAsync('zone/a', 'old', { qos: 1 })
  await sensor.publishAsync('other/a', 'new', { qos: 1 })
  await until('the message', () => texts().length > 0)
  expect(texts()).toEqual(['new'])
  await sensor.endAsync()
})

test('retained messages are told apart; birth and last will are retained', async () => {
  const { url } = await startMosquitto(end.signal)
  const sensor = await device(url)
  await sensor.publishAsync('zone/a', 'kept', { qos: 1, retain: true })
  const states: string[] = []
  sensor.on('message', (_topic, payload) => states.push(payload.toString()))
  await sensor.subscribeAsync('zone-gateway/g1/state', { qos: 1 })
  const { client, taken } = gateway(url)
  const stop = run(client)
  await until('the retained message', () => taken.length === 1)
  await sensor.publishAsync('zone/a', 'fresh', { qos: 1 })
  await until('the fresh message', () => taken.length === 2)
  expect(taken.map(({ retain }) => retain)).toEqual([true, false])
  await until('the birth', () => states.length === 1)
  await stop()
  await until('the goodbye', () => states.length === 2)
  expect(states).toEqual(['{"online":true}', '{"online":false}'])
  await sensor.endAsync()
})

test('wrong password and no broker are told apart, without the password', async () => {
  const { url } = await startMosquitto(end.signal, { user: 'zone', password: 'right-secret' })
  const good = gateway(url, { user: 'zone', password: 'right-secret' })
  const stop = run(good.client)
  await until('the connection', () => good.client.connected)
  await stop()
  const denied = gateway(url, { user: 'zone', password: 'wrong-secret' }).client.runOnce(end.signal)
  await expect(denied).rejects.toMatchObject({ kind: 'denied', code: 'broker-denied' })
  const nowhere = gateway(`mqtt://zone:wrong-secret@127.0.0.1:${await freePort()}`).client.runOnce(end.signal)
  const failure = await nowhere.catch((cause: unknown) => cause)
  expect(failure).toMatchObject({ kind: 'away', code: 'broker-away' })
  expect(JSON.stringify(failure)).not.toContain('wrong-secret')
})
