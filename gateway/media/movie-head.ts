/** The head of a clip: an init that says what the clip is, and the index of its pieces. ISO/IEC 14496-12; iTunes metadata as ffmpeg reads and writes it. */
import { Failure } from '../domain/failure.ts'
import type { UtcMs } from '../domain/units.ts'
import { type Box, boxesOf, find, viewOf } from './boxes.ts'

/** Seconds between 1904 (ISO base media) and 1970 (Unix). */
const isoOffsetSeconds = 2_082_844_800

/** What a player shows as title and comment. */
export interface Statement {
  readonly title: string
  readonly comment: string
  readonly createdUtcMs: UtcMs
}

/** A stretch of a clip that can be jumped to: it begins with a keyframe. */
export interface Reference {
  readonly sizeBytes: number
  /** In the timescale. */
  readonly duration: number
}

/** More than these do not fit into one index. */
export const mostReferences = 0xffff

const u32 = (...values: readonly number[]): Uint8Array => {
  const bytes = new Uint8Array(values.length * 4)
  for (const [n, value] of values.entries()) viewOf(bytes).setUint32(n * 4, value)
  return bytes
}

function box(type: string, ...parts: readonly Uint8Array[]): Buffer {
  const size = parts.reduce((sum, part) => sum + part.length, 8)
  // Latin-1, for the copyright signs of iTunes' names.
  return Buffer.concat([u32(size), Buffer.from(type, 'latin1'), ...parts], size)
}

const whole = (bytes: Uint8Array, { offset, size }: Box) => bytes.subarray(offset, offset + size)

/**
 * The init with its statement: title, comment, time of creation and whole length. Other user data of the source is left out.
 * @param init `ftyp` + `moov` @param durationTicks in the timescale of the video
 * @throws Failure lost (`mp4-damaged`) when it is no init
 */
export function statedInit(
  init: Uint8Array,
  { title, comment, createdUtcMs }: Statement,
  durationTicks: number,
): Buffer {
  const parts = boxesOf(init).map((top) => {
    if (top.type !== 'moov') return whole(init, top)
    const created = Math.floor(createdUtcMs / 1_000) + isoOffsetSeconds
    const kept = boxesOf(top.body)
      .filter(({ type }) => type !== 'udta')
      .map((inner) => {
        const bytes = Buffer.from(whole(top.body, inner))
        if (inner.type === 'mvhd') stamp(bytes, created)
        if (inner.type === 'trak') stampTrack(bytes, created)
        return inner.type === 'mvex' ? box('mvex', lengthOf(top.body, durationTicks), ...trexOf(inner.body)) : bytes
      })
    return box('moov', ...kept, userData(title, comment))
  })
  return Buffer.concat(parts)
}

/** Writes the two times of a full box (`mvhd`, `tkhd`, `mdhd`), in place. @param bytes the whole box */
function stamp(bytes: Uint8Array, created: number): void {
  const view = viewOf(bytes)
  if (view.getUint8(8) === 1) {
    view.setBigUint64(12, BigInt(created))
    view.setBigUint64(20, BigInt(created))
  } else {
    view.setUint32(12, created)
    view.setUint32(16, created)
  }
}

function stampTrack(trak: Uint8Array, created: number): void {
  for (const path of [['tkhd'], ['mdia', 'mdhd']] as const) {
    const found = find(trak.subarray(8), ...path)
    if (!found) throw new Failure('lost', 'mp4-damaged', `no ${path.join('/')} box`)
    // `find` gives views of the same bytes.
    const { body } = found
    stamp(new Uint8Array(body.buffer, body.byteOffset - 8, body.length + 8), created)
  }
}

const trexOf = (mvex: Uint8Array) =>
  boxesOf(mvex)
    .filter(({ type }) => type !== 'mehd')
    .map((inner) => whole(mvex, inner))

/** `mehd`: the length of the whole, which no other box of a fragmented file says. */
function lengthOf(moov: Uint8Array, durationTicks: number): Buffer {
  const [mvhd, mdhd] = [find(moov, 'mvhd'), find(moov, 'trak', 'mdia', 'mdhd')]
  if (!mvhd || !mdhd) throw new Failure('lost', 'mp4-damaged', 'no mvhd or mdhd box')
  const timescaleOf = ({ body }: Box) => viewOf(body).getUint32(body[0] === 1 ? 20 : 12)
  const length = Buffer.alloc(8)
  length.writeBigUInt64BE(BigInt(Math.round((durationTicks / timescaleOf(mdhd)) * timescaleOf(mvhd))))
  return box('mehd', u32(0x0100_0000), length)
}

function userData(title: string, comment: string): Buffer {
  const text = (name: string, value: string) => box(name, box('data', u32(1, 0), Buffer.from(value, 'utf8')))
  const handler = box('hdlr', u32(0, 0), Buffer.from('mdirappl', 'latin1'), new Uint8Array(9))
  const list = box('ilst', text('\u00a9nam', title), text('\u00a9cmt', comment))
  return box('udta', box('meta', u32(0), handler, list))
}

/**
 * `sidx`: where each piece lies and how long it lasts, so that players know the length and jump without reading what is before.
 * It stands directly before the first piece. @param references at most `mostReferences`
 */
export function segmentIndex(timescale: number, firstPresented: number, references: readonly Reference[]): Buffer {
  const head = Buffer.alloc(28)
  head.writeUInt32BE(0x0100_0000, 0)
  const body = Buffer.alloc(4 + references.length * 12)
  body.writeUInt16BE(references.length, 2)
  head.writeUInt32BE(1, 4)
  head.writeUInt32BE(timescale, 8)
  head.writeBigUInt64BE(BigInt(firstPresented), 12)
  for (const [n, { sizeBytes, duration }] of references.entries()) {
    body.writeUInt32BE(sizeBytes, 4 + n * 12)
    body.writeUInt32BE(duration, 8 + n * 12)
    // Begins with a stream access point of type 1: a closed group of pictures.
    body.writeUInt32BE(0x9000_0000, 12 + n * 12)
  }
  return box('sidx', head, body)
}
