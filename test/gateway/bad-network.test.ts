/** Bad input from the network: MQTT messages, discovery answers, socket messages. Refused with a reason, and nothing else changes. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Quarantine } from '../../gateway/contract/lists.ts'
import { CloseCode } from '../../gateway/contract/live.ts'
import { match, probeMatches, startResponder } from '../cameras/responder.ts'
import { type GatewayProcess, startGateway } from '../support/gateway-process.ts'
import { freePort } from '../support/ports.ts'
import { waitFor } from '../support/wait.ts'
import { type Api, api } from './api.ts'
import { registered } from './registered.ts'
import { smallZone } from './small-zone.ts'
import { openFeed, openLive, refusedUpgrade } from './sockets.ts'

const stack = new AsyncDisposableStack()
let gateway: GatewayProcess
let ask: Api
let device: MqttClient
let mqttPort: number
let probes: () => number

const camera = { id: 'cam-1', name: '灶台', area: 'w01-process', purpose: '食品安全', rtspUrl: 'rtsp://127.0.0.1:9/a' }
const sensor = { id: 'sen-1', name: '冷库', area: 'w01-store', candidate: 'json:zone/cold' }
const honest = 'urn:uuid:bad-network-honest'

/** What hostile and broken devices answer to a probe; only the last one may be believed. */
const answersTo = (messageId: string) => [
  'garbage',
  Buffer.from([0, 255, 254, 1, 2, 3]),
  Buffer.alloc(0),
  '<?xml version="1.0"?><a><b></a>',
  '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
  '<'.repeat(8_000),
  probeMatches(messageId, [
    match({ endpoint: 'urn:uuid:bad-network-huge', xAddrs: `http://127.0.0.1/${'x'.repeat(30_000)}` }),
  ]),
  probeMatches(messageId, [
    match({ endpoint: 'urn:uuid:bad-network-foreign', xAddrs: 'http://192.0.2.7/onvif/device_service' }),
  ]),
  probeMatches(messageId, [match({ endpoint: 'urn:uuid:bad-network-shell', xAddrs: 'http://127.0.0.1/;rm' })]),
  probeMatches(messageId, [match({ endpoint: 'urn:uuid:bad-network-file', xAddrs: 'file:///etc/passwd' })]),
  probeMatches('urn:uuid:somebody-elses', [
    match({ endpoint: 'urn:uuid:bad-network-unasked', xAddrs: 'http://127.0.0.1/' }),
  ]),
  probeMatches(messageId, [match({ endpoint: honest, xAddrs: 'http://127.0.0.1:8899/onvif/device_service' })]),
]

beforeAll(async () => {
  const responder = await startResponder(answersTo)
  stack.defer(() => responder.stop())
  probes = responder.probes
  mqttPort = await freePort()
  const zone = { ...smallZone, cameras: [camera], sensors: [sensor] }
  gateway = stack.use(await startGateway({ zone, config: { mqtt: { listen: { port: mqttPort } } } }))
  ask = api(gateway)
  device = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`, { reconnectPeriod: 0 })
  stack.defer(() => device.endAsync(true))
})
afterAll(() => stack.disposeAsync())

const latest = async () =>
  (await ask.sensors()).flatMap((one) => one.latest.map(({ metric, value }) => [metric, value]))
const quarantined = async () => (await ask.ask(Quarantine, '/api/quarantine')).quarantined

test('MQTT payloads that are no readings are kept apart with their reason', async () => {
  await device.publishAsync('zone/cold', '{"t":4}', { qos: 1 })
  await waitFor(async () => (await latest()).length === 1)
  const before = await registered(ask)

  const bad: readonly (readonly [topic: string, payload: string | Buffer, reason: string])[] = [
    ['zone/cold', 'this is no JSON', 'not-json'],
    ['zone/cold', '{"t":', 'not-json'],
    ['zone/cold', '{"t":NaN}', 'not-json'],
    ['zone/cold', 'NaN', 'not-a-number'],
    ['zone/cold', '-Infinity', 'not-a-number'],
    ['zone/cold', '{"t":"NaN"}', 'not-a-number'],
    ['zone/cold', '{"t":1e999}', 'not-a-number'],
    ['zone/cold', '{"t":null}', 'not-a-number'],
    ['zone/cold', '{"t":"warm"}', 'not-a-number'],
    ['zone/cold', '[4]', 'no-values'],
    ['zone/cold', '{}', 'no-values'],
    ['zone/cold', Buffer.from([0xff, 0xfe, 0x34]), 'bad-utf8'],
    ['zone/cold', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, 'too-deep'],
    ['zone/cold', `{"t":4,"pad":"${'x'.repeat(1_048_576)}"}`, 'too-large'],
    ['zone/new', 'x'.repeat(1_048_576), 'too-large'],
    ['zone/new', 'this is no JSON', 'not-json'],
    ['homeassistant/sensor/x/config', '{"name":', 'bad-discovery'],
    ['homeassistant/sensor/x/config', '[]', 'bad-discovery'],
    ['homeassistant/sensor/x/config', '{"stat_t":"a/#","dev":{"ids":"x"}}', 'bad-discovery'],
    ['homeassistant/sensor/x/config', '{"stat_t":"a/b","val_tpl":"{% for %}","dev":{"ids":"x"}}', 'bad-discovery'],
  ]
  // Each is acknowledged: refusing it would make the device send it for ever.
  for (const [topic, payload] of bad) await device.publishAsync(topic, payload, { qos: 1 })
  const kept = (await quarantined()).map(({ topic, reason }) => [topic, reason]).reverse()
  expect(kept).toEqual(bad.map(([topic, , reason]) => [topic, reason]))
  for (const { sample } of await quarantined()) expect(sample.length).toBeLessThanOrEqual(1_024)
  expect(await registered(ask)).toEqual(before)
  expect(await latest()).toEqual([['t', 4]])

  // The good part of a payload counts, and so does the next good one.
  await device.publishAsync('zone/cold', '{"t":5.5}', { qos: 1 })
  expect(await latest()).toEqual([['t', 5.5]])
  expect(await ask.readyz()).toBe(200)
})

test('what is no MQTT, and a packet that claims 200 MiB, end only their own connection', async () => {
  const connectPacket = Buffer.from('100c00044d5154540402003c0000', 'hex')
  const publishOf200MiB = Buffer.concat([Buffer.from([0x30, 0x80, 0x80, 0x80, 0x64, 0, 4]), Buffer.from('zone')])
  for (const bytes of [
    Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n'),
    Buffer.alloc(70_000, 0xff),
    Buffer.concat([connectPacket, publishOf200MiB, Buffer.alloc(65_536)]),
  ]) {
    const socket = connect(mqttPort, '127.0.0.1')
    socket.on('error', () => socket.destroy())
    socket.resume()
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.write(bytes)
    await closed
  }
  expect(device.connected).toBe(true)
  await device.publishAsync('zone/cold', '{"t":6}', { qos: 1 })
  expect(await latest()).toEqual([['t', 6]])
})

test('discovery answers that lie or are broken change nothing', async () => {
  const mine = async () =>
    (await ask.discovery()).cameras.filter(({ endpoint }) => endpoint.startsWith('urn:uuid:bad-network-'))
  const candidates = await waitFor(async () => ((await mine()).length > 0 ? await mine() : undefined))
  const asked = probes()
  await ask.ask(Quarantine.partial().loose(), '/api/discovery/scan', {})
  expect(probes()).toBeGreaterThan(asked)
  const after = await mine()
  expect(after.map(({ endpoint, address }) => [endpoint, address])).toEqual([
    [honest, 'http://127.0.0.1:8899/onvif/device_service'],
  ])
  expect(after.map(({ firstSeenUtcMs }) => firstSeenUtcMs)).toEqual(
    candidates.map(({ firstSeenUtcMs }) => firstSeenUtcMs),
  )
  const counts = await (await fetch(`${gateway.origin}/metrics`)).text()
  for (const reason of ['garbage', 'foreign-host', 'too-large', 'not-asked'])
    expect(
      Number(new RegExp(`discovery_refused_total\\{reason="${reason}"\\} (\\d+)`).exec(counts)?.[1]),
    ).toBeGreaterThan(0)
  expect(await ask.readyz()).toBe(200)
})

test('sockets for strangers, foreign pages and things that are not there', async () => {
  const cookie = await gateway.login()
  const { origin } = gateway
  const evil = { cookie, origin: 'https://evil.example' }
  for (const path of ['/api/feed', '/api/live/cam-1']) {
    expect(await refusedUpgrade(gateway, path, evil)).toEqual({ status: 403, code: 'origin-foreign' })
    expect(await refusedUpgrade(gateway, path, { cookie, origin: 'null' })).toEqual({
      status: 403,
      code: 'origin-foreign',
    })
    expect(await refusedUpgrade(gateway, path, { origin })).toEqual({ status: 401, code: 'login-required' })
    const plain = await ask.refused(path)
    expect(plain).toMatchObject({ status: 426, code: 'upgrade-required' })
  }
  const there = { cookie, origin }
  expect(await refusedUpgrade(gateway, '/api/live/cam-9', there)).toEqual({ status: 404, code: 'camera-missing' })
  expect(await refusedUpgrade(gateway, `/api/live/${'x'.repeat(5_000)}`, there)).toMatchObject({ status: 404 })
  expect(await refusedUpgrade(gateway, '/api/live/..%2Fcam-1', there)).toMatchObject({ status: 404 })
  expect(await refusedUpgrade(gateway, '/api/nothing', there)).toMatchObject({ status: 404 })
})

const hello = { type: 'hello', version: 1, accept: [], widthPx: 640, heightPx: 360 }
const wrong: readonly (readonly [name: string, data: string | Buffer, code: number])[] = [
  ['text that is no JSON', 'hello', CloseCode.invalid],
  ['nothing', '', CloseCode.invalid],
  ['a list', '[]', CloseCode.invalid],
  ['an unknown message', '{"type":"shutdown"}', CloseCode.invalid],
  ['another version', JSON.stringify({ ...hello, version: 2 }), CloseCode.invalid],
  ['a tile of no size', JSON.stringify({ ...hello, widthPx: 0 }), CloseCode.invalid],
  ['an unknown field', JSON.stringify({ ...hello, user: 'admin' }), CloseCode.invalid],
  ['binary', Buffer.alloc(64, 7), CloseCode.invalid],
  ['a message of 17 KiB', 'x'.repeat(17 * 1_024), 1009],
  ['binary of 1 MiB', Buffer.alloc(1_048_576), 1009],
]

test.each(wrong)('%s on the live socket closes it', async (_name, data, code) => {
  await using live = await openLive(gateway, 'cam-1', [])
  await using other = await openLive(gateway, 'cam-1', [])
  const closed = once(live.socket, 'close')
  live.socket.send(data)
  expect((await closed)[0]).toBe(code)
  expect(other.socket.readyState).toBe(other.socket.OPEN)
  expect(await ask.readyz()).toBe(200)
})

test.each(wrong)('%s on the feed, which takes no messages, closes it', async (_name, data, code) => {
  await using feed = await openFeed(gateway)
  await using other = await openFeed(gateway)
  const closed = once(feed.socket, 'close')
  feed.socket.send(data)
  expect((await closed)[0]).toBe(code)
  expect(other.socket.readyState).toBe(other.socket.OPEN)
})
