import type { PictureHealth } from '../domain/picture-health.ts'
import { type Millis, seconds, type UtcMs } from '../domain/units.ts'
import type { PictureTrouble } from '../domain/words.ts'
import type { Store } from '../store/open.ts'

/** Of each camera and trouble. */
const evidenceKept = 5
/** The picture is stored first, and the alert is raised at once afterwards. */
const raisedWithin: Millis = seconds(5)

export interface Reference {
  readonly utcMs: UtcMs
  readonly jpeg: Uint8Array
  readonly plane: Uint8Array
  readonly confirmedBy: string
  readonly confirmedUtcMs: UtcMs
}

/** The only SQL on picture health, references and evidence. */
export function pictureTable({ db, transaction }: Store) {
  const healthRow = db.prepare<[string], { state: string }>(`SELECT state FROM picture_health WHERE camera_id = ?`)
  const saveHealth = db.prepare<[string, UtcMs, string]>(
    `INSERT INTO picture_health (camera_id, looked_utc_ms, state) VALUES (?, ?, ?)
     ON CONFLICT (camera_id) DO UPDATE SET looked_utc_ms = excluded.looked_utc_ms, state = excluded.state`,
  )
  const referenceRow = db.prepare<[string], Reference>(
    `SELECT utc_ms AS utcMs, jpeg, plane, confirmed_by AS confirmedBy, confirmed_utc_ms AS confirmedUtcMs
     FROM picture_reference WHERE camera_id = ?`,
  )
  const saveReference = db.prepare<Reference & { cameraId: string }>(
    `INSERT OR REPLACE INTO picture_reference (camera_id, utc_ms, jpeg, plane, confirmed_by, confirmed_utc_ms)
     VALUES (@cameraId, @utcMs, @jpeg, @plane, @confirmedBy, @confirmedUtcMs)`,
  )
  const addEvidence = db.prepare<[string, PictureTrouble, UtcMs, UtcMs, Uint8Array]>(
    `INSERT OR REPLACE INTO picture_evidence (camera_id, trouble, raised_utc_ms, utc_ms, jpeg) VALUES (?, ?, ?, ?, ?)`,
  )
  const dropEvidence = db.prepare<[string, PictureTrouble, string, PictureTrouble, number]>(
    `DELETE FROM picture_evidence WHERE camera_id = ? AND trouble = ? AND raised_utc_ms <= (SELECT raised_utc_ms FROM picture_evidence
     WHERE camera_id = ? AND trouble = ? ORDER BY raised_utc_ms DESC LIMIT 1 OFFSET ?)`,
  )
  const evidenceOfAlert = db.prepare<[number, string], { jpeg: Uint8Array; utcMs: UtcMs; cameraId: string }>(
    `SELECT p.jpeg, p.utc_ms AS utcMs, p.camera_id AS cameraId FROM alert a JOIN picture_evidence p
       ON p.camera_id = a.camera_id AND 'picture-' || p.trouble = a.code
       AND p.raised_utc_ms BETWEEN a.raised_utc_ms - ? AND a.raised_utc_ms
     WHERE a.id = ? ORDER BY p.raised_utc_ms DESC LIMIT 1`,
  )
  const removals = ['health', 'reference'].map((what) =>
    db.prepare<[string]>(`DELETE FROM picture_${what} WHERE camera_id = ?`),
  )
  const cameraIds = db.prepare<[], string>(
    `SELECT camera_id FROM picture_health UNION SELECT camera_id FROM picture_reference`,
  )

  return {
    health(cameraId: string): PictureHealth | undefined {
      const row = healthRow.get(cameraId)
      return row && (JSON.parse(row.state) as PictureHealth)
    },
    saveHealth: (cameraId: string, health: PictureHealth): void =>
      void saveHealth.run(cameraId, health.lookedUtcMs ?? 0, JSON.stringify(health)),
    reference: (cameraId: string): Reference | undefined => referenceRow.get(cameraId),
    saveReference: (cameraId: string, reference: Reference): void => void saveReference.run({ cameraId, ...reference }),
    /** @param raisedUtcMs now: the alert follows at once */
    addEvidence: (
      cameraId: string,
      trouble: PictureTrouble,
      raisedUtcMs: UtcMs,
      { utcMs, jpeg }: { readonly utcMs: UtcMs; readonly jpeg: Uint8Array },
    ): void =>
      transaction(() => {
        addEvidence.run(cameraId, trouble, raisedUtcMs, utcMs, jpeg)
        dropEvidence.run(cameraId, trouble, cameraId, trouble, evidenceKept)
      }),
    /** The picture that raised an alert; undefined when it is no alert about a picture, or an old one. */
    ofAlert: (alertId: string) => evidenceOfAlert.get(raisedWithin, alertId),
    /** Cameras of which something is kept. */
    cameraIds: (): string[] => cameraIds.pluck().all(),
    /** Of a camera that was removed; evidence stays with its alerts. */
    forget: (cameraId: string): void =>
      transaction(() => {
        for (const removal of removals) removal.run(cameraId)
      }),
  }
}
export type PictureTable = ReturnType<typeof pictureTable>
