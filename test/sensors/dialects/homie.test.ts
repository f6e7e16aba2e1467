import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Said } from '../../../gateway/domain/dialect.ts'
import { homieDialect } from '../../../gateway/sensors/dialects/homie.ts'
import { listener, livenessOf, type Message, survivesAnything, valuesOf } from './messages.ts'

interface Recorded {
  readonly made: string
  readonly messages: readonly { topic: string; text: string; retain: boolean }[]
}
const read = (file: string) => {
  const { messages } = JSON.parse(readFileSync(new URL(`fixtures/${file}`, import.meta.url), 'utf8')) as Recorded
  return messages.map(({ topic, text, retain }): Message => ({ topic, payload: Buffer.from(text), retain }))
}
/** Recorded from the npm package homie-device, and after the examples of the conventions 4.0 and 5.0. */
const three = read('homie-device.json')
const four = read('homie-4.json')
const five = read('homie-5.json')

type Ear = ReturnType<typeof listener<ReturnType<typeof homieDialect.begin>>>
/** Each message is heard if its topic is owned by then, as the host does it. */
const hearAll = (ear: Ear, messages: readonly Message[]): Said[] =>
  messages.flatMap(({ topic, payload, retain = false }) =>
    ear.owns(topic) ? [ear.hear(topic, payload, { retain })] : [],
  )
const lastDevice = (said: readonly Said[]) => said.flatMap(({ devices = [] }) => devices).at(-1)

const car = {
  device: 'homie/super-car',
  name: 'Super car',
  model: null,
  complete: true,
  metrics: [
    {
      key: 'engine.speed',
      name: 'Car engine Speed',
      unit: null,
      kind: null,
      type: 'number',
      expiresMs: null,
      guessed: false,
    },
    {
      key: 'engine.temperature',
      name: 'Car engine Engine temperature',
      unit: '°C',
      kind: null,
      type: 'number',
      expiresMs: null,
      guessed: false,
    },
    {
      key: 'lights.power',
      name: 'Lights Power',
      unit: null,
      kind: null,
      type: 'binary',
      expiresMs: null,
      guessed: false,
    },
    {
      key: 'lights.hood',
      name: 'Lights Hood',
      unit: null,
      kind: null,
      type: 'binary',
      expiresMs: null,
      guessed: false,
    },
  ],
}

describe('version 4', () => {
  test('is understood when all was said', () => {
    expect(lastDevice(hearAll(listener(homieDialect), four))).toEqual(car)
  })

  test('in any order', () => {
    // The reverse, and two that are shuffled; always the same ones.
    const orders = [
      [...four].reverse(),
      ...[7, 11].map((step) => four.map((_, at) => four[(at * step) % four.length] as Message)),
    ]
    for (const order of orders) {
      expect(new Set(order).size).toBe(four.length)
      expect(lastDevice(hearAll(listener(homieDialect), order))).toEqual(car)
    }
  })

  test('what was heard again says nothing new', () => {
    const ear = listener(homieDialect)
    hearAll(ear, four)
    const attributes = four.filter(
      ({ topic }) => topic.split('/').at(-1)?.startsWith('$') && !topic.endsWith('/$state'),
    )
    expect(attributes.length).toBeGreaterThan(10)
    expect(hearAll(ear, attributes).every((said) => Object.keys(said).length === 0)).toBe(true)
  })

  test('asks for all topics of a device, once it is one', () => {
    const ear = listener(homieDialect)
    expect(ear.filters()).toEqual(['+/+/$homie', '+/5/+/$state', '+/5/+/$description'])
    expect(ear.owns('homie/super-car/engine/temperature')).toBe(false)
    ear.hear('homie/super-car/$homie', '4.0.0')
    expect(ear.filters()).toContain('homie/super-car/#')
    expect(ear.owns('homie/super-car/engine/temperature')).toBe(true)
  })

  test.each([
    ['engine/temperature', '21.5', { 'engine.temperature': 21.5 }, undefined],
    ['engine/temperature', '-1e-1', { 'engine.temperature': -0.1 }, undefined],
    ['engine/temperature', 'NaN', {}, 'not-a-number'],
    ['engine/temperature', '', {}, undefined],
    ['engine/temperature', 'true', {}, 'not-a-number'],
    ['lights/power', 'true', { 'lights.power': 1 }, undefined],
    ['lights/power', 'false', { 'lights.power': 0 }, undefined],
    ['lights/power', '1', {}, 'not-a-number'],
    ['lights/hood', 'open', { 'lights.hood': 1 }, undefined],
    ['lights/hood', 'closed', { 'lights.hood': 0 }, undefined],
    ['lights/color', '255,0,0', {}, undefined],
    ['lights/power/set', 'true', {}, undefined],
    ['engine/unknown', '5', {}, undefined],
    ['$stats/uptime', '5', {}, undefined],
  ])('%s says %j', (rest, text, values, reason) => {
    const ear = listener(homieDialect)
    hearAll(ear, four)
    const said = ear.hear(`homie/super-car/${rest}`, text)
    expect(valuesOf(said)).toEqual(values)
    expect(said.notRead).toEqual(reason && [{ reason, device: 'homie/super-car' }])
  })

  test('bytes that are no text are refused', () => {
    const ear = listener(homieDialect)
    hearAll(ear, four)
    expect(ear.hear('homie/super-car/engine/temperature', Uint8Array.of(0xff)).notRead).toEqual([
      { reason: 'bad-utf8', device: 'homie/super-car' },
    ])
  })

  test.each([
    ['ready', true],
    ['alert', true],
    ['sleeping', true],
    ['lost', false],
    ['disconnected', false],
    ['init', undefined],
  ])('the state %s', (state, alive) => {
    const ear = listener(homieDialect)
    hearAll(ear, four)
    expect(livenessOf(ear.hear('homie/super-car/$state', state))).toEqual(
      alive === undefined ? {} : { 'homie/super-car': alive },
    )
  })

  test('is kept by topic, but for its state', () => {
    const ear = listener(homieDialect)
    const kept = four
      .filter(({ topic, payload }) => ear.owns(topic) && ear.hear(topic, payload).memory === 'keep')
      .map(({ topic }) => topic)
    expect(kept).toContain('homie/super-car/engine/temperature/$datatype')
    expect(kept.filter((topic) => topic.endsWith('/$state'))).toEqual([])
    // And from what was kept it is known again, in the order of the topics.
    const again = listener(homieDialect)
    const sorted = four.filter(({ topic }) => kept.includes(topic)).sort((a, b) => (a.topic < b.topic ? -1 : 1))
    expect(lastDevice(hearAll(again, sorted))).toEqual(car)
  })

  test('an empty $homie takes it back', () => {
    const ear = listener(homieDialect)
    hearAll(ear, four)
    expect(ear.hear('homie/super-car/$homie', '')).toEqual({ memory: 'forget', gone: ['homie/super-car'] })
    expect(ear.hear('homie/super-car/$name', '')).toEqual({ memory: 'forget' })
    expect(ear.owns('homie/super-car/engine/temperature')).toBe(false)
    expect(ear.state).toMatchObject({ properties: 0 })
  })

  test('a property that goes is a metric less', () => {
    const ear = listener(homieDialect)
    hearAll(ear, four)
    const said = ear.hear('homie/super-car/engine/$properties', 'speed')
    expect(said.devices?.[0]?.metrics.map(({ key }) => key)).toEqual(['engine.speed', 'lights.power', 'lights.hood'])
  })

  test('a device may be called 5', () => {
    const ear = listener(homieDialect)
    const renamed = four.map((message) => ({ ...message, topic: message.topic.replace('/super-car/', '/5/') }))
    expect(lastDevice(hearAll(ear, renamed))).toEqual({ ...car, device: 'homie/5' })
    expect(valuesOf(ear.hear('homie/5/engine/temperature', '4'))).toEqual({ 'engine.temperature': 4 })
  })
})

describe('version 3, as homie-device speaks it', () => {
  test('is understood', () => {
    const ear = listener(homieDialect)
    const said = hearAll(ear, three)
    expect(lastDevice(said)).toMatchObject({ device: 'homie/cold-store', name: 'Cold store 2' })
    const metrics = lastDevice(said)?.metrics ?? []
    expect(metrics.map(({ key, unit, type }) => [key, unit, type])).toEqual([
      ['probe.temperature', '°C', 'number'],
      ['probe.door', null, 'binary'],
    ])
    expect(said.map(valuesOf).filter((values) => Object.keys(values).length > 0)).toEqual([
      { 'probe.temperature': 3.4 },
      { 'probe.door': 0 },
      { 'probe.temperature': 3.6 },
    ])
    expect(said.map(livenessOf).at(-1)).toEqual({ 'homie/cold-store': false })
  })

  test('a property without a data type is what its first value is', () => {
    const ear = listener(homieDialect)
    hearAll(ear, [
      { topic: 'homie/old/$homie', payload: Buffer.from('3.0.1') },
      { topic: 'homie/old/$name', payload: Buffer.from('Old one') },
      { topic: 'homie/old/$nodes', payload: Buffer.from('air,lights[]') },
      { topic: 'homie/old/air/$properties', payload: Buffer.from('degrees:settable,note') },
      { topic: 'homie/old/$state', payload: Buffer.from('ready') },
    ])
    expect(ear.hear('homie/old/air/note', 'warm')).toEqual({})
    const said = ear.hear('homie/old/air/degrees', '19.5')
    expect(said.devices).toMatchObject([
      { device: 'homie/old', name: 'Old one', metrics: [{ key: 'air.degrees', type: 'number' }] },
    ])
    expect(valuesOf(ear.hear('homie/old/air/degrees', '19.6'))).toEqual({ 'air.degrees': 19.6 })
  })
})

describe('version 5', () => {
  test('describes itself in one message', () => {
    const said = hearAll(listener(homieDialect), five)
    expect(
      said
        .flatMap(({ devices = [] }) => devices)
        .filter(({ device }) => device === 'homie/super-car')
        .at(-1),
    ).toEqual(car)
  })

  test('is not there without a state', () => {
    const ear = listener(homieDialect)
    const [description] = five.filter(({ topic }) => topic === 'homie/5/super-car/$description')
    expect(description && ear.hear(description.topic, description.payload)).toEqual({ memory: 'keep' })
    const said = ear.hear('homie/5/super-car/$state', 'ready')
    expect(said).toMatchObject({
      memory: 'keep',
      devices: [{ device: 'homie/super-car' }],
      liveness: [{ alive: true }],
    })
    expect(ear.hear('homie/5/super-car/$state', 'sleeping').memory).toBeUndefined()
  })

  test('values', () => {
    const ear = listener(homieDialect)
    hearAll(ear, five)
    expect(ear.filters()).toEqual(['+/+/$homie', '+/5/+/$state', '+/5/+/$description', 'homie/5/+/+/+'])
    expect(valuesOf(ear.hear('homie/5/super-car/engine/temperature', '21.5'))).toEqual({ 'engine.temperature': 21.5 })
    for (const rest of ['engine/temperature/$target', 'lights/power/set', '$log/warn', 'engine/unknown'])
      expect(ear.hear(`homie/5/super-car/${rest}`, '4')).toEqual({})
  })

  test('children of a lost root are lost, and come back as they were', () => {
    const ear = listener(homieDialect)
    hearAll(ear, five)
    const all = { 'homie/bridge': false, 'homie/dualrelay': false, 'homie/light1': false, 'homie/light2': false }
    expect(livenessOf(ear.hear('homie/5/light2/$state', 'disconnected'))).toEqual({ 'homie/light2': false })
    expect(livenessOf(ear.hear('homie/5/bridge/$state', 'lost'))).toEqual(all)
    // The state of a child alone does not make it alive.
    expect(livenessOf(ear.hear('homie/5/light1/$state', 'ready'))).toEqual({ 'homie/light1': false })
    expect(livenessOf(ear.hear('homie/5/bridge/$state', 'ready'))).toEqual({
      'homie/bridge': true,
      'homie/dualrelay': true,
      'homie/light1': true,
      'homie/light2': false,
    })
  })

  test('a root that says goodbye speaks for itself alone', () => {
    const ear = listener(homieDialect)
    hearAll(ear, five)
    expect(livenessOf(ear.hear('homie/5/bridge/$state', 'disconnected'))).toEqual({ 'homie/bridge': false })
  })

  test('devices that claim to hang on each other do no harm', () => {
    const ear = listener(homieDialect)
    const described = (parent: string) => ({
      homie: '5.0',
      version: 1,
      name: 'x',
      parent,
      nodes: { n: { properties: { p: { datatype: 'float' } } } },
    })
    for (const [id, parent] of [
      ['a', 'b'],
      ['b', 'a'],
      ['c', 'c'],
    ] as const) {
      ear.hear(`homie/5/${id}/$state`, 'ready')
      ear.hear(`homie/5/${id}/$description`, described(parent))
    }
    expect(livenessOf(ear.hear('homie/5/a/$state', 'lost'))).toEqual({ 'homie/a': false, 'homie/b': false })
    expect(livenessOf(ear.hear('homie/5/c/$state', 'lost'))).toEqual({ 'homie/c': false })
  })

  test.each(['$state', '$description'])('an empty %s takes it back', (attribute) => {
    const ear = listener(homieDialect)
    hearAll(ear, five)
    expect(ear.hear(`homie/5/super-car/${attribute}`, '')).toEqual({ memory: 'forget', gone: ['homie/super-car'] })
    expect(ear.hear(`homie/5/super-car/${attribute}`, '')).toEqual({ memory: 'forget' })
  })

  test('a device that changed from version 4 is not gone', () => {
    const ear = listener(homieDialect)
    hearAll(ear, four)
    hearAll(ear, five)
    expect(ear.hear('homie/super-car/$homie', '')).toEqual({ memory: 'forget' })
  })

  test.each([
    ['no JSON', 'x', 'bad-discovery'],
    ['a list', '[]', 'bad-discovery'],
    ['another version', '{"homie":"6.0","name":"x"}', 'bad-discovery'],
    ['far too deep', `{"homie":"5.0","nodes":${'['.repeat(30)}${']'.repeat(30)}}`, 'too-deep'],
    ['no text', Uint8Array.of(0xff, 0xfe), 'bad-utf8'],
  ])('a description that is %s is refused', (_, bytes, reason) => {
    expect(listener(homieDialect).hear('homie/5/x/$description', bytes).notRead).toEqual([
      { reason, device: 'homie/x' },
    ])
  })

  test('names of properties that mean something to JavaScript are names', () => {
    const ear = listener(homieDialect)
    ear.hear('homie/5/x/$state', 'ready')
    const said = ear.hear(
      'homie/5/x/$description',
      '{"homie":"5.0","version":1,"name":"x","nodes":{"__proto__":{"properties":{"constructor":{"datatype":"float"}}}}}',
    )
    expect(said.devices?.[0]?.metrics.map(({ key }) => key)).toEqual(['__proto__.constructor'])
    expect(ear.hear('homie/5/x/__proto__/constructor', '4').readings).toMatchObject([
      { metric: '__proto__.constructor', value: 4 },
    ])
  })
})

describe('memory is bounded', () => {
  test('loose attributes make room for devices', () => {
    const ear = listener(homieDialect)
    for (let at = 0; at < 2_000; at++) ear.hear(`x/loose${at}/$name`, 'x')
    expect(ear.state.devices.size).toBe(1_000)
    for (let at = 0; at < 1_000; at++) ear.hear(`homie/d${at}/$homie`, '4.0.0')
    expect(ear.hear('homie/one-more/$homie', '4.0.0').notRead).toEqual([
      { reason: 'too-many-candidates', device: 'homie/one-more' },
    ])
    expect(ear.state.devices.size).toBe(1_000)
  })

  test('nodes and properties', () => {
    const ear = listener(homieDialect)
    const nodes = (count: number, properties: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, node) => [
          `n${node}`,
          {
            properties: Object.fromEntries(
              Array.from({ length: properties }, (_, at) => [`p${at}`, { datatype: 'float' }]),
            ),
          },
        ]),
      )
    ear.hear('homie/5/x/$state', 'ready')
    expect(ear.hear('homie/5/x/$description', { homie: '5.0', nodes: nodes(65, 1) }).notRead).toEqual([
      { reason: 'too-many-metrics', device: 'homie/x' },
    ])
    expect(
      ear.hear('homie/5/x/$description', { homie: '5.0', nodes: nodes(1, 257) }).devices?.[0]?.metrics,
    ).toHaveLength(256)
    expect(ear.state.properties).toBe(256)
    for (let at = 0; at < 100; at++) ear.hear(`homie/5/y${at}/$description`, { homie: '5.0', nodes: nodes(2, 256) })
    expect(ear.state.properties).toBe(20_000)
  })
})

test('anything may come', () => {
  survivesAnything(homieDialect, [...three, ...four, ...five])
})
