import type { DiskState } from '../../gateway/contract/footage.ts'
import type { Bytes } from '../../gateway/domain/units.ts'

/** What a disk is used for; the four add up to its size. null while it is away. */
export interface DiskUse {
  readonly heldBytes: Bytes
  /** Footage that may go. */
  readonly footageBytes: Bytes
  readonly otherBytes: Bytes
  readonly freeBytes: Bytes
  readonly totalBytes: Bytes
}

export function useOf({ totalBytes, freeBytes, footageBytes, heldBytes }: DiskState): DiskUse | null {
  if (totalBytes === null || freeBytes === null) return null
  // What is being written may be counted and not yet be on the disk.
  const used = Math.max(0, totalBytes - freeBytes)
  const footage = Math.min(footageBytes, used)
  const held = Math.min(heldBytes, footage)
  return {
    heldBytes: held,
    footageBytes: footage - held,
    otherBytes: used - footage,
    freeBytes: totalBytes - used,
    totalBytes,
  }
}

export type DiskWarning = 'away' | 'full' | 'soon' | 'heldMost'

/** Retention is planned in days: a week is time enough to buy a disk. */
const soonDays = 7
const heldMostShare = 0.5

/** The gravest first. `soon` also when it is further away but footage will go before its time. */
export function warningsOf(disk: DiskState): DiskWarning[] {
  const { trouble, daysUntilFull, footageBytes, heldBytes } = disk
  const isFull = trouble?.code === 'disk-full' || (trouble === null && daysUntilFull === 0)
  return [
    ...(trouble !== null && trouble.code !== 'disk-full' ? (['away'] as const) : []),
    ...(isFull ? (['full'] as const) : []),
    ...(!isFull && daysUntilFull !== null ? (['soon'] as const) : []),
    ...(footageBytes > 0 && heldBytes / footageBytes > heldMostShare ? (['heldMost'] as const) : []),
  ]
}

export const isGrave = (warning: DiskWarning, { daysUntilFull }: DiskState): boolean =>
  warning === 'away' || warning === 'full' || (warning === 'soon' && (daysUntilFull ?? Infinity) < soonDays)
