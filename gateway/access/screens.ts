import { randomBytes } from 'node:crypto'
import type { NewScreen, Screen } from '../contract/wall.ts'
import { Failure } from '../domain/failure.ts'
import { minutes, type UtcMs } from '../domain/units.ts'
import type { Tools } from '../lib/supervise.ts'
import type { Store } from '../store/open.ts'
import type { Sessions } from './sessions.ts'

/** A screen and the ticket of its link. The ticket is told once and kept nowhere. */
export interface LinkedScreen {
  readonly screen: Screen
  readonly ticket: string
  readonly expiresUtcMs: UtcMs
}

/** Walls that nobody sits at. Each is an account of role `screen` that no password opens; it may watch, and nothing else. */
export interface Screens {
  /** Those that may watch first, by name; then the revoked ones, latest first; 500 at most. */
  list(): Screen[]
  /** @param by login name @throws Failure conflict (`screens-too-many`) */
  add(screen: NewScreen, by: string): LinkedScreen
  /**
   * A new link; the ones before it open nothing any more. The browser that is the screen now stays it until the link is opened.
   * @throws Failure missing (`screen-missing`); conflict (`screen-revoked`)
   */
  link(screenId: string): LinkedScreen
  /** Ends its session, sockets and links now and for good; again is no failure. @throws Failure missing (`screen-missing`) */
  revoke(screenId: string, by: string): Screen
}

interface Row extends Omit<Screen, 'areaIds'> {
  /** A JSON array, or null. */
  areaIds: string | null
}

const linkLivesMs = minutes(30)
const mostScreens = 200
const mostListed = 500
/** No hash of anything: there is no password to find. */
const noPassword = '!'

export function screens(
  { store, tools }: { store: Store; tools: Pick<Tools, 'clock'> },
  sessions: Pick<Sessions, 'createTicket' | 'endAll' | 'endTickets'>,
): Screens {
  const { db } = store
  const now = () => Math.round(tools.clock.now())
  const columns = `SELECT id, name, area_ids AS areaIds, created_utc_ms AS createdUtcMs, created_by AS createdBy,
      seen_utc_ms AS seenUtcMs, address, revoked_utc_ms AS revokedUtcMs, revoked_by AS revokedBy
    FROM screen JOIN account ON account.id = account_id`
  const all = db.prepare<[], Row>(
    `${columns} ORDER BY revoked_utc_ms IS NOT NULL, revoked_utc_ms DESC, name, created_utc_ms LIMIT ${mostListed}`,
  )
  const one = db.prepare<[string], Row>(`${columns} WHERE id = ?`)
  const inUse = db.prepare<[], number>('SELECT count(*) FROM screen WHERE revoked_utc_ms IS NULL').pluck()
  const insertAccount = db.prepare(
    `INSERT INTO account (id, user, name, role, area_ids, password_hash, created_utc_ms)
     VALUES (?, ?, ?, 'screen', ?, '${noPassword}', ?)`,
  )
  const insertScreen = db.prepare('INSERT INTO screen (account_id, created_by) VALUES (?, ?)')
  const disable = db.prepare('UPDATE account SET disabled = 1 WHERE id = ?')
  const markRevoked = db.prepare('UPDATE screen SET revoked_utc_ms = ?, revoked_by = ? WHERE account_id = ?')

  const shown = (row: Row): Screen => ({
    ...row,
    areaIds: row.areaIds === null ? null : (JSON.parse(row.areaIds) as Screen['areaIds']),
  })
  const need = (screenId: string): Screen => {
    const row = one.get(screenId)
    if (row === undefined) throw new Failure('missing', 'screen-missing', 'there is no such screen', { screenId })
    return shown(row)
  }
  const linked = (screenId: string): LinkedScreen => ({
    screen: need(screenId),
    ticket: sessions.createTicket(screenId, linkLivesMs),
    expiresUtcMs: now() + linkLivesMs,
  })

  return {
    list: () => all.all().map(shown),
    add({ name, areaIds }, by) {
      const id = `scr-${randomBytes(8).toString('hex')}`
      store.transaction(() => {
        if ((inUse.get() ?? 0) >= mostScreens)
          throw new Failure('conflict', 'screens-too-many', 'revoke screens that are not used any more', {
            most: mostScreens,
          })
        // No person's name can hold a colon, so that a screen never takes one.
        const user = `screen:${id.slice('scr-'.length)}`
        insertAccount.run(id, user, name, areaIds === null ? null : JSON.stringify(areaIds), now())
        insertScreen.run(id, by)
      })
      return linked(id)
    },
    link(screenId) {
      if (need(screenId).revokedUtcMs !== null)
        throw new Failure('conflict', 'screen-revoked', 'this screen was revoked; add a new one', { screenId })
      sessions.endTickets(screenId)
      return linked(screenId)
    },
    revoke(screenId, by) {
      if (need(screenId).revokedUtcMs !== null) return need(screenId)
      store.transaction(() => {
        disable.run(screenId)
        markRevoked.run(now(), by, screenId)
      })
      sessions.endAll(screenId)
      return need(screenId)
    },
  }
}
