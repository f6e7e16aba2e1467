import { randomUUID } from 'node:crypto'
import type { NewPlannedOff, PlannedOff } from '../contract/footage.ts'
import { Failure } from '../domain/failure.ts'
import { normal } from '../domain/stretches.ts'
import { minutes, type UtcMs, type UtcRange } from '../domain/units.ts'
import type { Clock } from '../lib/clock.ts'
import type { Store } from '../store/open.ts'

export interface PlannedOffs {
  /** Latest first; of one camera, or of all. */
  list(cameraId?: string): PlannedOff[]
  /** One row a camera. @throws Failure missing (`camera-missing`), invalid (`planned-off-past`) */
  add(plan: NewPlannedOff, user: string): PlannedOff[]
  /** Ends it now; one that has not begun never does. @throws Failure missing (`planned-off-missing`), conflict (`planned-off-over`) */
  cancel(id: string, user: string): PlannedOff
  /** Of one camera, in order, not overlapping. */
  stretches(cameraId: string, range: UtcRange): UtcRange[]
}

/** Somebody who types needs a moment. */
const lateMs = minutes(5)

const columns = `id, camera_id AS cameraId, from_utc_ms AS fromUtcMs, to_utc_ms AS toUtcMs, reason, created_utc_ms AS createdUtcMs,
  created_by AS createdBy, cancelled_utc_ms AS cancelledUtcMs, cancelled_by AS cancelledBy`

/** Stretches in which cameras are off by plan. They begin now or later: what was missing stays missing, whatever is entered afterwards. */
export function plannedOffs(
  { db, transaction }: Store,
  clock: Pick<Clock, 'now'>,
  requireCamera: (cameraId: string) => void,
): PlannedOffs {
  const select = db.prepare<[string | null, string | null], PlannedOff>(
    `SELECT ${columns} FROM planned_off WHERE ? IS NULL OR camera_id = ? ORDER BY from_utc_ms DESC, id LIMIT 1000`,
  )
  const one = db.prepare<[string], PlannedOff>(`SELECT ${columns} FROM planned_off WHERE id = ?`)
  const insert = db.prepare(
    `INSERT INTO planned_off (id, camera_id, from_utc_ms, to_utc_ms, reason, created_utc_ms, created_by)
     VALUES (@id, @cameraId, @fromUtcMs, @toUtcMs, @reason, @createdUtcMs, @createdBy)`,
  )
  const end = db.prepare<[UtcMs, UtcMs, string, string]>(
    `UPDATE planned_off SET to_utc_ms = max(from_utc_ms, ?), cancelled_utc_ms = ?, cancelled_by = ? WHERE id = ?`,
  )
  const inRange = db.prepare<[string, UtcMs, UtcMs], UtcRange>(
    `SELECT from_utc_ms AS fromUtcMs, to_utc_ms AS toUtcMs FROM planned_off
     WHERE camera_id = ? AND to_utc_ms > ? AND from_utc_ms < ? ORDER BY from_utc_ms`,
  )
  const need = (id: string): PlannedOff => {
    const row = one.get(id)
    if (!row) throw new Failure('missing', 'planned-off-missing', 'there is no such planned stretch', { id })
    return row
  }
  return {
    list: (cameraId) => select.all(cameraId ?? null, cameraId ?? null),
    add({ cameraIds, fromUtcMs, toUtcMs, reason }, createdBy) {
      for (const cameraId of cameraIds) requireCamera(cameraId)
      const createdUtcMs = clock.now()
      if (fromUtcMs < createdUtcMs - lateMs)
        throw new Failure('invalid', 'planned-off-past', 'a plan begins now or later; the past keeps its gaps', {
          field: 'fromUtcMs',
        })
      return transaction(() =>
        [...new Set(cameraIds)].map((cameraId) => {
          const id = `p-${randomUUID().slice(0, 8)}`
          // Not a minute of the past is explained away, however slowly somebody typed.
          insert.run({
            id,
            cameraId,
            fromUtcMs: Math.max(fromUtcMs, createdUtcMs),
            toUtcMs,
            reason,
            createdUtcMs,
            createdBy,
          })
          return need(id)
        }),
      )
    },
    cancel(id, user) {
      const now = clock.now()
      if (need(id).toUtcMs <= now)
        throw new Failure('conflict', 'planned-off-over', 'this planned stretch is over already', { id })
      end.run(now, now, user, id)
      return need(id)
    },
    stretches: (cameraId, { fromUtcMs, toUtcMs }) => normal(inRange.all(cameraId, fromUtcMs, toUtcMs)),
  }
}
