/** Accounts at the embedded broker, over real connections. */
import { join } from 'node:path'
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { brokerAccounts } from '../../gateway/broker/accounts.ts'
import { embeddedBroker } from '../../gateway/broker/embedded.ts'
import type { Packet } from '../../gateway/domain/reading.ts'
import { systemClock } from '../../gateway/lib/clock.ts'
import { openLog } from '../../gateway/lib/log.ts'
import { openStore, type Store } from '../../gateway/store/open.ts'
import { scratchFolder } from '../support/sensors.ts'
import { Writable } from 'node:stream'
import { until } from '../support/wait.ts'

let end: AbortController
let running: Promise<void>
let store: Store
beforeEach(() => {
  end = new AbortController()
  store = openStore(join(scratchFolder(end.signal), 'gateway.db'), 'gateway')
})
afterEach(async () => {
  end.abort()
  await running
  store.close()
})

async function start(login: { user?: string; password?: string } = {}) {
  const taken: Packet[] = []
  let lines = ''
  const said = new Writable({
    write(chunk, _encoding, done) {
      lines += String(chunk)
      done()
    },
  })
  const tools = { clock: systemClock, log: openLog('info', said) }
  const accounts = brokerAccounts({ store, tools, configuredUser: login.user, isOutside: false })
  const broker = embeddedBroker({
    host: '127.0.0.1',
    port: 0,
    ...login,
    accounts,
    take: async (packet) => void taken.push(packet),
    tools,
  })
  const { port } = await broker.listen()
  running = broker.run(end.signal)
  const connect = (more: IClientOptions = {}) =>
    connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0, connectTimeout: 3_000, ...more }, false)
  const log = () =>
    lines
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  return { broker, accounts, taken, connect, log }
}
const closing = (client: MqttClient) => {
  client.on('error', () => {})
  return new Promise<void>((resolve) => {
    client.once('close', () => resolve())
  })
}

test('an account publishes where it may; elsewhere its connection ends, with a line that says why', async () => {
  const { accounts, connect, taken, broker, log } = await start()
  const { password } = accounts.add({ user: 'cold-1', note: '', publish: ['zone/%c/#'], subscribe: [] }, 'ops')
  const login = { username: 'cold-1', password, clientId: 'c1' }
  const client = await connect(login)
  await client.publishAsync('zone/c1/t', '4', { qos: 1 })
  expect(taken.map(({ topic }) => topic)).toEqual(['zone/c1/t'])

  for (let n = 0; n < 3; n++) {
    const other = await connect(login)
    const closed = closing(other)
    other.publish('zone/c2/t', '4', { qos: 1 })
    await closed
  }
  expect(taken).toHaveLength(1)
  expect(broker.refused['publish-right']).toBe(3)
  // Said once, not three times.
  expect(log().filter(({ code }) => code === 'mqtt-publish-right')).toMatchObject([
    { user: 'cold-1', client: 'c1', topic: 'zone/c2/t', msg: expect.stringContaining('may not publish') as string },
  ])
})

test('an account hears what it may; for the rest the broker says no', async () => {
  const { accounts, connect, broker } = await start()
  const { password } = accounts.add({ user: 'a', note: '', publish: ['set/#'], subscribe: ['set/%c'] }, 'ops')
  const client = await connect({ username: 'a', password, clientId: 'c1' })
  const heard: string[] = []
  client.on('message', (topic) => heard.push(topic))
  await client.subscribeAsync('set/c1')
  for (const filter of ['set/#', '#', 'set/c2', '$SYS/#'])
    await expect(client.subscribeAsync(filter)).rejects.toThrow('Subscribe error')
  expect(broker.refused['subscribe-right']).toBe(4)
  await client.publishAsync('set/c2', '1', { qos: 1 })
  await client.publishAsync('set/c1', '2', { qos: 1 })
  await until('its own', () => heard.length > 0)
  expect(heard).toEqual(['set/c1'])
  await client.endAsync()
})

test('open until there is an account: then those without one are cut off, and nobody comes in without', async () => {
  const { accounts, connect } = await start()
  const anybody = await connect()
  await anybody.publishAsync('zone/a', '1', { qos: 1 })
  const closed = closing(anybody)
  const { password } = accounts.add({ user: 'a', note: '', publish: ['zone/#'], subscribe: [] }, 'ops')
  await closed
  await expect(connect()).rejects.toMatchObject({ code: 4 })
  const client = await connect({ username: 'a', password })
  await client.endAsync()
})

test('a removed account is gone at once, and the others stay', async () => {
  const { accounts, connect } = await start({ user: 'zone', password: 'secret' })
  const rights = { note: '', publish: ['zone/#'], subscribe: [] }
  const [a, b] = [accounts.add({ user: 'a', ...rights }, 'ops'), accounts.add({ user: 'b', ...rights }, 'ops')]
  const clients = await Promise.all([
    connect({ username: 'a', password: a.password }),
    connect({ username: 'b', password: b.password }),
    connect({ username: 'zone', password: 'secret' }),
  ])
  expect(accounts.list().map(({ user, connected }) => [user, connected])).toEqual([
    ['a', true],
    ['b', true],
  ])
  const closed = closing(clients[0])
  accounts.remove(a.id)
  await closed
  await expect(connect({ username: 'a', password: a.password })).rejects.toMatchObject({ code: 4 })
  for (const client of clients.slice(1)) {
    await client.publishAsync('zone/x', '1', { qos: 1 })
    await client.endAsync()
  }
  await until('b to have left', () => accounts.list().every(({ connected }) => !connected))
})

test('a claim code: the first device that uses it has an account, and may what the code says', async () => {
  const { accounts, connect, taken } = await start({ user: 'zone', password: 'secret' })
  const { code } = accounts.addClaim({ note: '', publish: ['zone/boiler'], subscribe: [], validMinutes: 5 }, 'ops')
  const device = await connect({ username: 'boiler', password: code })
  await device.publishAsync('zone/boiler', '1', { qos: 1 })
  expect(taken).toHaveLength(1)
  await expect(connect({ username: 'thief', password: code })).rejects.toMatchObject({ code: 4 })
  await device.endAsync()
  const again = await connect({ username: 'boiler', password: code })
  await again.endAsync()
})

test('nobody takes over the connection of another account by its client id', async () => {
  const { accounts, connect, broker } = await start()
  const rights = { note: '', publish: ['zone/%c'], subscribe: [] }
  const a = accounts.add({ user: 'a', ...rights }, 'ops')
  const b = accounts.add({ user: 'b', ...rights }, 'ops')
  const first = await connect({ username: 'a', password: a.password, clientId: 'c1' })
  await expect(connect({ username: 'b', password: b.password, clientId: 'c1' })).rejects.toMatchObject({ code: 2 })
  expect(broker.refused['client-id']).toBe(1)
  await first.publishAsync('zone/c1', '1', { qos: 1 })
  // Its own account does: a device that comes back before the broker noticed that it was gone.
  const closed = closing(first)
  const second = await connect({ username: 'a', password: a.password, clientId: 'c1' })
  await closed
  await second.publishAsync('zone/c1', '1', { qos: 1 })
  expect(accounts.list()).toMatchObject([{ connected: true }, { connected: false }])
  await second.endAsync()
})

test('guessing is slowed down, and no password is ever said', async () => {
  const { accounts, connect, broker, log } = await start()
  const { password } = accounts.add({ user: 'a', note: '', publish: ['#'], subscribe: [] }, 'ops')
  for (let n = 0; n < 3; n++)
    await expect(connect({ username: 'a', password: `guess-${n}` })).rejects.toMatchObject({ code: 4 })
  await expect(connect({ username: 'a', password })).rejects.toMatchObject({ code: 3 })
  expect(broker.refused).toMatchObject({ login: 3, 'login-paused': 1 })
  expect(log().map(({ code }) => code)).toEqual(['mqtt-login', 'mqtt-login-paused'])
  expect(JSON.stringify(log())).not.toMatch(/guess-|password":/)
})
