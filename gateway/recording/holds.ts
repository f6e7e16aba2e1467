import { randomUUID } from 'node:crypto'
import type { ExtendHold, Hold, NewHold } from '../contract/footage.ts'
import { Failure } from '../domain/failure.ts'
import type { HeldSpans } from '../domain/retention.ts'
import { normal } from '../domain/stretches.ts'
import type { UtcMs } from '../domain/units.ts'
import type { Clock } from '../lib/clock.ts'
import type { Store } from '../store/open.ts'

/** Who does something to a hold. */
export interface Person {
  readonly user: string
  readonly name: string
  /** May release what others hold. */
  readonly isAdmin: boolean
}

export interface Holds {
  /** Newest first. `active`: neither released nor lapsed. */
  list(state: 'active' | 'all'): Hold[]
  /** @throws Failure missing (`camera-missing`), invalid (`hold-over`) when it would lapse at once */
  add(hold: NewHold, by: Person): Hold
  /** Only ever longer. @throws Failure missing (`hold-missing`), conflict (`hold-released`), invalid (`hold-shorter`) */
  extend(id: string, change: ExtendHold): Hold
  /** @throws Failure missing (`hold-missing`), conflict (`hold-released`), denied (`hold-not-yours`) */
  release(id: string, reason: string, by: Person): Hold
  /** What must not be deleted now. */
  held(): HeldSpans
}

type Row = Omit<Hold, 'cameraIds' | 'active'>

const columns = `id, from_utc_ms AS fromUtcMs, to_utc_ms AS toUtcMs, reason, until_utc_ms AS untilUtcMs, created_utc_ms AS createdUtcMs,
  owner, owner_name AS ownerName, released_utc_ms AS releasedUtcMs, released_by AS releasedBy, release_reason AS releaseReason`

/** Spans of footage that retention never deletes. Rows stay for ever: a released hold says who let it go, and why. */
export function holds(
  { db, transaction }: Store,
  clock: Pick<Clock, 'now'>,
  requireCamera: (cameraId: string) => void,
): Holds {
  const all = db.prepare<[], Row>(`SELECT ${columns} FROM hold ORDER BY created_utc_ms DESC, id`)
  const one = db.prepare<[string], Row>(`SELECT ${columns} FROM hold WHERE id = ?`)
  const cameras = db
    .prepare<[string], string>(`SELECT camera_id FROM hold_camera WHERE hold_id = ? ORDER BY camera_id`)
    .pluck()
  const insert = db.prepare(
    `INSERT INTO hold (id, from_utc_ms, to_utc_ms, reason, until_utc_ms, created_utc_ms, owner, owner_name)
     VALUES (@id, @fromUtcMs, @toUtcMs, @reason, @untilUtcMs, @createdUtcMs, @owner, @ownerName)`,
  )
  const insertCamera = db.prepare<[string, string]>(`INSERT INTO hold_camera (hold_id, camera_id) VALUES (?, ?)`)
  const lengthen = db.prepare<[UtcMs, UtcMs | null, string]>(
    `UPDATE hold SET to_utc_ms = ?, until_utc_ms = ? WHERE id = ?`,
  )
  const letGo = db.prepare<[UtcMs, string, string, string]>(
    `UPDATE hold SET released_utc_ms = ?, released_by = ?, release_reason = ? WHERE id = ? AND released_utc_ms IS NULL`,
  )
  const heldRows = db.prepare<[UtcMs], { cameraId: string; fromUtcMs: UtcMs; toUtcMs: UtcMs }>(
    `SELECT camera_id AS cameraId, from_utc_ms AS fromUtcMs, to_utc_ms AS toUtcMs FROM hold JOIN hold_camera ON hold_id = id
     WHERE released_utc_ms IS NULL AND coalesce(until_utc_ms, 9e15) > ?`,
  )

  const isActive = ({ releasedUtcMs, untilUtcMs }: Row) =>
    releasedUtcMs === null && (untilUtcMs === null || untilUtcMs > clock.now())
  const whole = (row: Row): Hold => ({ ...row, cameraIds: cameras.all(row.id), active: isActive(row) })
  const need = (id: string): Hold => {
    const row = one.get(id)
    if (!row) throw new Failure('missing', 'hold-missing', 'there is no such hold', { holdId: id })
    return whole(row)
  }
  const needActive = (id: string): Hold => {
    const hold = need(id)
    if (!hold.active)
      throw new Failure('conflict', 'hold-released', 'this hold was released or has lapsed', { holdId: id })
    return hold
  }

  return {
    list: (state) =>
      all
        .all()
        .filter((row) => state === 'all' || isActive(row))
        .map(whole),
    add({ cameraIds, fromUtcMs, toUtcMs, reason, untilUtcMs = null }, by) {
      for (const cameraId of cameraIds) requireCamera(cameraId)
      const createdUtcMs = clock.now()
      if (untilUtcMs !== null && untilUtcMs <= createdUtcMs)
        throw new Failure('invalid', 'hold-over', 'the hold would end before it began', { field: 'untilUtcMs' })
      const id = `h-${randomUUID().slice(0, 8)}`
      transaction(() => {
        const { user: owner, name: ownerName } = by
        insert.run({ id, fromUtcMs, toUtcMs, reason, untilUtcMs, createdUtcMs, owner, ownerName })
        for (const cameraId of new Set(cameraIds)) insertCamera.run(id, cameraId)
      })
      return need(id)
    },
    extend(id, change) {
      const hold = needActive(id)
      const { toUtcMs = hold.toUtcMs, untilUtcMs = hold.untilUtcMs } = change
      const endsEarlier = untilUtcMs !== null && untilUtcMs < (hold.untilUtcMs ?? Infinity)
      if (toUtcMs < hold.toUtcMs || endsEarlier)
        throw new Failure('invalid', 'hold-shorter', 'a hold is only made longer; release it to end it', {
          field: toUtcMs < hold.toUtcMs ? 'toUtcMs' : 'untilUtcMs',
        })
      lengthen.run(toUtcMs, untilUtcMs, id)
      return need(id)
    },
    release(id, reason, { user, isAdmin }) {
      const hold = needActive(id)
      if (hold.owner !== user && !isAdmin)
        throw new Failure('denied', 'hold-not-yours', 'only an administrator releases what somebody else holds', {
          holdId: id,
          owner: hold.ownerName,
        })
      letGo.run(clock.now(), user, reason, id)
      return need(id)
    },
    held() {
      const byCamera = Map.groupBy(heldRows.all(clock.now()), ({ cameraId }) => cameraId)
      return new Map([...byCamera].map(([cameraId, spans]) => [cameraId, normal(spans)]))
    },
  }
}
