import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Dialect, Said } from '../../gateway/domain/dialect.ts'
import { topicTemplate } from '../../gateway/domain/topic.ts'
import { homeAssistantDialect } from '../../gateway/sensors/dialects/home-assistant.ts'
import { jsonDialect } from '../../gateway/sensors/dialects/json.ts'
import { openDialect } from '../../gateway/sensors/open-dialect.ts'
import { sensorRegistry, type SensorRegistry } from '../../gateway/sensors/registry.ts'
import { openStore, type Store } from '../../gateway/store/open.ts'
import { handClock, packet, quietTools, scratchFolder } from '../support/sensors.ts'
import { ha } from './stage.ts'

/**
 * A dialect for this test. A payload of JSON on `fake/...` is what it says; devices that it said own the topic `zone/<device>` from then
 * on, where plain numbers are values of `v`.
 */
const fakeDialect: Dialect<Set<string>> = {
  source: 'zigbee2mqtt',
  prefix: 'zigbee2mqtt:',
  begin: () => new Set(),
  filters: (devices) => ['fake/#', ...[...devices].map((device) => `zone/${device}`)],
  owns: (topic, devices) => topic.startsWith('fake/') || devices.has(topic.slice('zone/'.length)),
  decode({ topic, payload }, devices): Said {
    const text = new TextDecoder().decode(payload)
    if (topic.startsWith('zone/')) return { readings: [reading(topic.slice('zone/'.length), Number(text))] }
    const said = JSON.parse(text) as Said
    for (const { device } of said.devices ?? []) devices.add(device)
    for (const device of said.gone ?? []) devices.delete(device)
    return said
  },
}
const reading = (device: string, value: number, more = {}) => ({
  device,
  metric: 'v',
  value,
  unit: null,
  deviceUtcMs: null,
  historical: false,
  ...more,
})
const device = (name: string, more = {}) => ({
  device: name,
  name,
  model: 'Fake 1',
  complete: true,
  metrics: [{ key: 'v', name: 'V', unit: '°C', kind: 'temperature', type: 'number', expiresMs: null, guessed: false }],
  ...more,
})

let end: AbortController
let store: Store
let folder: string
let registry: SensorRegistry
let asked: string[]
let changes: string[]
const clock = handClock(Date.UTC(2026, 10, 3))
function open() {
  store = openStore(join(folder, 'gateway.db'), 'gateway')
  asked = []
  changes = []
  const fake = openDialect(fakeDialect)
  registry = sensorRegistry({
    store,
    tools: { ...quietTools, clock },
    areaExists: () => true,
    dialects: [
      fake,
      openDialect(homeAssistantDialect({ prefix: 'homeassistant', isTaken: fake.owns })),
      openDialect(jsonDialect({ templates: [topicTemplate('zone/{sensor}')] })),
    ],
    maxSeries: 100,
    isOwn: (topic) => topic === 'fake/own',
    ask: (topic) => asked.push(topic),
    onChange: (what) => changes.push(what),
  })
}
beforeEach(() => {
  end = new AbortController()
  folder = scratchFolder(end.signal)
  clock.set(Date.UTC(2026, 10, 3))
  open()
})
afterEach(() => {
  store.close()
  end.abort()
})
const say = (topic: string, payload: object | string | number) =>
  registry.hear(
    packet(topic, typeof payload === 'object' ? JSON.stringify(payload) : String(payload), {
      receivedUtcMs: clock.now(),
    }),
  )
const restart = () => {
  store.close()
  open()
}
const candidates = () => registry.candidates().map(({ candidateId }) => candidateId)
const place = (candidate: string) => registry.importAll([{ id: 's1', name: 's', area: 'a', candidate }])
const valuesOf = (heard: ReturnType<typeof say>) => heard?.readings.map(({ sensorId, value }) => [sensorId, value])
/** Lets the registry look around once. */
async function lookAround() {
  const looking = new AbortController()
  const before = changes.length
  const running = registry.run(looking.signal)
  for (let n = 0; n < 400 && changes.length === before; n++) await new Promise((resolve) => setTimeout(resolve, 5))
  looking.abort()
  await running
}

describe('what is kept', () => {
  test('announcements are known after a restart, what they said beside them is not said again', () => {
    say('fake/d1', {
      memory: 'keep',
      devices: [device('d1')],
      readings: [reading('d1', 5)],
      liveness: [{ device: 'd1', alive: false }],
      asks: [{ topic: 'fake/ask', payload: 'x' }],
      notRead: [{ reason: 'not-json', device: 'd1' }],
    })
    expect(registry.candidates()).toMatchObject([{ latest: [{ value: 5 }], model: 'Fake 1', notUnderstood: [{}] }])
    expect(asked).toEqual(['fake/ask'])
    const { firstSeenUtcMs, lastSeenUtcMs } = registry.candidates()[0] ?? {}
    clock.set(clock.now() + 60_000)
    restart()
    expect(registry.candidates()).toMatchObject([
      { candidateId: 'zigbee2mqtt:d1', latest: [], notUnderstood: [], firstSeenUtcMs, lastSeenUtcMs },
    ])
    expect([asked, changes]).toEqual([[], []])
    place('zigbee2mqtt:d1')
    expect(valuesOf(say('zone/d1', 7))).toEqual([['s1', 7]])
  })

  test('what was taken back is not', () => {
    say('fake/d1', { memory: 'keep', devices: [device('d1')] })
    say('fake/d1', { memory: 'forget', gone: ['d1'] })
    expect(candidates()).toEqual([])
    restart()
    expect(candidates()).toEqual([])
    place('zigbee2mqtt:d1')
    expect(valuesOf(say('zone/d1', 7))).toEqual([])
  })

  test('there is an end to it', () => {
    const name = 'x'.repeat(1_000_000)
    for (let n = 0; n < 40; n++) say(`fake/d${n}`, { memory: 'keep', devices: [device(`d${n}`)], name })
    const [{ bytes } = { bytes: 0 }] = store.db
      .prepare<[], { bytes: number }>('SELECT sum(length(payload)) AS bytes FROM sensor_said')
      .all()
    expect(bytes).toBeGreaterThan(30_000_000)
    expect(bytes).toBeLessThan(34_000_000)
    expect(candidates()).toHaveLength(40)
  })
})

test('each topic is asked at most once a minute', () => {
  const ask = (topic: string) => say('fake/d1', { asks: [{ topic, payload: 'x' }] })
  for (const topic of ['a', 'a', 'b', 'a']) ask(topic)
  expect(asked).toEqual(['a', 'b'])
  clock.set(clock.now() + 60_000)
  ask('a')
  expect(asked).toEqual(['a', 'b', 'a'])
})

test('what the gateway itself says is nobody’s', () => {
  expect(say('fake/own', { devices: [device('d1')] })).toBeUndefined()
  expect(say('zone-gateway/x/state', { t: 1 })).toBeUndefined()
  expect(candidates()).toEqual([])
})

describe('a device that two dialects know', () => {
  const announceTwice = () => {
    say('homeassistant/sensor/d1_t/config', ha('d1', { stat_t: 'zone/d1', val_tpl: '{{ value | float * 10 }}' }))
    say('fake/d1', { memory: 'keep', devices: [device('d1')] })
  }

  test('is offered once, by the one that knows more, whichever spoke first', async () => {
    for (let n = 0; n < 3; n++) say('zone/d1', 1)
    expect(candidates()).toEqual(['json:zone/d1'])
    announceTwice()
    await lookAround()
    expect(candidates()).toEqual(['zigbee2mqtt:d1'])
    say('homeassistant/sensor/d1_t/config', ha('d1', { stat_t: 'zone/d1', name: 'again' }))
    for (let n = 0; n < 3; n++) say('zone/d1', 1)
    expect(candidates()).toEqual(['zigbee2mqtt:d1'])
    restart()
    expect(candidates()).toEqual(['zigbee2mqtt:d1'])
  })

  test.each([
    ['ha:d1', 20],
    ['json:zone/d1', 2],
  ])('goes on under the name %s under which it was placed before', async (candidate, value) => {
    place(candidate)
    announceTwice()
    await lookAround()
    expect(valuesOf(say('zone/d1', 2))).toEqual([['s1', value]])
    restart()
    expect(valuesOf(say('zone/d1', 2))).toEqual([['s1', value]])
    expect(candidates()).toContain('zigbee2mqtt:d1')
    expect(registry.candidates().find(({ candidateId }) => candidateId === 'zigbee2mqtt:d1')?.latest).toMatchObject([
      { value: 2 },
    ])
  })

  test('gives nothing twice to one sensor', () => {
    announceTwice()
    place('zigbee2mqtt:d1')
    expect(valuesOf(say('zone/d1', 2))).toEqual([['s1', 2]])
  })
})

describe('readings', () => {
  test('historical ones are late', () => {
    say('fake/d1', { devices: [device('d1')] })
    place('zigbee2mqtt:d1')
    const heard = say('fake/d1', { readings: [reading('d1', 1, { historical: true }), reading('d1', 2)] })
    expect(heard?.readings.map(({ quality }) => quality)).toEqual(['late', 'ok'])
  })

  test('of a metric that was not said are taken all the same, with its guess', () => {
    say('fake/d1', { devices: [device('d1')] })
    place('zigbee2mqtt:d1')
    expect(valuesOf(say('fake/d1', { readings: [{ ...reading('d1', 50), metric: 'humidity' }] }))).toEqual([['s1', 50]])
    expect(registry.get('s1').metrics).toMatchObject([{ key: 'v' }, { key: 'humidity', unit: '%', guessed: true }])
  })

  test('a unit beside the value is understood; one that measures something else every time is refused', () => {
    say('fake/d1', { devices: [device('d1')] })
    place('zigbee2mqtt:d1')
    const values = (unit: string) => valuesOf(say('fake/d1', { readings: [reading('d1', 212, { unit })] }))
    expect([values('°F'), values('°C'), values('°F')]).toEqual([[['s1', 100]], [['s1', 212]], [['s1', 100]]])
    expect(values('hPa')).toEqual([['s1', 212]])
    const heard = say('fake/d1', { readings: [reading('d1', 1, { unit: '°C' })] })
    expect([heard?.readings, heard?.refused]).toEqual([[], [{ reason: 'unit-changed', sensorId: 's1' }]])
  })

  test('parts that are gone leave the inbox, and stay with a sensor', () => {
    const two = device('d1', { metrics: [...device('d1').metrics, { ...device('d1').metrics[0], key: 'w' }] })
    const keys = () => registry.candidates()[0]?.metrics.map(({ key }) => key)
    say('fake/d1', { devices: [two] })
    say('fake/d1', { devices: [device('d1')] })
    expect(keys()).toEqual(['v'])
    say('fake/d1', { devices: [two] })
    place('zigbee2mqtt:d1')
    say('fake/d1', { devices: [device('d1')] })
    expect(keys()).toEqual(['v', 'w'])
  })
})

test('random topics cost no memory for ever', () => {
  for (let n = 0; n < 50_000; n++) expect(say(`nobody/${n}`, 'x')).toBeUndefined()
  expect(say(`zone/${'x'.repeat(600)}`, 1)?.refused).toMatchObject([{ reason: 'bad-topic' }])
})
