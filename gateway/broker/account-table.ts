import { timingSafeEqual } from 'node:crypto'
import type { BrokerAccount, Claim } from '../contract/broker.ts'
import type { UtcMs } from '../domain/units.ts'
import type { Store } from '../store/open.ts'

type Account = Omit<BrokerAccount, 'connected'>
/** Filters are kept as JSON arrays. */
type Row<T extends { publish: string[]; subscribe: string[] }> = Omit<T, 'publish' | 'subscribe'> & {
  publish: string
  subscribe: string
}
const opened = <T extends { publish: string; subscribe: string }>(row: T) => ({
  ...row,
  publish: JSON.parse(row.publish) as string[],
  subscribe: JSON.parse(row.subscribe) as string[],
})

const accountColumns =
  'id, user, note, publish, subscribe, created_utc_ms AS createdUtcMs, created_by AS createdBy, seen_utc_ms AS seenUtcMs'
const claimColumns = 'id, note, publish, subscribe, valid_until_utc_ms AS validUntilUtcMs, created_by AS createdBy'

/** The tables broker_account and broker_claim. Secrets come here as SHA-256. */
export function accountTable({ db }: Store) {
  const all = db.prepare<[], Row<Account>>(`SELECT ${accountColumns} FROM broker_account ORDER BY user`)
  const byUser = db.prepare<[string], Row<Account> & { secret: Buffer }>(
    `SELECT ${accountColumns}, password_sha256 AS secret FROM broker_account WHERE user = ?`,
  )
  const insert = db.prepare(
    `INSERT INTO broker_account (id, user, password_sha256, note, publish, subscribe, created_utc_ms, created_by, seen_utc_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const remove = db.prepare('DELETE FROM broker_account WHERE id = ?')
  const seen = db.prepare('UPDATE broker_account SET seen_utc_ms = ? WHERE id = ?')
  const claims = db.prepare<[number], Row<Claim>>(
    `SELECT ${claimColumns} FROM broker_claim WHERE valid_until_utc_ms > ? ORDER BY valid_until_utc_ms`,
  )
  const insertClaim = db.prepare(
    `INSERT INTO broker_claim (id, code_sha256, note, publish, subscribe, valid_until_utc_ms, created_by)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  )
  const removeClaim = db.prepare('DELETE FROM broker_claim WHERE id = ?')
  const removeOld = db.prepare('DELETE FROM broker_claim WHERE valid_until_utc_ms <= ?')
  const takeClaim = db.prepare<[Uint8Array, number], Row<Claim>>(
    `DELETE FROM broker_claim WHERE code_sha256 = ? AND valid_until_utc_ms > ? RETURNING ${claimColumns}`,
  )

  return {
    all: (): Account[] => all.all().map(opened),
    find: (user: string): Account | undefined => {
      const row = byUser.get(user)
      if (!row) return undefined
      const { secret: _, ...account } = row
      return opened(account)
    },
    /** The account of this user, when the secret is its own. */
    login(user: string, secret: Uint8Array): Account | undefined {
      const row = byUser.get(user)
      if (!row || !timingSafeEqual(row.secret, secret)) return undefined
      const { secret: _, ...account } = row
      return opened(account)
    },
    insert({ id, user, note, publish, subscribe, createdUtcMs, createdBy, seenUtcMs }: Account, secret: Uint8Array) {
      const rights = [JSON.stringify(publish), JSON.stringify(subscribe)]
      insert.run(id, user, secret, note, ...rights, Math.round(createdUtcMs), createdBy, seenUtcMs)
    },
    remove: (id: string): boolean => remove.run(id).changes > 0,
    seen: (id: string, utcMs: UtcMs) => void seen.run(Math.round(utcMs), id),

    /** Those whose time is over go. */
    claims(nowUtcMs: UtcMs): Claim[] {
      removeOld.run(nowUtcMs)
      return claims.all(nowUtcMs).map(opened)
    },
    insertClaim({ id, note, publish, subscribe, validUntilUtcMs, createdBy }: Claim, secret: Uint8Array) {
      const rights = [JSON.stringify(publish), JSON.stringify(subscribe)]
      insertClaim.run(id, secret, note, ...rights, Math.round(validUntilUtcMs), createdBy)
    },
    removeClaim: (id: string): boolean => removeClaim.run(id).changes > 0,
    /** Uses up a code that is good now. */
    takeClaim(secret: Uint8Array, nowUtcMs: UtcMs): Claim | undefined {
      const row = takeClaim.get(secret, nowUtcMs)
      return row && opened(row)
    },
  }
}
