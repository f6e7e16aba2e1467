import type { DeviceSaid, MetricSaid, NotRead, ReadingSaid, Said } from '../../domain/dialect.ts'
import { metricKey } from '../../domain/json-metrics.ts'
import { parsePayload, toValue } from '../../domain/payload.ts'
import type { QuarantineReason } from '../../domain/reading.ts'
import type { Millis, UtcMs } from '../../domain/units.ts'

/** Something in a message that may be a value. */
export interface Field {
  /** Name of the metric; made a `metricKey` here. */
  readonly key: string
  readonly name: string
  /** As it stands in the message; what is no number, flag or text of one is no reading. */
  readonly raw: unknown
  readonly unit: string | null
  readonly kind: string | null
  readonly guessed: boolean
  /** See `MetricSaid.expiresMs`; else that of the device. */
  readonly expiresMs?: Millis
}

/** Whose a message is. `device` is its name in the dialect. */
export interface Who {
  readonly device: string
  readonly name: string
  readonly model: string | null
  /** See `MetricSaid.expiresMs`. */
  readonly expiresMs?: Millis | null
}

interface Known {
  readonly name: string
  readonly model: string | null
  /** Metrics that were announced, with their units. */
  readonly metrics: Map<string, string | null>
  /** Metrics that came in another unit since: it is said with each value from then on. */
  readonly changing: Set<string>
}
/** Devices that were heard, the latest last. One that is forgotten is announced again when it speaks again. */
export type Devices = Map<string, Known>

const maxDevices = 4_000
const maxMetrics = 64
const maxLeaves = 256
/** Candidate ids are at most 200 characters, the dialect's prefix included. */
const maxDeviceLength = 180

export const notRead = (reason: QuarantineReason, device: string | null = null): Said => ({
  notRead: [{ reason, device }],
})

/**
 * The JSON object of a payload, or what to say when there is none. An empty payload clears a retained message, and says nothing.
 * @param device whose it is, as far as the topic tells
 */
export function objectOf(
  payload: Uint8Array,
  device: string | null,
): { readonly fields: Record<string, unknown> } | { readonly fields: null; readonly said: Said } {
  if (payload.byteLength === 0) return { fields: null, said: {} }
  const parsed = parsePayload(payload)
  if ('reason' in parsed) return { fields: null, said: notRead(parsed.reason, device) }
  const { json } = parsed
  if (json === undefined) return { fields: null, said: notRead('not-json', device) }
  return isObject(json) ? { fields: json } : { fields: null, said: notRead('no-values', device) }
}

export const isObject = (raw: unknown): raw is Record<string, unknown> =>
  typeof raw === 'object' && raw !== null && !Array.isArray(raw)

/** Text that says something, at most 100 characters; else null. */
export function textOf(raw: unknown): string | null {
  const text = typeof raw === 'string' ? raw.trim().slice(0, 100).toWellFormed() : ''
  return text === '' ? null : text
}

export interface Leaf {
  readonly path: readonly string[]
  readonly raw: unknown
}

/**
 * What stands in an object, at any depth, at most 256 of it.
 * @param skip keys that are left out, with all below them
 * @param lists entries of lists as `1`, `2` ...; otherwise lists are left out
 */
export function leavesOf(json: unknown, skip: (key: string) => boolean, lists: boolean): Leaf[] {
  const leaves: Leaf[] = []
  const walk = (raw: unknown, path: readonly string[]) => {
    if (leaves.length >= maxLeaves) return
    if (Array.isArray(raw)) {
      if (lists) for (const [at, inner] of raw.entries()) walk(inner, [...path, String(at + 1)])
    } else if (isObject(raw)) {
      for (const [key, inner] of Object.entries(raw)) if (!skip(key)) walk(inner, [...path, key])
    } else if (path.length > 0) leaves.push({ path, raw })
  }
  walk(json, [])
  return leaves
}

/** Announces what is new of a device without a reading. */
export function announce(devices: Devices, who: Who, fields: readonly Field[]): Said {
  const said = hear(devices, who, fields, null)
  return said.devices ? { devices: said.devices } : {}
}

/**
 * What a message of a device says: readings, and what has not been announced of the device yet. A metric that was announced and is no
 * number now (`null` of a broken probe) is not read; other text is no metric.
 */
export function hear(devices: Devices, who: Who, fields: readonly Field[], deviceUtcMs: UtcMs | null): Said {
  const { device } = who
  if (device === '' || device.length > maxDeviceLength) return notRead('bad-topic')
  const known = remembered(devices, who)
  const metrics: MetricSaid[] = []
  const readings: ReadingSaid[] = []
  const reasons = new Set<QuarantineReason>()
  const done = new Set<string>()
  for (const { key, name, raw, unit, kind, guessed, expiresMs = who.expiresMs ?? null } of fields) {
    const metric = metricKey(key)
    if (done.has(metric)) continue
    const read = toValue(raw)
    if (!read) {
      if (typeof raw === 'number' || known.metrics.has(metric)) reasons.add('not-a-number')
      continue
    }
    done.add(metric)
    const saidUnit = read.type === 'binary' ? null : unit
    const knownUnit = known.metrics.get(metric)
    if (knownUnit === undefined) {
      if (known.metrics.size >= maxMetrics) {
        reasons.add('too-many-metrics')
        continue
      }
      known.metrics.set(metric, saidUnit)
      const { type } = read
      metrics.push({
        key: metric,
        name: name.slice(0, 100),
        unit: saidUnit,
        kind,
        type,
        expiresMs,
        guessed,
      })
    }
    // What is guessed is guessed once.
    if (knownUnit !== undefined && !guessed && knownUnit !== saidUnit) known.changing.add(metric)
    const unitNow = known.changing.has(metric) ? saidUnit : null
    const said = { device, metric, value: read.value, unit: unitNow, deviceUtcMs, historical: false }
    readings.push(said)
  }
  const isChanged = metrics.length > 0 || (known.isRenamed && known.metrics.size > 0)
  return {
    ...(isChanged && { devices: [deviceSaid(who, metrics)] }),
    ...(readings.length > 0 && { readings }),
    ...(reasons.size > 0 && { notRead: [...reasons].map((reason): NotRead => ({ reason, device })) }),
  }
}

const deviceSaid = ({ device, name, model }: Who, metrics: readonly MetricSaid[]): DeviceSaid => ({
  device,
  name: name.slice(0, 100),
  model,
  metrics,
  complete: false,
})

/** What is known of the device, moved to the end; the one that was silent longest makes room. */
function remembered(devices: Devices, { device, name, model }: Who): Known & { readonly isRenamed: boolean } {
  const before = devices.get(device)
  const { metrics = new Map<string, string | null>(), changing = new Set<string>() } = before ?? {}
  const known = { name, model, metrics, changing }
  keepLast(devices, device, known, maxDevices)
  return { ...known, isRenamed: before !== undefined && (before.name !== name || before.model !== model) }
}

/** Sets an entry as the last one; above `most` the first one goes. */
export function keepLast<Value>(map: Map<string, Value>, key: string, value: Value, most: number): void {
  map.delete(key)
  map.set(key, value)
  if (map.size <= most) return
  const first = map.keys().next()
  if (first.done === false) map.delete(first.value)
}
