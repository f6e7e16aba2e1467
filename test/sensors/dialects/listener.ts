import * as fc from 'fast-check'
import { expect } from 'vitest'
import type { Dialect, Said } from '../../../gateway/domain/dialect.ts'
import type { Packet } from '../../../gateway/domain/reading.ts'

export type Message = readonly [topic: string, payload: string]

export const packet = (topic: string, payload: string | Uint8Array, more: Partial<Packet> = {}): Packet => ({
  topic,
  payload: typeof payload === 'string' ? new TextEncoder().encode(payload) : payload,
  qos: 1,
  retain: false,
  receivedUtcMs: Date.UTC(2026, 10, 3, 2),
  ...more,
})

/** A dialect that has just begun; `say` gives it a message that it must own. */
export function listener<State>(dialect: Dialect<State>) {
  const state = dialect.begin()
  return {
    state,
    owns: (topic: string) => dialect.owns(topic, state),
    filters: () => dialect.filters(state),
    say(topic: string, payload: string | Uint8Array, more: Partial<Packet> = {}): Said {
      expect(dialect.owns(topic, state), topic).toBe(true)
      return dialect.decode(packet(topic, payload, more), state)
    },
  }
}

/** Readings of one device as `{ metric: value }`. */
export const valuesOf = (said: Said, device?: string): Record<string, number> =>
  Object.fromEntries(
    (said.readings ?? [])
      .filter((one) => device === undefined || one.device === device)
      .map((one) => [one.metric, one.value]),
  )

/** What was announced as `{ metric: [unit, kind, type] }`. */
export const metricsOf = (said: Said): Record<string, readonly (string | null)[]> =>
  Object.fromEntries(
    (said.devices ?? []).flatMap(({ metrics }) => metrics).map((one) => [one.key, [one.unit, one.kind, one.type]]),
  )

/**
 * Messages made from real ones: random bytes, real ones with bytes changed, and JSON of any shape with keys of real ones. Whatever comes, nothing is
 * thrown, every value is finite, and names are what may be stored.
 */
export function fuzz<State>(dialect: Dialect<State>, real: readonly Message[]): void {
  const topics = fc.oneof(
    fc.constantFrom(...real.map(([topic]) => topic)),
    fc
      .tuple(
        fc.constantFrom(...real.map(([topic]) => topic.split('/'))),
        fc.nat(8),
        fc.oneof(fc.string(), fc.constantFrom('+', '#', '', 'x'.repeat(500), '\0', '__proto__', '温度')),
      )
      .map(([parts, at, text]) => parts.with(at % parts.length, text).join('/')),
  )
  const keys = [...new Set(real.flatMap(([, payload]) => payload.match(/"[^"]+"(?=\s*:)/g) ?? []))].map((key) =>
    key.slice(1, -1),
  )
  const names = fc.constantFrom(...keys, '__proto__', 'constructor', 'toString', 'a\nb,c=1')
  const anyJson = fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom<unknown>(null, true, 0, -0, 1e308, 'NaN', '1e999', '', 'on', '3.5', 'constructor'),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string(),
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(names, tie('json'), { maxKeys: 6 }),
    ),
  })).json
  const encode = (text: string) => new TextEncoder().encode(text)
  const payloads = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.constantFrom(...real.map(([, payload]) => encode(payload))),
    fc
      .tuple(
        fc.constantFrom(...real.map(([, payload]) => payload)),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
      )
      .map(([payload, changes]) => {
        const bytes = encode(payload)
        for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte
        return bytes
      }),
    // A digit becomes a number that no float holds.
    fc.constantFrom(...real.map(([, payload]) => encode(payload.replace(/\d+\.\d+/, '9e999')))),
    anyJson.map((json) => encode(JSON.stringify(json))),
  )
  const message = fc.record({ topic: topics, payload: payloads, retain: fc.boolean() })
  fc.assert(
    fc.property(fc.array(message, { maxLength: 12 }), (messages) => {
      const state = dialect.begin()
      for (const { topic, payload, retain } of messages) {
        if (!dialect.owns(topic, state)) continue
        const said = dialect.decode(packet(topic, payload, { retain }), state)
        expect({ topic, problems: problemsOf(said) }).toEqual({ topic, problems: [] })
        expect(dialect.filters(state).find((filter) => /\0|[^/][+#]|[+#][^/]/.test(filter))).toBeUndefined()
      }
      expect(Object.keys(Object.prototype)).toEqual([])
    }),
    { numRuns: 150 },
  )
}

function problemsOf({ readings = [], devices = [] }: Said): unknown[] {
  const isName = (device: string) => device.length > 0 && device.length <= 180
  const isKey = (key: string) => /^[\p{L}\p{N}_.-]{1,80}$/u.test(key)
  const isMoment = (utcMs: number | null) => utcMs === null || Number.isSafeInteger(utcMs)
  return [
    ...readings.filter(
      (one) => !(Number.isFinite(one.value) && isMoment(one.deviceUtcMs) && isKey(one.metric) && isName(one.device)),
    ),
    ...devices.filter(
      ({ device, name, metrics }) => !(isName(device) && name.length <= 100 && metrics.every(({ key }) => isKey(key))),
    ),
  ]
}

/** Six thousand devices leave no more behind than some thousands. */
export function isBounded<State>(
  dialect: Dialect<State>,
  messageOf: (at: number) => Message,
  sizeOf: (state: State) => number,
): void {
  const state = dialect.begin()
  for (let at = 0; at < 6_000; at++) dialect.decode(packet(...messageOf(at)), state)
  expect(sizeOf(state)).toBeLessThanOrEqual(4_000)
  expect(sizeOf(state)).toBeGreaterThan(0)
}
