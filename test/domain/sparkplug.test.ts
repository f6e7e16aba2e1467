import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decodePayload,
  encodePayload,
  type NewSparkplugMetric,
  numberOf,
  type SparkplugType,
  sparkplugTypes,
} from '../../gateway/domain/sparkplug.ts'

const nowUtcMs = Date.UTC(2026, 10, 24, 8)
const encode = (...metrics: NewSparkplugMetric[]) => encodePayload({ timestampMs: nowUtcMs, seq: 7, metrics })
const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))

/** What a value is after it was sent and read. */
function roundTrip(type: SparkplugType, value: number | bigint | boolean) {
  const [metric] = decodePayload(encode({ name: 'm', type, value }))?.metrics ?? []
  return metric?.value ? numberOf(metric.value, metric.datatype) : undefined
}

describe('values', () => {
  test.each<[SparkplugType, number | bigint | boolean, number]>([
    ['Int8', -123, -123],
    ['Int8', 127, 127],
    ['Int16', -32768, -32768],
    ['Int32', -2147483648, -2147483648],
    ['Int32', 2147483647, 2147483647],
    ['Int64', -1, -1],
    ['Int64', -9007199254740991, -9007199254740991],
    ['Int64', -(2n ** 63n), -(2 ** 63)],
    ['UInt8', 255, 255],
    ['UInt32', 4294967295, 4294967295],
    ['UInt64', 9007199254740991, 9007199254740991],
    ['UInt64', 2n ** 64n - 1n, 2 ** 64],
    ['UInt64', 9007199254740993n, 9007199254740992],
    ['Float', 21.3, 21.3],
    ['Float', 0.1, 0.1],
    ['Float', 16777217, 16777216],
    ['Double', 21.299999237060547, 21.299999237060547],
    ['Double', Number.MAX_VALUE, Number.MAX_VALUE],
    ['Boolean', true, 1],
    ['Boolean', false, 0],
  ])('%s %s is read as %s', (type, value, expected) => {
    expect(roundTrip(type, value)).toBe(expected)
  })

  test.each([
    ['Float', Number.NaN],
    ['Double', Number.POSITIVE_INFINITY],
  ] as const)('%s %s stays what it is: the reader decides', (type, value) => {
    expect(roundTrip(type, value)).toBe(value)
  })

  test('small negative numbers in 8 bits, in 32, and in 64 are the same', () => {
    for (const bytes of [
      '0a 01 6d 20 01 50 85 01',
      '0a 01 6d 20 01 50 85 ff ff ff 0f',
      '0a 01 6d 20 01 58 85 ff ff ff ff ff ff ff ff 01',
    ]) {
      const metric = hex(bytes)
      const payload = decodePayload(Uint8Array.from([0x12, metric.length, ...metric]))
      const value = payload?.metrics[0]?.value
      expect(value && numberOf(value, sparkplugTypes.Int8)).toBe(-123)
    }
  })
})

test('all that can be said of a metric is read', () => {
  const payload = decodePayload(
    encode(
      {
        name: '冷库/温度',
        alias: 2 ** 40,
        timestampMs: nowUtcMs - 5,
        type: 'Double',
        value: 3.5,
        historical: true,
        unit: '°C',
      },
      { alias: 3, type: 'Boolean', value: null },
      { name: 's', type: 'String', value: 'text' },
    ),
  )
  expect(payload).toMatchObject({ timestampMs: nowUtcMs, seq: 7, uuid: null, more: false })
  expect(payload?.metrics).toMatchObject([
    { name: '冷库/温度', alias: 2 ** 40, timestampMs: nowUtcMs - 5, datatype: 10, historical: true, isNull: false },
    { name: null, alias: 3, timestampMs: null, datatype: 11, historical: false, isNull: true, value: null },
    { name: 's', alias: null, value: { as: 'text', value: 'text' } },
  ])
  expect(payload?.metrics[0]?.properties).toEqual(new Map([['engUnit', '°C']]))
})

test('an alias of 64 bits is none of another', () => {
  const alias = (last: string) => hex(`12 0a 10 ${last} ff ff ff ff ff ff ff 7f`)
  const [a, b] = ['ff', 'fe'].map((last) => decodePayload(alias(last))?.metrics[0]?.alias)
  expect(typeof a).toBe('bigint')
  expect(a).not.toBe(b)
})

test('data sets and templates are stepped over', () => {
  const whole = Buffer.from(encode({ name: 'after', type: 'Int32', value: 1 }))
  // A metric with a data set (field 17) of garbage and a template (field 18).
  const table = hex('12 0d 0a 01 64 20 10 8a 01 02 ff ff 92 01 00')
  const payload = decodePayload(Buffer.concat([table, whole]))
  expect(payload?.metrics.map(({ name, value }) => [name, value?.as])).toEqual([
    ['d', 'other'],
    ['after', 'whole'],
  ])
})

describe('bytes that are no payload', () => {
  test.each([
    ['a JSON', Buffer.from('{"temperature":3.4}')],
    ['a field that ends too early', hex('12 7f 0a')],
    ['a varint without an end', hex('08 ff ff ff ff ff ff ff ff ff ff 01')],
    ['a length beyond all bounds', hex('12 ff ff ff ff ff ff ff ff 7f')],
    ['a group', hex('0b')],
    ['field number zero', hex('00 01')],
    ['a name that is a number', hex('12 02 08 01')],
    ['a metric that reaches beyond its payload', hex('12 04 0a 05 61 62')],
  ])('%s', (_, bytes) => {
    expect(decodePayload(bytes)).toBeUndefined()
  })
  test('no bytes are a payload that says nothing', () => {
    expect(decodePayload(new Uint8Array())).toMatchObject({ metrics: [], seq: null })
  })
})

test('more metrics than are read are told', () => {
  const metrics = Array.from({ length: 5_001 }, (_, alias): NewSparkplugMetric => ({ alias, type: 'Int32', value: 1 }))
  const payload = decodePayload(encode(...metrics))
  expect(payload?.metrics).toHaveLength(5_000)
  expect(payload?.more).toBe(true)
})

test('what is written is read', () => {
  const metric: fc.Arbitrary<NewSparkplugMetric> = fc.record({
    name: fc.string({ unit: 'grapheme', maxLength: 40 }),
    alias: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
    type: fc.constant('Double' as const),
    value: fc.double({ noNaN: true }),
    unit: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }),
  })
  fc.assert(
    fc.property(fc.array(metric, { maxLength: 30 }), (metrics) => {
      const read = decodePayload(encode(...metrics))?.metrics ?? []
      expect(
        read.map(({ name, alias, value, properties }) => ({
          name,
          alias,
          type: 'Double',
          value: value && numberOf(value, 10),
          unit: properties.get('engUnit'),
        })),
      ).toEqual(
        metrics.map((one) => ({ ...one, unit: Buffer.byteLength(one.unit ?? '') > 256 ? undefined : one.unit })),
      )
    }),
    { numRuns: 200 },
  )
})

test('no bytes make it throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      for (const { value, datatype } of decodePayload(bytes)?.metrics ?? [])
        if (value) expect(typeof numberOf(value, datatype)).toMatch(/number|object/)
    }),
    { numRuns: 2_000 },
  )
})
