import { type WireReader, type WireWriter, wireReader, wireWriter } from './protobuf.ts'
import type { UtcMs } from './units.ts'

/** Data types by name, Sparkplug 3.0 section 6.4.16. Those that are no single value (16, 19 and above) are not named: they are stepped over. */
export const sparkplugTypes = {
  Int8: 1,
  Int16: 2,
  Int32: 3,
  Int64: 4,
  UInt8: 5,
  UInt16: 6,
  UInt32: 7,
  UInt64: 8,
  Float: 9,
  Double: 10,
  Boolean: 11,
  String: 12,
  DateTime: 13,
  Text: 14,
  UUID: 15,
} as const
export type SparkplugType = keyof typeof sparkplugTypes

/** A value as it stands in the bytes: what a whole number means only its data type tells, which may have been said in the birth. */
export type SparkplugValue =
  | { readonly as: 'whole'; readonly lo: number; readonly hi: number }
  | { readonly as: 'real'; readonly value: number }
  | { readonly as: 'text'; readonly value: string | null }
  /** Bytes, a data set, a template. */
  | { readonly as: 'other' }

export interface SparkplugMetric {
  readonly name: string | null
  /** A bigint where it does not fit into a number. */
  readonly alias: number | bigint | null
  readonly timestampMs: UtcMs | null
  readonly datatype: number | null
  readonly historical: boolean
  readonly transient: boolean
  readonly isNull: boolean
  readonly value: SparkplugValue | null
  /** Text and whole numbers alone. */
  readonly properties: ReadonlyMap<string, string | number>
}
export interface SparkplugPayload {
  readonly timestampMs: UtcMs | null
  readonly seq: number | null
  readonly uuid: string | null
  readonly metrics: readonly SparkplugMetric[]
  /** There were more metrics than are read. */
  readonly more: boolean
}

const maxMetrics = 5_000
const maxProperties = 32
/** Bytes of a name or text; longer ones are null. */
const maxText = 256
const noProperties: ReadonlyMap<string, string | number> = new Map()

/** Reads a payload (Sparkplug 3.0 section 6.4, `sparkplug_b.proto`). Undefined when the bytes are none. */
export function decodePayload(bytes: Uint8Array): SparkplugPayload | undefined {
  const reader = wireReader(bytes)
  let timestampMs: number | null = null
  let seq: number | null = null
  let uuid: string | null = null
  let more = false
  const metrics: SparkplugMetric[] = []
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    if (field === 1) timestampMs = reader.count()
    else if (field === 2 && metrics.length < maxMetrics) reader.inside(() => metrics.push(readMetric(reader)))
    else if (field === 3) seq = reader.count()
    else if (field === 4) uuid = reader.text(maxText)
    else {
      more ||= field === 2
      reader.skip()
    }
  }
  return reader.bad() ? undefined : { timestampMs, seq, uuid, metrics, more }
}

function readMetric(reader: WireReader): SparkplugMetric {
  let name: string | null = null
  let alias: number | bigint | null = null
  let timestampMs: number | null = null
  let datatype: number | null = null
  let historical = false
  let transient = false
  let isNull = false
  let value: SparkplugValue | null = null
  let properties = noProperties
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    if (field === 1) name = reader.text(maxText)
    else if (field === 2) alias = exact(reader.whole())
    else if (field === 3) timestampMs = reader.count()
    else if (field === 4) datatype = reader.count()
    else if (field === 5) historical = reader.count() !== 0
    else if (field === 6) transient = reader.count() !== 0
    else if (field === 7) isNull = reader.count() !== 0
    else if (field === 9) properties = readProperties(reader)
    else if (field === 10 || field === 11 || field === 14) value = { as: 'whole', ...reader.whole() }
    else if (field === 12) value = { as: 'real', value: reader.float() }
    else if (field === 13) value = { as: 'real', value: reader.double() }
    else if (field === 15) value = { as: 'text', value: reader.text(maxText) }
    else {
      if (field >= 16 && field <= 19) value = { as: 'other' }
      reader.skip()
    }
  }
  return { name, alias, timestampMs, datatype, historical, transient, isNull, value, properties }
}

const exact = ({ lo, hi }: { lo: number; hi: number }): number | bigint =>
  hi < 0x20_0000 ? hi * 0x1_0000_0000 + lo : (BigInt(hi) << 32n) | BigInt(lo)

/** Keys and values are two lists of the same length (section 6.4.9). */
function readProperties(reader: WireReader): ReadonlyMap<string, string | number> {
  const keys: (string | null)[] = []
  const values: (string | number | null)[] = []
  reader.inside(() => {
    for (let field = reader.field(); field !== 0; field = reader.field()) {
      if (field === 1 && keys.length < maxProperties) keys.push(reader.text(maxText))
      else if (field === 2 && values.length < maxProperties) reader.inside(() => values.push(readProperty(reader)))
      else reader.skip()
    }
  })
  const found = new Map<string, string | number>()
  for (const [at, key] of keys.entries()) {
    const value = values[at]
    if (key !== null && value !== null && value !== undefined) found.set(key, value)
  }
  return found
}

function readProperty(reader: WireReader): string | number | null {
  let value: string | number | null = null
  for (let field = reader.field(); field !== 0; field = reader.field()) {
    if (field === 3 || field === 4) value = reader.count()
    else if (field === 8) value = reader.text(maxText)
    else reader.skip()
  }
  return value
}

/**
 * The number that a value is, 0 or 1 for a boolean; null when it is no number. Of whole numbers beyond 2^53 it is the nearest float, as
 * everything that is stored here is one.
 */
export function numberOf(value: SparkplugValue, datatype: number | null): number | null {
  if (value.as === 'real') return value.value
  if (value.as !== 'whole') return null
  const { lo, hi } = value
  // Some libraries write small negative numbers as 8 or 16 bits, others as 32 or 64: the low bits are the same.
  if (datatype === sparkplugTypes.Int8) return (lo << 24) >> 24
  if (datatype === sparkplugTypes.Int16) return (lo << 16) >> 16
  if (datatype === sparkplugTypes.Int32) return lo | 0
  if (datatype === sparkplugTypes.Int64) return (hi | 0) * 0x1_0000_0000 + lo
  if (datatype === sparkplugTypes.Boolean) return lo === 0 && hi === 0 ? 0 : 1
  return hi * 0x1_0000_0000 + lo
}

/** A metric to be sent: with its name in a birth, with its alias alone afterwards. */
export interface NewSparkplugMetric {
  readonly name?: string
  readonly alias?: number
  readonly timestampMs?: UtcMs
  readonly type: SparkplugType
  /** null is sent as null. A boolean, a text or a number as `type` asks for. */
  readonly value: number | bigint | boolean | string | null
  readonly historical?: boolean
  /** Sent as the property `engUnit`. */
  readonly unit?: string
}
export interface NewSparkplugPayload {
  readonly timestampMs: UtcMs
  /** 0 to 255; commands and the death of a node have none. */
  readonly seq?: number
  readonly metrics: readonly NewSparkplugMetric[]
}

export function encodePayload({ timestampMs, seq, metrics }: NewSparkplugPayload): Uint8Array {
  const writer = wireWriter()
  writer.whole(1, timestampMs)
  for (const metric of metrics) writer.inside(2, () => writeMetric(writer, metric))
  if (seq !== undefined) writer.whole(3, seq)
  return writer.bytes()
}

function writeMetric(writer: WireWriter, metric: NewSparkplugMetric) {
  const { name, alias, timestampMs, type, value, historical, unit } = metric
  if (name !== undefined) writer.text(1, name)
  if (alias !== undefined) writer.whole(2, alias)
  if (timestampMs !== undefined) writer.whole(3, timestampMs)
  writer.whole(4, sparkplugTypes[type])
  if (historical === true) writer.whole(5, 1)
  if (value === null) writer.whole(7, 1)
  if (unit !== undefined)
    writer.inside(9, () => {
      writer.text(1, 'engUnit')
      writer.inside(2, () => {
        writer.whole(1, sparkplugTypes.String)
        writer.text(8, unit)
      })
    })
  if (value !== null) writeValue(writer, type, value)
}

function writeValue(writer: WireWriter, type: SparkplugType, value: number | bigint | boolean | string) {
  if (type === 'Float') writer.float(12, Number(value))
  else if (type === 'Double') writer.double(13, Number(value))
  else if (type === 'Boolean') writer.whole(14, value ? 1 : 0)
  else if (typeof value === 'string') writer.text(15, value)
  else if (type === 'Int64' || type === 'UInt64' || type === 'DateTime')
    writer.whole(11, typeof value === 'number' ? Math.trunc(value) : BigInt(value))
  else writer.whole(10, Number(value) >>> 0)
}
