/** Movie fragments: `moof` + `mdat`, with a `prft` before it in recordings (ISO/IEC 14496-12 sections 8.8 and 8.16.5). */
import { Failure } from '../domain/failure.ts'
import type { UtcMs } from '../domain/units.ts'
import { boxesOf, need, parsing, viewOf } from './boxes.ts'
import { type Link, linkBox, linkBytes, startsWithLink } from './link.ts'
import type { Sample } from './stream.ts'

const nonSync = 0x0001_0000
const syncSampleFlags = 0x0200_0000
const nonSyncSampleFlags = 0x0101_0000
/** More pictures than any fragment holds: a damaged count. */
const maxSamples = 10_000

/**
 * The samples of one `moof` body, pointing into the body of its `mdat`. One track, data in order: what our readers and writers make.
 * @throws Failure lost (`mp4-damaged`)
 */
export const samplesOf = (moof: Uint8Array, mdat: Uint8Array): Sample[] =>
  parsing('moof', () => readSamples(moof, mdat))

function readSamples(moof: Uint8Array, mdat: Uint8Array): Sample[] {
  const traf = need(moof, 'traf').body
  const tfhd = viewOf(need(traf, 'tfhd').body)
  const tfhdFlags = tfhd.getUint32(0) & 0xff_ffff
  let at = 8 + (tfhdFlags & 1 ? 8 : 0) + (tfhdFlags & 2 ? 4 : 0)
  const defaultOf = (flag: number) => {
    if (!(tfhdFlags & flag)) return 0
    at += 4
    return tfhd.getUint32(at - 4)
  }
  const [defaultDuration, defaultSize, defaultFlags] = [defaultOf(8), defaultOf(0x10), defaultOf(0x20)]
  let dts = baseTimeOf(traf)
  let offset = 0
  const samples: Sample[] = []
  for (const { body } of boxesOf(traf).filter((box) => box.type === 'trun')) {
    const trun = viewOf(body)
    const flags = trun.getUint32(0) & 0xff_ffff
    const count = trun.getUint32(4)
    if (count > maxSamples) throw new Failure('lost', 'mp4-damaged', `a fragment of ${count} samples`)
    let cursor = 8 + (flags & 1 ? 4 : 0)
    const firstFlags = flags & 4 ? trun.getUint32(cursor) : undefined
    if (flags & 4) cursor += 4
    for (let n = 0; n < count; n++) {
      const field = (flag: number, otherwise: number) => {
        if (!(flags & flag)) return otherwise
        cursor += 4
        return trun.getUint32(cursor - 4)
      }
      const duration = field(0x100, defaultDuration)
      const size = field(0x200, defaultSize)
      const sampleFlags = field(0x400, n === 0 && firstFlags !== undefined ? firstFlags : defaultFlags)
      const cts = field(0x800, 0) | 0
      if (offset + size > mdat.length) throw new Failure('lost', 'mp4-damaged', 'a sample ends behind its mdat box')
      samples.push({ data: mdat.subarray(offset, offset + size), dts, cts, duration, key: !(sampleFlags & nonSync) })
      offset += size
      dts += duration
    }
  }
  return samples
}

function baseTimeOf(traf: Uint8Array): number {
  const tfdt = viewOf(need(traf, 'tfdt').body)
  return tfdt.getUint8(0) === 1 ? Number(tfdt.getBigUint64(4)) : tfdt.getUint32(4)
}

/** Seconds between 1900 (NTP) and 1970 (Unix). */
const ntpOffsetSeconds = 2_208_988_800

export interface FragmentTimes {
  /** Wall clock of the first sample's decoding time, by the gateway. */
  readonly utcMs: UtcMs
  /** The same moment in the timescale. */
  readonly baseTime: number
}

/** Size of the `prft` box before the `moof`. */
export const prftBytes = 32

/**
 * One fragment for a recording, as one piece: `fragmentHead` and the samples.
 * @param link none for what is not kept
 */
export function buildFragment(
  sequence: number,
  samples: readonly Sample[],
  times: FragmentTimes,
  link?: Link,
): Uint8Array {
  const head = fragmentHead(sequence, samples, times, link)
  const bytes = Buffer.allocUnsafe(head.length + sizeOf(samples))
  bytes.set(head)
  let at = head.length
  for (const { data } of samples) {
    bytes.set(data, at)
    at += data.length
  }
  return bytes
}

const sizeOf = (samples: readonly Sample[]) => samples.reduce((sum, { data }) => sum + data.length, 0)

/**
 * Everything of a fragment but its samples: `prft`, `moof` and the head of `mdat`, with its link in the camera's chain in front. The
 * `prft` carries the wall clock, so that a file tells its own time without the index. Offsets of composition are signed (trun version 1).
 * @param samples at least one, in decoding order; they follow the head as they are
 */
export function fragmentHead(
  sequence: number,
  samples: readonly Sample[],
  times: FragmentTimes,
  link?: Link,
): Uint8Array {
  const payload = sizeOf(samples)
  const trunBytes = 20 + samples.length * 16
  const moofBytes = 8 + 16 + 8 + 16 + 20 + trunBytes
  const before = link ? linkBox(link) : new Uint8Array()
  const bytes = Buffer.allocUnsafe(before.length + prftBytes + moofBytes + 8)
  bytes.set(before)
  let at = before.length
  const u32 = (value: number) => {
    at = bytes.writeUInt32BE(value >>> 0, at)
  }
  const u64 = (value: bigint) => {
    at = bytes.writeBigUInt64BE(value, at)
  }
  const head = (size: number, type: string, versionAndFlags?: number) => {
    u32(size)
    at += bytes.write(type, at, 'latin1')
    if (versionAndFlags !== undefined) u32(versionAndFlags)
  }
  head(prftBytes, 'prft', 0x0100_0000)
  u32(1)
  u64(ntpOf(times.utcMs))
  u64(BigInt(times.baseTime))
  head(moofBytes, 'moof')
  head(16, 'mfhd', 0)
  u32(sequence)
  head(8 + 16 + 20 + trunBytes, 'traf')
  head(16, 'tfhd', 0x02_0000)
  u32(1)
  head(20, 'tfdt', 0x0100_0000)
  u64(BigInt(times.baseTime))
  head(trunBytes, 'trun', 0x0100_0f01)
  u32(samples.length)
  u32(moofBytes + 8)
  for (const sample of samples) {
    u32(sample.duration)
    u32(sample.data.length)
    u32(sample.key ? syncSampleFlags : nonSyncSampleFlags)
    u32(sample.cts)
  }
  head(8 + payload, 'mdat')
  return bytes
}

function ntpOf(utcMs: UtcMs): bigint {
  const whole = Math.floor(utcMs / 1_000)
  const fraction = Math.round(((utcMs - whole * 1_000) / 1_000) * 2 ** 32)
  return (BigInt(whole + ntpOffsetSeconds) << 32n) | BigInt(Math.min(fraction, 0xffff_ffff))
}

/** What one recorded fragment says about itself, without looking at its samples' bytes. */
export interface FragmentHead extends FragmentTimes {
  readonly key: boolean
  /** In the timescale. */
  readonly duration: number
}

/**
 * Reads a fragment written by `buildFragment`.
 * @throws Failure lost (`mp4-damaged`)
 */
export const readFragment = (bytes: Uint8Array): FragmentHead => parsing('fragment', () => readHead(bytes))

function readHead(bytes: Uint8Array): FragmentHead {
  const prft = viewOf(need(bytes, 'prft').body)
  const samples = samplesOf(need(bytes, 'moof').body, need(bytes, 'mdat').body)
  const seconds = prft.getUint32(8) - ntpOffsetSeconds
  const fraction = prft.getUint32(12) / 2 ** 32
  return {
    utcMs: Math.round((seconds + fraction) * 1_000),
    baseTime: Number(prft.getBigUint64(16)),
    key: samples[0]?.key ?? false,
    duration: samples.reduce((sum, sample) => sum + sample.duration, 0),
  }
}

/** Gives a recorded fragment another place: sequence number and base time, in place. The wall clock in `prft` stays. */
export function placeFragment(fragment: Uint8Array, sequence: number, baseTime: number): void {
  const view = viewOf(startsWithLink(fragment) ? fragment.subarray(linkBytes) : fragment)
  view.setBigUint64(24, BigInt(baseTime))
  view.setUint32(prftBytes + 8 + 12, sequence)
  view.setBigUint64(prftBytes + 8 + 16 + 8 + 16 + 12, BigInt(baseTime))
}

/**
 * The earliest picture of a recorded fragment, in ticks behind its base time; 0 when one comes before it.
 * @throws Failure lost (`mp4-damaged`)
 */
export function presentedFrom(bytes: Uint8Array): number {
  const samples = samplesOf(need(bytes, 'moof').body, need(bytes, 'mdat').body)
  const baseTime = samples[0]?.dts ?? 0
  return Math.max(0, samples.reduce((least, { dts, cts }) => Math.min(least, dts + cts), Infinity) - baseTime)
}
