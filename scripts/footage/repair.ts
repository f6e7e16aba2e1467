import { join } from 'node:path'
import { systemClock } from '../../gateway/lib/clock.ts'
import { openLog } from '../../gateway/lib/log.ts'
import { loadOrCreateKey } from '../../gateway/lib/secret-box.ts'
import { recordingsDisk } from '../../gateway/recording/disk.ts'
import { recordingIndex } from '../../gateway/recording/index.ts'
import { recoverFiles } from '../../gateway/recording/recovery.ts'
import { upkeepIndex } from '../../gateway/recording/upkeep-index.ts'
import { lockDataDir } from '../../gateway/store/lock.ts'
import { openStore } from '../../gateway/store/open.ts'
import type { Disk } from './files.ts'

/**
 * What the gateway does at its start: files without a row are taken in up to their last whole fragment, rows without a file become gaps
 * with the reason `footage-missing`. Bytes that were changed stay as they are: nothing here can bring them back.
 * @returns what was done, as one sentence
 * @throws Failure conflict (`already-running`) while a gateway works on this folder, away (`disk-away`)
 */
export async function repairFootage(dataDir: string, disks: readonly Disk[]): Promise<string> {
  const unlock = lockDataDir(dataDir)
  try {
    const store = openStore(join(dataDir, 'gateway.db'), 'gateway')
    try {
      const gatewayId = loadOrCreateKey(join(dataDir, 'keys/gateway.id'), 8).toString('hex')
      const rootOf = (name: string) => disks.find((disk) => disk.name === name)?.root ?? ''
      const parts = { store, index: recordingIndex(store, rootOf), upkeep: upkeepIndex(store), log: openLog('warn') }
      const sum = { adopted: 0, missingFiles: 0, cutBytes: 0, emptyFiles: 0 }
      for (const { name, root } of disks) {
        const disk = recordingsDisk(root, gatewayId, store, systemClock)
        await disk.mustBeOurs()
        const report = await recoverFiles({ ...parts, name, disk })
        for (const key of ['adopted', 'missingFiles', 'cutBytes', 'emptyFiles'] as const) sum[key] += report[key]
      }
      return `Repaired: ${sum.adopted} files taken in (${sum.cutBytes} bytes cut off), ${sum.missingFiles} rows of missing files became gaps, ${sum.emptyFiles} empty files removed.`
    } finally {
      store.close()
    }
  } finally {
    unlock()
  }
}
