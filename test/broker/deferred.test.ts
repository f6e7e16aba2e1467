/** Many messages of one connection wait for their commit together, at a real Mosquitto. */
import { connectAsync } from 'mqtt'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { brokerClient, type ClientOptions } from '../../gateway/broker/client.ts'
import { supervise } from '../../gateway/lib/supervise.ts'
import { startMosquitto } from '../support/mosquitto.ts'
import { quietTools } from '../support/sensors.ts'
import { until } from '../support/wait.ts'

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

function run(url: string, options: Pick<ClientOptions, 'take'> & Partial<ClientOptions>) {
  const client = brokerClient({
    url,
    clientId: 'gateway-1',
    topics: () => ['zone/#'],
    stateTopic: 'zone-gateway/g1/state',
    tools: quietTools,
    ...options,
  })
  const stop = new AbortController()
  const signal = AbortSignal.any([end.signal, stop.signal])
  const done = supervise(client, quietTools, signal, { retry: { firstMs: 20, capMs: 100, calmMs: 30_000 } })
  running.push(done)
  return {
    client,
    async stop() {
      stop.abort()
      await done
    },
  }
}
const settings = ['max_inflight_messages 2000', 'max_queued_messages 100000']

test.each([4, 5] as const)(
  'a hundred messages are taken before one of them is acknowledged (MQTT %s)',
  async (version) => {
    const { url } = await startMosquitto(end.signal, { settings })
    const waiting: (() => void)[] = []
    const seen: string[] = []
    const take: ClientOptions['take'] = ({ payload }) => {
      seen.push(Buffer.from(payload).toString())
      return new Promise((resolve) => waiting.push(resolve))
    }
    const first = run(url, { take, version })
    await until('the connection', () => first.client.connected)
    const sensor = await connectAsync(url, { reconnectPeriod: 0 })
    const texts = Array.from({ length: 100 }, (_, n) => String(n))
    await Promise.all(texts.map((text) => sensor.publishAsync('zone/a', text, { qos: 1 })))
    await until('all of them', () => seen.length === 100)
    // In the order in which they were sent, whichever is kept first.
    expect(seen).toEqual(texts)
    for (const done of waiting.toReversed()) done()
    await first.stop()

    const second: string[] = []
    const again = run(url, {
      version,
      take: async ({ payload }) => void second.push(Buffer.from(payload).toString()),
    })
    await until('the second connection', () => again.client.connected)
    await sensor.publishAsync('zone/a', 'last', { qos: 1 })
    await until('the last one', () => second.length > 0)
    expect(second).toEqual(['last'])
    await sensor.endAsync()
  },
)

test('after one that is not kept nothing is acknowledged: all that came from there on is delivered again', async () => {
  const { url } = await startMosquitto(end.signal, { settings })
  const seen: string[] = []
  const waiting: { resolve: () => void; reject: (cause: Error) => void }[] = []
  let isFirst = true
  const { client } = run(url, {
    take: ({ payload }) => {
      seen.push(Buffer.from(payload).toString())
      return isFirst ? new Promise((resolve, reject) => waiting.push({ resolve, reject })) : Promise.resolve()
    },
  })
  await until('the connection', () => client.connected)
  const sensor = await connectAsync(url, { reconnectPeriod: 0 })
  for (const text of ['1', '2', '3', '4']) await sensor.publishAsync('zone/a', text, { qos: 1 })
  await until('four of them', () => waiting.length === 4)
  isFirst = false
  // 1 and 4 are kept, 2 is not.
  waiting[0]?.resolve()
  waiting[3]?.resolve()
  // Two round trips of another connection later the broker has read the acknowledgement.
  for (let n = 0; n < 2; n++) await sensor.publishAsync('other', 'x', { qos: 1 })
  waiting[1]?.reject(new Error('disk full'))
  await until('the others again', () => seen.length === 7)
  expect(seen).toEqual(['1', '2', '3', '4', '2', '3', '4'])
  await sensor.endAsync()
})

test('going on purpose, what was taken is acknowledged first, and nothing comes twice', async () => {
  const { url } = await startMosquitto(end.signal, { settings })
  const seen: string[] = []
  let isSlow = true
  const take: ClientOptions['take'] = async ({ payload }) => {
    seen.push(Buffer.from(payload).toString())
    if (isSlow) await quietTools.clock.sleep(300)
  }
  const first = run(url, { take })
  await until('the connection', () => first.client.connected)
  const sensor = await connectAsync(url, { reconnectPeriod: 0 })
  for (let n = 0; n < 50; n++) await sensor.publishAsync('zone/a', String(n), { qos: 1 })
  await until('all of them', () => seen.length === 50)
  await first.stop()
  isSlow = false
  const again = run(url, { take })
  await until('the second connection', () => again.client.connected)
  await sensor.publishAsync('zone/a', 'last', { qos: 1 })
  await until('the last one', () => seen.includes('last'))
  expect(seen).toHaveLength(51)
  await sensor.endAsync()
})

test('more than may wait: the rest is read when there is room, and nothing is lost', async () => {
  const { url } = await startMosquitto(end.signal, {
    settings: ['max_inflight_messages 0', 'max_queued_messages 100000'],
  })
  let taken = 0
  let most = 0
  let open: (() => void)[] = []
  const { client } = run(url, {
    take: () => {
      taken++
      return new Promise((resolve) => {
        open.push(resolve)
        most = Math.max(most, open.length)
      })
    },
  })
  await until('the connection', () => client.connected)
  const sensor = await connectAsync(url, { reconnectPeriod: 0 })
  const sent = Promise.all(
    Array.from({ length: 10_000 }, (_, n) => sensor.publishAsync('zone/a', String(n), { qos: 1 })),
  )
  await sent
  await until('as many as may wait', () => open.length === 4_096)
  await until('all of them', () => {
    const now = open
    open = []
    for (const done of now) done()
    return taken === 10_000
  })
  expect(most).toBe(4_096)
  await sensor.endAsync()
})
