import { join } from 'node:path'
import Database from 'better-sqlite3'
import { Failure } from '../domain/failure.ts'

/**
 * Makes this process the only one that works in `dataDir`: a second gateway would take the first one's open files for leftovers of a
 * crash. The lock is SQLite's own file lock, so that it ends with the process, however that ends.
 * @returns how to let go @throws Failure conflict (`already-running`)
 */
export function lockDataDir(dataDir: string): () => void {
  const db = new Database(join(dataDir, 'gateway.lock'), { timeout: 0 })
  try {
    db.pragma('locking_mode = EXCLUSIVE')
    db.exec('BEGIN EXCLUSIVE')
  } catch (cause) {
    db.close()
    throw new Failure(
      'conflict',
      'already-running',
      `another gateway is running with the data folder ${dataDir}`,
      { dataDir },
      { cause },
    )
  }
  return () => db.close()
}
