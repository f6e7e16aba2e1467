import { crc32 } from 'node:zlib'
import { Failure } from '../domain/failure.ts'
import { type Box, boxAt } from '../media/boxes.ts'
import { readFragment } from '../media/fragment.ts'
import { readInit } from '../media/init.ts'
import type { StreamInit } from '../media/stream.ts'
import { crcOf, linkBytes, linkedPart, readLink } from '../media/link.ts'
import { sha256 } from './chain.ts'
import type { FragmentEntry } from './fragment-table.ts'

/** What one file holds, as far as it is whole. */
export interface Scanned {
  readonly init: StreamInit
  readonly initBytes: number
  readonly fragments: readonly FragmentEntry[]
  readonly anchorUtcMs: number
  readonly wholeBytes: number
}

/**
 * Reads a recording that was not closed. What a power cut leaves behind the last whole fragment, be it half a box or zeros, is left out.
 * @returns undefined when the file ends before its first fragment is whole
 * @throws Failure lost (`mp4-damaged`) when it begins like no recording of ours
 */
export function scanSegment(bytes: Uint8Array): Scanned | undefined {
  let at = 0
  for (const type of ['ftyp', 'moov']) {
    const box = boxAt(bytes, at)
    if (!box) return undefined
    if (box.type !== type) throw new Failure('lost', 'mp4-damaged', `${box.type} where ${type} should be`)
    at += box.size
  }
  const initBytes = at
  const init = readInit(bytes.subarray(0, initBytes))
  const fragments: FragmentEntry[] = []
  let anchorUtcMs = 0
  for (let size = fragmentSize(bytes, at); size > 0; size = fragmentSize(bytes, at)) {
    const fragment = bytes.subarray(at, at + size)
    const head = orUndefined(() => readFragment(fragment))
    if (!head || (readLink(fragment) && crcOf(fragment) !== crc32(linkedPart(fragment)))) break
    const { key, duration, baseTime, utcMs } = head
    fragments.push({ offset: at, sizeBytes: size, baseTime, duration, key, sha256: sha256(fragment) })
    anchorUtcMs = utcMs - (baseTime / init.timescale) * 1_000
    at += size
  }
  if (fragments.length > 0) return { init, initBytes, fragments, anchorUtcMs, wholeBytes: at }
  const next = orUndefined(() => boxAt(bytes, at))
  if (next && next.type !== 'prft' && next.type !== 'uuid')
    throw new Failure('lost', 'mp4-damaged', `${next.type} where prft should be`)
  return undefined
}

/** Size of the whole link (in footage since there are links), `prft`, `moof` and `mdat` at `offset`; 0 when they are not there. */
export function fragmentSize(bytes: Uint8Array, offset: number): number {
  let at = offset + (readLink(bytes.subarray(offset)) ? linkBytes : 0)
  for (const type of ['prft', 'moof', 'mdat']) {
    const box: Box | undefined = orUndefined(() => boxAt(bytes, at))
    if (box?.type !== type) return 0
    at += box.size
  }
  return at - offset
}

/** What `read` gives, or undefined where the bytes are damaged. */
function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof Failure && cause.code === 'mp4-damaged') return undefined
    throw cause
  }
}
