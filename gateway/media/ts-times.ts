/** Times in an MPEG transport stream (ISO/IEC 13818-1), and which picture they belong to. All in ticks of 90 kHz. */
import type { UtcMs } from '../domain/units.ts'

const packetBytes = 188
const syncByte = 0x47
const videoStreamId = 0xe0
/** PTS and DTS have 33 bits: they begin anew every 26.5 hours. */
const period = 2 ** 33

/** The PTS of the video PES packet that begins in a transport packet (sections 2.4.3.2 and 2.4.3.6). */
function ptsIn(packet: Uint8Array): number | undefined {
  const byte = (at: number) => packet[at] ?? 0
  const isDamaged = (byte(1) & 0x80) !== 0
  const beginsPes = (byte(1) & 0x40) !== 0
  const hasPayload = (byte(3) & 0x10) !== 0
  const hasAdaptation = (byte(3) & 0x20) !== 0
  if (isDamaged || !beginsPes || !hasPayload) return undefined
  const pes = hasAdaptation ? 5 + byte(4) : 4
  if (pes + 14 > packet.length) return undefined
  const isVideo = byte(pes) === 0 && byte(pes + 1) === 0 && byte(pes + 2) === 1 && byte(pes + 3) === videoStreamId
  if (!isVideo || (byte(pes + 6) & 0xc0) !== 0x80 || (byte(pes + 7) & 0x80) === 0) return undefined
  const [a, b, c, d, e] = [byte(pes + 9), byte(pes + 10), byte(pes + 11), byte(pes + 12), byte(pes + 13)]
  const isMarked = (a & 0xe1) === 0x21 && (c & 1) === 1 && (e & 1) === 1
  if (!isMarked) return undefined
  return ((a >> 1) & 7) * 2 ** 30 + (b << 22) + ((c >> 1) << 15) + (d << 7) + (e >> 1)
}

/**
 * Reads a transport stream piece by piece, cut anywhere; what is not in step is passed over. Keeps less than one packet.
 * @returns for each piece the newest PTS of the video pictures that begin in the packets it completes, or undefined when none does. It goes on
 * where the 33 bits begin anew
 */
export function tsTimes(): (chunk: Uint8Array) => number | undefined {
  let rest: Uint8Array = new Uint8Array()
  let last: number | undefined

  /** The time with these 33 bits that is nearest to the last one. */
  const unwrapped = (pts: number): number => {
    if (last === undefined) return pts
    const ahead = (((pts - last) % period) + period) % period
    return last + (ahead < period / 2 ? ahead : ahead - period)
  }

  return (chunk) => {
    const bytes = new Uint8Array(rest.length + chunk.length)
    bytes.set(rest)
    bytes.set(chunk, rest.length)
    const { length } = bytes
    const isSync = (at: number) =>
      bytes[at] === syncByte && (at + packetBytes >= length || bytes[at + packetBytes] === syncByte)
    let newest: number | undefined
    let at = 0
    while (at + packetBytes <= length) {
      if (!isSync(at)) {
        at++
        continue
      }
      const pts = ptsIn(bytes.subarray(at, at + packetBytes))
      if (pts !== undefined) {
        last = unwrapped(pts)
        newest = Math.max(newest ?? last, last)
      }
      at += packetBytes
    }
    rest = bytes.slice(at)
    return newest
  }
}

/**
 * Which of the pictures that were put in came out, by their times.
 * @param slack a picture that comes out so many ticks before its time is still that picture
 * @param mostKept pictures; of more, the oldest are forgotten
 */
export function pictureTimes(slack: number, mostKept: number) {
  let pictures: { readonly pts: number; readonly captureUtcMs: UtcMs }[] = []
  let first: number | undefined
  let newestIn = 0

  return {
    /** In decoding order. */
    putIn(pts: number, captureUtcMs: UtcMs): void {
      first ??= pts
      newestIn = Math.max(newestIn, pts - first)
      pictures.push({ pts: pts - first, captureUtcMs })
      if (pictures.length > mostKept) pictures.shift()
    },
    /**
     * @param pts since the first picture that was put in
     * @returns when the newest picture at or before that time was captured; undefined when there is none
     */
    cameOut(pts: number): UtcMs | undefined {
      const found = pictures
        .filter((one) => one.pts <= pts + slack)
        .reduce<(typeof pictures)[number] | undefined>(
          (best, one) => (best && best.pts > one.pts ? best : one),
          undefined,
        )
      if (!found) return undefined
      pictures = pictures.filter((one) => one.pts >= found.pts)
      return found.captureUtcMs
    },
    /** Pictures that are still to come, and the one that came last. */
    get count() {
      return pictures.length
    },
    /** Of the newest picture, since the first one. */
    get newestIn() {
      return newestIn
    },
    /** Of the oldest that is kept. */
    get oldestUtcMs(): UtcMs | undefined {
      return pictures[0]?.captureUtcMs
    },
  }
}
