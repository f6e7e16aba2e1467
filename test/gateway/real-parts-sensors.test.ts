/** The gateway between Debian's Mosquitto and InfluxDB 1.6, both with passwords. Cameras: real-parts.test.ts. */
import { InfluxDB } from 'influx'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Alert, Rule } from '../../gateway/contract/alert.ts'
import type { FeedMessage } from '../../gateway/contract/feed.ts'
import { History, Sensor } from '../../gateway/contract/sensor.ts'
import { waitFor } from '../support/wait.ts'
import { influxLogin, type RealZone, startRealZone } from './real-zone.ts'
import { type FeedClient, openFeed } from './sockets.ts'

const stack = new AsyncDisposableStack()
let zone: RealZone
let feed: FeedClient
let influx: InfluxDB
let cold: Sensor
let boiler: Sensor
let rule: Rule
let startedUtcMs: number

beforeAll(async () => {
  startedUtcMs = Date.now()
  zone = stack.use(await startRealZone())
  feed = stack.use(await openFeed(zone.gateway))
  const { user: username, password } = influxLogin
  influx = new InfluxDB({ host: '127.0.0.1', port: zone.influx.port, database: 'zone', username, password })
})
afterAll(() => stack.disposeAsync())

const say = (topic: string, payload: object | string, retain = false) =>
  zone.device.publishAsync(topic, typeof payload === 'string' ? payload : JSON.stringify(payload), { qos: 1, retain })

/** Values of a sensor in InfluxDB, in order of time. */
async function stored({ id }: Sensor, metric: string): Promise<number[]> {
  const text = 'SELECT "value" FROM "reading" WHERE "sensor" = $sensor AND "metric" = $metric ORDER BY time'
  const rows = await influx.query<{ value: number }>(text, { placeholders: { sensor: id, metric } })
  return rows.map(({ value }) => value)
}
const storedSoon = async (sensor: Sensor, metric: string, values: readonly number[], timeoutMs = 10_000) => {
  let last: number[] = []
  await waitFor(async () => (last = await stored(sensor, metric)).length >= values.length, {
    timeoutMs,
    message: () => `${JSON.stringify(values)} in InfluxDB, found ${JSON.stringify(last)}`,
  })
  expect(await stored(sensor, metric)).toEqual(values)
}

test('devices that announce themselves, and plain JSON, are candidates', async () => {
  const device = { ids: ['cold-w01'], name: '冷库 1' }
  const common = { stat_t: 'plant/cold-w01/state', dev: device }
  await say(
    'homeassistant/sensor/cold-w01/temperature/config',
    { ...common, name: 'Air', uniq_id: 't', dev_cla: 'temperature', unit_of_meas: '°C', val_tpl: '{{ value_json.t }}' },
    true,
  )
  await say(
    'homeassistant/binary_sensor/cold-w01/door/config',
    { ...common, name: 'Door', uniq_id: 'd', dev_cla: 'door', val_tpl: '{{ value_json.door }}' },
    true,
  )
  // What describes nothing is learned from a few messages.
  for (const temp of [96.5, 96.75, 97]) await say('zone/boiler', { temp, level: 40 })
  const { sensors } = await waitFor(
    async () => {
      const found = await zone.api.discovery()
      return found.sensors.length === 2 && found.sensors.every(({ metrics }) => metrics.length === 2)
        ? found
        : undefined
    },
    { message: 'two candidates' },
  )
  const byId = new Map(sensors.map((candidate) => [candidate.candidateId, candidate]))
  expect(byId.get('ha:cold-w01')).toMatchObject({ name: '冷库 1', source: 'home-assistant', sensorId: null })
  const kinds = byId.get('ha:cold-w01')?.metrics.map(({ unit, kind, type }) => ({ unit, kind, type }))
  expect(kinds).toContainEqual({ unit: '°C', kind: 'temperature', type: 'number' })
  expect(kinds).toContainEqual({ unit: null, kind: 'door', type: 'binary' })
  expect(byId.get('json:zone/boiler')).toMatchObject({ source: 'json', sensorId: null })
  expect(await zone.api.sensors()).toEqual([])

  cold = await zone.api.ask(Sensor, '/api/sensors', { candidateId: 'ha:cold-w01', areaId: 'w01-store' })
  boiler = await zone.api.ask(Sensor, '/api/sensors', {
    candidateId: 'json:zone/boiler',
    areaId: 'w01-process',
    name: '豆浆锅',
  })
  expect(cold).toMatchObject({ name: '冷库 1', areaId: 'w01-store' })
  expect((await zone.api.sensors()).map(({ id, name }) => ({ id, name }))).toEqual(
    expect.arrayContaining([
      { id: cold.id, name: '冷库 1' },
      { id: boiler.id, name: '豆浆锅' },
    ]),
  )
})

test('readings reach InfluxDB with their place, and the history', async () => {
  for (const t of [3.5, 4, 4.5]) await say('plant/cold-w01/state', { t, door: 'OFF' })
  await say('zone/boiler', { temp: 98.25, level: 41 })
  await storedSoon(cold, 'temperature', [3.5, 4, 4.5])
  await storedSoon(cold, 'door', [0, 0, 0])
  await storedSoon(boiler, 'temp', [98.25])
  const rows = await influx.query('SELECT * FROM "reading" WHERE "metric" = \'temperature\' LIMIT 1')
  expect(rows[0]).toMatchObject({
    zone: 'noodle',
    site: 'site-a',
    workshop: 'w01',
    area: 'w01-store',
    sensor: cold.id,
    metric: 'temperature',
    unit: '°C',
    quality: 'ok',
    value: 3.5,
  })
  const query = `metric=temperature&widthPx=1&${zone.api.range(startedUtcMs, Date.now() + 1_000)}`
  const history = await zone.api.ask(History, `/api/sensors/${cold.id}/history?${query}`)
  expect(history).toMatchObject({ metric: 'temperature', unit: '°C' })
  const { buckets } = history
  expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(3)
  expect([Math.min(...buckets.map(({ min }) => min)), Math.max(...buckets.map(({ max }) => max))]).toEqual([3.5, 4.5])
})

const alertOf = (pick: (alert: Alert) => boolean) => (message: FeedMessage) =>
  message.kind === 'change' && message.change.kind === 'alert' && pick(message.change.alert)
    ? message.change.alert
    : undefined

test('an alert is on the feed within a second of the reading; acknowledged by name; cleared behind the hysteresis', async () => {
  const wanted = { name: '冷库过热', sensorId: cold.id, metric: 'temperature', condition: 'above' }
  rule = await zone.api.ask(Rule, '/api/rules', { ...wanted, threshold: 8, hysteresis: 1, severity: 'critical' })
  const ofRule = (pick: (alert: Alert) => boolean) => alertOf((alert) => alert.ruleId === rule.id && pick(alert))
  const waits: number[] = []
  let raised: Alert | undefined
  for (const [hot, cool] of [
    [8.5, 3],
    [9, 4],
    [12, 5],
  ] as const) {
    const skip = feed.heard.length
    const publishedMs = performance.now()
    await say('plant/cold-w01/state', { t: hot, door: 'ON' })
    const { found, atMs } = await feed.find(
      'the alert',
      ofRule(({ clearedUtcMs }) => clearedUtcMs === null),
      skip,
    )
    waits.push(atMs - publishedMs)
    raised = found
    if (hot === 12) break
    await say('plant/cold-w01/state', { t: cool, door: 'OFF' })
    await feed.find(
      'the end of the alert',
      ofRule(({ clearedUtcMs }) => clearedUtcMs !== null),
      skip,
    )
  }
  // From the device's publish to the message in the browser; the promise is one second.
  expect(Math.max(...waits)).toBeLessThan(1_000)
  expect(raised).toMatchObject({ name: '冷库过热', severity: 'critical', sensorId: cold.id, unit: '°C' })
  // Nobody took it on and closed it, so it is one alert that came back: what raised it first, and the worst of it.
  expect(raised).toMatchObject({ value: 8.5, worstValue: 12 })

  const path = `/api/alerts/${raised?.id}/acknowledge`
  const skip = feed.heard.length
  const taken = await zone.api.ask(Alert, path, { note: '门没关' })
  expect(taken).toMatchObject({ acknowledgedBy: 'Administrator', note: '门没关', clearedUtcMs: null })
  await feed.find(
    'who took it on',
    ofRule(({ acknowledgedBy }) => acknowledgedBy === 'Administrator'),
    skip,
  )
  const again = await zone.api.refused(path, { method: 'POST', body: '{"note":"me too"}' })
  expect(again).toMatchObject({ status: 409, code: 'alert-acknowledged' })

  // 7.5 is under the threshold, but not by the hysteresis.
  await say('plant/cold-w01/state', { t: 7.5, door: 'OFF' })
  await feed.find('the reading', (message) => readingOf(message, cold.id, 7.5), skip)
  expect((await zone.api.alerts('open')).map(({ id }) => id)).toContain(raised?.id)
  await say('plant/cold-w01/state', { t: 6.9, door: 'OFF' })
  const { found } = await feed.find(
    'the end',
    ofRule(({ clearedUtcMs }) => clearedUtcMs !== null),
    skip,
  )
  expect(found).toMatchObject({ id: raised?.id, worstValue: 12 })
  expect((await zone.api.alerts('closed')).map(({ id }) => id)).toContain(raised?.id)
})

function readingOf(message: FeedMessage, sensorId: string, value: number): true | undefined {
  if (message.kind !== 'change' || message.change.kind !== 'reading') return undefined
  const { reading } = message.change
  return reading.sensorId === sensorId && reading.value === value ? true : undefined
}
const openOfCode = async (code: string) => (await zone.api.alerts('all')).filter((alert) => alert.code === code)
const partOk = async (part: string) => {
  const { parts } = (await (await fetch(`${zone.gateway.origin}/readyz`)).json()) as {
    parts: Record<string, { ok: boolean }>
  }
  return parts[part]?.ok === true
}
const recovered = (part: string) =>
  waitFor(() => partOk(part), { timeoutMs: 30_000, message: `${part} to be well again` })

test('the broker stops and starts: one alert, and what devices sent meanwhile is not lost', async () => {
  const level = (n: number) => say('zone/boiler', { level: n })
  const before = await stored(boiler, 'level')
  await level(50)
  await storedSoon(boiler, 'level', [...before, 50])
  const skip = feed.heard.length
  await zone.broker.stop()
  await feed.find(
    'the alert',
    alertOf(({ code, clearedUtcMs }) => code === 'broker-away' && clearedUtcMs === null),
    skip,
  )
  expect(await zone.api.readyz()).toBe(503)
  expect((await zone.api.sensors()).map(({ status }) => status)).toEqual(['unknown', 'unknown'])

  // Devices hold what they could not send, and bring it when the broker is back: mostly before the gateway is.
  const values = Array.from({ length: 30 }, (_, n) => 60 + n)
  const sent = Promise.all(values.map(level))
  await zone.broker.start()
  await sent
  await recovered('broker')
  await level(99)
  await storedSoon(boiler, 'level', [...before, 50, ...values, 99], 20_000)
  const told = await openOfCode('broker-away')
  expect(told).toHaveLength(1)
  expect(told[0]?.clearedUtcMs).not.toBeNull()
})

test('InfluxDB stops and starts: one alert, rules go on, nothing is lost', async () => {
  const before = await stored(boiler, 'temp')
  const skip = feed.heard.length
  await zone.influx.stop()
  const values = Array.from({ length: 30 }, (_, n) => 70 + n / 2)
  for (const temp of values) await say('zone/boiler', { temp })
  await feed.find(
    'the alert',
    alertOf(({ code, clearedUtcMs }) => code === 'metrics-away' && clearedUtcMs === null),
    skip,
  )
  // Alerts need no database.
  await say('plant/cold-w01/state', { t: 15, door: 'ON' })
  await feed.find(
    'the alert of the rule',
    alertOf(({ ruleId }) => ruleId === rule.id),
    skip,
  )
  const answer = await zone.api.refused(
    `/api/sensors/${boiler.id}/history?metric=temp&${zone.api.range(startedUtcMs, Date.now())}`,
  )
  expect(answer).toMatchObject({ status: 502, code: 'influx-away' })
  expect((await zone.api.sensors()).find(({ id }) => id === boiler.id)?.latest).toContainEqual(
    expect.objectContaining({ metric: 'temp', value: 84.5 }),
  )

  await zone.influx.start({ auth: true })
  await recovered('metrics')
  await say('zone/boiler', { temp: 90 })
  await storedSoon(boiler, 'temp', [...before, ...values, 90], 20_000)
  const told = await openOfCode('metrics-away')
  expect(told).toHaveLength(1)
  expect(told[0]?.clearedUtcMs).not.toBeNull()
})

test('approving, rules and acknowledging are audit rows; no password is anywhere', async () => {
  const done = (await zone.api.audit()).map(({ user, action, object, outcome }) => ({ user, action, object, outcome }))
  for (const [action, object] of [
    ['sensor.approve', cold.id],
    ['sensor.approve', boiler.id],
    ['rule.add', rule.id],
  ] as const)
    expect(done).toContainEqual({ user: 'admin', action, object, outcome: 'done' })
  expect(done.filter(({ action }) => action === 'alert.acknowledge').map(({ outcome }) => outcome)).toEqual([
    'refused',
    'done',
  ])
  for (const secret of ['mqtt-secret', 'influx-secret']) expect(zone.gateway.output()).not.toContain(secret)
})
