import { crc32 } from 'node:zlib'
import type { UtcMs } from '../domain/units.ts'

/**
 * A batch of readings as two blobs, each with a CRC-32 in front. Numbers lie as this machine has them: an outbox is not carried elsewhere.
 *
 * head: u32 crc, u32 entries; each u32 series, u32 readings, f64 from, f64 to
 * body: u32 crc, u32 flags, u32 readings, u32 0; columns f64 utcMs, f64 value, f64 raw (flag 1), f64 device time (flag 2), u32 series,
 *       u32 source, u8 quality. NaN in raw and device time: there is none.
 */
export interface Columns {
  readonly count: number
  readonly utcMs: Float64Array
  readonly value: Float64Array
  readonly raw: Float64Array | undefined
  readonly device: Float64Array | undefined
  readonly series: Uint32Array
  readonly source: Uint32Array
  /** Places in `readingQualities`. */
  readonly quality: Uint8Array
}

/** What a batch holds of one series. */
export interface Entry {
  readonly series: number
  readonly readings: number
  readonly fromUtcMs: UtcMs
  readonly toUtcMs: UtcMs
}

export interface Packed {
  readonly count: number
  readonly fromUtcMs: UtcMs
  readonly toUtcMs: UtcMs
  readonly entries: readonly Entry[]
  readonly head: Uint8Array
  readonly body: Uint8Array
}

/** A row of a batch, in numbers. */
export interface Row {
  readonly series: number
  readonly source: number
  readonly quality: number
  readonly utcMs: UtcMs
  readonly value: number
  /** NaN: none. */
  readonly raw: number
  /** NaN: none. */
  readonly device: number
}

const headStart = 8
const entryBytes = 24
const bodyStart = 16
const hasRaw = 1
const hasDevice = 2

/** Collects up to `capacity` rows; `take` gives them as one batch and begins anew. */
export function batchBuilder(capacity: number) {
  // Columns, and no object for each reading: tens of thousands a second would be garbage.
  const floats = () => new Float64Array(capacity)
  const whole = () => new Uint32Array(capacity)
  const columns = {
    utcMs: floats(),
    value: floats(),
    raw: floats(),
    device: floats(),
    series: whole(),
    source: whole(),
    quality: new Uint8Array(capacity),
  }
  let count = 0
  return {
    get count() {
      return count
    },
    add({ series, source, quality, utcMs, value, raw, device }: Row): void {
      columns.utcMs[count] = utcMs
      columns.value[count] = value
      columns.raw[count] = raw
      columns.device[count] = device
      columns.series[count] = series
      columns.source[count] = source
      columns.quality[count] = quality
      count++
    },
    clear: (): void => void (count = 0),
    take(): Packed {
      const packed = pack(columns, count)
      count = 0
      return packed
    },
  }
}

type Filled = { readonly [column in keyof Omit<Columns, 'count'>]-?: NonNullable<Columns[column]> }

function pack(filled: Filled, count: number): Packed {
  const hasAny = (column: Float64Array) => column.subarray(0, count).some((number) => !Number.isNaN(number))
  const flags = (hasAny(filled.raw) ? hasRaw : 0) | (hasAny(filled.device) ? hasDevice : 0)
  const body = new Uint8Array(sizeOf(count, flags))
  const into = columnsIn(body, count, flags)
  for (const column of ['utcMs', 'value', 'raw', 'device'] as const)
    into[column]?.set(filled[column].subarray(0, count))
  for (const column of ['series', 'source'] as const) into[column].set(filled[column].subarray(0, count))
  into.quality.set(filled.quality.subarray(0, count))
  const words = new Uint32Array(body.buffer, 0, bodyStart / 4)
  words[1] = flags
  words[2] = count
  words[0] = crc32(body.subarray(4))
  const entries = entriesOf(into)
  const fromUtcMs = entries.reduce((least, entry) => Math.min(least, entry.fromUtcMs), Number.POSITIVE_INFINITY)
  const toUtcMs = entries.reduce((most, entry) => Math.max(most, entry.toUtcMs), Number.NEGATIVE_INFINITY)
  return { count, fromUtcMs, toUtcMs, entries, head: packHead(entries), body }
}

function entriesOf({ count, series, utcMs }: Columns): Entry[] {
  const found = new Map<number, { series: number; readings: number; fromUtcMs: number; toUtcMs: number }>()
  for (let n = 0; n < count; n++) {
    const [id, time] = [series[n] as number, utcMs[n] as number]
    const entry = found.get(id)
    if (entry) {
      entry.readings++
      if (time < entry.fromUtcMs) entry.fromUtcMs = time
      if (time > entry.toUtcMs) entry.toUtcMs = time
    } else found.set(id, { series: id, readings: 1, fromUtcMs: time, toUtcMs: time })
  }
  return [...found.values()]
}

const sizeOf = (count: number, flags: number) =>
  bodyStart + count * (16 + (flags & hasRaw ? 8 : 0) + (flags & hasDevice ? 8 : 0) + 9)

/** Views into a body that begins at a multiple of eight. */
function columnsIn(body: Uint8Array, count: number, flags: number): Columns {
  const { buffer } = body
  let at = body.byteOffset + bodyStart
  const floats = () => {
    const column = new Float64Array(buffer, at, count)
    at += 8 * count
    return column
  }
  const whole = () => {
    const column = new Uint32Array(buffer, at, count)
    at += 4 * count
    return column
  }
  return {
    count,
    utcMs: floats(),
    value: floats(),
    raw: flags & hasRaw ? floats() : undefined,
    device: flags & hasDevice ? floats() : undefined,
    series: whole(),
    source: whole(),
    quality: new Uint8Array(buffer, at, count),
  }
}

function packHead(entries: readonly Entry[]): Uint8Array {
  const head = new Uint8Array(headStart + entries.length * entryBytes)
  const view = new DataView(head.buffer)
  view.setUint32(4, entries.length, true)
  entries.forEach(({ series, readings, fromUtcMs, toUtcMs }, n) => {
    const at = headStart + n * entryBytes
    view.setUint32(at, series, true)
    view.setUint32(at + 4, readings, true)
    view.setFloat64(at + 8, fromUtcMs, true)
    view.setFloat64(at + 16, toUtcMs, true)
  })
  view.setUint32(0, crc32(head.subarray(4)), true)
  return head
}

/** @returns undefined when the bytes are not what was written */
export function unpack(bytes: Uint8Array): Columns | undefined {
  if (bytes.byteLength < bodyStart) return undefined
  const body = bytes.byteOffset % 8 === 0 ? bytes : Uint8Array.from(bytes)
  const [crc, flags = 0, count = 0] = new Uint32Array(body.buffer, body.byteOffset, bodyStart / 4)
  if (body.byteLength !== sizeOf(count, flags) || crc32(body.subarray(4)) !== crc) return undefined
  return columnsIn(body, count, flags)
}

/** @returns undefined when the bytes are not what was written */
export function unpackHead(head: Uint8Array): Entry[] | undefined {
  if (head.byteLength < headStart) return undefined
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const entries = view.getUint32(4, true)
  if (head.byteLength !== headStart + entries * entryBytes || crc32(head.subarray(4)) !== view.getUint32(0, true))
    return undefined
  return Array.from({ length: entries }, (_, n) => {
    const at = headStart + n * entryBytes
    return {
      series: view.getUint32(at, true),
      readings: view.getUint32(at + 4, true),
      fromUtcMs: view.getFloat64(at + 8, true),
      toUtcMs: view.getFloat64(at + 16, true),
    }
  })
}
