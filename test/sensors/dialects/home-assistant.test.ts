import * as fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { homeAssistantDialect } from '../../../gateway/sensors/dialects/home-assistant.ts'
import { type OpenDialect, openDialect } from '../../../gateway/sensors/open-dialect.ts'
import { nowUtcMs, reasonsOf, speaking, valuesOf } from './speaking.ts'

let dialect: OpenDialect
let taken: Set<string>
let say: ReturnType<typeof speaking>
beforeEach(() => {
  taken = new Set()
  dialect = openDialect(homeAssistantDialect({ prefix: 'homeassistant', isTaken: (topic) => taken.has(topic) }))
  say = speaking(dialect)
})
const configTopic = (object: string, component = 'sensor') => `homeassistant/${component}/${object}/config`
const ha = (id: string, more = {}) => ({
  dev: { ids: id, name: id },
  stat_t: `${id}/state`,
  unit_of_meas: '°C',
  val_tpl: '{{ value_json.t }}',
  ...more,
})

describe('announcements', () => {
  test('a device of several messages, as a whole each time', () => {
    expect(say(configTopic('w1_t'), ha('w1', { exp_aft: 60 }))).toEqual({
      memory: 'keep',
      gone: [],
      notRead: [],
      devices: [
        {
          device: 'w1',
          name: 'w1',
          model: null,
          complete: true,
          metrics: [{ key: 't', name: 't', unit: '°C', kind: null, type: 'number', expiresMs: 60_000, guessed: false }],
        },
      ],
    })
    const door = { stat_t: 'w1/door', val_tpl: undefined, unit_of_meas: undefined }
    const { devices } = say(configTopic('w1_door', 'binary_sensor'), ha('w1', door))
    expect(devices?.[0]?.metrics.map(({ key, type }) => [key, type])).toEqual([
      ['door', 'binary'],
      ['t', 'number'],
    ])
    expect([...dialect.filters()].sort()).toEqual([
      'homeassistant/+/+/+/config',
      'homeassistant/+/+/config',
      'w1/door',
      'w1/state',
    ])
    expect(dialect.owns('w1/door')).toBe(true)
    expect(dialect.owns('w1/other')).toBe(false)
  })

  test('an empty message takes a part back, the last one the device', () => {
    say(configTopic('w1_t'), ha('w1'))
    say(configTopic('w1_u'), ha('w1', { stat_t: 'w1/u' }))
    const left = say(configTopic('w1_t'), '')
    expect(left).toMatchObject({ memory: 'forget', devices: [{ metrics: [{ key: 'u' }] }] })
    expect(say(configTopic('w1_u'), '')).toMatchObject({ memory: 'forget', gone: ['w1'] })
    expect(say(configTopic('w1_u'), '')).toEqual({ memory: 'forget' })
    expect(dialect.owns('w1/u')).toBe(false)
  })

  test('a topic that speaks of another device now takes the first one back', () => {
    say(configTopic('x'), ha('w1'))
    const said = say(configTopic('x'), ha('w2'))
    expect(said.devices?.map(({ device }) => device)).toEqual(['w2'])
    expect(said.gone).toEqual(['w1'])
  })

  test('parts with the same name get different metrics, in the same order whatever came first', () => {
    const keys = () =>
      say('homeassistant/sensor/b/t/config', ha('w1', { name: 'B' })).devices?.[0]?.metrics.map(({ key, name }) => [
        key,
        name,
      ])
    say('homeassistant/sensor/a/t/config', ha('w1', { name: 'A' }))
    expect(keys()).toEqual([
      ['t', 'A'],
      ['t_2', 'B'],
    ])
  })

  test('parts that cannot be used are told, the others are taken', () => {
    const odd = { p: 'sensor', stat_t: 'w1/odd', val_tpl: '{{ states(1) }}' }
    const good = { p: 'sensor', stat_t: 'w1/good' }
    const said = say(configTopic('w1', 'device'), { dev: { ids: 'w1' }, o: { name: 'x' }, cmps: { odd, good } })
    expect(said).toMatchObject({
      devices: [{ metrics: [{ key: 'good' }] }],
      notRead: [{ reason: 'bad-discovery', device: 'w1' }],
    })
  })

  test.each([
    ['another component', configTopic('x', 'light'), { stat_t: 'x' }, {}],
    [
      'a device of lamps',
      configTopic('x', 'device'),
      { dev: { ids: 'x' }, cmps: { l: { p: 'light', cmd_t: 'x' } } },
      {},
    ],
    ['the change of form', configTopic('x'), { migrate_discovery: true }, {}],
    ['what the gateway itself says', configTopic('x'), { ...ha('x'), o: { name: 'zone-gateway' } }, {}],
    ['the birth of Home Assistant', 'homeassistant/status', 'online', {}],
    ['no JSON', configTopic('x'), '{', { notRead: [{ reason: 'bad-discovery', device: null }] }],
    ['bad UTF-8', configTopic('x'), Uint8Array.of(0x7b, 0xff), { notRead: [{ reason: 'bad-utf8', device: null }] }],
  ])('%s is no device', (_name, topic, payload, expected) => {
    expect(say(topic, payload)).toEqual(expected)
  })

  test('128 discovery topics a device', () => {
    for (let n = 0; n < 128; n++) expect(reasonsOf(say(configTopic(`w1_${n}`), ha('w1')))).toEqual([])
    expect(reasonsOf(say(configTopic('w1_128'), ha('w1')))).toEqual(['too-many-metrics'])
    expect(reasonsOf(say(configTopic('w1_5'), ha('w1')))).toEqual([])
  })

  test('a device that another dialect knows by the same topics is not offered, and taken back when that one comes later', () => {
    taken.add('w1/state')
    expect(say(configTopic('w1_t'), ha('w1'))).toEqual({ memory: 'keep', devices: [], gone: [], notRead: [] })
    // Its values are still read: a sensor may have been placed under this name before.
    expect(valuesOf(say('w1/state', { t: 5 }))).toEqual({ 'w1/t': 5 })
    say(configTopic('w2_t'), ha('w2'))
    taken.add('w2/state')
    expect(say(configTopic('w2_t'), ha('w2'))).toMatchObject({ gone: ['w2'], devices: [] })
  })
})

describe('values', () => {
  const announce = (template: string | undefined, more = {}, component = 'sensor') =>
    say(configTopic('x_m', component), ha('x', { val_tpl: template, pl_on: 'OPEN', pl_off: 'SHUT', ...more }))
  test.each([
    ['{{ value_json.t }}', 'sensor', '{"t":"3.4"}', { 'x/m': 3.4 }, []],
    [undefined, 'sensor', '7', { 'x/m': 7 }, []],
    [undefined, 'binary_sensor', 'OPEN', { 'x/m': 1 }, []],
    [undefined, 'binary_sensor', 'shut', { 'x/m': 0 }, []],
    [undefined, 'binary_sensor', 'off', { 'x/m': 0 }, []],
    [undefined, 'binary_sensor', 'ajar', {}, ['not-a-number']],
    ["{{ 'OPEN' if value_json.c else 'SHUT' }}", 'binary_sensor', '{"c":true}', { 'x/m': 1 }, []],
    ['{{ value_json.t }}', 'sensor', '{"u":1}', {}, ['no-values']],
    ['{{ value_json.t }}', 'sensor', '{"t":"NaN"}', {}, ['not-a-number']],
    ['{{ value_json.t }}', 'sensor', 'hot', {}, ['not-json']],
    ['{{ value_json.t + 1 }}', 'sensor', '{"t":"x"}', {}, ['template-failed']],
    ['{{ value_json.t }}', 'sensor', '', {}, []],
  ])('%s as %s of %s', (template, component, payload, found, reasons) => {
    announce(template, {}, component)
    const said = say('x/state', payload)
    expect(valuesOf(said)).toEqual(found)
    expect(reasonsOf(said)).toEqual(reasons)
  })

  test('one message, several devices and metrics; a time with a zone', () => {
    say(configTopic('a_t'), ha('a', { stat_t: 'bridge' }))
    say(configTopic('b_u'), ha('b', { stat_t: 'bridge', val_tpl: '{{ value_json.u }}' }))
    const said = say('bridge', { t: 1, u: 2, Time: '2026-11-03T10:00:00+08:00' })
    expect(valuesOf(said)).toEqual({ 'a/t': 1, 'b/u': 2 })
    expect(said.readings?.map(({ deviceUtcMs }) => deviceUtcMs)).toEqual([nowUtcMs, nowUtcMs])
  })
})

describe('availability', () => {
  const livenessOf = (topic: string, payload: string | object) => say(topic, payload).liveness
  const two = (mode: string) =>
    say(
      configTopic('w1_t'),
      ha('w1', { avty: [{ t: 'w1/lwt' }, { t: 'bridge/state', val_tpl: '{{ value_json.state }}' }], avty_mode: mode }),
    )
  const [alive, away] = [[{ device: 'w1', alive: true }], [{ device: 'w1', alive: false }]]

  test('one topic, its own words', () => {
    say(configTopic('w1_t'), ha('w1', { avty_t: 'w1/lwt', pl_avail: 'up', pl_not_avail: 'down' }))
    expect(livenessOf('w1/lwt', 'sideways')).toEqual([])
    expect(livenessOf('w1/lwt', 'up')).toEqual(alive)
    expect(livenessOf('w1/lwt', 'down')).toEqual(away)
  })

  test.each([
    ['all', [alive, away, alive, away]],
    ['any', [alive, alive, alive, alive]],
    ['latest', [alive, away, alive, away]],
  ])('mode %s', (mode, expected) => {
    two(mode)
    expect([
      livenessOf('w1/lwt', 'online'),
      livenessOf('bridge/state', { state: 'offline' }),
      livenessOf('bridge/state', { state: 'online' }),
      livenessOf('w1/lwt', 'offline'),
    ]).toEqual(expected)
  })

  test('mode latest asks for the last word, mode all for every one', () => {
    two('latest')
    livenessOf('w1/lwt', 'offline')
    expect(livenessOf('bridge/state', { state: 'online' })).toEqual(alive)
    two('all')
    expect(livenessOf('bridge/state', { state: 'online' })).toEqual(away)
  })

  test('a bridge speaks for all of its devices', () => {
    for (const id of ['w1', 'w2']) say(configTopic(`${id}_t`), ha(id, { avty_t: 'bridge/state' }))
    expect(livenessOf('bridge/state', 'offline')).toEqual([
      { device: 'w1', alive: false },
      { device: 'w2', alive: false },
    ])
  })

  test('away when everything that is said of its parts says so; what was said stays said when a part comes', () => {
    say(configTopic('w1_t'), ha('w1', { avty_t: 'w1/lwt' }))
    say(configTopic('w1_u'), ha('w1', { avty_t: 'w1/lwt2' }))
    expect(livenessOf('w1/lwt', 'offline')).toEqual(away)
    expect(livenessOf('w1/lwt2', 'online')).toEqual(alive)
    say(configTopic('w1_v'), ha('w1', { avty_t: 'w1/lwt3' }))
    expect(livenessOf('w1/lwt2', 'offline')).toEqual(away)
  })
})

test('whatever is sent, it neither throws nor says what is no number', () => {
  const config = JSON.stringify({ ...ha('w1', { avty_t: 'w1/lwt', dev_cla: 'temperature' }), '~': 'a' })
  const topics = fc.constantFrom(configTopic('w1_t'), configTopic('w1', 'device'), 'w1/state', 'w1/lwt')
  const mutated = fc
    .tuple(fc.nat(config.length - 1), fc.nat(30), fc.string({ maxLength: 4 }))
    .map(([at, length, text]) => new TextEncoder().encode(config.slice(0, at) + text + config.slice(at + length)))
  const payloads = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    mutated,
    fc.json().map((text) => new TextEncoder().encode(text)),
    fc.constant(new TextEncoder().encode(config)),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(topics, payloads), { maxLength: 20 }), (messages) => {
      const fresh = openDialect(homeAssistantDialect({ prefix: 'homeassistant', isTaken: () => false }))
      for (const [topic, payload] of messages) {
        const said = speaking(fresh)(topic, payload)
        for (const { value } of said.readings ?? []) expect(Number.isFinite(value)).toBe(true)
      }
    }),
  )
})
