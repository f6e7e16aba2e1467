/** Anything may be published. Against the real registry, intake, outbox and line function; with a real gateway and InfluxDB: fuzz-gateway.test.ts. */
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Reading, Sensor, SensorCandidate } from '../../gateway/contract/sensor.ts'
import { line } from '../../gateway/domain/line-protocol.ts'
import { quietTools, scratchFolder, sensorParts } from '../support/sensors.ts'
import { type AnyMessage, anyMessage, briefly, oddNames } from './fuzz-messages.ts'
import { parseLine } from './line-parse.ts'

let end: AbortController
let parts: ReturnType<typeof sensorParts>
beforeEach(() => {
  end = new AbortController()
  parts = sensorParts(scratchFolder(end.signal), quietTools)
})
afterEach(() => {
  parts.close()
  end.abort()
})

const send = ({ topic, payload, retain }: AnyMessage) =>
  parts.intake.take({ topic: Buffer.from(topic).toString(), payload, qos: 1, retain, receivedUtcMs: Date.now() })

/** Puts whatever is found into an area, so that its readings are kept. */
function approveAll() {
  for (const { candidateId, sensorId } of parts.registry.candidates())
    if (sensorId === null && parts.registry.list().length < 200) parts.registry.approve({ candidateId, areaId: 'a-1' })
}
const polluted = () => [
  Object.keys(Object.prototype),
  Object.keys(Array.prototype),
  ({} as Record<string, unknown>).polluted,
]

test('whatever is published is taken: readings are whole, lists are what the contract says, nothing leaks into prototypes', async () => {
  const clean = polluted()
  let kept = 0
  await fc.assert(
    fc.asyncProperty(fc.array(anyMessage, { minLength: 1, maxLength: 20 }), async (messages) => {
      parts.readings.length = 0
      // Twice: what was found the first time is approved, and its readings are kept the second time.
      for (const message of messages) await send(message)
      approveAll()
      for (const message of messages) await send({ ...message, retain: false })
      for (const reading of parts.readings) {
        Reading.parse(reading)
        expect(Number.isFinite(reading.value)).toBe(true)
      }
      kept += parts.readings.length
    }),
    { numRuns: 150, asyncReporter: briefly },
  )
  expect(polluted()).toEqual(clean)
  for (const candidate of parts.registry.candidates()) SensorCandidate.parse(JSON.parse(JSON.stringify(candidate)))
  for (const sensor of parts.registry.list()) Sensor.parse(JSON.parse(JSON.stringify(sensor)))
  expect(parts.registry.list().length).toBeGreaterThan(10)
  expect(kept).toBeGreaterThan(100)
  for (const filter of parts.registry.subscriptions()) expect(filter.length).toBeLessThan(65_536)
}, 240_000)

test('a reading of such a device is one line of InfluxDB, with its own sensor, whatever its names are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyMessage, { minLength: 5, maxLength: 20 }), async (messages) => {
      parts.readings.length = 0
      for (const message of messages) await send(message)
      approveAll()
      for (const message of messages) await send({ ...message, retain: false })
      const metricsOf = new Map(parts.registry.list().map(({ id, metrics }) => [id, metrics]))
      for (const { sensorId, metric, value, quality, utcMs } of parts.readings) {
        const unit = metricsOf.get(sensorId)?.find(({ key }) => key === metric)?.unit ?? null
        const tags = { zone: 'z', sensor: sensorId, metric, unit }
        const text = line({ measurement: 'reading', tags, fields: { value, quality }, utcMs })
        const read = parseLine(text ?? '')
        expect(read).toMatchObject({ measurement: 'reading', utcMs })
        expect(read.tags.get('sensor')).toBe(sensorId)
        expect([...read.tags.keys()].every((key) => key in tags)).toBe(true)
        expect([...read.fields.keys()]).toEqual(['value', 'quality'])
        // Minus zero is zero.
        expect(Number(read.fields.get('value'))).toBe(value + 0)
      }
    }),
    { numRuns: 80, asyncReporter: briefly },
  )
}, 240_000)

test('odd names in every place of a line are that line, and two names that differ stay two series', () => {
  const odd = fc.oneof(fc.constantFrom(...oddNames), fc.string({ unit: 'binary', maxLength: 12 }))
  fc.assert(
    fc.property(
      odd,
      odd,
      odd,
      odd,
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      (metric, unit, text, key, value) => {
        const tags = { metric, unit, [`k${key}`]: 'x' }
        const read = parseLine(
          line({ measurement: `m${text}`, tags, fields: { value, text }, utcMs: 1_764_000_000_000 }) ?? '',
        )
        expect(read.utcMs).toBe(1_764_000_000_000)
        expect(read.tags.size).toBeLessThanOrEqual(3)
        expect([...read.fields.keys()]).toEqual(['value', 'text'])
        expect(Object.is(Number(read.fields.get('value')), value) || value === 0).toBe(true)
      },
    ),
    { numRuns: 2_000 },
  )
})

test('hostile sizes: a mebibyte, 20,000 brackets, 10,000 keys; whatever is not linear in them would never end', async () => {
  const shapes: readonly string[] = [
    'x'.repeat(1_048_576),
    '['.repeat(20_000),
    `{${Array.from({ length: 10_000 }, (_, n) => `"k${n}":${n}`).join(',')}}`,
    `{"a":"${'\\u0000'.repeat(100_000)}"}`,
    `[${'1,'.repeat(200_000)}1]`,
    `"${' '.repeat(500_000)}`,
  ]
  const topics = [
    'zone/s1',
    'homeassistant/device/x/config',
    'tele/x/SENSOR',
    'zigbee2mqtt/bridge/devices',
    'x/events/rpc',
    'spBv1.0/g/NBIRTH/n',
    'homie/5/x/$description',
    'v3/a/devices/b/up',
    'rtl_433/h/events',
  ]
  for (const topic of topics)
    for (const shape of shapes) await send({ topic: Buffer.from(topic), payload: Buffer.from(shape), retain: false })
  for (const { metrics } of parts.registry.candidates()) expect(metrics.length).toBeLessThanOrEqual(256)
}, 60_000)
