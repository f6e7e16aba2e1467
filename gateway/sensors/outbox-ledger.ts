import Database from 'better-sqlite3'
import type { SensorAccount } from '../contract/sensor.ts'
import type { UtcMs } from '../domain/units.ts'
import type { Store } from '../store/open.ts'
import { unpackHead } from './outbox-batch.ts'
import { type Done, isDone, type Stretch } from './outbox-places.ts'

export interface LedgerState {
  /** Null when nothing was counted yet. */
  readonly sinceUtcMs: UtcMs | null
  readonly accounts: readonly SensorAccount[]
}

/** Rows between two looks at other work. */
const rowsAtOnce = 2_000

interface AccountRow extends Omit<SensorAccount, 'waiting' | 'difference'> {
  readonly begunUtcMs: UtcMs
}

/**
 * The accounts of all sensors, with what waits counted from the batches that are there. Everything is of one moment: it is read by a
 * connection of its own, in one transaction, a piece at a time.
 */
export async function readLedger(store: Store, stores: readonly string[]): Promise<LedgerState> {
  const db = new Database(store.db.name, { readonly: true })
  try {
    db.exec('BEGIN')
    const rows = db
      .prepare<[], AccountRow>(
        `SELECT store, sensor_id AS sensorId, received, stored, quarantined, lost, begun_utc_ms AS begunUtcMs
         FROM account ORDER BY sensor_id, store`,
      )
      .all()
    const waiting = await countWaiting(db, stores)
    const known = new Set(rows.map((row) => keyOf(row.store, row.sensorId)))
    const accounts = rows.map(({ store: name, sensorId, received, stored, quarantined, lost }) =>
      withDifference(
        { store: name, sensorId, received, stored, quarantined, lost },
        waiting.get(keyOf(name, sensorId)),
      ),
    )
    // What waits and was never received does not add up either.
    for (const [key, n] of waiting)
      if (!known.has(key)) {
        const [name = '', sensorId = ''] = key.split('\n')
        accounts.push(withDifference({ store: name, sensorId, received: 0, stored: 0, quarantined: 0, lost: 0 }, n))
      }
    const since = rows.reduce((least, { begunUtcMs }) => Math.min(least, begunUtcMs), Number.POSITIVE_INFINITY)
    return { sinceUtcMs: Number.isFinite(since) ? since : null, accounts }
  } finally {
    db.close()
  }
}

const keyOf = (store: string, sensorId: string) => `${store}\n${sensorId}`

function withDifference(row: Omit<SensorAccount, 'waiting' | 'difference'>, waiting = 0): SensorAccount {
  const { received, stored, quarantined, lost } = row
  return { ...row, waiting, difference: received - stored - quarantined - lost - waiting }
}

async function countWaiting(db: Database.Database, stores: readonly string[]): Promise<Map<string, number>> {
  const sensors = new Map(
    db
      .prepare<[], { id: number; sensorId: string }>('SELECT id, sensor_id AS sensorId FROM series')
      .all()
      .map(({ id, sensorId }) => [id, sensorId]),
  )
  const done = new Map<string, Done>(
    stores.map((name) => [
      name,
      db
        .prepare<[string], Stretch>(
          'SELECT from_id AS "from", to_id AS "to" FROM done WHERE store = ? ORDER BY from_id',
        )
        .all(name),
    ]),
  )
  const heads = db.prepare<[number, number], { id: number; head: Buffer }>(
    'SELECT id, head FROM batch WHERE id > ? ORDER BY id LIMIT ?',
  )
  const waiting = new Map<string, number>()
  for (let at = 0; ; ) {
    const rows = heads.all(at, rowsAtOnce)
    for (const { id, head } of rows) {
      const lacking = stores.filter((name) => !isDone(done.get(name) ?? [], id))
      for (const { series, readings } of unpackHead(head) ?? [])
        for (const name of lacking) {
          const key = keyOf(name, sensors.get(series) ?? '')
          waiting.set(key, (waiting.get(key) ?? 0) + readings)
        }
      at = id
    }
    if (rows.length < rowsAtOnce) return waiting
    await new Promise((resolve) => setImmediate(resolve))
  }
}
