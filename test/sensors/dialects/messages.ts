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

/** Whatever comes, nothing is thrown, values are finite and names can be kept. */
export function survivesAnything<State>(dialect: Dialect<State>, real: readonly Message[], numRuns = 300) {
  fc.assert(
    fc.property(anyMessages(real), (messages) => {
      const state = dialect.begin()
      for (const [at, message] of messages.entries()) {
        if (!dialect.owns(message.topic, state)) continue
        const said = dialect.decode(packetOf(message, at * 3_000), state)
        for (const reading of said.readings ?? []) {
          expect(Number.isFinite(reading.value)).toBe(true)
          expect(reading.deviceUtcMs === null || Number.isFinite(reading.deviceUtcMs)).toBe(true)
        }
        for (const { device, metrics } of said.devices ?? []) {
          expect(`${dialect.prefix}${device}`.length).toBeLessThanOrEqual(200)
          const keys = metrics.map(({ key }) => key)
          expect(keys.every((key) => key.length >= 1 && key.length <= 80)).toBe(true)
          expect(new Set(keys).size).toBe(keys.length)
        }
      }
      expect(({} as Record<string, unknown>).a).toBeUndefined()
    }),
    { numRuns },
  )
}
