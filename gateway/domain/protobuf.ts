/**
 * The wire format of protobuf (protobuf.dev/programming-guides/encoding), as far as flat messages of a few kilobytes need it. The reader never
 * throws: what does not fit makes it `bad`, and every read after that gives a zero.
 */
export interface WireReader {
  /** The next field's number; 0 at the end of the message, and when the bytes are no protobuf. */
  field(): number
  /** A varint as two unsigned halves: 64 bits do not fit into a number. */
  whole(): { lo: number; hi: number }
  /** A varint as a number; above 2^53 the nearest float. */
  count(): number
  float(): number
  double(): number
  /** UTF-8; what is none becomes U+FFFD. Longer than `maxBytes` gives null. */
  text(maxBytes: number): string | null
  /** Reads a message inside this one: `read` sees its fields alone. */
  inside(read: () => void): void
  skip(): void
  bad(): boolean
}

const utf8 = new TextDecoder()

export function wireReader(bytes: Uint8Array): WireReader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  let end = bytes.byteLength
  let wire = 0
  let broken = false
  let lo = 0
  let hi = 0

  function fail() {
    broken = true
    at = end
    lo = 0
    hi = 0
  }

  function varint() {
    lo = 0
    hi = 0
    for (let shift = 0; shift < 70; shift += 7) {
      if (at >= end) return fail()
      const byte = bytes[at++] as number
      const bits = byte & 0x7f
      if (shift < 28) lo |= bits << shift
      else if (shift === 28) {
        lo |= bits << 28
        hi = bits >> 4
      } else hi |= bits << (shift - 32)
      if (byte < 0x80) {
        lo >>>= 0
        hi >>>= 0
        return
      }
    }
    fail()
  }

  /** @returns whether the field was written in this way; otherwise the message is of another kind */
  function written(as: number): boolean {
    if (wire !== as) fail()
    return !broken
  }
  /** Where `size` bytes from here begin, and steps over them; undefined when they are not there. */
  function take(size: number): number | undefined {
    if (size > end - at) {
      fail()
      return undefined
    }
    at += size
    return at - size
  }
  const length = (): number => {
    varint()
    return hi > 0 ? Number.POSITIVE_INFINITY : lo
  }

  return {
    field() {
      if (broken || at >= end) return 0
      varint()
      wire = lo & 7
      const field = lo >>> 3
      if (field === 0 || hi > 0) fail()
      return broken ? 0 : field
    },
    whole() {
      if (written(0)) varint()
      return { lo, hi }
    },
    count() {
      if (written(0)) varint()
      return broken ? 0 : hi * 0x1_0000_0000 + lo
    },
    float() {
      const from = written(5) ? take(4) : undefined
      return from === undefined ? 0 : shortFloat(view.getFloat32(from, true))
    },
    double() {
      const from = written(1) ? take(8) : undefined
      return from === undefined ? 0 : view.getFloat64(from, true)
    },
    text(maxBytes) {
      if (!written(2)) return ''
      const size = length()
      const from = take(size)
      if (from === undefined) return ''
      return size > maxBytes ? null : utf8.decode(bytes.subarray(from, from + size))
    },
    inside(read) {
      if (!written(2)) return
      const from = take(length())
      if (from === undefined) return
      const after = at
      const outer = end
      at = from
      end = after
      read()
      end = outer
      at = broken ? end : after
    },
    skip() {
      if (wire === 0) varint()
      else if (wire === 1) take(8)
      else if (wire === 2) take(length())
      else if (wire === 5) take(4)
      else fail()
    },
    bad: () => broken,
  }
}

/** The shortest decimal that is the same 32-bit float: a device that says 21.3 means 21.3, not 21.299999237060547. */
function shortFloat(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return value
}

export interface WireWriter {
  whole(field: number, value: number | bigint): void
  float(field: number, value: number): void
  double(field: number, value: number): void
  text(field: number, value: string): void
  inside(field: number, write: () => void): void
  bytes(): Uint8Array
}

const encoder = new TextEncoder()

export function wireWriter(): WireWriter {
  let buffer = new Uint8Array(256)
  let view = new DataView(buffer.buffer)
  let at = 0

  function room(size: number) {
    if (at + size <= buffer.byteLength) return
    const larger = new Uint8Array(Math.max(buffer.byteLength * 2, at + size))
    larger.set(buffer)
    buffer = larger
    view = new DataView(buffer.buffer)
  }
  function varint(value: number | bigint) {
    room(10)
    let rest = BigInt.asUintN(64, BigInt(value))
    while (rest > 0x7fn) {
      buffer[at++] = Number(rest & 0x7fn) | 0x80
      rest >>= 7n
    }
    buffer[at++] = Number(rest)
  }
  const tag = (field: number, wire: number) => varint(field * 8 + wire)

  return {
    whole(field, value) {
      tag(field, 0)
      varint(value)
    },
    float(field, value) {
      tag(field, 5)
      room(4)
      view.setFloat32(at, value, true)
      at += 4
    },
    double(field, value) {
      tag(field, 1)
      room(8)
      view.setFloat64(at, value, true)
      at += 8
    },
    text(field, value) {
      const text = encoder.encode(value)
      tag(field, 2)
      varint(text.byteLength)
      room(text.byteLength)
      buffer.set(text, at)
      at += text.byteLength
    },
    inside(field, write) {
      tag(field, 2)
      const from = at
      write()
      // The length stands before what it measures: what was written makes room for it.
      const size = at - from
      varint(size)
      const length = buffer.slice(from + size, at)
      buffer.copyWithin(from + length.byteLength, from, from + size)
      buffer.set(length, from)
    },
    bytes: () => buffer.slice(0, at),
  }
}
