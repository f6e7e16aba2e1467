import { createHash, randomBytes } from 'node:crypto'
import type { z } from 'zod'
import type { LoginBody } from '../contract/access.ts'
import { Failure } from '../domain/failure.ts'
import { days, hours, type Millis, minutes, type UtcMs } from '../domain/units.ts'
import type { Role } from '../domain/words.ts'
import type { Tools } from '../lib/supervise.ts'
import type { Store } from '../store/open.ts'
import type { Accounts } from './accounts.ts'
import { loginThrottle } from './throttle.ts'

export type Login = z.infer<typeof LoginBody>

/** Who is signed in. `key` names the session; nobody can sign in with it. */
export interface SignedIn {
  readonly key: string
  readonly accountId: string
  readonly user: string
  readonly name: string
  readonly role: Role
  /** The areas whose pictures may be seen; null: all. */
  readonly areaIds: readonly string[] | null
  readonly expiresUtcMs: UtcMs
}

/** Ends after 12 h without use; an open dashboard is use. */
export const idleMs = hours(12)
/** Ends after this in any case. */
export const longestMs = days(30)
/** Of a screen: until somebody revokes it. */
const never: UtcMs = 9_999_999_999_999
/** Signs of life of a screen are written no more often than this. */
const seenEveryMs = minutes(1)
/** A session is written again only when this much of its time is gone: not every request is a write to disk. */
const writeEveryMs = minutes(5)

export interface Sessions {
  /**
   * @returns the token for the cookie; it is kept nowhere
   * @throws Failure denied (`login-refused`), the same for every reason; busy (`login-throttled` with `retryAfterMs`, `login-busy`)
   */
  login(login: Login, address: string | null): Promise<{ token: string; signedIn: SignedIn }>
  /** The live session of a token, and a sign of use. @param address from where; kept for screens */
  find(token: string, address?: string): SignedIn | undefined
  /** The live session of a key, and a sign of use: how an open socket asks. */
  touch(key: string): SignedIn | undefined
  end(key: string): void
  /** Ends every session of an account, and the tickets that would begin one. */
  endAll(accountId: string): void
  endTickets(accountId: string): void
  /** A token that signs in once. */
  createTicket(accountId: string, ttlMs: Millis): string
  /** Told the keys of ended sessions, but not of those that ran out of time: `touch` tells. Returns how to stop being told. */
  onSessionEnd(listener: (key: string) => void): () => void
}

interface Row {
  areaIds: string | null
  token: Buffer
  accountId: string
  user: string
  name: string
  role: Role
  createdUtcMs: UtcMs
  expiresUtcMs: UtcMs
}

const sha256 = (token: string) => createHash('sha256').update(token).digest()
const newToken = () => randomBytes(32).toString('base64url')

export function sessions(
  { store, tools }: { store: Store; tools: Pick<Tools, 'clock'> },
  accounts: Pick<Accounts, 'get' | 'verify' | 'onRevoked'>,
): Sessions {
  const { db } = store
  const now = () => Math.round(tools.clock.now())
  const throttle = loginThrottle(tools.clock)
  const listeners = new Set<(key: string) => void>()
  const endOf = (role: Role, createdUtcMs: UtcMs): UtcMs =>
    role === 'screen' ? never : Math.min(now() + idleMs, createdUtcMs + longestMs)
  const select = db.prepare<[Buffer, number], Row>(
    `SELECT token_sha256 AS token, account_id AS accountId, user, name, role, area_ids AS areaIds, session.created_utc_ms AS createdUtcMs,
       expires_utc_ms AS expiresUtcMs
     FROM session JOIN account ON account.id = account_id
     WHERE token_sha256 = ? AND expires_utc_ms > ? AND disabled = 0`,
  )
  const insert = db.prepare(
    'INSERT INTO session (token_sha256, account_id, created_utc_ms, expires_utc_ms, address) VALUES (?, ?, ?, ?, ?)',
  )
  const slide = db.prepare('UPDATE session SET expires_utc_ms = ? WHERE token_sha256 = ?')
  const remove = db.prepare('DELETE FROM session WHERE token_sha256 = ?')
  const removeOf = db.prepare<[string], { token: Buffer }>(
    'DELETE FROM session WHERE account_id = ? RETURNING token_sha256 AS token',
  )
  const removeOld = db.prepare('DELETE FROM session WHERE expires_utc_ms <= ?')
  const addTicket = db.prepare('INSERT INTO ticket (token_sha256, account_id, expires_utc_ms) VALUES (?, ?, ?)')
  const useTicket = db.prepare<[Buffer, number], { accountId: string }>(
    'DELETE FROM ticket WHERE token_sha256 = ? AND expires_utc_ms > ? RETURNING account_id AS accountId',
  )
  const removeTicketsOf = db.prepare<[string]>('DELETE FROM ticket WHERE account_id = ?')
  const removeOldTickets = db.prepare('DELETE FROM ticket WHERE expires_utc_ms <= ?')

  const sawScreen = db.prepare(
    `UPDATE screen SET seen_utc_ms = :now, address = coalesce(:address, address) WHERE account_id = :accountId
       AND (seen_utc_ms IS NULL OR abs(:now - seen_utc_ms) >= ${seenEveryMs})`,
  )

  const look = (token: Buffer, address: string | null = null): SignedIn | undefined => {
    const row = select.get(token, now())
    if (row === undefined) return undefined
    const { accountId, user, name, role } = row
    if (role === 'screen') sawScreen.run({ now: now(), address, accountId })
    const expiresUtcMs = endOf(role, row.createdUtcMs)
    const slides = expiresUtcMs - row.expiresUtcMs > writeEveryMs
    if (slides) slide.run(expiresUtcMs, token)
    return {
      key: token.toString('hex'),
      accountId,
      user,
      name,
      role,
      areaIds: row.areaIds === null ? null : (JSON.parse(row.areaIds) as string[]),
      expiresUtcMs: slides ? expiresUtcMs : row.expiresUtcMs,
    }
  }
  const tell = (key: string) => {
    for (const listener of listeners) listener(key)
  }
  const endSessionsOf = (accountId: string) => {
    for (const { token } of removeOf.all(accountId)) tell(token.toString('hex'))
  }
  const endAll = (accountId: string) => {
    removeTicketsOf.run(accountId)
    endSessionsOf(accountId)
  }
  accounts.onRevoked(endAll)

  /** The account id behind a login, or undefined. */
  const accountOf = async (login: Login): Promise<string | undefined> => {
    if ('ticket' in login) return useTicket.get(sha256(login.ticket), now())?.accountId
    return (await accounts.verify(login.user, login.password))?.id
  }

  return {
    async login(login, address) {
      const who = 'ticket' in login ? '(ticket)' : login.user
      throttle.begin(who, address ?? 'unknown')
      const accountId = await accountOf(login)
      const account = accountId === undefined ? undefined : accounts.get(accountId)
      if (account === undefined || account.disabled)
        throw new Failure(
          'denied',
          'login-refused',
          'user and password do not match, or the link was used or is too old',
        )
      throttle.succeeded(who, address ?? 'unknown')
      const token = newToken()
      // A screen is one browser: the one that opened its link last.
      if (account.role === 'screen') endSessionsOf(account.id)
      store.transaction(() => {
        removeOld.run(now())
        insert.run(sha256(token), account.id, now(), endOf(account.role, now()), address)
      })
      const signedIn = look(sha256(token), address)
      if (signedIn === undefined) throw new Failure('denied', 'login-refused', 'the account was disabled just now')
      return { token, signedIn }
    },
    find: (token, address) => look(sha256(token), address),
    touch: (key) => look(Buffer.from(key, 'hex')),
    end(key) {
      remove.run(Buffer.from(key, 'hex'))
      tell(key)
    },
    endAll,
    endTickets: (accountId) => void removeTicketsOf.run(accountId),
    createTicket(accountId, ttlMs) {
      const token = newToken()
      removeOldTickets.run(now())
      addTicket.run(sha256(token), accountId, now() + Math.round(ttlMs))
      return token
    },
    onSessionEnd(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
