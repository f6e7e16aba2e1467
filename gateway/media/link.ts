/**
 * The hash chain of a camera's footage. Before each recorded fragment stands a `uuid` box (ISO/IEC 14496-12 section 11.1) with the link
 * before it and the run it belongs to; the fragment's own link is the SHA-256 of all its bytes, this box included. So a link covers
 * the link before it, the run, the times (`prft`, `tfdt`, `trun`) and the pictures, and a file proves its part of the chain without
 * the index. A CRC-32 of what follows the box tells a fragment that a power cut left half written: nothing follows it that would.
 */
import { find, viewOf } from './boxes.ts'

/** Version 4 UUID of the box: 6f0e3a1c-7a52-4d0f-9c5b-2f8e4b7d9a13. */
const boxId = Uint8Array.from([
  0x6f, 0x0e, 0x3a, 0x1c, 0x7a, 0x52, 0x4d, 0x0f, 0x9c, 0x5b, 0x2f, 0x8e, 0x4b, 0x7d, 0x9a, 0x13,
])

/** The link before a camera's first fragment: 32 zeros. */
export const firstLink: Uint8Array = new Uint8Array(32)

/** Size of the whole box: header, id, version and flags, run, link, CRC. */
export const linkBytes = 8 + 16 + 4 + 8 + 32 + 4
const crcOffset = linkBytes - 4

export interface Link {
  readonly runId: number
  /** 32 bytes: the link of the fragment before, or `firstLink`. */
  readonly before: Uint8Array
}

export function linkBox({ runId, before }: Link): Uint8Array {
  const bytes = new Uint8Array(linkBytes)
  const view = viewOf(bytes)
  view.setUint32(0, linkBytes)
  bytes.set([0x75, 0x75, 0x69, 0x64], 4)
  bytes.set(boxId, 8)
  view.setBigUint64(28, BigInt(runId))
  bytes.set(before, 36)
  return bytes
}

/** What the CRC of a fragment that begins with a link is about. */
export const linkedPart = (fragment: Uint8Array): Uint8Array => fragment.subarray(linkBytes)

/** Writes the CRC-32 of `linkedPart` into the box. */
export const sealLink = (fragment: Uint8Array, crc: number): void => viewOf(fragment).setUint32(crcOffset, crc)

/** The CRC-32 that was written. */
export const crcOf = (fragment: Uint8Array): number => viewOf(fragment).getUint32(crcOffset)

/** The link box at the start of a fragment; undefined in footage recorded before there were any. */
export function readLink(fragment: Uint8Array): Link | undefined {
  if (!startsWithLink(fragment)) return undefined
  const body = find(fragment.subarray(0, linkBytes), 'uuid')?.body
  if (!body) return undefined
  return { runId: Number(viewOf(body).getBigUint64(20)), before: body.subarray(28, 60) }
}

/** Does the fragment begin with a link box? Then everything else in it stands `linkBytes` further on. */
export const startsWithLink = (fragment: Uint8Array): boolean =>
  fragment.length >= linkBytes &&
  viewOf(fragment).getUint32(0) === linkBytes &&
  boxId.every((byte, n) => fragment[8 + n] === byte)
