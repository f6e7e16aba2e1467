import { hash } from 'node:crypto'

/** A picture by the bytes of its last NAL unit: the same on the wire and in a recording. */
export function pictureOfNal(nal: Uint8Array): string {
  // ffmpeg leaves a zero behind some units: no part of them.
  let end = nal.length
  while (end > 0 && nal[end - 1] === 0) end--
  return hash('sha1', nal.subarray(0, end), 'base64').slice(0, 16)
}

/** The same from a recorded sample: NAL units, each behind its length in four bytes. */
export function pictureOfSample(data: Uint8Array): string {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  let last = data.subarray(0, 0)
  for (let at = 0; at + 4 <= data.length; ) {
    const size = view.getUint32(at)
    last = data.subarray(at + 4, at + 4 + size)
    at += 4 + size
  }
  return pictureOfNal(last)
}

const dollar = 0x24
export type Tap = (bytes: Buffer) => number | undefined

/**
 * Listens to what an RTSP server sends over one TCP connection, and tells each whole picture (RTP marker bit) of the first channel.
 * Knows RFC 6184 (single, STAP-A, FU-A) and RFC 7798 (single, AP, FU).
 * @returns told each chunk, it says up to where of it a picture is only half sent; undefined when there is no such place
 */
export function rtpTap(codec: 'h264' | 'h265', onPicture: (picture: string) => void): Tap {
  let rest: Buffer = Buffer.alloc(0)
  const nalOf = nalReader(codec)
  const packet = (rtp: Buffer) => {
    const headerBytes = 12 + (rtp.readUInt8(0) & 15) * 4
    const last = nalOf(rtp.subarray(headerBytes))
    const isEnd = (rtp.readUInt8(1) & 0x80) !== 0
    if (isEnd && last) onPicture(pictureOfNal(last))
    return isEnd
  }
  return (bytes) => {
    let done = -rest.length
    let half: number | undefined
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
    while (rest.length >= 4) {
      let size: number
      if (rest.readUInt8(0) === dollar) {
        size = 4 + rest.readUInt16BE(2)
        if (rest.length < size) break
        if (rest.readUInt8(1) === 0 && !packet(rest.subarray(4, size))) half = done + size
      } else {
        const headEnd = rest.indexOf('\r\n\r\n')
        if (headEnd < 0) break
        const length = /^content-length:\s*(\d+)/im.exec(rest.toString('latin1', 0, headEnd))?.[1]
        size = headEnd + 4 + Number(length ?? 0)
        if (rest.length < size) break
      }
      rest = rest.subarray(size)
      done += size
    }
    return half
  }
}

/** @returns a function from RTP payloads to the last NAL unit that is whole with it */
function nalReader(codec: 'h264' | 'h265'): (payload: Buffer) => Buffer | undefined {
  const wide = codec === 'h265'
  const headerBytes = wide ? 2 : 1
  const [aggregate, fragment] = wide ? [48, 49] : [24, 28]
  let parts: Buffer[] = []
  return (payload) => {
    const first = payload.readUInt8(0)
    const type = wide ? (first >> 1) & 63 : first & 31
    if (type === aggregate) {
      let nal: Buffer | undefined
      for (let at = headerBytes; at + 2 <= payload.length; ) {
        const size = payload.readUInt16BE(at)
        nal = payload.subarray(at + 2, at + 2 + size)
        at += 2 + size
      }
      return nal
    }
    if (type !== fragment) return payload
    const head = payload.readUInt8(headerBytes)
    if (head & 0x80) {
      const nalType = head & (wide ? 63 : 31)
      parts = [
        wide
          ? Buffer.from([(first & 0x81) | (nalType << 1), payload.readUInt8(1)])
          : Buffer.from([(first & 0xe0) | nalType]),
      ]
    }
    parts.push(payload.subarray(headerBytes + 1))
    return head & 0x40 ? Buffer.concat(parts) : undefined
  }
}
