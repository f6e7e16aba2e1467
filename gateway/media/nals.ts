/** NAL units of H.264 and H.265 as MP4 holds them: each with its length in front (ISO/IEC 14496-15 section 5.3.2). */
import { viewOf } from './boxes.ts'

/** Bytes of the length before each NAL unit, as ffmpeg's MP4 muxer writes them. */
export const lengthBytes = 4

/** The NAL units of a sample, without their lengths, pointing into it. A damaged length ends the list. */
export function nalsOf(data: Uint8Array): Uint8Array[] {
  const nals: Uint8Array[] = []
  const view = viewOf(data)
  for (let at = 0; at + lengthBytes < data.length; ) {
    const size = view.getUint32(at)
    nals.push(data.subarray(at + lengthBytes, at + lengthBytes + size))
    at += lengthBytes + size
  }
  return nals
}

/** The content of a NAL unit without its header and without emulation prevention (ITU-T H.264 section 7.4.1): 0 0 3 stands for 0 0. */
export function unescaped(nal: Uint8Array, headerBytes: number): Uint8Array {
  const out = new Uint8Array(Math.max(0, nal.length - headerBytes))
  let length = 0
  let zeros = 0
  for (const byte of nal.subarray(headerBytes)) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0
      continue
    }
    zeros = byte === 0 ? zeros + 1 : 0
    out[length++] = byte
  }
  return out.subarray(0, length)
}

/** A NAL unit without the zeros that some cameras leave behind it. They mean nothing. */
export function trimmed(nal: Uint8Array): Uint8Array {
  let end = nal.length
  while (end > 0 && nal[end - 1] === 0) end--
  return nal.subarray(0, end)
}

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, n) => byte === b[n])
