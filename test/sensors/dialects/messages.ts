import * as fc from 'fast-check'
import { expect } from 'vitest'
import type { Dialect, Said } from '../../../gateway/domain/dialect.ts'
import type { Packet } from '../../../gateway/domain/reading.ts'

/** A real message, as a fixture keeps it. */
export interface Message {
  readonly topic: string
  readonly payload: Uint8Array
  readonly retain?: boolean
}

export const startUtcMs = Date.UTC(2026, 10, 24, 8)

export const packetOf = ({ topic, payload, retain = false }: Message, afterMs = 0): Packet => ({
  topic,
  payload,
  qos: 1,
  retain,
  receivedUtcMs: startUtcMs + afterMs,
})

/** A dialect that is listening: `hear` gives it a message of its own topic, and tells when the topic is none. */
export function listener<State>(dialect: Dialect<State>) {
  const state = dialect.begin()
  return {
    state,
    owns: (topic: string) => dialect.owns(topic, state),
    filters: () => dialect.filters(state),
    hear(topic: string, payload: Uint8Array | string | object, { afterMs = 0, retain = false } = {}): Said {
      expect(dialect.owns(topic, state), `${topic} is owned`).toBe(true)
      const bytes =
        payload instanceof Uint8Array
          ? payload
          : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))
      return dialect.decode(packetOf({ topic, payload: bytes, retain }, afterMs), state)
    },
  }
}

/** Values by metric. */
export const valuesOf = ({ readings = [] }: Said) =>
  Object.fromEntries(readings.map(({ metric, value }) => [metric, value]))

/** Who is alive and who is not. */
export const livenessOf = ({ liveness = [] }: Said) =>
  Object.fromEntries(liveness.map(({ device, alive }) => [device, alive]))

const oddParts = [
  '__proto__',
  'constructor',
  '$state',
  '$homie',
  '$description',
  '5',
  'bridge',
  'devices',
  '',
  '+',
  '#',
]

/** Real messages, with bytes and topics changed at chance, among messages of nothing but chance. */
function anyMessages(real: readonly Message[]): fc.Arbitrary<readonly Message[]> {
  const topics = fc.constantFrom(...real.map(({ topic }) => topic))
  const part = fc.oneof(fc.constantFrom(...oddParts), fc.string({ maxLength: 8 }))
  const oddTopic = fc.tuple(topics, fc.nat(), part).map(([topic, at, word]) => {
    const parts = topic.split('/')
    parts[at % parts.length] = word
    return parts.join('/')
  })
  const mutated = fc
    .tuple(
      fc.constantFrom(...real),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
      fc.nat(),
      fc.boolean(),
    )
    .map(([{ topic, payload }, changes, cut, isCut]): Message => {
      const bytes = Uint8Array.from(payload)
      for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte
      return { topic, payload: isCut && bytes.length > 0 ? bytes.subarray(0, cut % bytes.length) : bytes }
    })
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.string({ unit: 'binary', maxLength: 60 }).map((text) => Buffer.from(text)),
    fc.json({ maxDepth: 4 }).map((text) => Buffer.from(text)),
    fc
      .constantFrom('', 'NaN', '1e999', '-1e999', 'null', '{"__proto__":{"a":1}}', 'ready', 'lost')
      .map((text) => Buffer.from(text)),
  )
  const random = fc.record({ topic: fc.oneof(topics, oddTopic, fc.string()), payload })
  const moved = fc.tuple(oddTopic, mutated).map(([topic, message]) => ({ ...message, topic }))
  const message = fc.tuple(fc.oneof(mutated, fc.constantFrom(...real), moved, random), fc.boolean())
  return fc.array(
    message.map(([one, retain]) => ({ ...one, retain })),
    { minLength: 1, maxLength: 40 },
  )
}

/** What is wrong with what was said; empty when nothing is. */
function faultsOf(prefix: string, { readings = [], devices = [] }: Said): string[] {
  const faults: string[] = []
  for (const { metric, value, deviceUtcMs } of readings)
    if (!Number.isFinite(value) || (deviceUtcMs !== null && !Number.isFinite(deviceUtcMs)))
      faults.push(`${metric} is ${value} at ${deviceUtcMs}`)
  for (const { device, metrics } of devices) {
    if (`${prefix}${device}`.length > 200) faults.push(`${device} is too long`)
    const keys = metrics.map(({ key }) => key)
    if (new Set(keys).size !== keys.length) faults.push(`${device} has a key twice`)
    faults.push(...keys.filter((key) => key.length < 1 || key.length > 80))
  }
  return faults
}

/** Whatever comes, to a dialect that has just begun or to one that knows devices: nothing is thrown, values are finite and names can be kept. */
export function survivesAnything<State>(dialect: Dialect<State>, real: readonly Message[], numRuns = 100) {
  let heard = 0
  fc.assert(
    fc.property(anyMessages(real), fc.boolean(), (messages, isKnown) => {
      const state = dialect.begin()
      const hear = (message: Message, at: number) =>
        dialect.owns(message.topic, state) ? [dialect.decode(packetOf(message, at * 3_000), state)] : []
      if (isKnown) real.flatMap(hear)
      const said = messages.flatMap(hear)
      heard += said.filter(({ readings = [] }) => readings.length > 0).length
      expect(said.flatMap((one) => faultsOf(dialect.prefix, one))).toEqual([])
    }),
    { numRuns },
  )
  // Among all that is broken there was something to read.
  expect(heard).toBeGreaterThan(0)
  expect(({} as Record<string, unknown>).a).toBeUndefined()
}
