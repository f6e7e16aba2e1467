import type { MetricSaid } from '../../domain/dialect.ts'
import { metricKey } from '../../domain/json-metrics.ts'
import { toValue } from '../../domain/payload.ts'
import type { MetricType } from '../../domain/reading.ts'
import { isObject } from './fields.ts'

/** A value of a device's state: what it is, where it stands, and how it is read. */
export interface Exposed {
  readonly metric: MetricSaid
  /** Keys down into the JSON of the state, e.g. `color`, `x`. */
  readonly path: readonly string[]
  /** What a binary says when it is 1 and when it is 0, in small letters; undefined for numbers. */
  readonly on: string | undefined
  readonly off: string | undefined
}

type Fields = Record<string, unknown>
export const textIn = (fields: Fields, key: string, most = 120): string | null => {
  const text = Object.hasOwn(fields, key) ? fields[key] : undefined
  return typeof text === 'string' && text !== '' ? text.slice(0, most).toWellFormed() : null
}

const maxDepth = 4
export const maxExposes = 128
const published = 1

/** Home Assistant's device classes for properties that have one; the others are a number with a unit. */
const kinds: ReadonlyMap<string, string> = new Map([
  ...[
    'temperature',
    'humidity',
    'illuminance',
    'battery',
    'voltage',
    'current',
    'power',
    'energy',
    'occupancy',
    'presence',
    'smoke',
    'gas',
    'carbon_monoxide',
    'vibration',
    'tamper',
    'pm1',
    'pm10',
  ].map((name) => [name, name] as const),
  ['local_temperature', 'temperature'],
  ['pressure', 'atmospheric_pressure'],
  ['device_temperature', 'temperature'],
  ['soil_moisture', 'moisture'],
  ['water_leak', 'moisture'],
  ['contact', 'door'],
  ['battery_low', 'battery'],
  ['co2', 'carbon_dioxide'],
  ['voc', 'volatile_organic_compounds'],
  ['pm25', 'pm25'],
  ['illuminance_lux', 'illuminance'],
  ['power_apparent', 'apparent_power'],
  ['power_factor', 'power_factor'],
  ['ac_frequency', 'frequency'],
])

/**
 * Numbers and binaries of a device's `exposes` that its published state holds, specific types (`climate`, `switch`) and composites walked
 * (zigbee2mqtt.io, Exposes). How good its radio link is says nothing about food: left out, unless there is nothing else.
 */
export function readExposes(exposes: unknown): { exposed: Exposed[]; full: boolean } {
  const found = new Map<string, Exposed>()
  let full = false

  function walk(list: unknown, path: readonly string[]) {
    if (!Array.isArray(list) || path.length > maxDepth) return
    for (const raw of list.slice(0, maxExposes)) {
      if (!isObject(raw)) continue
      const property = textIn(raw, 'property', 60)
      if (Array.isArray(raw.features)) walk(raw.features, property === null ? path : [...path, property])
      else if (property !== null) add(raw, [...path, property])
    }
  }

  function add(fields: Fields, path: readonly string[]) {
    const type = fields.type === 'numeric' ? 'number' : fields.type === 'binary' ? 'binary' : undefined
    const access = typeof fields.access === 'number' ? fields.access : 0
    // Settings of the device (`category: config`) are published too, and are no measurements.
    if (!type || (access & published) === 0 || fields.category === 'config') return
    const key = metricKey(path.join('.'))
    if (found.has(key)) return
    if (found.size >= maxExposes) full = true
    else found.set(key, toExposed(fields, key, path, type))
  }

  walk(exposes, [])
  if (found.size > 1) found.delete('linkquality')
  return { exposed: [...found.values()], full }
}

function toExposed(fields: Fields, key: string, path: readonly string[], type: MetricType): Exposed {
  const name = textIn(fields, 'name') ?? key
  const own = textIn(fields, 'label') ?? name
  const label = [...path.slice(0, -1), own].join(' ')
  const endpoint = textIn(fields, 'endpoint')
  return {
    metric: {
      key,
      name: endpoint === null || label.toLowerCase().includes(endpoint.toLowerCase()) ? label : `${label} ${endpoint}`,
      unit: type === 'binary' ? null : textIn(fields, 'unit', 20),
      kind: kinds.get(name) ?? null,
      type,
      expiresMs: null,
      guessed: false,
    },
    path,
    on: wordOf(fields.value_on),
    off: wordOf(fields.value_off),
  }
}

/** A word of the device as JSON or text may say it: `ON`, `true`, `1`. */
const wordOf = (raw: unknown): string | undefined =>
  typeof raw === 'string' || typeof raw === 'boolean' || typeof raw === 'number'
    ? String(raw).trim().toLowerCase().slice(0, 60)
    : undefined

/**
 * The value of one metric in a state.
 * @returns undefined when the state does not speak of it: a value that is not known yet is null
 */
export function valueIn(state: unknown, exposed: Exposed): number | 'not-a-number' | undefined {
  let raw = state
  for (const key of exposed.path) {
    if (!isObject(raw) || !Object.hasOwn(raw, key)) return undefined
    raw = raw[key]
  }
  return raw === null || raw === undefined ? undefined : readValue(raw, exposed)
}

/** A value as the device says that it is written. A closed contact says true, and is 0: `value_on` is what matters. */
export function readValue(raw: unknown, { metric: { type }, on, off }: Exposed): number | 'not-a-number' {
  if (type === 'binary' && on !== undefined) {
    const word = wordOf(raw)
    return word === on ? 1 : word === off ? 0 : 'not-a-number'
  }
  const found = toValue(raw)
  return found?.type === type ? found.value : 'not-a-number'
}
