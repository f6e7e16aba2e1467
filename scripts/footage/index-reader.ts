import { join } from 'node:path'
import Database from 'better-sqlite3'

/** A row of `segment` without its fragments. */
export interface SegmentHead {
  readonly id: number
  readonly cameraId: string
  readonly runId: number
  readonly startUtcMs: number
  readonly endUtcMs: number
  readonly disk: string
  readonly path: string
  readonly sizeBytes: number
  readonly initBytes: number
  readonly anchorUtcMs: number
  /** Link after the last fragment, hex. */
  readonly chain: string
  readonly codec: string
  readonly timescale: number
  readonly widthPx: number
  readonly heightPx: number
}
/** A stretch of a camera in which footage went, and why. */
export interface Removed {
  readonly fromUtcMs: number
  readonly toUtcMs: number
  readonly why: string
}
export type IndexReader = ReturnType<typeof openIndex>

/** The first version of the index with several disks and links. */
const firstVersion = 6

/**
 * Reads `gateway.db` and changes nothing: every question is one short read, so that a gateway at work is not kept from tidying its log.
 * @throws Error when there is no index, or one of an older version
 */
export function openIndex(dataDir: string) {
  const db = new Database(join(dataDir, 'gateway.db'), { readonly: true, fileMustExist: true, timeout: 5_000 })
  const version = db.pragma('user_version', { simple: true }) as number
  if (version < firstVersion) {
    db.close()
    throw new Error(`the index is of version ${version}; this gateway has not yet brought it forward: start it once`)
  }
  const headsOf = db.prepare<[string], SegmentHead>(
    `SELECT s.id, s.camera_id AS cameraId, s.run_id AS runId, s.start_utc_ms AS startUtcMs, s.end_utc_ms AS endUtcMs, s.disk, s.path,
       s.size_bytes AS sizeBytes, s.init_bytes AS initBytes, s.anchor_utc_ms AS anchorUtcMs, lower(hex(s.chain)) AS chain,
       r.codec, r.timescale, r.width_px AS widthPx, r.height_px AS heightPx
     FROM segment s JOIN run r ON r.id = s.run_id WHERE s.camera_id = ? ORDER BY s.start_utc_ms, s.id`,
  )
  const fragmentsOf = db.prepare<[number], Uint8Array>(`SELECT fragments FROM segment WHERE id = ?`).pluck()
  const known = db.prepare<[string, string], 1>(`SELECT 1 FROM segment WHERE path = ? AND disk = ?`).pluck()
  const isGarbage = db.prepare<[string, string], 1>(`SELECT 1 FROM garbage WHERE path = ? AND disk = ?`).pluck()
  const removedOf = db.prepare<[string, string], Removed>(
    `SELECT from_utc_ms AS fromUtcMs, to_utc_ms AS toUtcMs, reason AS why FROM purge WHERE camera_id = ?
     UNION ALL SELECT start_utc_ms, coalesce(end_utc_ms, 9e15), reason FROM gap
       WHERE camera_id = ? AND reason IN ('footage-missing', 'purged', 'index-lost')`,
  )
  return {
    cameras: () => db.prepare<[], string>(`SELECT DISTINCT camera_id FROM segment ORDER BY camera_id`).pluck().all(),
    /** By start. */
    headsOf: (cameraId: string) => headsOf.all(cameraId),
    /** The table of a segment's fragments; undefined when the row is gone meanwhile. */
    fragmentsOf: (id: number) => fragmentsOf.get(id),
    isKnown: (disk: string, path: string) => known.get(path, disk) === 1 || isGarbage.get(path, disk) === 1,
    removedOf: (cameraId: string) => removedOf.all(cameraId, cameraId),
    /** Runs that go on: their last file has no row yet. */
    openRuns: () => new Set(db.prepare<[], number>(`SELECT id FROM run WHERE end_utc_ms IS NULL`).pluck().all()),
    diskIdOf: (path: string) =>
      db.prepare<[string], string>(`SELECT disk_id FROM disk WHERE path = ?`).pluck().get(path),
    close: () => db.close(),
  }
}

/** Is a gateway at work on this data folder? Asked by reading alone. */
export function isGatewayRunning(dataDir: string): boolean {
  let db: Database.Database
  try {
    db = new Database(join(dataDir, 'gateway.lock'), { readonly: true, fileMustExist: true, timeout: 0 })
  } catch (cause) {
    if (cause instanceof Database.SqliteError && cause.code === 'SQLITE_CANTOPEN') return false
    throw cause
  }
  try {
    db.prepare(`SELECT count(*) FROM sqlite_schema`).get()
    return false
  } catch (cause) {
    if (cause instanceof Database.SqliteError && cause.code.startsWith('SQLITE_BUSY')) return true
    throw cause
  } finally {
    db.close()
  }
}
