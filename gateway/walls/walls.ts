import { randomBytes } from 'node:crypto'
import type { NewWallView, PatchWallView, Walls, WallSettings, WallView } from '../contract/wall.ts'
import { Failure } from '../domain/failure.ts'
import { may, type Role } from '../domain/words.ts'
import type { Tools } from '../lib/supervise.ts'
import type { Store } from '../store/open.ts'

/** Whose wall it is, or who changes one. */
export interface WallPerson {
  readonly accountId: string
  readonly user: string
  readonly role: Role
}

/**
 * How walls look: as each person last left it, and under names, for a person or a role. Cameras that are not there (any more) stay in a
 * wall's sequence: they may come back, and the page passes over them.
 */
export interface WallBook {
  of(person: WallPerson): Walls
  /** How this person leaves the wall. */
  keep(person: WallPerson, settings: WallSettings): WallSettings
  /** @throws Failure denied (`forbidden`) for a role's without the right; conflict (`walls-too-many`) */
  add(person: WallPerson, view: NewWallView): WallView
  /** @throws Failure missing (`wall-missing`); denied (`wall-not-yours`) */
  change(person: WallPerson, viewId: string, patch: PatchWallView): WallView
  /** @throws Failure missing (`wall-missing`); denied (`wall-not-yours`) */
  remove(person: WallPerson, viewId: string): void
}

interface Row extends Omit<WallView, 'settings'> {
  accountId: string | null
  /** JSON */
  settings: string
}

/** Of one person, and of one role. */
const mostViews = 50

export function wallBook({ store, tools }: { store: Store; tools: Pick<Tools, 'clock'> }): WallBook {
  const { db } = store
  const now = () => Math.round(tools.clock.now())
  const columns =
    'SELECT id, name, account_id AS accountId, role, settings, changed_utc_ms AS changedUtcMs, changed_by AS changedBy FROM wall_view'
  const found = db.prepare<{ accountId: string; role: Role; all: 0 | 1 }, Row>(
    `${columns} WHERE account_id = :accountId OR (role IS NOT NULL AND (:all = 1 OR role = :role))
     ORDER BY role IS NOT NULL, role IS NOT :role, role, name, id`,
  )
  const one = db.prepare<[string], Row>(`${columns} WHERE id = ?`)
  const count = db
    .prepare<[string | null, Role | null], number>('SELECT count(*) FROM wall_view WHERE account_id IS ? AND role IS ?')
    .pluck()
  const insert = db.prepare(
    'INSERT INTO wall_view (id, name, account_id, role, settings, changed_utc_ms, changed_by) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const update = db.prepare(
    'UPDATE wall_view SET name = ?, settings = ?, changed_utc_ms = ?, changed_by = ? WHERE id = ?',
  )
  const remove = db.prepare('DELETE FROM wall_view WHERE id = ?')
  const current = db.prepare<[string], string>('SELECT settings FROM wall_current WHERE account_id = ?').pluck()
  const putCurrent = db.prepare(
    `INSERT INTO wall_current (account_id, settings, changed_utc_ms) VALUES (?, ?, ?)
     ON CONFLICT (account_id) DO UPDATE SET settings = excluded.settings, changed_utc_ms = excluded.changed_utc_ms`,
  )

  const settingsOf = (json: string) => JSON.parse(json) as WallSettings
  const shown = ({ id, name, role, settings, changedUtcMs, changedBy }: Row): WallView => ({
    id,
    name,
    role,
    settings: settingsOf(settings),
    changedUtcMs,
    changedBy,
  })
  const need = (viewId: string): Row => {
    const row = one.get(viewId)
    if (row === undefined) throw new Failure('missing', 'wall-missing', 'there is no such wall', { viewId })
    return row
  }
  const mayShare = ({ role }: WallPerson) => may(role, 'administer')
  const own = (person: WallPerson, viewId: string): Row => {
    const row = need(viewId)
    if (row.role === null ? row.accountId !== person.accountId : !mayShare(person))
      throw new Failure(
        'denied',
        'wall-not-yours',
        row.role === null ? 'this wall is of somebody else' : 'walls of a role are changed by administrators',
        { viewId },
      )
    return row
  }

  return {
    of(person) {
      const { accountId, role } = person
      const kept = current.get(accountId)
      return {
        current: kept === undefined ? null : settingsOf(kept),
        views: found.all({ accountId, role, all: mayShare(person) ? 1 : 0 }).map(shown),
      }
    },
    keep({ accountId }, settings) {
      putCurrent.run(accountId, JSON.stringify(settings), now())
      return settings
    },
    add(person, { name, role, settings }) {
      if (role !== null && !mayShare(person))
        throw new Failure('denied', 'forbidden', 'this needs the right to administer', { permission: 'administer' })
      const accountId = role === null ? person.accountId : null
      const id = `wall-${randomBytes(6).toString('hex')}`
      return store.transaction(() => {
        if ((count.get(accountId, role) ?? 0) >= mostViews)
          throw new Failure('conflict', 'walls-too-many', `at most ${mostViews} walls are kept; remove some first`, {
            most: mostViews,
          })
        insert.run(id, name, accountId, role, JSON.stringify(settings), now(), person.user)
        return shown(need(id))
      })
    },
    change: (person, viewId, patch) =>
      store.transaction(() => {
        const was = own(person, viewId)
        const settings = patch.settings === undefined ? was.settings : JSON.stringify(patch.settings)
        update.run(patch.name ?? was.name, settings, now(), person.user, viewId)
        return shown(need(viewId))
      }),
    remove(person, viewId) {
      own(person, viewId)
      remove.run(viewId)
    },
  }
}
