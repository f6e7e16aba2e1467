import type { DeclaredHours } from '../contract/camera.ts'
import { Failure } from '../domain/failure.ts'
import type { UtcMs } from '../domain/units.ts'
import type { Store } from '../store/open.ts'

/** From when to when a camera is there, and what hours were declared for it over time. */
export interface CameraLife {
  readonly id: string
  readonly areaId: string
  readonly addedUtcMs: UtcMs
  /** null while it is in use. */
  readonly removedUtcMs: UtcMs | null
  /** In order; null: always. */
  readonly hours: readonly { readonly fromUtcMs: UtcMs; readonly windows: DeclaredHours | null }[]
}

/** Every camera that is or was there: footage outlives it. */
export interface CameraLives {
  /** By id. */
  list(): CameraLife[]
  /** @throws Failure missing (`camera-missing`) when there never was such a camera */
  require(id: string): void
  /** Its name, or the id when there never was one. */
  nameOf(id: string): string
  /** Its last area. */
  areaOf(id: string): string | undefined
}

export function cameraLives({ db }: Store): CameraLives {
  const lives = db.prepare<[], Omit<CameraLife, 'hours'>>(
    'SELECT id, area_id AS areaId, added_utc_ms AS addedUtcMs, removed_utc_ms AS removedUtcMs FROM camera ORDER BY id',
  )
  const hours = db.prepare<[], { cameraId: string; fromUtcMs: UtcMs; hours: string | null }>(
    'SELECT camera_id AS cameraId, from_utc_ms AS fromUtcMs, hours FROM camera_hours ORDER BY camera_id, from_utc_ms',
  )
  const one = db.prepare<[string], { name: string; areaId: string }>(
    'SELECT name, area_id AS areaId FROM camera WHERE id = ?',
  )
  return {
    list() {
      const byCamera = Map.groupBy(hours.all(), (row) => row.cameraId)
      return lives.all().map((life) => ({
        ...life,
        hours: (byCamera.get(life.id) ?? []).map((row) => ({
          fromUtcMs: row.fromUtcMs,
          windows: row.hours === null ? null : (JSON.parse(row.hours) as DeclaredHours),
        })),
      }))
    },
    require(id) {
      if (!one.get(id)) throw new Failure('missing', 'camera-missing', 'there is no such camera', { cameraId: id })
    },
    nameOf: (id) => one.get(id)?.name ?? id,
    areaOf: (id) => one.get(id)?.areaId,
  }
}
