/** Reading `ftyp` + `moov` (ISO/IEC 14496-12) and codec strings (RFC 6381, ISO/IEC 14496-15 annex E). */
import { Failure } from '../domain/failure.ts'
import { type Box, boxAt, boxesOf, find, need, parsing, viewOf } from './boxes.ts'
import type { StreamInit } from './stream.ts'

/** VisualSampleEntry: 78 bytes of fields, then boxes. */
const entryFieldBytes = 78

const hex2 = (byte: number) => byte.toString(16).toUpperCase().padStart(2, '0')

/** `avc1.PPCCLL` from an AVCDecoderConfigurationRecord: profile, constraints, level. */
export function avcCodec(record: Uint8Array): string {
  const [, profile = 0, constraints = 0, level = 0] = record
  return `avc1.${hex2(profile)}${hex2(constraints)}${hex2(level)}`
}

/** `hvc1.…` from an HEVCDecoderConfigurationRecord (ISO/IEC 14496-15 E.3). */
export function hevcCodec(record: Uint8Array): string {
  const view = viewOf(record)
  const general = view.getUint8(1)
  const space = ['', 'A', 'B', 'C'][general >> 6]
  const tier = (general >> 5) & 1 ? 'H' : 'L'
  // The 32 compatibility flags are written in reverse bit order.
  let reversed = 0
  for (let bit = 0; bit < 32; bit++) if ((view.getUint32(2) >>> bit) & 1) reversed |= 1 << (31 - bit)
  const constraints = [...record.subarray(6, 12)]
  while (constraints.length > 0 && constraints.at(-1) === 0) constraints.pop()
  const parts = [
    `hvc1`,
    `${space}${general & 31}`,
    (reversed >>> 0).toString(16).toUpperCase(),
    `${tier}${view.getUint8(12)}`,
  ]
  return [...parts, ...constraints.map((byte) => byte.toString(16).toUpperCase())].join('.')
}

/**
 * Reads the first video track of an init. `hev1` sample entries are renamed `hvc1` in the returned bytes: ffmpeg writes the
 * parameter sets into the entry all the same, and Safari plays nothing else.
 * @throws Failure lost (`mp4-damaged`), invalid (`unsupported-codec`) for anything but H.264 and H.265
 */
export const readInit = (source: Uint8Array): StreamInit => parsing('moov', () => readMoov(source))

function readMoov(source: Uint8Array): StreamInit {
  const bytes = Uint8Array.from(source)
  const moov = boxesOf(bytes).find((box) => box.type === 'moov')
  if (!moov) throw new Failure('lost', 'mp4-damaged', 'no moov box')
  const mdia = need(moov.body, 'trak', 'mdia')
  const mdhd = need(mdia.body, 'mdhd').body
  const timescale = viewOf(mdhd).getUint32(mdhd[0] === 1 ? 20 : 12)
  const stsd = need(mdia.body, 'minf', 'stbl', 'stsd').body
  const entry = boxAt(stsd, 8)
  if (!entry) throw new Failure('lost', 'mp4-damaged', 'an empty stsd box')
  const view = viewOf(entry.body)
  const common = { bytes, timescale, widthPx: view.getUint16(24), heightPx: view.getUint16(26) }
  const children = entry.body.subarray(entryFieldBytes)
  if (entry.type === 'avc1' || entry.type === 'avc3') return { ...common, codec: avcCodec(need(children, 'avcC').body) }
  if (entry.type === 'hvc1' || entry.type === 'hev1') {
    stsd.set([0x68, 0x76, 0x63, 0x31], 8 + 4)
    return { ...common, codec: hevcCodec(need(children, 'hvcC').body) }
  }
  throw new Failure('invalid', 'unsupported-codec', `the stream is ${entry.type}, neither H.264 nor H.265`, {
    codec: entry.type,
  })
}

/** `avcC` or `hvcC` of an init: two inits with equal records can be decoded as one stream. */
export function decoderRecord(init: Uint8Array): Uint8Array {
  const moov = need(init, 'moov')
  const stsd = need(moov.body, 'trak', 'mdia', 'minf', 'stbl', 'stsd').body
  const entry = boxAt(stsd, 8)
  const children = entry?.body.subarray(entryFieldBytes) ?? new Uint8Array()
  return (find(children, 'avcC') ?? need(children, 'hvcC')).body
}

/**
 * The same init with another `avcC` or `hvcC` and another size. A `pasp` box goes: the shape of pixels stands in the parameter sets too.
 * @throws Failure as `readInit`
 */
export function withRecord(
  { bytes }: StreamInit,
  record: Uint8Array,
  { widthPx, heightPx }: Pick<StreamInit, 'widthPx' | 'heightPx'>,
): StreamInit {
  const entryOf = ({ type, body }: Box): Uint8Array => {
    const fields = Uint8Array.from(body.subarray(0, entryFieldBytes))
    viewOf(fields).setUint16(24, widthPx)
    viewOf(fields).setUint16(26, heightPx)
    const children = boxesOf(body.subarray(entryFieldBytes)).flatMap((box) => {
      if (box.type === 'avcC' || box.type === 'hvcC') return [boxWith(box.type, record)]
      return box.type === 'pasp' ? [] : [boxWith(box.type, box.body)]
    })
    return boxWith(type, fields, ...children)
  }
  const tkhdOf = (body: Uint8Array): Uint8Array => {
    const changed = Uint8Array.from(body)
    // Width and height in 16.16 are the last fields of both versions.
    viewOf(changed).setUint32(body.length - 8, widthPx * 0x1_0000)
    viewOf(changed).setUint32(body.length - 4, heightPx * 0x1_0000)
    return changed
  }
  const remade = (box: Box): Uint8Array => {
    if (box.type === 'tkhd') return boxWith('tkhd', tkhdOf(box.body))
    if (box.type === 'stsd')
      return boxWith('stsd', box.body.subarray(0, 8), ...boxesOf(box.body.subarray(8)).map(entryOf))
    if (!containers.includes(box.type)) return boxWith(box.type, box.body)
    return boxWith(box.type, ...boxesOf(box.body).map(remade))
  }
  return parsing('moov', () => readInit(Buffer.concat(boxesOf(bytes).map(remade))))
}

/** On the way to what changes. */
const containers: readonly string[] = ['moov', 'trak', 'mdia', 'minf', 'stbl']

function boxWith(type: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, part) => sum + part.length, 8)
  const head = Buffer.alloc(8)
  head.writeUInt32BE(size)
  head.write(type, 4, 'latin1')
  return Buffer.concat([head, ...parts], size)
}
