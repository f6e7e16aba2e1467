/** Reading and writing ISO base media file format boxes (ISO/IEC 14496-12 section 4.2). Pure: bytes in, bytes out. */
import { Failure } from '../domain/failure.ts'

export interface Box {
  readonly type: string
  /** Where the box begins in the bytes it was found in. */
  readonly offset: number
  /** Header and content. */
  readonly size: number
  /** Content only. */
  readonly body: Uint8Array
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const typeAt = (bytes: Uint8Array, offset: number) =>
  String.fromCharCode(bytes[offset + 4] ?? 0, bytes[offset + 5] ?? 0, bytes[offset + 6] ?? 0, bytes[offset + 7] ?? 0)

/**
 * The box that begins at `offset`, or undefined when it is not whole yet.
 * @throws Failure lost (`mp4-damaged`) for a size that no box can have
 */
export function boxAt(bytes: Uint8Array, offset: number): Box | undefined {
  if (bytes.length - offset < 8) return undefined
  const view = viewOf(bytes)
  let size = view.getUint32(offset)
  let header = 8
  if (size === 1) {
    if (bytes.length - offset < 16) return undefined
    size = Number(view.getBigUint64(offset + 8))
    header = 16
  }
  if (size < header || size > 1 << 30)
    throw new Failure('lost', 'mp4-damaged', `a box of ${size} bytes at ${offset}`, { offset, size })
  if (bytes.length - offset < size) return undefined
  return { type: typeAt(bytes, offset), offset, size, body: bytes.subarray(offset + header, offset + size) }
}

/** The whole boxes at the start of `bytes`; what follows the last one is left out. */
export function boxesOf(bytes: Uint8Array): Box[] {
  const boxes: Box[] = []
  let offset = 0
  for (let box = boxAt(bytes, offset); box; box = boxAt(bytes, offset)) {
    boxes.push(box)
    offset += box.size
  }
  return boxes
}

/** The first box along a path of types, e.g. `find(moov, 'trak', 'mdia')`. */
export function find(body: Uint8Array, ...path: readonly string[]): Box | undefined {
  let at: Box | undefined
  let inside = body
  for (const type of path) {
    at = boxesOf(inside).find((box) => box.type === type)
    if (!at) return undefined
    inside = at.body
  }
  return at
}

/**
 * @returns what `find` finds
 * @throws Failure lost (`mp4-damaged`) when it is not there
 */
export function need(body: Uint8Array, ...path: readonly string[]): Box {
  const box = find(body, ...path)
  if (!box) throw new Failure('lost', 'mp4-damaged', `no ${path.join('/')} box`, { box: path.join('/') })
  return box
}

/** Runs a parser; reading behind the end of damaged bytes becomes Failure lost (`mp4-damaged`). */
export function parsing<T>(what: string, parse: () => T): T {
  try {
    return parse()
  } catch (cause) {
    if (cause instanceof RangeError)
      throw new Failure('lost', 'mp4-damaged', `damaged bytes in ${what}`, { in: what }, { cause })
    throw cause
  }
}

/** Collects bytes and gives back each top-level box when it is whole. Chunks are joined once per box, not once per chunk. */
export function boxCollector() {
  let chunks: Uint8Array[] = []
  let length = 0
  let wanted = 8

  return (chunk: Uint8Array): Uint8Array[] => {
    chunks.push(chunk)
    length += chunk.length
    if (length < wanted) return []
    let bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks, length)
    const boxes: Uint8Array[] = []
    for (let box = boxAt(bytes, 0); box; box = boxAt(bytes, 0)) {
      boxes.push(bytes.subarray(0, box.size))
      bytes = bytes.subarray(box.size)
    }
    chunks = bytes.length > 0 ? [bytes] : []
    length = bytes.length
    wanted = length >= 8 ? viewOf(bytes).getUint32(0) : 8
    return boxes
  }
}

/** Two pieces as one: without a copy when the second one lies right behind the first, as in what a program wrote at once. */
export const oneAfterOther = (first: Uint8Array, second: Uint8Array): Uint8Array =>
  first.buffer === second.buffer && first.byteOffset + first.length === second.byteOffset
    ? new Uint8Array(first.buffer, first.byteOffset, first.length + second.length)
    : Buffer.concat([first, second])
