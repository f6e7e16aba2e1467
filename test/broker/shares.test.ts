/** Several connections to one Mosquitto, and what a change of the configuration leaves behind. */
import { join } from 'node:path'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { outsideBroker, type OutsideOptions } from '../../gateway/broker/outside.ts'
import { sessionBook } from '../../gateway/broker/session-book.ts'
import type { Packet } from '../../gateway/domain/reading.ts'
import { openStore, type Store } from '../../gateway/store/open.ts'
import { type Mosquitto, startMosquitto } from '../support/mosquitto.ts'
import { quietTools, scratchFolder } from '../support/sensors.ts'
import { until } from '../support/wait.ts'

let end: AbortController
let store: Store
let mosquitto: Mosquitto
let sensor: MqttClient
const running: Promise<unknown>[] = []
beforeEach(async () => {
  end = new AbortController()
  store = openStore(join(scratchFolder(end.signal), 'gateway.db'), 'gateway')
  const settings = ['max_inflight_messages 2000', 'max_queued_messages 100000']
  mosquitto = await startMosquitto(end.signal, { settings })
  sensor = await connectAsync(mosquitto.url, { reconnectPeriod: 100 })
})
afterEach(async () => {
  await sensor.endAsync(true)
  end.abort()
  await Promise.all(running.splice(0))
  store.close()
})

function start(options: Partial<OutsideOptions> = {}) {
  const taken: Packet[] = []
  const turns: boolean[] = []
  const broker = outsideBroker({
    place: { url: mosquitto.url, version: 4 },
    connections: 4,
    clientId: 'zone-gateway-g1',
    topics: () => ['zone/#'],
    take: async (packet) => void taken.push(packet),
    stateTopic: 'zone-gateway/g1/state',
    onConnected: (connected) => turns.push(connected),
    book: sessionBook(store),
    tools: quietTools,
    ...options,
  })
  const stop = new AbortController()
  const run = broker.run(AbortSignal.any([stop.signal, end.signal]))
  running.push(run)
  return {
    broker,
    taken,
    turns,
    texts: () => taken.map(({ payload }) => Buffer.from(payload).toString()),
    async stop() {
      stop.abort()
      await run
    },
  }
}
const publish = async (texts: readonly string[], topic = 'zone/a') => {
  await Promise.all(texts.map((text) => sensor.publishAsync(topic, text, { qos: 1 })))
}
const numbers = (from: number, count: number) => Array.from({ length: count }, (_, n) => String(from + n))
const sorted = (texts: readonly string[]) => texts.toSorted((a, b) => Number(a) - Number(b))

test.each([4, 5] as const)('every message comes once, whichever connection gets it (MQTT %s)', async (version) => {
  const gateway = start({ place: { url: mosquitto.url, version } })
  await until('the connections', () => gateway.broker.connected)
  await until('all of the group', () => sessionBook(store).clientIds().length === 4)
  await publish(numbers(0, 200))
  await until('all of them', () => gateway.taken.length >= 200)
  await publish(['end'])
  await until('the last one', () => gateway.texts().includes('end'))
  expect(sorted(gateway.texts().filter((text) => text !== 'end'))).toEqual(numbers(0, 200))
  expect(gateway.turns).toEqual([true])
})

test('what came while the gateway or the broker was away is there afterwards, each once', async () => {
  const first = start()
  await until('all of the group', () => sessionBook(store).clientIds().length === 4)
  await until('the connections', () => first.broker.connected)
  await publish(numbers(0, 20))
  await until('the first ones', () => first.taken.length === 20)
  await first.stop()
  await publish(numbers(20, 100))
  await mosquitto.stop()
  await mosquitto.start()
  const second = start()
  await until('what waited', () => second.taken.length >= 100)
  await until('the sensor to be back', () => sensor.connected)
  await publish(['end'])
  await until('the last one', () => second.texts().includes('end'))
  expect(sorted(second.texts().filter((text) => text !== 'end'))).toEqual(numbers(20, 100))
})

test('retained messages come too, once and marked, and what is new is not doubled by fetching them', async () => {
  await sensor.publishAsync('zone/kept', 'old', { qos: 1, retain: true })
  let topics = ['other/#']
  const { broker, taken } = start({ topics: () => topics })
  await until('the connections', () => broker.connected)
  topics = ['zone/#', 'other/#']
  const fresh: Promise<void>[] = []
  for (const text of numbers(0, 50)) fresh.push(publish([text]))
  await broker.refresh()
  await Promise.all(fresh)
  await publish(['end'])
  await until('the last one', () => taken.some(({ payload }) => Buffer.from(payload).toString() === 'end'))
  await until('the retained one', () => taken.some(({ retain }) => retain))
  const texts = taken.map(({ payload, retain }) => `${Buffer.from(payload).toString()}${retain ? ' retained' : ''}`)
  expect(texts.filter((text) => text === 'old retained')).toHaveLength(1)
  expect(new Set(texts).size).toBe(texts.length)
})

test('fewer connections than before: what the others still held is taken, and nothing goes to them any more', async () => {
  const first = start()
  await until('all of the group', () => sessionBook(store).clientIds().length === 4)
  await until('the connections', () => first.broker.connected)
  await first.stop()
  await publish(numbers(0, 40))

  const second = start({ connections: 1 })
  await until('what all of them held', () => second.taken.length >= 40, 20_000)
  await until('the others to be forgotten', () => sessionBook(store).clientIds().length === 1, 20_000)
  await publish(numbers(40, 40))
  await until('what is new', () => second.taken.length >= 80)
  expect(sorted(second.texts())).toEqual(numbers(0, 80))

  // And to more of them again: the filters of the one go.
  await second.stop()
  const third = start({ connections: 2 })
  await until('the connections', () => third.broker.connected)
  await until(
    'the filter of the single one to be gone',
    () => sessionBook(store).filtersOf('zone-gateway-g1').length === 0,
  )
  await publish(numbers(80, 20))
  await until('what is new', () => third.taken.length >= 20)
  await publish(['end'])
  await until('the last one', () => third.texts().includes('end'))
  expect(sorted(third.texts().filter((text) => text !== 'end'))).toEqual(numbers(80, 20))
})

test('a filter that was left out of the configuration while the gateway was away is left', async () => {
  const first = start({ connections: 1, topics: () => ['zone/#', 'gone/#'] })
  await until('the connection', () => first.broker.connected)
  await until('its filters', () => sessionBook(store).filtersOf('zone-gateway-g1').length === 2)
  await publish(['1'], 'gone/a')
  await until('the first one', () => first.taken.length === 1)
  await first.stop()
  const second = start({ connections: 1 })
  await until('the filter to be gone', () => sessionBook(store).filtersOf('zone-gateway-g1').length === 1)
  await publish(['2'], 'gone/a')
  await publish(['3'])
  await until('the other one', () => second.texts().includes('3'))
  expect(second.texts()).toEqual(['3'])
})

test('the broker is away when none of its connections stands', async () => {
  const { broker, turns } = start()
  await until('the connections', () => broker.connected)
  await mosquitto.stop()
  await until('the loss', () => !broker.connected)
  await expect(broker.publish('x', 'y')).rejects.toMatchObject({ kind: 'away', code: 'broker-away' })
  await mosquitto.start()
  await until('the return', () => broker.connected, 40_000)
  expect(turns).toEqual([true, false, true])
}, 60_000)
