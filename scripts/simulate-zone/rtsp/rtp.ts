import type { Clip } from '../video/mp4-reader.ts'

/** Keeps a packet under the usual MTU, as cameras do even over TCP. */
const maxPayloadBytes = 1_400
const headerBytes = 4 + 12

/**
 * One access unit ready to send: RTP packets one after another, each behind its interleaved header (RFC 2326, 10.12).
 * Channel, sequence number, timestamp and SSRC are stamped when it is sent.
 */
export interface PacketTrain {
  readonly bytes: Buffer
  /** Where each packet's interleaved header starts. */
  readonly starts: readonly number[]
  /** Where the ten digits of its own time stand, which no other picture carries; only in keyframes. */
  readonly digitsAt?: number
}

const digits = 10
/**
 * A remark beside a keyframe (SEI, user data): cameras put the time there, and no two of their keyframes are the same. Without it, a clip
 * that goes round would be what it is: the same video again and again. Digits need no escaping.
 */
export function timeRemark(codec: Clip['codec']): Buffer {
  const header = codec === 'h265' ? [39 << 1, 1] : [6]
  const id = Buffer.from('5a6f6e6553696d756c61746f7254696d', 'hex')
  return Buffer.concat([
    Buffer.from([...header, 5, id.length + digits]),
    id,
    Buffer.alloc(digits, '0'),
    Buffer.from([0x80]),
  ])
}

/** Payloads of one NAL unit: itself, or FU-A (RFC 6184, 5.8), or FU (RFC 7798, 4.4.3). */
export function payloadsOf(codec: Clip['codec'], nal: Buffer): Buffer[] {
  if (nal.length <= maxPayloadBytes) return [nal]
  const wide = codec === 'h265'
  const nalHeaderBytes = wide ? 2 : 1
  const first = nal.readUInt8(0)
  const prefix = wide
    ? Buffer.from([(first & 0x81) | (49 << 1), nal.readUInt8(1), (first >> 1) & 0x3f])
    : Buffer.from([(first & 0xe0) | 28, first & 0x1f])
  const flags = prefix.length - 1
  const pieces: Buffer[] = []
  const room = maxPayloadBytes - prefix.length
  for (let at = nalHeaderBytes; at < nal.length; at += room) {
    const piece = Buffer.concat([prefix, nal.subarray(at, at + room)])
    const start = at === nalHeaderBytes ? 0x80 : 0
    const end = at + room >= nal.length ? 0x40 : 0
    piece.writeUInt8(piece.readUInt8(flags) | start | end, flags)
    pieces.push(piece)
  }
  return pieces
}

/**
 * Packs NAL units of one access unit; the last packet carries the marker bit.
 * @param payloadType dynamic, 96..127 @param remark one of `nals`, see `timeRemark`
 */
export function packTrain(
  codec: Clip['codec'],
  nals: readonly Buffer[],
  payloadType: number,
  remark?: Buffer,
): PacketTrain {
  const payloads = nals.flatMap((nal) => payloadsOf(codec, nal))
  const starts: number[] = []
  const parts: Buffer[] = []
  let at = 0
  let digitsAt: number | undefined
  for (const [index, payload] of payloads.entries()) {
    const header = Buffer.alloc(headerBytes)
    header.writeUInt8(0x24, 0)
    header.writeUInt16BE(12 + payload.length, 2)
    header.writeUInt8(0x80, 4)
    header.writeUInt8(payloadType | (index === payloads.length - 1 ? 0x80 : 0), 5)
    starts.push(at)
    parts.push(header, payload)
    at += headerBytes + payload.length
    if (payload === remark) digitsAt = at - 1 - digits
  }
  return { bytes: Buffer.concat(parts), starts, ...(digitsAt === undefined ? {} : { digitsAt }) }
}

/** A copy with everything stamped, so that a slow client may keep it while the clip goes round again. */
export function stamp(train: PacketTrain, channel: number, sequence: number, timestamp: number, ssrc: number): Buffer {
  const bytes = Buffer.from(train.bytes)
  for (const [index, start] of train.starts.entries()) {
    bytes.writeUInt8(channel, start + 1)
    bytes.writeUInt16BE((sequence + index) & 0xffff, start + 6)
    bytes.writeUInt32BE(timestamp >>> 0, start + 8)
    bytes.writeUInt32BE(ssrc, start + 12)
  }
  if (train.digitsAt !== undefined) bytes.write(String(timestamp >>> 0).padStart(digits, '0'), train.digitsAt, 'latin1')
  return bytes
}

/** An RTCP sender report (RFC 3550, 6.4.1) behind its interleaved header. @param utcMs the camera's own clock */
export function senderReport(
  channel: number,
  facts: { ssrc: number; utcMs: number; timestamp: number; packets: number; octets: number },
): Buffer {
  const report = Buffer.alloc(4 + 28)
  report.writeUInt8(0x24, 0)
  report.writeUInt8(channel, 1)
  report.writeUInt16BE(28, 2)
  report.writeUInt8(0x80, 4)
  report.writeUInt8(200, 5)
  report.writeUInt16BE(6, 6)
  report.writeUInt32BE(facts.ssrc, 8)
  report.writeUInt32BE(Math.floor(facts.utcMs / 1_000) + 2_208_988_800, 12)
  report.writeUInt32BE(Math.floor(((facts.utcMs % 1_000) / 1_000) * 2 ** 32), 16)
  report.writeUInt32BE(facts.timestamp >>> 0, 20)
  report.writeUInt32BE(facts.packets >>> 0, 24)
  report.writeUInt32BE(facts.octets >>> 0, 28)
  return report
}
