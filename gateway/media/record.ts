/** Decoder configuration records: `avcC` (ISO/IEC 14496-15 section 5.3.3.1) and `hvcC` (section 8.3.3.1). */
import { viewOf } from './boxes.ts'
import { trimmed } from './nals.ts'
import { avcSps, hevcSps } from './sps.ts'

export type SetKind = 'vps' | 'sps' | 'pps'
/** NAL units without their lengths; `vps` is empty for H.264. */
export type ParameterSets = Readonly<Record<SetKind, readonly Uint8Array[]>>

const nalTypes: Readonly<Record<SetKind, number>> = { vps: 32, sps: 33, pps: 34 }
/** Profiles whose records end before chroma format and bit depths. */
const shortProfiles: readonly (number | undefined)[] = [66, 77, 88]

/** NAL units from `at` on, each behind 16 bits of length. */
function listFrom(record: Uint8Array, at: number, count: number): { sets: Uint8Array[]; end: number } {
  const view = viewOf(record)
  const sets: Uint8Array[] = []
  let end = at
  for (let n = 0; n < count; n++) {
    const size = view.getUint16(end)
    sets.push(trimmed(record.slice(end + 2, end + 2 + size)))
    end += 2 + size
  }
  return { sets, end }
}

const none: ParameterSets = { vps: [], sps: [], pps: [] }

/** None of an empty record: ffmpeg writes one when the camera sent its sets too late. @throws RangeError for a record that is cut off */
export function avcSets(record: Uint8Array): ParameterSets {
  if (record.length === 0) return none
  const view = viewOf(record)
  const sps = listFrom(record, 6, view.getUint8(5) & 0x1f)
  return { vps: [], sps: sps.sets, pps: listFrom(record, sps.end + 1, view.getUint8(sps.end)).sets }
}

/** As `avcSets`. */
export function hevcSets(record: Uint8Array): ParameterSets {
  if (record.length === 0) return none
  const view = viewOf(record)
  const found: Record<SetKind, Uint8Array[]> = { vps: [], sps: [], pps: [] }
  let at = 23
  for (let arrays = view.getUint8(22); arrays > 0; arrays--) {
    const type = view.getUint8(at) & 0x3f
    const { sets, end } = listFrom(record, at + 3, view.getUint16(at + 1))
    for (const kind of ['vps', 'sps', 'pps'] as const) if (nalTypes[kind] === type) found[kind].push(...sets)
    at = end
  }
  return found
}

function listed(sets: readonly Uint8Array[], most: number): number[] {
  if (sets.length > most) throw new RangeError(`${sets.length} parameter sets where at most ${most} are allowed`)
  return sets.flatMap((set) => {
    if (set.length > 0xffff) throw new RangeError(`a parameter set of ${set.length} bytes`)
    return [set.length >> 8, set.length & 0xff, ...set]
  })
}

/**
 * @param active the set of `sets.sps` that the pictures use @param before the record to be replaced: its lengths stay
 * @throws RangeError for sets that make no sense
 */
export function avcRecord({ sps, pps }: ParameterSets, active: Uint8Array, before: Uint8Array): Uint8Array {
  const { chroma, lumaBits, chromaBits } = avcSps(active)
  const [, profile = 0, constraints = 0, level = 0] = active
  const depths = [0xfc | chroma, 0xf8 | (lumaBits - 8), 0xf8 | (chromaBits - 8), 0]
  const bytes = [
    [1, profile, constraints, level, before[4] ?? 0xff],
    [0xe0 | sps.length, ...listed(sps, 31)],
    [pps.length, ...listed(pps, 255)],
    shortProfiles.includes(profile) ? [] : depths,
  ]
  return Uint8Array.from(bytes.flat())
}

/** As `avcRecord`. Segmentation, parallelism and frame rate stay unknown: nobody decodes by them. */
export function hevcRecord(sets: ParameterSets, active: Uint8Array, before: Uint8Array): Uint8Array {
  const { general, chroma, lumaBits, chromaBits, temporalLayers, isTemporalIdNested } = hevcSps(active)
  const layers = (temporalLayers << 3) | (isTemporalIdNested ? 4 : 0) | ((before[21] ?? 3) & 3)
  const arrays = (['vps', 'sps', 'pps'] as const).filter((kind) => sets[kind].length > 0)
  const bytes = [
    [1, ...general, 0xf0, 0, 0xfc],
    [0xfc | chroma, 0xf8 | (lumaBits - 8), 0xf8 | (chromaBits - 8), 0, 0, layers],
    [arrays.length],
    ...arrays.map((kind) => [nalTypes[kind], 0, sets[kind].length, ...listed(sets[kind], 64)]),
  ]
  return Uint8Array.from(bytes.flat())
}
