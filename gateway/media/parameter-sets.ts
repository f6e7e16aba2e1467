/**
 * Parameter sets inside the stream (ITU-T H.264 section 7.4.1.2.1, H.265 section 7.4.2.4). Cameras repeat them before each keyframe, and
 * after a change of resolution or encoder settings they differ from those that the init was made of. ffmpeg copies them and leaves the
 * init as it was; here it is made anew.
 */
import { Failure } from '../domain/failure.ts'
import { bitReader } from './bits.ts'
import { decoderRecord, withRecord } from './init.ts'
import { nalsOf, sameBytes, trimmed, unescaped } from './nals.ts'
import { avcRecord, avcSets, hevcRecord, hevcSets, type ParameterSets, type SetKind } from './record.ts'
import { avcSps, hevcSps } from './sps.ts'
import { type Sample, shapeOf, type StreamInit } from './stream.ts'

/** How one of both codecs spells it. */
interface Dialect {
  /** A set of the base layer; undefined for any other NAL unit. */
  kindOf(nal: Uint8Array): SetKind | undefined
  idOf(kind: SetKind, nal: Uint8Array): number
  /** Of a `pps`: the set it belongs to. */
  spsIdOf(pps: Uint8Array): number
  /** The `pps` that a slice uses; undefined for what is no slice. */
  ppsIdOf(nal: Uint8Array): number | undefined
  setsOf(record: Uint8Array): ParameterSets
  recordOf(sets: ParameterSets, active: Uint8Array, before: Uint8Array): Uint8Array
  sizeOf(sps: Uint8Array): { readonly widthPx: number; readonly heightPx: number }
}

/** The ids of a slice or a `pps` stand in its first bytes. */
const headOf = (nal: Uint8Array, headerBytes: number) => bitReader(unescaped(nal.subarray(0, 40), headerBytes))

const avc: Dialect = {
  kindOf: (nal) => ({ 7: 'sps' as const, 8: 'pps' as const })[(nal[0] ?? 0) & 0x1f],
  idOf: (kind, nal) => (kind === 'sps' ? avcSps(nal).id : headOf(nal, 1).ue(255)),
  spsIdOf(pps) {
    const bits = headOf(pps, 1)
    bits.ue()
    return bits.ue(31)
  },
  ppsIdOf(nal) {
    const type = (nal[0] ?? 0) & 0x1f
    if (type !== 1 && type !== 5) return undefined
    const bits = headOf(nal, 1)
    bits.ue()
    bits.ue()
    return bits.ue(255)
  },
  setsOf: avcSets,
  recordOf: avcRecord,
  sizeOf: avcSps,
}

const hevc: Dialect = {
  kindOf(nal) {
    // Sets of other layers belong to pictures that no browser shows.
    const isBase = ((nal[0] ?? 0) & 1) === 0 && (nal[1] ?? 0) >> 3 === 0
    const type = ((nal[0] ?? 0) >> 1) & 0x3f
    return isBase ? { 32: 'vps' as const, 33: 'sps' as const, 34: 'pps' as const }[type] : undefined
  },
  idOf: (kind, nal) =>
    kind === 'sps' ? hevcSps(nal).id : kind === 'vps' ? headOf(nal, 2).u(4) : headOf(nal, 2).ue(63),
  spsIdOf(pps) {
    const bits = headOf(pps, 2)
    bits.ue()
    return bits.ue(15)
  },
  ppsIdOf(nal) {
    const type = ((nal[0] ?? 0) >> 1) & 0x3f
    if (type >= 32) return undefined
    const bits = headOf(nal, 2)
    bits.skip(type >= 16 && type <= 23 ? 2 : 1)
    return bits.ue(63)
  },
  setsOf: hevcSets,
  recordOf: hevcRecord,
  sizeOf: hevcSps,
}

const kinds: readonly SetKind[] = ['vps', 'sps', 'pps']
const areSame = (a: ParameterSets, b: ParameterSets): boolean =>
  kinds.every(
    (kind) => a[kind].length === b[kind].length && a[kind].every((set, n) => sameBytes(set, b[kind][n] ?? set)),
  )

/** Garbage where parameter sets should be: nothing that follows could be decoded. */
function readable<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new Failure(
      'invalid',
      'unsupported-codec',
      'the camera sends video parameters that cannot be read',
      {},
      { cause },
    )
  }
}

/**
 * Watches the pictures that follow `init`.
 * @returns for each sample, in decoding order, the init that must stand before it, or undefined while nothing changed. Only a keyframe gets
 * one: what changes between keyframes counts from the next one on
 * @throws Failure (the returned function) invalid `unsupported-codec` for sets that cannot be read
 */
export function parameterWatch(init: StreamInit): (sample: Sample) => StreamInit | undefined {
  const dialect = shapeOf(init).codec === 'H264' ? avc : hevc
  let latest = init
  let announced = readable(() => dialect.setsOf(decoderRecord(init.bytes)))
  let current = announced

  const learn = (kind: SetKind, nal: Uint8Array) => {
    const set = trimmed(nal)
    if (current[kind].some((known) => sameBytes(known, set))) return
    const id = dialect.idOf(kind, set)
    const others = current[kind].filter((known) => dialect.idOf(kind, known) !== id)
    current = { ...current, [kind]: [...others, Uint8Array.from(set)] }
  }
  /** The `sps` of the picture: found by its first slice, and the first one where the slice names none that is known. */
  const activeSps = (nals: readonly Uint8Array[]): Uint8Array | undefined => {
    const [first] = current.sps
    if (current.sps.length < 2) return first
    const ppsId = nals.map(dialect.ppsIdOf).find((id) => id !== undefined)
    const pps = current.pps.find((set) => dialect.idOf('pps', set) === ppsId)
    const spsId = pps && dialect.spsIdOf(pps)
    return current.sps.find((set) => dialect.idOf('sps', set) === spsId) ?? first
  }
  const renewed = (nals: readonly Uint8Array[]): StreamInit | undefined => {
    const active = activeSps(nals)
    if (!active) return undefined
    // Decoders and players look at the first one.
    if (current.sps[0] !== active)
      current = { ...current, sps: [active, ...current.sps.filter((set) => set !== active)] }
    if (current === announced || areSame(current, announced)) return undefined
    announced = current
    const record = dialect.recordOf(current, active, decoderRecord(latest.bytes))
    latest = withRecord(latest, record, dialect.sizeOf(active))
    return latest
  }

  return ({ data, key }) =>
    readable(() => {
      const nals = nalsOf(data)
      for (const nal of nals) {
        const kind = dialect.kindOf(nal)
        if (kind) learn(kind, nal)
      }
      return key ? renewed(nals) : undefined
    })
}
