import * as fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { topicTemplate } from '../../../gateway/domain/topic.ts'
import { jsonDialect } from '../../../gateway/sensors/dialects/json.ts'
import { type OpenDialect, openDialect } from '../../../gateway/sensors/open-dialect.ts'
import { nowUtcMs, reasonsOf, speaking, valuesOf } from './speaking.ts'

const settings = { templates: ['zone/{sensor}', 'line/{sensor}/{metric}'].map(topicTemplate) }
let dialect: OpenDialect
let say: ReturnType<typeof speaking>
beforeEach(() => {
  dialect = openDialect(jsonDialect(settings))
  say = speaking(dialect)
})
/** What the device is taken for after these messages. */
const taught = (payloads: readonly (string | object)[], topic = 'zone/s1') => {
  let last: ReturnType<typeof say> = {}
  for (const payload of payloads) last = say(topic, payload)
  return last.devices?.[0]
}
const metricsOf = (payloads: readonly object[]) =>
  Object.fromEntries((taught(payloads)?.metrics ?? []).map(({ key, unit, kind, type }) => [key, [unit, kind, type]]))

test('it owns what its templates match, and asks for it', () => {
  expect(dialect.filters()).toEqual(['zone/+', 'line/+/+'])
  expect(['zone/s1', 'line/oven/temp', 'zone/a/b', 'other/s1'].map(dialect.owns)).toEqual([true, true, false, false])
})

test('values are told from the first message on, the device from the third', () => {
  const messages = [1, 2, 3].map((t) => say('zone/s1', { t }))
  expect(messages.map(valuesOf)).toEqual([{ 'zone/s1/t': 1 }, { 'zone/s1/t': 2 }, { 'zone/s1/t': 3 }])
  expect(messages.map(({ devices }) => devices?.length)).toEqual([undefined, undefined, 1])
  expect(messages[2]?.devices?.[0]).toEqual({
    device: 'zone/s1',
    name: 's1',
    model: null,
    complete: false,
    metrics: [{ key: 't', name: 't', unit: '°C', kind: 'temperature', type: 'number', expiresMs: null, guessed: true }],
  })
})

test('one odd message makes no device, and bad ones do not count', () => {
  say('zone/s1', { t: 1 })
  say('zone/s1', 'hello')
  say('zone/s1', { t: 'NaN' })
  expect(say('zone/s1', { t: 2 }).devices).toBeUndefined()
})

test('the same object says that nothing is new', () => {
  const device = taught([{ t: 1 }, { t: 2 }, { t: 3 }])
  for (let n = 4; n < 400; n++) expect(say('zone/s1', { t: n / 10 }).devices?.[0]).toBe(device)
  expect(say('zone/s1', { t: 5, h: 60 }).devices?.[0]?.metrics.map(({ key }) => key)).toEqual(['t', 'h'])
})

test('units and kinds come from names and values together', () => {
  const rows = [
    { t: 3.5, h: 71, p: 1_013, battery: 2.95, open: 0, pump: 0, valve: true, count: 0, x: 7 },
    { t: 3.6, h: 72, p: 1_012, battery: 2.95, open: 0, pump: 1, valve: false, count: 0, x: 8 },
    { t: 3.7, h: 73, p: 1_011, battery: 2.94, open: 0, pump: 0, valve: true, count: 0, x: 9 },
  ]
  expect(metricsOf(rows)).toEqual({
    t: ['°C', 'temperature', 'number'],
    h: ['%', 'humidity', 'number'],
    p: ['hPa', 'atmospheric_pressure', 'number'],
    battery: ['V', 'voltage', 'number'],
    open: [null, 'door', 'number'],
    pump: [null, null, 'binary'],
    valve: [null, null, 'binary'],
    count: [null, null, 'number'],
    x: [null, null, 'number'],
  })
})

test('what does not fit the guess any more is guessed anew', () => {
  expect(taught([{ pump: 0 }, { pump: 1 }, { pump: 0 }])?.metrics[0]).toMatchObject({ type: 'binary' })
  expect(taught([{ pump: 2 }])?.metrics[0]).toMatchObject({ type: 'number' })
})

test('a unit beside the value is no guess', () => {
  const device = taught(
    [1, 2, 3].map((value) => ({ value, unit: 'K' })),
    'line/oven/temp',
  )
  expect(device).toMatchObject({ device: 'line/oven', metrics: [{ key: 'temp', unit: 'K', guessed: false }] })
})

test.each([
  ['hello', 'not-json'],
  ['NaN', 'not-a-number'],
  ['{"t":1e999}', 'not-a-number'],
  ['{}', 'no-values'],
  [Uint8Array.of(0x7b, 0xff), 'bad-utf8'],
  ['['.repeat(50), 'too-deep'],
])('%s is refused as %s, and says whose it was', (payload, reason) => {
  expect(say('zone/s1', payload)).toEqual({ notRead: [{ reason, device: 'zone/s1' }] })
})

test('an empty message says nothing; a topic too long for a name is refused', () => {
  expect(say('zone/s1', '')).toEqual({})
  expect(reasonsOf(say(`zone/${'x'.repeat(200)}`, '1'))).toEqual(['bad-topic'])
})

test('text for a metric that was a number before is refused', () => {
  say('zone/s1', { t: 1 })
  expect(say('zone/s1', { t: 'warm', u: 2 })).toMatchObject({
    readings: [{ metric: 'u' }],
    notRead: [{ reason: 'not-a-number', device: 'zone/s1' }],
  })
})

test('what is learned is bounded: the oldest of those that were not offered goes', () => {
  for (let n = 0; n < 2_100; n++) say(`zone/s${n}`, { t: 1 })
  for (const topic of ['zone/s0', 'zone/s2099']) say(topic, { t: 2 })
  expect(say('zone/s0', { t: 3 }).devices).toBeUndefined()
  expect(say('zone/s2099', { t: 3 }).devices).toHaveLength(1)
})

test('whatever is sent, it neither throws nor says what is no number', () => {
  const payloads = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.json().map((text) => new TextEncoder().encode(text)),
    fc
      .dictionary(fc.string(), fc.oneof(fc.double(), fc.string(), fc.boolean(), fc.constant(null)))
      .map((fields) => new TextEncoder().encode(JSON.stringify(fields))),
  )
  fc.assert(
    fc.property(fc.array(payloads, { maxLength: 10 }), (messages) => {
      const fresh = openDialect(jsonDialect(settings))
      for (const payload of messages)
        for (const { value, metric } of speaking(fresh)('zone/x', payload).readings ?? []) {
          expect(Number.isFinite(value)).toBe(true)
          expect(metric).toMatch(/^[\p{L}\p{N}_.-]{1,80}$/u)
        }
    }),
  )
})

test('a device time without a zone names no moment', () => {
  const times = ['2026-11-03T02:00:00', '2026-11-03T10:00:00+08:00'].map(
    (time) => say('zone/s1', { t: 1, time }).readings?.[0]?.deviceUtcMs,
  )
  expect(times).toEqual([null, nowUtcMs])
})
