/** The gateway's own state on real brokers. */
import { connectAsync, type MqttClient } from 'mqtt'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { join } from 'node:path'
import { brokerAccounts } from '../../gateway/broker/accounts.ts'
import { openBroker } from '../../gateway/broker/broker.ts'
import { passingBook } from '../../gateway/broker/session-book.ts'
import { Config } from '../../gateway/contract/config.ts'
import { decodePayload, encodePayload } from '../../gateway/domain/sparkplug.ts'
import type { Packet } from '../../gateway/domain/reading.ts'
import { publisher } from '../../gateway/publish/publisher.ts'
import { openStore, type Store } from '../../gateway/store/open.ts'
import { startMosquitto } from '../support/mosquitto.ts'
import { quietTools, scratchFolder } from '../support/sensors.ts'
import { until } from '../support/wait.ts'
import { house, recordingState } from './things.ts'

let end: AbortController
let store: Store
const running: Promise<unknown>[] = []
const visitors: MqttClient[] = []
beforeEach(() => {
  end = new AbortController()
  store = openStore(join(scratchFolder(end.signal), 'gateway.db'), 'gateway')
})
afterEach(async () => {
  await Promise.all(visitors.splice(0).map((visitor) => visitor.endAsync(true)))
  end.abort()
  await Promise.all(running.splice(0))
  store.close()
})

type Publish = Parameters<typeof publisher>[0]['config']
/** A gateway of which only the broker and the publisher are real. */
async function start(publish: Publish, url?: string) {
  const parts = house()
  const taken: Packet[] = []
  const { mqtt } = Config.parse({ mqtt: { ...(url === undefined ? {} : { url }), listen: { port: 0 } } })
  const accounts = brokerAccounts({ store, tools: quietTools, configuredUser: undefined, isOutside: url !== undefined })
  const broker = openBroker(mqtt, {
    gatewayId: '0011',
    topics: () => ['zone/#', 'homeassistant/+/+/config', 'spBv1.0/#', ...own.filters()],
    take: async (packet) => {
      if (!own.hear(packet)) taken.push(packet)
    },
    onConnected: () => {},
    accounts,
    book: passingBook(),
    tools: quietTools,
  })
  const own = publisher({
    config: publish,
    prefix: 'homeassistant',
    gatewayId: '0011',
    zoneId: () => 'fuan',
    version: '1.2.3',
    sources: parts.sources,
    broker,
    tools: quietTools,
    random: () => 0.1,
  })
  const address = await broker.listen()
  const stop = new AbortController()
  const signal = AbortSignal.any([stop.signal, end.signal])
  const run = Promise.all([broker.run(signal), own.run(signal)])
  running.push(run)
  return {
    ...parts,
    taken,
    url: url ?? `mqtt://127.0.0.1:${address?.port}`,
    async stop() {
      stop.abort()
      await run
    },
  }
}
async function visitor(url: string, filters: string | string[]) {
  const client = await connectAsync(url, { reconnectPeriod: 0 })
  visitors.push(client)
  const heard: { topic: string; payload: Buffer; retain: boolean }[] = []
  client.on('message', (topic, payload, { retain }) => heard.push({ topic, payload, retain }))
  await client.subscribeAsync(filters)
  return { client, heard, topics: () => heard.map(({ topic }) => topic) }
}
const ha = { homeAssistant: true }
const config = (id: string) => `homeassistant/device/zone-gateway-0011-${id}/config`

test.each(['embedded', 'mosquitto'])(
  'Home Assistant finds the cameras and sensors, and sees changes (%s)',
  async (kind) => {
    const outside = kind === 'mosquitto' ? (await startMosquitto(end.signal)).url : undefined
    const { url, now, taken } = await start(ha, outside)
    const home = await visitor(url, ['homeassistant/#', 'zone-gateway/#'])
    await until(
      'the announcements',
      () => home.topics().includes(config('camera-cam-1')) && home.topics().includes(config('sensor-cold')),
    )
    await until('the state', () => home.topics().includes('zone-gateway/0011/camera/cam-1/state'))

    now.states.set('cam-1', { ...recordingState, status: 'offline', fps: null })
    await until('the camera to be away', () =>
      home.heard.some(
        ({ topic, payload }) => topic === 'zone-gateway/0011/camera/cam-1/state' && payload.includes('"OFF"'),
      ),
    )
    now.cameras = now.cameras.filter(({ id }) => id !== 'cam-1')
    await until('the camera to be withdrawn', () =>
      home.heard.some(({ topic, payload }) => topic === config('camera-cam-1') && payload.byteLength === 0),
    )
    const later = await visitor(url, ['homeassistant/device/+/config'])
    await until('what is retained', () => later.heard.length >= 2)
    expect(later.topics().toSorted()).toEqual([config('camera-cam-2'), config('sensor-cold')])
    // None of it comes back as a device.
    expect(taken).toEqual([])
  },
)

test('when Home Assistant comes up everything is said again', { timeout: 30_000 }, async () => {
  const { url } = await start(ha)
  const home = await visitor(url, ['homeassistant/#'])
  await until('the announcements', () => home.topics().includes(config('sensor-cold')))
  const before = home.topics().filter((topic) => topic === config('sensor-cold')).length
  await home.client.publishAsync('homeassistant/status', 'online', { qos: 1 })
  await until('them again', () => home.topics().filter((topic) => topic === config('sensor-cold')).length > before)
})

test('announcements from before a restart of things that are gone, or of a gateway that says nothing any more, are removed', async () => {
  const { url } = await startMosquitto(end.signal)
  const first = await start(ha, url)
  const home = await visitor(url, ['homeassistant/device/+/config'])
  await until('the announcements', () => home.heard.length === 3)
  await first.stop()
  await start({ homeAssistant: false }, url)
  const removed = () => home.heard.filter(({ payload }) => payload.byteLength === 0).map(({ topic }) => topic)
  await until('all of them to be withdrawn', () => removed().length === 3)
  expect(removed().toSorted()).toEqual([config('camera-cam-1'), config('camera-cam-2'), config('sensor-cold')])
})

const sparkplug = { homeAssistant: false, sparkplug: { group: 'zones' } }
const rebirth = (value: boolean) =>
  Buffer.from(
    encodePayload({ timestampMs: Date.now(), metrics: [{ name: 'Node Control/Rebirth', type: 'Boolean', value }] }),
  )
const bdSeqIn = (payload: Buffer | undefined) => {
  const value = payload && decodePayload(payload)?.metrics.find(({ name }) => name === 'bdSeq')?.value
  return value?.as === 'whole' ? value.lo : undefined
}

test.each(['embedded', 'mosquitto'])('an edge node: born, data, born again when asked (%s)', async (kind) => {
  const broker = kind === 'mosquitto' ? await startMosquitto(end.signal) : undefined
  let host = broker && (await visitor(broker.url, ['spBv1.0/#']))
  const { url, now, taken } = await start(sparkplug, broker?.url)
  host ??= await visitor(url, ['spBv1.0/#'])
  const { client, topics } = host
  const count = (topic: string) => topics().filter((heard) => heard === topic).length
  if (kind === 'mosquitto')
    await until(
      'the births',
      () => count('spBv1.0/zones/DBIRTH/fuan/w01') === 1 && count('spBv1.0/zones/NBIRTH/fuan') === 1,
    )
  const births = count('spBv1.0/zones/NBIRTH/fuan')

  await client.publishAsync('spBv1.0/zones/NCMD/fuan', rebirth(false), { qos: 1 })
  await client.publishAsync('spBv1.0/zones/NCMD/fuan', rebirth(true), { qos: 1 })
  await until('the second birth', () => count('spBv1.0/zones/NBIRTH/fuan') === births + 1)
  await until('that of the device', () => count('spBv1.0/zones/DBIRTH/fuan/w01') === births + 1)
  now.states.set('cam-1', { ...recordingState, fps: 9 })
  await until('the change', () => count('spBv1.0/zones/DDATA/fuan/w01') === 1)
  expect(taken).toEqual([])
})

test('its death is the will of its own connection, with the number of its birth', async () => {
  const mosquitto = await startMosquitto(end.signal)
  const host = await visitor(mosquitto.url, ['spBv1.0/#'])
  const { stop } = await start(sparkplug, mosquitto.url)
  const of = (kind: string) => host.heard.filter(({ topic }) => topic === `spBv1.0/zones/${kind}/fuan`)
  await until('the birth', () => of('NBIRTH').length === 1)
  // Somebody else takes its client id: to the broker that is a connection that broke.
  const thief = await connectAsync(mosquitto.url, { clientId: 'zone-gateway-0011-sparkplug', reconnectPeriod: 0 })
  await until('the death', () => of('NDEATH').length === 1)
  expect(bdSeqIn(of('NDEATH')[0]?.payload)).toBe(bdSeqIn(of('NBIRTH')[0]?.payload))
  await thief.endAsync()
  await until('the next birth', () => of('NBIRTH').length >= 2)
  const last = of('NBIRTH').at(-1)?.payload
  expect(bdSeqIn(last)).not.toBe(bdSeqIn(of('NBIRTH')[0]?.payload))
  // Going on purpose says it too.
  const deaths = of('NDEATH').length
  await stop()
  await until('the last death', () => of('NDEATH').length > deaths)
  expect(bdSeqIn(of('NDEATH').at(-1)?.payload)).toBe(bdSeqIn(of('NBIRTH').at(-1)?.payload))
})
