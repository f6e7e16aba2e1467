import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { loadOrCreateKey, openSecretBox } from '../lib/secret-box.ts'
import { lockDataDir } from './lock.ts'
import { openStore } from './open.ts'

/**
 * The gateway's own files: locked against a second gateway, made when they are missing, brought forward when they are older.
 * @throws Failure conflict (already-running, store-newer), lost (store-damaged)
 */
export function openDataFolder(dataDir: string) {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const unlock = lockDataDir(dataDir)
  const keysDir = join(dataDir, 'keys')
  const secrets = openSecretBox(keysDir)
  const gatewayId = loadOrCreateKey(join(keysDir, 'gateway.id'), 8).toString('hex')
  const store = openStore(join(dataDir, 'gateway.db'), 'gateway')
  const outboxFile = openStore(join(dataDir, 'outbox.db'), 'outbox')
  return {
    secrets,
    gatewayId,
    store,
    outboxFile,
    close(): void {
      for (const file of [outboxFile, store]) file.close()
      unlock()
    },
  }
}
