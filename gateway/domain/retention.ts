import type { Bytes, Millis, UtcMs, UtcRange } from './units.ts'

/** One recorded file, as retention needs to know it. */
export interface StoredFile {
  readonly cameraId: string
  readonly startUtcMs: UtcMs
  readonly endUtcMs: UtcMs
  readonly sizeBytes: Bytes
}

/** Held stretches by camera, of all holds that hold now. */
export type HeldSpans = ReadonlyMap<string, readonly UtcRange[]>

/** Does a hold touch the file? Then it stays, whatever the disk says. */
export const isHeld = ({ cameraId, startUtcMs, endUtcMs }: StoredFile, held: HeldSpans): boolean =>
  held.get(cameraId)?.some(({ fromUtcMs, toUtcMs }) => startUtcMs < toUtcMs && endUtcMs > fromUtcMs) ?? false

/** The files whose time has come: wholly older than their camera's retention, and not held. Pure. */
export const outOfTime = <File extends StoredFile>(
  files: readonly File[],
  retentionMs: (cameraId: string) => Millis,
  held: HeldSpans,
  now: UtcMs,
): File[] => files.filter((file) => file.endUtcMs < now - retentionMs(file.cameraId) && !isHeld(file, held))

/**
 * The oldest files that nobody holds, until at least `shortBytes` are free; no more than that. Pure, and reads no further than it must.
 * @param oldestFirst by their end
 * @returns `enough` false: all that may go is on the list, and it is too little
 */
export function forSpace<File extends StoredFile>(
  oldestFirst: Iterable<File>,
  shortBytes: Bytes,
  held: HeldSpans,
): { readonly files: File[]; readonly freedBytes: Bytes; readonly enough: boolean } {
  const files: File[] = []
  let freedBytes: Bytes = 0
  if (shortBytes <= 0) return { files, freedBytes, enough: true }
  for (const file of oldestFirst) {
    if (isHeld(file, held)) continue
    files.push(file)
    freedBytes += file.sizeBytes
    if (freedBytes >= shortBytes) return { files, freedBytes, enough: true }
  }
  return { files, freedBytes, enough: false }
}

/** What one camera has on a disk and adds to it. */
export interface Growth {
  readonly bytesPerDay: Bytes
  /** Days of footage it has now. */
  readonly ageDays: number
  readonly retentionDays: number
}

/**
 * Days until a disk has no room left: each camera's footage grows until its retention is reached, and then stays. Pure.
 * @param roomBytes what may still be written before footage must go early
 * @returns null when it never comes to that
 */
export function daysUntilFull(cameras: readonly Growth[], roomBytes: Bytes): number | null {
  if (roomBytes <= 0) return 0
  const steps = cameras
    .map(({ bytesPerDay, ageDays, retentionDays }) => ({ bytesPerDay, leftDays: retentionDays - ageDays }))
    .filter(({ bytesPerDay, leftDays }) => bytesPerDay > 0 && leftDays > 0)
    .sort((a, b) => a.leftDays - b.leftDays)
  let rate = steps.reduce((sum, { bytesPerDay }) => sum + bytesPerDay, 0)
  let room = roomBytes
  let day = 0
  for (const { bytesPerDay, leftDays } of steps) {
    const fullAt = day + room / rate
    if (fullAt <= leftDays) return fullAt
    room -= rate * (leftDays - day)
    day = leftDays
    rate -= bytesPerDay
  }
  return null
}
