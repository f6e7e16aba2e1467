import type { DeviceSaid, MetricSaid, NotRead, ReadingSaid } from '../../domain/dialect.ts'
import { metricKey } from '../../domain/json-metrics.ts'
import type { QuarantineReason } from '../../domain/reading.ts'
import { numberOf, type SparkplugMetric, type SparkplugPayload, sparkplugTypes } from '../../domain/sparkplug.ts'
import type { UtcMs } from '../../domain/units.ts'

/** What a birth said about one metric. `key` is null for what is no measurement: text, data sets, controls. */
interface Announced {
  readonly key: string | null
  readonly datatype: number | null
}
/** The metrics of a node or device since its last birth. */
export interface Born {
  /** Not since it died. */
  alive: boolean
  readonly byName: Map<string, Announced>
  readonly byAlias: Map<number | bigint, Announced>
}
/** How many metrics all nodes and devices together may announce. */
export const maxAnnounced = 20_000
/** And each of them. */
const maxOfDevice = 2_000

const numeric: ReadonlySet<number | null> = new Set([
  1,
  2,
  3,
  4,
  5,
  6,
  7,
  8,
  sparkplugTypes.Float,
  sparkplugTypes.Double,
])
/** Commands and counters of the protocol itself (sections 6.4.20 and 5.4). */
const isControl = (name: string) =>
  name === 'bdSeq' || name.startsWith('Node Control/') || name.startsWith('Device Control/')

export interface BirthRead {
  readonly born: Born
  /** Undefined when it measures nothing. */
  readonly said: DeviceSaid | undefined
  readonly readings: readonly ReadingSaid[]
  readonly notRead: readonly NotRead[]
}

/**
 * Reads an NBIRTH or DBIRTH: all of its metrics, with their values of now.
 * @param room how many more metrics may be announced
 */
export function readBirth(device: string, payload: SparkplugPayload, room: number): BirthRead {
  const born: Born = { alive: true, byName: new Map(), byAlias: new Map() }
  const metrics: MetricSaid[] = []
  const readings: ReadingSaid[] = []
  const reasons = new Set<QuarantineReason>()
  const keys = new Map<string, number>()
  const words = new Map<string, string>()
  const most = Math.min(room, maxOfDevice)
  if (payload.more) reasons.add('too-many-metrics')

  for (const metric of payload.metrics) {
    const { name, alias, datatype } = metric
    if (!name) {
      reasons.add('bad-protobuf')
      continue
    }
    if (born.byName.has(name)) continue
    if (born.byName.size >= most) {
      reasons.add('too-many-metrics')
      break
    }
    const usable = isMeasurement(metric) && !isControl(name)
    const announced = { key: usable ? freeKey(name, keys) : null, datatype }
    born.byName.set(name, announced)
    if (alias !== null) born.byAlias.set(alias, announced)
    if (announced.key !== null) metrics.push(toMetric(announced.key, name, metric))
    else if (metric.value?.as === 'text' && metric.value.value !== null) words.set(lastPart(name), metric.value.value)
    const reading = readValue(device, announced, metric, payload.timestampMs)
    if (typeof reading === 'string') reasons.add(reading)
    else if (reading) readings.push(reading)
  }
  const name = device.slice(device.lastIndexOf('/') + 1)
  return {
    born,
    said: metrics.length === 0 ? undefined : { device, name, model: modelOf(words), metrics, complete: true },
    readings,
    notRead: [...reasons].map((reason) => ({ reason, device })),
  }
}

/** Reads an NDATA or DDATA. Without a birth none of its metrics is known. */
export function readData(
  device: string,
  payload: SparkplugPayload,
  born: Born | undefined,
): { readings: readonly ReadingSaid[]; notRead: readonly NotRead[]; unknown: boolean } {
  const readings: ReadingSaid[] = []
  const reasons = new Set<QuarantineReason>()
  if (payload.more) reasons.add('too-many-metrics')
  for (const metric of payload.metrics) {
    if (metric.name === null && metric.alias === null) {
      reasons.add('bad-protobuf')
      continue
    }
    const announced = announcedFor(metric, born)
    const reading = announced ? readValue(device, announced, metric, payload.timestampMs) : 'unknown-alias'
    if (typeof reading === 'string') reasons.add(reading)
    else if (reading) readings.push(reading)
  }
  return {
    readings,
    notRead: [...reasons].map((reason) => ({ reason, device })),
    unknown: reasons.has('unknown-alias'),
  }
}

/** The number of the connection, by which a death finds its birth (section 6.4.20); null when it is not said. */
export function bdSeqOf({ metrics }: SparkplugPayload): number | null {
  const found = metrics.find(({ name }) => name === 'bdSeq')
  return found?.value ? numberOf(found.value, found.datatype) : null
}

function announcedFor({ name, alias }: SparkplugMetric, born: Born | undefined): Announced | undefined {
  const byAlias = alias === null ? undefined : born?.byAlias.get(alias)
  return byAlias ?? (name === null ? undefined : born?.byName.get(name))
}

/** A transient metric asks not to be kept (section 6.4.6); a moment, a text or a table is no measurement. */
function isMeasurement({ datatype, transient }: SparkplugMetric): boolean {
  return !transient && (datatype === sparkplugTypes.Boolean || numeric.has(datatype))
}

function toMetric(key: string, name: string, { datatype, properties }: SparkplugMetric): MetricSaid {
  return {
    key,
    name,
    unit: unitOf(properties),
    kind: null,
    type: datatype === sparkplugTypes.Boolean ? 'binary' : 'number',
    expiresMs: null,
    guessed: false,
  }
}

/** @returns the reading, why there is none, or undefined when the device itself says that it has no value */
function readValue(
  device: string,
  { key, datatype }: Announced,
  metric: SparkplugMetric,
  sentUtcMs: UtcMs | null,
): ReadingSaid | QuarantineReason | undefined {
  if (key === null || metric.isNull || metric.value === null || isBad(metric)) return undefined
  const type = metric.datatype ?? datatype
  const number = numberOf(metric.value, type)
  if (number === null || !Number.isFinite(number)) return 'not-a-number'
  return {
    device,
    metric: key,
    value: datatype === sparkplugTypes.Boolean && number !== 0 ? 1 : number,
    unit: null,
    deviceUtcMs: plausible(metric.timestampMs) ?? plausible(sentUtcMs),
    historical: metric.historical,
  }
}

/** The property `Quality`: 192 is good, 0 bad and 500 stale (section 6.4.11). */
function isBad({ properties }: SparkplugMetric): boolean {
  const quality = properties.get('Quality') ?? properties.get('quality')
  return quality === 0 || quality === 500
}

const oldestUtcMs = Date.UTC(2015, 0)
const newestUtcMs = Date.UTC(2100, 0)
const plausible = (utcMs: UtcMs | null): UtcMs | null =>
  utcMs !== null && utcMs >= oldestUtcMs && utcMs <= newestUtcMs ? utcMs : null

/** The specification names no property for it; these are what edge nodes use. */
const unitProperties: readonly string[] = ['engunit', 'engunits', 'engineering units', 'unit', 'units', 'uom']

function unitOf(properties: ReadonlyMap<string, string | number>): string | null {
  for (const [key, value] of properties)
    if (typeof value === 'string' && value.trim() !== '' && unitProperties.includes(key.toLowerCase()))
      return value.trim().slice(0, 20)
  return null
}

/**
 * `Inputs/A` is kept as `Inputs_A`; names that become the same key are told apart by a number.
 * @param keys those in use, with the last number given to each
 */
function freeKey(name: string, keys: Map<string, number>): string {
  const plain = metricKey(name)
  let copy = keys.get(plain)
  if (copy === undefined) {
    keys.set(plain, 1)
    return plain
  }
  let key: string
  do key = `${plain.slice(0, 74)}_${++copy}`
  while (keys.has(key))
  keys.set(plain, copy)
  keys.set(key, 1)
  return key
}

const lastPart = (name: string) => name.slice(name.lastIndexOf('/') + 1).toLowerCase()
const makerWords: readonly string[] = ['hardware make', 'manufacturer', 'make', 'vendor']
const modelWords: readonly string[] = ['hardware model', 'model']

/** Nodes tell maker and model as text metrics such as `Properties/Hardware Make`. */
function modelOf(words: ReadonlyMap<string, string>): string | null {
  const first = (names: readonly string[]) => names.map((name) => words.get(name)).find((word) => word)
  const model = [first(makerWords), first(modelWords)].filter((word) => word !== undefined).join(' ')
  return model === '' ? null : model.slice(0, 120)
}
