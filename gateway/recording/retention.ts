import { type Bytes, days } from '../domain/units.ts'
import type { Tools } from '../lib/supervise.ts'
import type { RecordingsDisk } from './disk.ts'
import type { PathRow, UpkeepIndex } from './upkeep-index.ts'

/** Files a sweep takes at once, so that recording is never kept waiting for long. */
const batch = 200

/**
 * One sweep: what is older than `retentionDays` goes; then the oldest goes until `minFreeBytes` are free. Rows first, files second.
 * @returns bytes freed
 */
export async function sweep(
  disk: RecordingsDisk,
  upkeep: UpkeepIndex,
  limits: { retentionDays: number; minFreeBytes: Bytes },
  { clock, log }: Tools,
): Promise<Bytes> {
  const beforeUtcMs = clock.now() - days(limits.retentionDays)
  const remove = async (rows: readonly PathRow[], reason: 'retention' | 'space'): Promise<Bytes> => {
    const paths = rows.map(({ path }) => path)
    upkeep.condemn(rows, reason, clock.now())
    await disk.remove(paths)
    for (const path of paths) upkeep.forgetGarbage(path)
    return rows.reduce((sum, row) => sum + row.sizeBytes, 0)
  }

  let old = 0
  for (let rows = upkeep.endedBefore(beforeUtcMs, batch); rows.length > 0; ) {
    old += await remove(rows, 'retention')
    rows = upkeep.endedBefore(beforeUtcMs, batch)
  }
  upkeep.dropBefore(beforeUtcMs)

  // Counted, not measured again after each file: a file that somebody still reads gives its room back later, and more must not go for it.
  const shortBytes = limits.minFreeBytes - (await disk.freeBytes())
  let early = 0
  let files = 0
  while (early < shortBytes) {
    const rows = upkeep.oldest(20)
    if (rows.length === 0) break
    let enough = early
    const few = rows.filter(({ sizeBytes }) => {
      const isNeeded = enough < shortBytes
      enough += sizeBytes
      return isNeeded
    })
    early += await remove(few, 'space')
    files += few.length
  }
  if (files > 0)
    log.warn(
      { files, sizeBytes: early, minFreeBytes: limits.minFreeBytes },
      'the recordings disk is short of space: the oldest footage was removed early',
    )
  return old + early
}
