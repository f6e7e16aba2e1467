import { forSpace, type HeldSpans, outOfTime } from '../domain/retention.ts'
import { without } from '../domain/stretches.ts'
import type { Bytes, Millis } from '../domain/units.ts'
import type { Tools } from '../lib/supervise.ts'
import type { RecordingsDisk } from './disk.ts'
import type { PathRow, UpkeepIndex } from './upkeep-index.ts'

/** Files that are removed at once, so that recording is never kept waiting for long. */
const batch = 200

export interface SweepParts {
  readonly name: string
  readonly disk: RecordingsDisk
  readonly upkeep: UpkeepIndex
  readonly minFreeBytes: Bytes
  readonly maxBytes: Bytes
  readonly retentionMs: (cameraId: string) => Millis
  readonly held: HeldSpans
  /** Footage that went before its time. */
  readonly onEarly: (rows: readonly PathRow[]) => void
  readonly tools: Tools
}
export interface Swept {
  readonly freedBytes: Bytes
  /** False: only held footage is left, and there is still too little room. */
  readonly enough: boolean
}

/**
 * One sweep of a disk: what is older than its camera's retention goes; then the oldest goes until `minFreeBytes` are free and no more
 * than `maxBytes` are used. What is held stays in any case. Rows first, files second.
 */
export async function sweep(parts: SweepParts, usedBytes: Bytes): Promise<Swept> {
  const { name, disk, upkeep, held, retentionMs, tools } = parts
  const now = tools.clock.now()
  const remove = async (rows: readonly PathRow[], reason: 'retention' | 'space'): Promise<Bytes> => {
    for (let at = 0; at < rows.length; at += batch) {
      const some = rows.slice(at, at + batch)
      const paths = some.map(({ path }) => path)
      upkeep.condemn(some, reason, now)
      await disk.remove(paths)
      for (const path of paths) upkeep.forgetGarbage(path)
    }
    return rows.reduce((sum, row) => sum + row.sizeBytes, 0)
  }

  let old = 0
  for (const cameraId of upkeep.camerasOn(name)) {
    const before = now - retentionMs(cameraId)
    // What is held is not even read: a month of it would be looked at every 10 s.
    const free = without([{ fromUtcMs: 0, toUtcMs: before }], held.get(cameraId) ?? [])
    const rows = free.flatMap((range) => upkeep.endedIn(cameraId, name, range, batch * 5))
    old += await remove(outOfTime(rows, retentionMs, held, now), 'retention')
  }

  // Counted, not measured again after each file: a file that somebody still reads gives its room back later, and more must not go for it.
  const shortBytes = Math.max(parts.minFreeBytes - (await disk.freeBytes()), usedBytes - old - parts.maxBytes)
  const plan = forSpace(upkeep.oldestFirst(name), shortBytes, held)
  const early = await remove(plan.files, 'space')
  if (plan.files.length > 0) {
    parts.onEarly(plan.files)
    const { minFreeBytes, maxBytes } = parts
    tools.log.warn(
      { disk: name, files: plan.files.length, sizeBytes: early, minFreeBytes, maxBytes },
      'the recordings disk is short of space: the oldest footage was removed early',
    )
  }
  return { freedBytes: old + early, enough: plan.enough }
}
