import { describe, expect, test } from 'vitest'
import { jsonValues, metricKey } from '../../gateway/domain/json-metrics.ts'
import { guessMetric } from '../../gateway/domain/metric-guess.ts'
import { parsePayload } from '../../gateway/domain/payload.ts'

function values(payload: string | Uint8Array, known: string[] = [], metric: string | null = null) {
  const read = parsePayload(typeof payload === 'string' ? new TextEncoder().encode(payload) : payload)
  if ('reason' in read) return { values: {}, rejections: [read.reason] }
  const found = jsonValues(read, metric, (key) => known.includes(key))
  return {
    values: Object.fromEntries(found.values.map(({ metric, value }) => [metric, value])),
    rejections: found.rejections,
  }
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
    ['\n{"t":1}', { t: 1 }],
    ['\uFEFF{"t":1}', { t: 1 }],
    ['{"value":4,"unit":"°C","ts":1}', { value: 4 }],
    ['{"water level":5}', { water_level: 5 }],
    ['{"":5}', { _: 5 }],
  ])('%s', (payload, expected) => {
    expect(values(payload)).toEqual({ values: expected, rejections: [] })
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
    expect(values(payload)).toEqual({ values: {}, rejections: [reason] })
  })

  test('brackets inside strings are no nesting', () => {
    expect(values(`{"t":1,"note":"${'['.repeat(100)}\\"${'{'.repeat(100)}"}`).values).toEqual({ t: 1 })
  })

  test('names of built-ins are names like others', () => {
    const found = values('{"__proto__":{"polluted":1},"constructor":2,"toString":3}')
    expect(Object.entries(found.values)).toEqual([
      ['__proto___polluted', 1],
      ['constructor', 2],
      ['toString', 3],
    ])
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  test('a bad value of a known metric is refused, the good ones beside it are kept', () => {
    expect(values('{"temp":null,"rh":50}', ['temp', 'rh'])).toEqual({
      values: { rh: 50 },
      rejections: ['not-a-number'],
    })
    expect(values('{"temp":"warm","rh":50}', ['temp']).rejections).toEqual(['not-a-number'])
    expect(values('{"mode":"warm","rh":50}', []).rejections).toEqual([])
  })

  test.each([
    ['3.5', { temp: 3.5 }],
    ['{"value":3.5,"battery":80}', { temp: 3.5 }],
    ['{"in":1,"out":2}', { temp_in: 1, temp_out: 2 }],
  ])('a metric named by the topic: %s', (payload, expected) => {
    expect(values(payload, [], 'temp').values).toEqual(expected)
  })

  test('text on a topic that names a metric is no number', () => {
    expect(values('warm', [], 'temp').rejections).toEqual(['not-a-number'])
  })
})

test.each([
  ['temp', 'temp'],
  ['a-b.c_D9', 'a-b.c_D9'],
  ['water level', 'water_level'],
  ['温度', '温度'],
  ['a\nb,c=d', 'a_b_c_d'],
  ['a\rb', 'a_b'],
  ['a\u0010b', 'a_b'],
  ['x@y[`z', 'x_y_z'],
  ['', '_'],
  ['x'.repeat(90), 'x'.repeat(80)],
])('the key %j becomes %j', (raw, key) => {
  expect(metricKey(raw)).toBe(key)
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

test.each([
  ['t', 3, 5, false, '°C', 'temperature'],
  ['t', -40, 150, false, '°C', 'temperature'],
  ['t', 1_500, 1_600, false, null, null],
  ['t', 0, 0, false, '°C', 'temperature'],
  ['temp', 380, 420, false, '°C', 'temperature'],
  ['tempF', 30, 40, false, '°F', 'temperature'],
  ['h', 40, 60, false, '%', 'humidity'],
  ['h', 40, 600, false, null, null],
  ['p', 990, 1_020, false, 'hPa', 'atmospheric_pressure'],
  ['p', 99_000, 102_000, false, 'Pa', 'atmospheric_pressure'],
  ['p', 3, 5, false, null, null],
  ['battery', 2.9, 3.1, false, 'V', 'voltage'],
  ['battery', 80, 90, false, '%', 'battery'],
  ['battery', 2_900, 3_100, false, 'mV', 'voltage'],
  ['door', 0, 1, true, null, 'door'],
  ['temp', 0, 1, true, null, null],
  ['pump', 0, 1, true, null, null],
])('%s between %d and %d (flag: %s) is taken for %s, %s', (key, min, max, isFlag, unit, kind) => {
  expect(guessMetric(key, { min, max, isFlag })).toEqual({ unit, kind })
})
