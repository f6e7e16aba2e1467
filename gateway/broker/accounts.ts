import { createHash, randomBytes, randomInt } from 'node:crypto'
import type {
  BrokerAccount,
  Claim,
  MadeBrokerAccount,
  MadeClaim,
  NewBrokerAccount,
  NewClaim,
} from '../contract/broker.ts'
import { Failure } from '../domain/failure.ts'
import { minutes, type UtcMs } from '../domain/units.ts'
import type { Tools } from '../lib/supervise.ts'
import type { Store } from '../store/open.ts'
import { accountTable } from './account-table.ts'

/** Who may log in at the embedded broker, and the codes that make further accounts. */
export interface BrokerAccounts {
  list(): BrokerAccount[]
  /** @param by login name of the person. @throws Failure conflict (`broker-account-exists`, `broker-outside`) */
  add(account: NewBrokerAccount, by: string): MadeBrokerAccount
  /** Its connections end at once. @throws Failure missing (`broker-account-missing`) */
  remove(id: string): void
  /** Those that may still be used. */
  claims(): Claim[]
  /** @throws Failure conflict (`broker-outside`) */
  addClaim(claim: NewClaim, by: string): MadeClaim
  /** @throws Failure missing (`broker-claim-missing`) */
  removeClaim(id: string): void
  /** The account of these two. A claim code as the password of a free name makes the account, once. */
  enter(user: string, secret: Uint8Array): BrokerAccount | undefined
  /** There is an account, so nobody gets in without one. */
  readonly areAny: boolean
  /** A connection of this account began (+1) or ended (-1). */
  connected(id: string, change: 1 | -1): void
  /** Told when the first account is there (nobody may stay without one), and which one is gone. */
  onChange(listener: (change: { readonly first: true } | { readonly removed: string }) => void): void
}

export interface AccountOptions {
  readonly store: Store
  readonly tools: Tools
  /** The user of the configuration: no account may have this name. */
  readonly configuredUser: string | undefined
  /** The zone's broker is another program: accounts are made there. */
  readonly isOutside: boolean
}

/** Letters and digits that no other one looks like: no 0 O, 1 I L, 2 Z, 5 S, 8 B. A code has 46 bits. */
const codeLetters = 'ACDEFGHJKMNPQRTUVWXY34679'
const codeLength = 10
/** The time of the last login is written no more often than this. */
const seenEveryMs = minutes(1)
const nameOfUser = /^[A-Za-z0-9._-]{1,60}$/

const digest = (secret: string | Uint8Array) => createHash('sha256').update(secret).digest()
const newId = (kind: string) => `${kind}-${randomBytes(8).toString('hex')}`

export function brokerAccounts({ store, tools, configuredUser, isOutside }: AccountOptions): BrokerAccounts {
  const table = accountTable(store)
  const { clock } = tools
  const connections = new Map<string, number>()
  const listeners: Parameters<BrokerAccounts['onChange']>[0][] = []
  let count = table.all().length

  const tell = (change: Parameters<(typeof listeners)[number]>[0]) => {
    for (const listener of listeners) listener(change)
  }
  const shown = (row: Omit<BrokerAccount, 'connected'>): BrokerAccount => ({
    ...row,
    connected: (connections.get(row.id) ?? 0) > 0,
  })
  function checkInside() {
    if (isOutside)
      throw new Failure('conflict', 'broker-outside', 'the broker is another program; its accounts are made there')
  }
  const isTaken = (user: string) => user === configuredUser || table.find(user) !== undefined

  function insert(account: NewBrokerAccount, secret: Uint8Array, by: string): BrokerAccount {
    const row = { id: newId('mqtt'), ...account, createdUtcMs: clock.now(), createdBy: by, seenUtcMs: null }
    table.insert(row, secret)
    return shown(row)
  }
  function added() {
    if (++count === 1) tell({ first: true })
  }

  /** The account of a name that is free and a code that is good. */
  function claim(user: string, secret: Uint8Array, nowUtcMs: UtcMs): BrokerAccount | undefined {
    if (!nameOfUser.test(user) || isTaken(user)) return undefined
    const made = store.transaction(() => {
      const found = table.takeClaim(secret, nowUtcMs)
      if (!found) return undefined
      const { note, publish, subscribe, createdBy } = found
      return insert({ user, note, publish, subscribe }, secret, createdBy)
    })
    if (!made) return undefined
    tools.log.info({ user, accountId: made.id }, 'an MQTT device used a claim code: it has an account now')
    added()
    return made
  }

  return {
    list: () => table.all().map(shown),
    add(account, by) {
      checkInside()
      const password = randomBytes(18).toString('base64url')
      const made = store.transaction(() => {
        if (isTaken(account.user))
          throw new Failure('conflict', 'broker-account-exists', 'this MQTT user name is taken', { user: account.user })
        return insert(account, digest(password), by)
      })
      added()
      return { ...made, password }
    },
    remove(id) {
      if (!table.remove(id))
        throw new Failure('missing', 'broker-account-missing', 'no such MQTT account', { accountId: id })
      count--
      tell({ removed: id })
    },

    claims: () => table.claims(clock.now()),
    addClaim({ validMinutes, ...rights }, by) {
      checkInside()
      const code = Array.from({ length: codeLength }, () => codeLetters[randomInt(codeLetters.length)]).join('')
      const validUntilUtcMs = clock.now() + minutes(validMinutes)
      const made = { id: newId('claim'), ...rights, validUntilUtcMs, createdBy: by }
      table.insertClaim(made, digest(code))
      return { ...made, code }
    },
    removeClaim(id) {
      if (!table.removeClaim(id))
        throw new Failure('missing', 'broker-claim-missing', 'no such claim code', { claimId: id })
    },

    enter(user, password) {
      const nowUtcMs = clock.now()
      const secret = digest(password)
      const known = table.login(user, secret)
      const account = known ? shown(known) : claim(user, secret, nowUtcMs)
      if (!account) return undefined
      if (account.seenUtcMs === null || Math.abs(nowUtcMs - account.seenUtcMs) >= seenEveryMs)
        table.seen(account.id, nowUtcMs)
      return account
    },
    get areAny() {
      return count > 0
    },
    connected(id, change) {
      const now = (connections.get(id) ?? 0) + change
      if (now > 0) connections.set(id, now)
      else connections.delete(id)
    },
    onChange: (listener) => void listeners.push(listener),
  }
}
