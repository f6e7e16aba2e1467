import { once } from 'node:events'
import { createServer, connect as tcp } from 'node:net'
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { embeddedBroker, type EmbeddedOptions } from '../../gateway/broker/embedded.ts'
import type { Packet } from '../../gateway/domain/reading.ts'
import { quietTools, scratchFolder, sensorParts } from '../support/sensors.ts'
import { answers } from '../support/mosquitto.ts'
import { until } from '../support/wait.ts'

let end: AbortController
let running: Promise<void>[]
beforeEach(() => {
  end = new AbortController()
  running = []
})
afterEach(async () => {
  end.abort()
  await Promise.all(running)
})

async function start(options: Partial<EmbeddedOptions> = {}) {
  const taken: Packet[] = []
  const take = (packet: Packet) => {
    taken.push(packet)
    return Promise.resolve()
  }
  const broker = embeddedBroker({ host: '127.0.0.1', port: 0, take, tools: quietTools, ...options })
  const { port } = await broker.listen()
  running.push(broker.run(end.signal))
  const connect = (more: IClientOptions = {}) =>
    connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0, connectTimeout: 3_000, ...more }, false)
  return { broker, port, taken, connect }
}

const closing = (client: MqttClient) =>
  new Promise<void>((resolve) => {
    client.once('close', () => resolve())
  })

test('a message is acknowledged only after it was taken', async () => {
  const waiting: (() => void)[] = []
  const take = () => new Promise<void>((resolve) => waiting.push(resolve))
  const { connect } = await start({ take })
  const client = await connect()
  let acknowledged = 0
  const sent = [1, 2, 3].map(async (n) => {
    await client.publishAsync('zone/a', String(n), { qos: 1 })
    acknowledged++
  })
  await until('all three being taken at the same time', () => waiting.length === 3)
  // Others are served meanwhile, and a whole round trip later there is still no acknowledgement.
  const other = await connect()
  await other.subscribeAsync('x')
  await other.endAsync()
  expect(acknowledged).toBe(0)
  waiting[0]?.()
  await sent[0]
  expect(acknowledged).toBe(1)
  for (const done of waiting) done()
  await Promise.all(sent)
  await client.endAsync()
})

test('a message that cannot be kept is not acknowledged: the connection ends', async () => {
  const { connect, broker } = await start({ take: () => Promise.reject(new Error('disk full')) })
  const client = await connect()
  client.on('error', () => {})
  let acknowledged = false
  client.publish('zone/a', '1', { qos: 1 }, (error) => (acknowledged = error === undefined || error === null))
  await closing(client)
  expect(acknowledged).toBe(false)
  expect(broker.refused['not-kept']).toBe(1)
  await client.endAsync(true)
})

test('user and password', async () => {
  const { connect } = await start({ user: 'zone', password: 'secret' })
  const refused = { code: 4 }
  await expect(connect()).rejects.toMatchObject(refused)
  await expect(connect({ username: 'zone', password: 'wrong' })).rejects.toMatchObject(refused)
  await expect(connect({ username: 'other', password: 'secret' })).rejects.toMatchObject(refused)
  const client = await connect({ username: 'zone', password: 'secret' })
  expect(client.connected).toBe(true)
  await client.endAsync()
})

test('the gateway publishes its own state, retained, and does not take it itself', async () => {
  const { broker, connect, taken } = await start()
  await broker.publish('zone-gateway/g1/state', '{"online":true}', { retain: true })
  const client = await connect()
  const heard: unknown[] = []
  client.on('message', (topic, payload, { retain }) => heard.push([topic, payload.toString(), retain]))
  await client.subscribeAsync('zone-gateway/+/state')
  await until('the retained message', () => heard.length > 0)
  expect(heard).toEqual([['zone-gateway/g1/state', '{"online":true}', true]])
  expect(taken).toEqual([])
  await client.endAsync()
})

test('a will is taken like any other message', async () => {
  const { connect, taken } = await start()
  const client = await connect({ will: { topic: 'w1/lwt', payload: Buffer.from('offline'), qos: 1, retain: true } })
  client.stream.destroy()
  await until('the will', () => taken.some(({ topic }) => topic === 'w1/lwt'))
  await client.endAsync(true)
})

test('a port in use is named', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as { port: number }
  const broker = embeddedBroker({ host: '127.0.0.1', port, take: () => Promise.resolve(), tools: quietTools })
  await expect(broker.run(end.signal)).rejects.toMatchObject({
    kind: 'conflict',
    code: 'port-taken',
    message: expect.stringContaining(String(port)) as string,
  })
  other.close()
})

test('garbage and packets of endless length end their own connection only', async () => {
  const { port, connect, taken } = await start()
  const good = await connect()
  for (const bytes of [
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]),
    Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f, 0x00]),
  ]) {
    const socket = tcp(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.resume()
    const closed = once(socket, 'close')
    socket.write(bytes)
    await closed
  }
  await good.publishAsync('zone/a', '1', { qos: 1 })
  expect(taken).toHaveLength(1)
  await good.endAsync()
})

test('1 MiB is taken, and quarantined by the intake; the device is acknowledged and stays connected', async () => {
  const folder = scratchFolder(end.signal)
  const parts = sensorParts(folder)
  const { connect } = await start({ take: parts.intake.take })
  const client = await connect()
  await client.publishAsync('zone/a', Buffer.alloc(1_048_576, 0x20), { qos: 1 })
  // Three, because one message makes no candidate.
  for (let n = 0; n < 3; n++) await client.publishAsync('zone/a', '{"t":1}', { qos: 1 })
  expect(parts.queue.quarantined()).toMatchObject([{ reason: 'too-large', sizeBytes: 1_048_576, topic: 'zone/a' }])
  expect(parts.registry.candidates()).toHaveLength(1)
  await client.endAsync()
  parts.close()
})

test('stopping ends every connection and frees the port', async () => {
  const { port, connect } = await start()
  const client = await connect()
  const closed = closing(client)
  end.abort()
  await Promise.all([...running, closed])
  expect(await answers(port)).toBe(false)
  await client.endAsync(true)
})

test('retained messages have bounds: what has no room is passed on and not kept', async () => {
  const { connect, taken } = await start()
  const client = await connect()
  const block = Buffer.alloc(1024 * 1024, 'x')
  for (let n = 0; n < 20; n++) await client.publishAsync(`big/${n}`, block, { qos: 1, retain: true })
  expect(taken).toHaveLength(20)
  const late = await connect()
  const kept: string[] = []
  late.on('message', (topic) => kept.push(topic))
  await late.subscribeAsync('big/#')
  await until('sixteen of them', () => kept.length === 16)
  // One goes, another one has room.
  await client.publishAsync('big/0', '', { qos: 1, retain: true })
  await client.publishAsync('big/19', block, { qos: 1, retain: true })
  const later = await connect()
  const keptNow: string[] = []
  later.on('message', (topic) => keptNow.push(topic))
  await later.subscribeAsync('big/#')
  await until('sixteen again', () => keptNow.length === 16)
  expect(keptNow).toContain('big/19')
  expect(keptNow).not.toContain('big/0')
  await Promise.all([client, late, later].map((one) => one.endAsync()))
})

test('a subscriber that is away makes the broker keep nothing: it is served at most once', async () => {
  const { connect } = await start()
  const away = { clientId: 'laptop', clean: false }
  const first = await connect(away)
  await first.subscribeAsync('zone/#', { qos: 1 })
  await first.endAsync()
  const client = await connect()
  await client.publishAsync('zone/a', 'missed', { qos: 1 })
  const again = await connect(away)
  const heard: string[] = []
  again.on('message', (_topic, payload) => heard.push(payload.toString()))
  await client.publishAsync('zone/a', 'heard', { qos: 1 })
  await until('the message of now', () => heard.length > 0)
  expect(heard).toEqual(['heard'])
  await Promise.all([client, again].map((one) => one.endAsync()))
})

test('a subscriber that reads nothing is cut off, and the publishers go on', { timeout: 20_000 }, async () => {
  const { connect, broker } = await start()
  const frozen = await connect()
  frozen.on('error', () => {})
  await frozen.subscribeAsync('#')
  frozen.stream.pause()
  const client = await connect()
  const block = Buffer.alloc(1024 * 1024)
  const startedMs = performance.now()
  await Promise.all(Array.from({ length: 200 }, (_, n) => client.publishAsync(`zone/${n % 40}`, block, { qos: 1 })))
  expect(performance.now() - startedMs).toBeLessThan(12_000)
  await until('the frozen one to be gone', () => broker.clients === 1)
  await client.endAsync()
  await frozen.endAsync(true)
})

test('nobody speaks in the name of the gateway', async () => {
  const { connect, taken } = await start()
  const client = await connect()
  client.on('error', () => {})
  client.publish('zone-gateway/0011/state', '{"online":false}', { qos: 1, retain: true }, () => {})
  await closing(client)
  expect(taken).toEqual([])
  await client.endAsync(true)
})
