/** What a sequence parameter set says of its pictures (ITU-T H.264 section 7.3.2.1.1, H.265 section 7.3.2.2). */
import { type BitReader, bitReader } from './bits.ts'
import { unescaped } from './nals.ts'

export interface Sps {
  readonly id: number
  /** What a viewer sees: the coded size without what is cropped. */
  readonly widthPx: number
  readonly heightPx: number
  /** `chroma_format_idc`: 0 grey, 1 4:2:0, 2 4:2:2, 3 4:4:4. */
  readonly chroma: number
  readonly lumaBits: number
  readonly chromaBits: number
}

export interface HevcSps extends Sps {
  /** The 12 bytes of the general profile, tier and level. */
  readonly general: Uint8Array
  readonly temporalLayers: number
  readonly isTemporalIdNested: boolean
}

/** Beyond it no camera goes, and no field of an MP4 either. */
const largestPx = 16_384

/** Profiles whose parameter sets tell chroma format and bit depths. */
const highProfiles: readonly number[] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]

/** @param nal a NAL unit of type 7 @throws RangeError when it makes no sense */
export function avcSps(nal: Uint8Array): Sps {
  const bits = bitReader(unescaped(nal, 1))
  const profile = bits.u(8)
  bits.skip(16)
  const id = bits.ue(31)
  const depth = { chroma: 1, lumaBits: 8, chromaBits: 8 }
  let isSeparate = false
  if (highProfiles.includes(profile)) {
    depth.chroma = bits.ue(3)
    isSeparate = depth.chroma === 3 && bits.flag()
    depth.lumaBits = 8 + bits.ue(6)
    depth.chromaBits = 8 + bits.ue(6)
    bits.skip(1)
    if (bits.flag()) skipScalingLists(bits, depth.chroma === 3 ? 12 : 8)
  }
  bits.ue(12)
  skipPictureOrder(bits)
  bits.ue(16)
  bits.skip(1)
  const macroblocks = { across: bits.ue() + 1, down: bits.ue() + 1 }
  const isProgressive = bits.flag()
  if (!isProgressive) bits.skip(1)
  bits.skip(1)
  const fields = isProgressive ? 1 : 2
  const size = { widthPx: macroblocks.across * 16, heightPx: macroblocks.down * 16 * fields }
  const unit = cropUnit(isSeparate ? 0 : depth.chroma)
  return { id, ...depth, ...cropped(bits, size, { x: unit.x, y: unit.y * fields }) }
}

/** @param nal a NAL unit of type 33 @throws RangeError when it makes no sense */
export function hevcSps(nal: Uint8Array): HevcSps {
  const bytes = unescaped(nal, 2)
  const bits = bitReader(bytes)
  bits.skip(4)
  const subLayers = bits.u(3)
  const isTemporalIdNested = bits.flag()
  bits.skip(96)
  const general = bytes.slice(1, 13)
  skipSubLayers(bits, subLayers)
  const id = bits.ue(15)
  const chroma = bits.ue(3)
  if (chroma === 3) bits.skip(1)
  const size = { widthPx: bits.ue(), heightPx: bits.ue() }
  const shown = cropped(bits, size, cropUnit(chroma))
  const depth = { lumaBits: 8 + bits.ue(8), chromaBits: 8 + bits.ue(8) }
  return { id, chroma, ...shown, ...depth, general, temporalLayers: subLayers + 1, isTemporalIdNested }
}

const cropUnit = (chroma: number) => ({ x: chroma === 1 || chroma === 2 ? 2 : 1, y: chroma === 1 ? 2 : 1 })

function cropped(
  bits: BitReader,
  { widthPx, heightPx }: { widthPx: number; heightPx: number },
  unit: { x: number; y: number },
) {
  const [left, right, top, bottom] = bits.flag() ? [bits.ue(), bits.ue(), bits.ue(), bits.ue()] : [0, 0, 0, 0]
  const shown = { widthPx: widthPx - (left + right) * unit.x, heightPx: heightPx - (top + bottom) * unit.y }
  for (const px of Object.values(shown)) if (px < 1 || px > largestPx) throw new RangeError(`a picture of ${px} px`)
  return shown
}

function skipScalingLists(bits: BitReader, count: number): void {
  for (let list = 0; list < count; list++) {
    if (!bits.flag()) continue
    let last = 8
    let next = 8
    for (let n = 0; n < (list < 6 ? 16 : 64); n++) {
      if (next !== 0) next = (last + bits.se() + 256) & 0xff
      last = next === 0 ? last : next
    }
  }
}

function skipPictureOrder(bits: BitReader): void {
  const type = bits.ue(2)
  if (type === 0) bits.ue(12)
  if (type !== 1) return
  bits.skip(1)
  bits.se()
  bits.se()
  for (let left = bits.ue(255); left > 0; left--) bits.se()
}

/** Profile and level of temporal layers below the highest. */
function skipSubLayers(bits: BitReader, count: number): void {
  const present = Array.from({ length: count }, () => ({ profile: bits.flag(), level: bits.flag() }))
  if (count > 0) bits.skip(2 * (8 - count))
  for (const { profile, level } of present) bits.skip((profile ? 88 : 0) + (level ? 8 : 0))
}
