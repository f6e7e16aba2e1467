import { randomBytes } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import type { z } from 'zod'
import type { Account, NewAccount, PatchAccount } from '../contract/access.ts'
import { Failure } from '../domain/failure.ts'
import type { PersonRole } from '../domain/words.ts'
import type { Tools } from '../lib/supervise.ts'
import type { Store } from '../store/open.ts'

export type NewAccountFields = Omit<z.input<typeof NewAccount>, 'role'> & { readonly role: PersonRole }
export type PatchAccountFields = z.infer<typeof PatchAccount>

/**
 * The people who may sign in. Accounts are disabled, never deleted: the audit trail names them. Screens are accounts too, and no people:
 * they are neither listed nor found nor changed here, and no password opens one.
 */
export interface Accounts {
  list(): Account[]
  /** Of a screen too: how a session begins. */
  get(accountId: string): Account | undefined
  find(user: string): Account | undefined
  /** @throws Failure conflict (`account-exists`) */
  add(account: NewAccountFields): Promise<Account>
  /** @throws Failure missing (`account-missing`); conflict (`last-admin`) when nobody could administer any more */
  patch(accountId: string, patch: PatchAccountFields): Promise<Account>
  /** The account of these two, or undefined; takes as long for a user who does not exist. @throws Failure busy (`login-busy`) */
  verify(user: string, password: string): Promise<Account | undefined>
  /**
   * Makes the account `admin` when no enabled administrator exists.
   * @returns the password to print once when it was made up here; null when it was given or nothing was done
   */
  ensureAdmin(firstAdminPassword: string | undefined): Promise<string | null>
  /** Told the account's id when its sessions must end: it was disabled, or its role, areas or password changed. */
  onRevoked(listener: (accountId: string) => void): void
}

interface Row extends Omit<Account, 'disabled' | 'areaIds'> {
  /** A JSON array, or null. */
  areaIds: string | null
  disabled: 0 | 1
  passwordHash: string
}

/** argon2id (the package's default kind); OWASP's second choice of cost: 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
/** More checks at a time would only wait in the thread pool, and take memory. */
const checksAtOnce = 16

const columns =
  'id, user, name, role, disabled, created_utc_ms AS createdUtcMs, password_hash AS passwordHash, area_ids AS areaIds FROM account'
const shown = ({ id, user, name, role, areaIds, disabled, createdUtcMs }: Row): Account => ({
  id,
  user,
  name,
  role,
  areaIds: areaIds === null ? null : (JSON.parse(areaIds) as Account['areaIds']),
  disabled: disabled === 1,
  createdUtcMs,
})

const jsonOf = (areaIds: Account['areaIds']) => (areaIds === null ? null : JSON.stringify(areaIds))

export function accounts({ store, tools }: { store: Store; tools: Pick<Tools, 'clock'> }): Accounts {
  const { db } = store
  const all = db.prepare<[], Row>(`SELECT ${columns} WHERE role <> 'screen' ORDER BY user`)
  const byId = db.prepare<[string], Row>(`SELECT ${columns} WHERE id = ?`)
  const byUser = db.prepare<[string], Row>(`SELECT ${columns} WHERE user = ? AND role <> 'screen'`)
  const insert = db.prepare(
    'INSERT INTO account (id, user, name, role, area_ids, password_hash, created_utc_ms) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const update = db.prepare(
    'UPDATE account SET name = ?, role = ?, area_ids = ?, disabled = ?, password_hash = ? WHERE id = ?',
  )
  const listeners: ((accountId: string) => void)[] = []
  let decoy: Promise<string> | undefined
  let checks = 0

  const mustGet = (accountId: string): Row => {
    const row = byId.get(accountId)
    if (row === undefined || row.role === 'screen')
      throw new Failure('missing', 'account-missing', 'no such account', { accountId })
    return row
  }
  const isAdmin = ({ role, disabled }: Row) => role === 'admin' && disabled === 0

  const add: Accounts['add'] = async ({ user, name, role, areaIds = null, password }) => {
    const passwordHash = await hash(password, cost)
    return store.transaction(() => {
      if (byUser.get(user) !== undefined)
        throw new Failure('conflict', 'account-exists', 'this user name is taken', { user })
      const id = `acc-${randomBytes(8).toString('hex')}`
      insert.run(id, user, name, role, jsonOf(areaIds), passwordHash, Math.round(tools.clock.now()))
      return shown(mustGet(id))
    })
  }

  return {
    list: () => all.all().map(shown),
    get(accountId) {
      const row = byId.get(accountId)
      return row && shown(row)
    },
    find(user) {
      const row = byUser.get(user)
      return row && shown(row)
    },
    add,

    async patch(accountId, patch) {
      mustGet(accountId)
      const passwordHash = patch.password === undefined ? undefined : await hash(patch.password, cost)
      const revoked = store.transaction(() => {
        const was = mustGet(accountId)
        const is: Row = {
          ...was,
          name: patch.name ?? was.name,
          role: patch.role ?? was.role,
          areaIds: patch.areaIds === undefined ? was.areaIds : jsonOf(patch.areaIds),
          disabled: patch.disabled === undefined ? was.disabled : patch.disabled ? 1 : 0,
          passwordHash: passwordHash ?? was.passwordHash,
        }
        if (isAdmin(was) && !isAdmin(is) && all.all().filter(isAdmin).length === 1)
          throw new Failure('conflict', 'last-admin', 'the last administrator must stay one', { accountId })
        update.run(is.name, is.role, is.areaIds, is.disabled, is.passwordHash, accountId)
        return was.role !== is.role || was.areaIds !== is.areaIds || is.disabled === 1 || passwordHash !== undefined
      })
      if (revoked) for (const listener of listeners) listener(accountId)
      return shown(mustGet(accountId))
    },

    async verify(user, password) {
      if (checks >= checksAtOnce) throw new Failure('busy', 'login-busy', 'too many logins at this moment; try again')
      checks++
      try {
        const row = byUser.get(user)
        decoy ??= hash(randomBytes(16).toString('hex'), cost)
        const matches = await verify(row?.passwordHash ?? (await decoy), password)
        return row !== undefined && matches && row.disabled === 0 ? shown(row) : undefined
      } finally {
        checks--
      }
    },

    async ensureAdmin(firstAdminPassword) {
      if (all.all().some(isAdmin)) return null
      const password = firstAdminPassword ?? randomBytes(12).toString('base64url')
      if (password.length < 10)
        throw new Failure('invalid', 'admin-password-short', 'the first admin password needs at least 10 characters')
      await add({ user: 'admin', name: 'Administrator', role: 'admin', password })
      return firstAdminPassword === undefined ? password : null
    },

    onRevoked: (listener) => void listeners.push(listener),
  }
}
