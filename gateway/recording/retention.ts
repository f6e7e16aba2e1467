import { dirname, join } from 'node:path'
import { type Bytes, days } from '../domain/units.ts'
import { syncFolder } from '../lib/files.ts'
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
  let freed = 0
  for (
    let rows = upkeep.endedBefore(beforeUtcMs, batch);
    rows.length > 0;
    rows = upkeep.endedBefore(beforeUtcMs, batch)
  ) {
    upkeep.condemn(rows, 'retention', clock.now())
    freed += await empty(disk, upkeep, rows)
  }
  upkeep.dropBefore(beforeUtcMs)
  while ((await disk.freeBytes()) < limits.minFreeBytes) {
    const rows = upkeep.oldest(20)
    if (rows.length === 0) break
    upkeep.condemn(rows, 'space', clock.now())
    freed += await empty(disk, upkeep, rows)
    log.warn(
      { files: rows.length, minFreeBytes: limits.minFreeBytes },
      'the recordings disk is short of space: the oldest footage was removed early',
    )
  }
  return freed
}

async function empty(disk: RecordingsDisk, upkeep: UpkeepIndex, rows: readonly PathRow[]): Promise<Bytes> {
  for (const { path } of rows) await disk.remove(path)
  for (const folder of new Set(rows.map(({ path }) => dirname(path)))) await syncFolder(join(disk.root, folder))
  for (const { path } of rows) upkeep.forgetGarbage(path)
  return rows.reduce((sum, row) => sum + row.sizeBytes, 0)
}
