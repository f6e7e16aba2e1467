import { describe, expect, test } from 'vitest'
import { guessMetric } from '../../gateway/domain/json-metrics.ts'
import { type Binding, decode, type Packet } from '../../gateway/domain/reading.ts'
import { compileTemplate } from '../../gateway/domain/value-template.ts'

const nowUtcMs = Date.UTC(2026, 10, 3, 2)
const packet = (payload: string | Uint8Array, more: Partial<Packet> = {}): Packet => ({
  topic: 'zone/s1',
  payload: typeof payload === 'string' ? new TextEncoder().encode(payload) : payload,
  qos: 1,
  retain: false,
  receivedUtcMs: nowUtcMs,
  ...more,
})
const json = (known: string[] = [], metric: string | null = null): Binding => ({
  kind: 'json',
  candidateId: 'json:zone/s1',
  sensorId: 's1',
  metric,
  known: (key) => known.includes(key),
})
const values = (binding: Binding, payload: string | Uint8Array) => {
  const { observations, rejections } = decode(packet(payload), [binding])
  return { values: Object.fromEntries(observations.map(({ metric, value }) => [metric, value])), rejections }
}

describe('plain JSON', () => {
  test.each([
    ['{"temp":3.4,"humidity":"71"}', { temp: 3.4, humidity: 71 }],
    ['{"door":true,"lamp":"off"}', { door: 1, lamp: 0 }],
    ['{"battery":{"V":3.1,"percent":90},"name":"x"}', { battery_V: 3.1, battery_percent: 90 }],
    ['{"a":{"b":{"c":1}},"d":2}', { d: 2 }],
    ['3.4', { value: 3.4 }],
    [' -1.5e2 ', { value: -150 }],
    ['on', { value: 1 }],
    ['{"value":4,"unit":"°C","ts":1}', { value: 4 }],
    ['{"water level":5}', { water_level: 5 }],
  ])('%s', (payload, expected) => {
    expect(values(json(), payload)).toEqual({ values: expected, rejections: [] })
  })

  test.each([
    ['hello', 'not-json'],
    ['{"temp": NaN}', 'not-json'],
    ['{"temp":', 'not-json'],
    ['', 'not-json'],
    ['NaN', 'not-a-number'],
    ['Infinity', 'not-a-number'],
    ['{"temp":1e999}', 'not-a-number'],
    ['{"temp":"NaN"}', 'not-a-number'],
    ['null', 'not-a-number'],
    ['{}', 'no-values'],
    ['[1,2]', 'no-values'],
    ['{"name":"boiler"}', 'no-values'],
    ['{"a":'.repeat(5_000) + '1' + '}'.repeat(5_000), 'too-deep'],
    ['['.repeat(100_000), 'too-deep'],
    [Uint8Array.of(0x7b, 0xff, 0xfe), 'bad-utf8'],
    [new Uint8Array(1_048_576).fill(0x20), 'too-large'],
  ])('is refused: %s', (payload, reason) => {
    expect(values(json(), payload)).toEqual({ values: {}, rejections: [reason] })
  })

  test('a bad value of a known metric is refused, the good ones beside it are kept', () => {
    expect(values(json(['temp', 'rh']), '{"temp":null,"rh":50}')).toEqual({
      values: { rh: 50 },
      rejections: ['not-a-number'],
    })
    expect(values(json(['temp']), '{"temp":"warm","rh":50}').rejections).toEqual(['not-a-number'])
    expect(values(json([]), '{"mode":"warm","rh":50}').rejections).toEqual([])
  })

  test.each([
    ['3.5', { temp: 3.5 }],
    ['{"value":3.5,"battery":80}', { temp: 3.5 }],
    ['{"in":1,"out":2}', { temp_in: 1, temp_out: 2 }],
  ])('a metric named by the topic: %s', (payload, expected) => {
    expect(values(json([], 'temp'), payload).values).toEqual(expected)
  })

  test('text on a topic that names a metric is no number', () => {
    expect(values(json([], 'temp'), 'warm').rejections).toEqual(['not-a-number'])
  })
})

describe('device time and quality', () => {
  test.each([
    ['{"v":1}', false, null, 'ok'],
    ['{"v":1}', true, null, 'late'],
    [`{"v":1,"ts":${nowUtcMs - 1_000}}`, true, nowUtcMs - 1_000, 'ok'],
    [`{"v":1,"ts":${nowUtcMs / 1_000 - 5}}`, false, nowUtcMs - 5_000, 'ok'],
    ['{"v":1,"time":"2026-11-03T09:59:00+08:00"}', false, nowUtcMs - 60_000, 'ok'],
    ['{"v":1,"Time":"2026-11-03T01:00:00Z"}', false, nowUtcMs - 3_600_000, 'late'],
    ['{"v":1,"Time":"2026-11-03T01:00:00"}', false, null, 'ok'],
    [`{"v":1,"timestamp":${nowUtcMs + 61_000}}`, false, nowUtcMs + 61_000, 'suspect'],
    [`{"v":1,"timestamp":${nowUtcMs - 601_000}}`, false, nowUtcMs - 601_000, 'late'],
    ['{"v":1,"ts":12}', false, null, 'ok'],
    ['{"v":1,"ts":null}', false, null, 'ok'],
  ])('%s (retained: %s)', (payload, retain, deviceUtcMs, quality) => {
    const { observations } = decode(packet(payload, { retain }), [json()])
    expect(observations).toEqual([expect.objectContaining({ metric: 'v', deviceUtcMs, quality, utcMs: nowUtcMs })])
  })
})

describe('announced devices', () => {
  const template = (source: string | null, type: 'number' | 'binary' = 'number'): Binding => ({
    kind: 'template',
    candidateId: 'ha:x',
    sensorId: 's1',
    metric: 'm',
    type,
    template: source === null ? null : compileTemplate(source),
    payloadOn: 'OPEN',
    payloadOff: 'SHUT',
  })
  test.each([
    ['{{ value_json.t }}', 'number', '{"t":"3.4"}', { m: 3.4 }, []],
    [null, 'number', '7', { m: 7 }, []],
    [null, 'binary', 'OPEN', { m: 1 }, []],
    [null, 'binary', 'shut', { m: 0 }, []],
    [null, 'binary', 'off', { m: 0 }, []],
    [null, 'binary', 'ajar', {}, ['not-a-number']],
    ['{{ value_json.t }}', 'number', '{"u":1}', {}, ['no-values']],
    ['{{ value_json.t }}', 'number', '{"t":"NaN"}', {}, ['not-a-number']],
    ['{{ value_json.t }}', 'number', 'hot', {}, ['not-json']],
    ['{{ value_json.t + 1 }}', 'number', '{"t":"x"}', {}, ['template-failed']],
  ] as const)('%s as %s of %s', (source, type, payload, found, rejections) => {
    expect(values(template(source, type), payload)).toEqual({ values: found, rejections: [...rejections] })
  })
})

test.each([
  ['temp', '°C', 'temperature'],
  ['roomTemperature', '°C', 'temperature'],
  ['humidity', '%', 'humidity'],
  ['ph', 'pH', 'ph'],
  ['sump_level', '%', null],
  ['power', 'W', 'power'],
  ['power_kw', 'kW', 'power'],
  ['powerKw', 'kW', 'power'],
  ['door', null, 'door'],
  ['frobnication', null, null],
])('the unit of %s is guessed', (key, unit, kind) => {
  expect(guessMetric(key)).toEqual({ unit, kind })
})
