import type { DiskState } from '../contract/footage.ts'
import { daysUntilFull, type HeldSpans } from '../domain/retention.ts'
import { days, type Millis, type UtcMs } from '../domain/units.ts'
import type { UpkeepIndex } from './upkeep-index.ts'
import type { Volume } from './volume.ts'

export interface DiskReportParts {
  readonly volume: Volume
  readonly upkeep: UpkeepIndex
  readonly held: HeldSpans
  readonly retentionMs: (cameraId: string) => Millis
  /** Cameras that are to be recorded on it. */
  readonly assigned: readonly string[]
  /** The configuration's default. */
  readonly retentionDays: number
  readonly now: UtcMs
}

/** What a disk holds, what comes each day, and when it will be full. */
export async function diskReport({
  volume,
  upkeep,
  held,
  retentionMs,
  assigned,
  retentionDays,
  now,
}: DiskReportParts): Promise<DiskState> {
  const { name, root, settings } = volume
  const trouble = volume.trouble()
  const isAway = trouble !== null && trouble.code !== 'disk-full'
  const [totalBytes, freeBytes] = isAway
    ? [null, null]
    : await Promise.all([volume.disk.totalBytes(), volume.disk.freeBytes()])
  const footageBytes = volume.usedBytes()
  const stored = upkeep.camerasOn(name)
  const growth = [...new Set([...stored, ...assigned])].map((cameraId) => {
    const oldestUtcMs = upkeep.oldestOf(cameraId, name) ?? now
    const ageDays = (now - oldestUtcMs) / days(1)
    const lastDay = upkeep.sizeIn(cameraId, name, { fromUtcMs: now - days(1), toUtcMs: now })
    // A camera of a few minutes is not yet known; a quarter of an hour is the least that says something.
    const bytesPerDay = assigned.includes(cameraId) ? lastDay / Math.max(1 / 96, Math.min(1, ageDays)) : 0
    return { oldestUtcMs, bytesPerDay, ageDays, retentionDays: retentionMs(cameraId) / days(1) }
  })
  const roomBytes = Math.min(
    freeBytes === null ? Infinity : freeBytes - settings.minFreeBytes,
    (settings.maxBytes ?? Infinity) - footageBytes,
  )
  const heldBytes = [...held].reduce(
    (sum, [cameraId, spans]) => sum + spans.reduce((bytes, span) => bytes + upkeep.sizeIn(cameraId, name, span), 0),
    0,
  )
  return {
    name,
    path: root,
    trouble: trouble && { code: trouble.code, message: trouble.message },
    totalBytes,
    freeBytes,
    footageBytes,
    heldBytes: Math.min(heldBytes, footageBytes),
    maxBytes: settings.maxBytes,
    minFreeBytes: settings.minFreeBytes,
    cameras: assigned.length,
    retentionDays,
    bytesPerDay: Math.round(growth.reduce((sum, { bytesPerDay }) => sum + bytesPerDay, 0)),
    daysUntilFull: isAway ? null : daysUntilFull(growth, roomBytes),
    oldestUtcMs: stored.length === 0 ? null : Math.min(...growth.map(({ oldestUtcMs }) => oldestUtcMs)),
  }
}
