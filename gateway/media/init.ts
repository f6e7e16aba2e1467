/** Reading `ftyp` + `moov` (ISO/IEC 14496-12) and codec strings (RFC 6381, ISO/IEC 14496-15 annex E). */
import { Failure } from '../domain/failure.ts'
import { boxAt, boxesOf, find, need, parsing, viewOf } from './boxes.ts'
import type { StreamInit } from './stream.ts'

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
  // VisualSampleEntry: 78 bytes of fields, then boxes.
  const children = entry.body.subarray(78)
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
  const children = entry?.body.subarray(78) ?? new Uint8Array()
  return (find(children, 'avcC') ?? need(children, 'hvcC')).body
}
