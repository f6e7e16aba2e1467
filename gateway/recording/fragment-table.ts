import { Failure } from '../domain/failure.ts'
import { viewOf } from '../media/boxes.ts'

/** One fragment of a segment file. Times in the run's timescale, counted from the start of the run. */
export interface FragmentEntry {
  readonly offset: number
  readonly sizeBytes: number
  readonly baseTime: number
  readonly duration: number
  /** Decoding can start here. */
  readonly key: boolean
  /** SHA-256 of the fragment's bytes, `prft` included. */
  readonly sha256: Uint8Array
}

const entryBytes = 56

/** The column `segment.fragments`: 56 bytes each: u32 offset, u32 size, u64 base time, u32 duration, u32 key, 32 bytes SHA-256. */
export function encodeFragments(entries: readonly FragmentEntry[]): Buffer {
  const bytes = Buffer.alloc(entries.length * entryBytes)
  for (const [n, entry] of entries.entries()) {
    const at = n * entryBytes
    bytes.writeUInt32BE(entry.offset, at)
    bytes.writeUInt32BE(entry.sizeBytes, at + 4)
    bytes.writeBigUInt64BE(BigInt(entry.baseTime), at + 8)
    bytes.writeUInt32BE(entry.duration, at + 16)
    bytes.writeUInt32BE(entry.key ? 1 : 0, at + 20)
    bytes.set(entry.sha256, at + 24)
  }
  return bytes
}

/** @throws Failure lost (`index-damaged`) */
export function decodeFragments(bytes: Uint8Array): FragmentEntry[] {
  if (bytes.length % entryBytes !== 0)
    throw new Failure('lost', 'index-damaged', 'a fragment table of a wrong length', { sizeBytes: bytes.length })
  const view = viewOf(bytes)
  return Array.from({ length: bytes.length / entryBytes }, (_, n) => {
    const at = n * entryBytes
    return {
      offset: view.getUint32(at),
      sizeBytes: view.getUint32(at + 4),
      baseTime: Number(view.getBigUint64(at + 8)),
      duration: view.getUint32(at + 16),
      key: view.getUint32(at + 20) === 1,
      sha256: bytes.subarray(at + 24, at + entryBytes),
    }
  })
}
