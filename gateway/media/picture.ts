import { lengthBytes, nalsOf } from './nals.ts'
import type { Sample } from './stream.ts'

/** What a NAL unit is: of a picture's slices, and the first of them? */
interface Slice {
  readonly isSlice: boolean
  readonly isFirst: boolean
}

/** ITU-T H.264 section 7.3 and H.265 section 7.3: the first bit behind the header says whether the slice is the picture's first. */
const sliceOf = {
  // `first_mb_in_slice` is an Exp-Golomb number: 0 is a single 1.
  H264: (nal: Uint8Array): Slice => {
    const type = (nal[0] ?? 0) & 0x1f
    return { isSlice: type >= 1 && type <= 5, isFirst: ((nal[1] ?? 0) & 0x80) !== 0 }
  },
  H265: (nal: Uint8Array): Slice => ({
    isSlice: (((nal[0] ?? 0) >> 1) & 0x3f) < 32,
    isFirst: ((nal[2] ?? 0) & 0x80) !== 0,
  }),
}

function withLength(nal: Uint8Array): Uint8Array[] {
  const length = Buffer.alloc(lengthBytes)
  length.writeUInt32BE(nal.length)
  return [length, nal]
}

/**
 * Puts pictures together that ffmpeg took apart. Some senders (GStreamer's among them) repeat the parameter sets before every slice of a
 * keyframe; ffmpeg takes each for the beginning of a picture, moves its time by one tick, and what should be one keyframe is several
 * halves that nobody can start from.
 * @returns for each sample in decoding order the whole pictures that can be told now; every other sample passes at once
 */
export function pictureJoiner(codec: 'H264' | 'H265'): (sample: Sample) => Sample[] {
  const read = sliceOf[codec]
  let held: Sample | undefined

  const joined = (first: Sample, more: Sample): Sample | undefined => {
    const slices = nalsOf(more.data).filter((nal) => read(nal).isSlice)
    const [next] = slices
    if (!next || read(next).isFirst) return undefined
    return {
      ...first,
      data: Buffer.concat([first.data, ...slices.flatMap(withLength)]),
      duration: first.duration + more.duration,
    }
  }

  return (sample) => {
    const before = held
    const whole = before && joined(before, sample)
    const latest = whole ?? sample
    // No camera sends a picture every tick.
    held = sample.key && sample.duration <= 1 ? latest : undefined
    return [...(before && !whole ? [before] : []), ...(held ? [] : [latest])]
  }
}
