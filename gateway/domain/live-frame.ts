/**
 * The header of a binary frame on `/api/live/<camera>`: 32 bytes, big-endian, then one whole `ftyp+moov` or `moof+mdat`
 * (or MPEG-TS bytes, or a JPEG).
 *
 *     u8 version · u8 kind · u16 flags · u32 generation · u32 sequence · u32 reserved · u64 captureUnixMicros · u64 pts90k
 */
export const headerBytes = 32
export const frameVersion = 1

export const FrameKind = { init: 1, media: 2, mpegTs: 3, jpeg: 4 } as const
export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind]
export const FrameFlag = { key: 1, discontinuity: 2 } as const

export interface LiveHeader {
  readonly kind: FrameKind
  readonly flags: number
  /** Counts up when the parameter sets or the stream change. */
  readonly generation: number
  readonly sequence: number
  /** When the gateway received the frame, by its own clock. Microseconds, exact up to the year 2255. */
  readonly captureUnixMicros: number
  /** Presentation time in the stream's own time, 90 kHz. */
  readonly pts90k: number
}

export function encodeLiveHeader(header: LiveHeader): Uint8Array {
  const bytes = new Uint8Array(headerBytes)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, frameVersion)
  view.setUint8(1, header.kind)
  view.setUint16(2, header.flags)
  view.setUint32(4, header.generation)
  view.setUint32(8, header.sequence)
  view.setBigUint64(16, BigInt(Math.max(0, Math.round(header.captureUnixMicros))))
  view.setBigUint64(24, BigInt(Math.max(0, Math.round(header.pts90k))))
  return bytes
}

/** @returns the header and the payload behind it, or undefined when the bytes are not a frame of this version */
export function decodeLiveFrame(bytes: ArrayBuffer): { header: LiveHeader; payload: Uint8Array } | undefined {
  if (bytes.byteLength < headerBytes) return undefined
  const view = new DataView(bytes)
  const kind = view.getUint8(1)
  if (view.getUint8(0) !== frameVersion || (kind !== 1 && kind !== 2 && kind !== 3 && kind !== 4)) return undefined
  return {
    header: {
      kind,
      flags: view.getUint16(2),
      generation: view.getUint32(4),
      sequence: view.getUint32(8),
      captureUnixMicros: Number(view.getBigUint64(16)),
      pts90k: Number(view.getBigUint64(24)),
    },
    payload: new Uint8Array(bytes, headerBytes),
  }
}
