import { chmodSync, closeSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { Failure } from '../domain/failure.ts'

export type Db = Database.Database

/** One SQLite file: the connection, and `transaction`, which commits when `work` returns and rolls back when it throws. */
export interface Store {
  readonly db: Db
  readonly transaction: <T>(work: () => T) => T
  close(): void
}

/** The three databases of a gateway; each has its own folder of numbered migrations. */
export type StoreKind = 'gateway' | 'outbox' | 'metrics'

/**
 * Opens (or creates) a database and brings it forward. Migrations are numbered SQL files, forward only, each in one transaction.
 * @throws Failure lost (`store-damaged`), conflict (`store-newer`) when a newer version of the program wrote it
 */
export function openStore(file: string, kind: StoreKind): Store {
  let db: Db
  try {
    ownerOnly(file)
    db = new Database(file)
    db.pragma('journal_mode = WAL')
    // FULL: a committed row survives a power cut. What may be lost does not go through a store.
    db.pragma('synchronous = FULL')
    db.pragma('foreign_keys = ON')
    db.pragma('busy_timeout = 5000')
  } catch (cause) {
    throw new Failure('lost', 'store-damaged', `cannot open the database ${file}`, { file }, { cause })
  }
  try {
    migrate(db, file, join(import.meta.dirname, 'migrations', kind))
  } catch (cause) {
    db.close()
    throw cause
  }
  return {
    db,
    transaction: (work) => db.transaction(work).immediate(),
    close: () => db.close(),
  }
}

/** Hashes of passwords, names and the audit trail stand in there; SQLite gives its other files the same mode. */
function ownerOnly(file: string) {
  closeSync(openSync(file, 'a', 0o600))
  chmodSync(file, 0o600)
}

function migrate(db: Db, file: string, folder: string) {
  const steps = readdirSync(folder)
    .filter((name) => /^\d{4}-.*\.sql$/.test(name))
    .sort()
  const done = db.pragma('user_version', { simple: true }) as number
  const newest = steps.length === 0 ? 0 : Number(steps.at(-1)?.slice(0, 4))
  if (done > newest)
    throw new Failure('conflict', 'store-newer', `${file} was written by a newer version (${done} > ${newest})`, {
      file,
      done,
      newest,
    })
  for (const name of steps) {
    const version = Number(name.slice(0, 4))
    if (version <= done) continue
    db.transaction(() => {
      db.exec(readFileSync(join(folder, name), 'utf8'))
      db.pragma(`user_version = ${version}`)
    }).immediate()
  }
}
