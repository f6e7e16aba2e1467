import type { Gap, Recorded } from '../domain/timeline.ts'
import { type Millis, minutes, type UtcMs, type UtcRange } from '../domain/units.ts'
import type { GapReason, RunEndReason } from '../domain/words.ts'
import { firstLink } from '../media/link.ts'
import type { StreamInit } from '../media/stream.ts'
import type { Store } from '../store/open.ts'
import { decodeFragments, encodeFragments, type FragmentEntry } from './fragment-table.ts'

/** No segment is longer, whatever the camera sends: a search need look no further back. */
export const longestSegmentMs: Millis = minutes(10)

export interface SegmentRow {
  readonly cameraId: string
  readonly runId: number
  readonly startUtcMs: UtcMs
  readonly endUtcMs: UtcMs
  /** Name of its recordings disk. */
  readonly disk: string
  /** Relative to the folder of the disk. */
  readonly path: string
  readonly sizeBytes: number
  readonly initBytes: number
  readonly anchorUtcMs: number
  readonly fragments: readonly FragmentEntry[]
}
/** A segment together with what its run says about it. */
export interface StoredSegment extends SegmentRow {
  /** Folder of its disk, absolute. */
  readonly root: string
  readonly codec: string
  readonly timescale: number
  /** The camera's clock minus the gateway's when the run began; null when not known. */
  readonly clockOffsetMs: number | null
}
export interface NewRun {
  readonly cameraId: string
  readonly startUtcMs: UtcMs
  readonly init: StreamInit
  /** The camera's clock minus the gateway's; null when not known. */
  readonly clockOffsetMs?: number | null
  readonly id?: number | null
}
export interface OpenRun {
  readonly id: number
  readonly cameraId: string
  readonly startUtcMs: UtcMs
}

const segmentColumns = `s.camera_id AS cameraId, s.run_id AS runId, s.start_utc_ms AS startUtcMs, s.end_utc_ms AS endUtcMs, s.disk, s.path,
  s.size_bytes AS sizeBytes, s.init_bytes AS initBytes, s.anchor_utc_ms AS anchorUtcMs, s.fragments, r.codec, r.timescale,
  r.clock_offset_ms AS clockOffsetMs`

type RawSegment = Omit<StoredSegment, 'fragments' | 'root'> & { readonly fragments: Uint8Array }

/**
 * The only SQL on runs, segments and gaps. Every call is one transaction.
 * @param rootOf folder of a recordings disk by its name
 */
export function recordingIndex({ db, transaction }: Store, rootOf: (disk: string) => string) {
  const openRunRow = db.prepare(
    `INSERT INTO run (id, camera_id, start_utc_ms, codec, timescale, width_px, height_px, clock_offset_ms)
     VALUES (@id, @cameraId, @startUtcMs, @codec, @timescale, @widthPx, @heightPx, @clockOffsetMs)`,
  )
  const dropRunRow = db.prepare<[number]>(`DELETE FROM run WHERE id = ?`)
  const closeRunRow = db.prepare<[UtcMs, RunEndReason, number]>(
    `UPDATE run SET end_utc_ms = ?, end_reason = ? WHERE id = ? AND end_utc_ms IS NULL`,
  )
  const insertSegment = db.prepare(
    `INSERT INTO segment (camera_id, run_id, start_utc_ms, end_utc_ms, disk, path, size_bytes, init_bytes, anchor_utc_ms, fragments, chain)
     VALUES (@cameraId, @runId, @startUtcMs, @endUtcMs, @disk, @path, @sizeBytes, @initBytes, @anchorUtcMs, @fragments, @chain)`,
  )
  const openGap = db.prepare<[string], { id: number; startUtcMs: UtcMs; reason: GapReason }>(
    `SELECT id, start_utc_ms AS startUtcMs, reason FROM gap WHERE camera_id = ? AND end_utc_ms IS NULL`,
  )
  const insertGap = db.prepare<[string, UtcMs, GapReason]>(
    `INSERT INTO gap (camera_id, start_utc_ms, reason) VALUES (?, ?, ?)`,
  )
  const insertClosedGap = db.prepare<[string, UtcMs, UtcMs, GapReason]>(
    `INSERT INTO gap (camera_id, start_utc_ms, end_utc_ms, reason) VALUES (?, ?, ?, ?)`,
  )
  const endGapRow = db.prepare<[UtcMs, number]>(`UPDATE gap SET end_utc_ms = ? WHERE id = ?`)
  const trimGaps = db.prepare(
    `UPDATE gap INDEXED BY gap_end SET end_utc_ms = @startUtcMs
     WHERE end_utc_ms > @startUtcMs AND end_utc_ms <= @endUtcMs AND start_utc_ms < @startUtcMs AND camera_id = @cameraId`,
  )
  const dropGapRow = db.prepare<[number]>(`DELETE FROM gap WHERE id = ?`)
  const recordedRows = db.prepare<[string, UtcMs, UtcMs, UtcMs], Recorded>(
    `SELECT start_utc_ms AS startUtcMs, end_utc_ms AS endUtcMs FROM segment
     WHERE camera_id = ? AND start_utc_ms > ? AND start_utc_ms < ? AND end_utc_ms > ? ORDER BY start_utc_ms`,
  )
  const gapRows = db.prepare<[UtcMs, string, UtcMs, UtcMs], Gap>(
    `SELECT start_utc_ms AS startUtcMs, coalesce(end_utc_ms, ?) AS endUtcMs, reason FROM gap
     WHERE camera_id = ? AND start_utc_ms < ? AND coalesce(end_utc_ms, 9e15) > ? ORDER BY start_utc_ms`,
  )
  const segmentRows = db.prepare<[string, UtcMs, UtcMs, UtcMs], RawSegment>(
    `SELECT ${segmentColumns} FROM segment s JOIN run r ON r.id = s.run_id
     WHERE s.camera_id = ? AND s.start_utc_ms > ? AND s.start_utc_ms < ? AND s.end_utc_ms > ? ORDER BY s.start_utc_ms`,
  )
  const segmentRow = db.prepare<[string], RawSegment>(
    `SELECT ${segmentColumns} FROM segment s JOIN run r ON r.id = s.run_id WHERE s.path = ?`,
  )
  const chainHead = db.prepare<[string], Uint8Array>(`SELECT link FROM camera_chain WHERE camera_id = ?`).pluck()
  // A file that is found again later than newer ones does not turn the chain back. Newer by run: a clock may have been set back between.
  const moveChain = db.prepare<{ cameraId: string; runId: number; endUtcMs: UtcMs; chain: Uint8Array }>(
    `INSERT INTO camera_chain (camera_id, run_id, end_utc_ms, link) VALUES (@cameraId, @runId, @endUtcMs, @chain)
     ON CONFLICT (camera_id) DO UPDATE SET run_id = excluded.run_id, end_utc_ms = excluded.end_utc_ms, link = excluded.link
     WHERE (excluded.run_id, excluded.end_utc_ms) >= (run_id, end_utc_ms)`,
  )
  const openGapRows = db.prepare<[], { cameraId: string; reason: GapReason }>(
    `SELECT camera_id AS cameraId, reason FROM gap WHERE end_utc_ms IS NULL`,
  )

  /** Ends the open gap; one that would have no length never was. */
  const endGap = (cameraId: string, atUtcMs: UtcMs) => {
    const gap = openGap.get(cameraId)
    if (!gap) return
    if (atUtcMs > gap.startUtcMs) endGapRow.run(atUtcMs, gap.id)
    else dropGapRow.run(gap.id)
  }
  const beginGap = (cameraId: string, atUtcMs: UtcMs, reason: GapReason) => {
    const gap = openGap.get(cameraId)
    if (gap?.reason === reason) return
    const fromUtcMs = gap ? Math.max(atUtcMs, gap.startUtcMs) : atUtcMs
    endGap(cameraId, fromUtcMs)
    insertGap.run(cameraId, fromUtcMs, reason)
  }

  const storedOf = (row: RawSegment): StoredSegment => ({
    ...row,
    root: rootOf(row.disk),
    fragments: decodeFragments(row.fragments),
  })

  return {
    /** A run begins. The gap before it ends with the first fragment, see `endGap`. @param id the run's own, when a file names it */
    openRun({ cameraId, startUtcMs, init, clockOffsetMs = null, id = null }: NewRun): number {
      const { codec, timescale, widthPx, heightPx } = init
      const row = { id, cameraId, startUtcMs, codec, timescale, widthPx, heightPx, clockOffsetMs }
      return Number(openRunRow.run(row).lastInsertRowid)
    },
    /** A run ends, and a gap with the same reason begins there. */
    closeRun: (runId: number, cameraId: string, endUtcMs: UtcMs, reason: RunEndReason): void =>
      transaction(() => {
        closeRunRow.run(endUtcMs, reason, runId)
        beginGap(cameraId, endUtcMs, reason)
      }),
    /** A run that never came to a file. */
    dropRun: (runId: number): void => void dropRunRow.run(runId),
    beginGap: (cameraId: string, atUtcMs: UtcMs, reason: GapReason): void =>
      transaction(() => beginGap(cameraId, atUtcMs, reason)),
    endGap: (cameraId: string, atUtcMs: UtcMs): void => transaction(() => endGap(cameraId, atUtcMs)),
    /** A hole in what was already recorded, e.g. a file that is gone. */
    addGap: (cameraId: string, gap: Gap): void => {
      insertClosedGap.run(cameraId, gap.startUtcMs, gap.endUtcMs, gap.reason)
    },
    /**
     * The camera's hash chain goes on behind this file. The gap before it ends where the file begins, which is known better now than
     * when the run began: a less delayed frame came since.
     */
    addSegment: (row: SegmentRow): void =>
      transaction(() => {
        const { cameraId, runId, startUtcMs, endUtcMs } = row
        trimGaps.run({ cameraId, startUtcMs, endUtcMs })
        const chain = row.fragments.at(-1)?.sha256 ?? firstLink
        insertSegment.run({ ...row, fragments: encodeFragments(row.fragments), chain })
        moveChain.run({ cameraId, runId, endUtcMs, chain })
      }),
    /** The last link of the camera's hash chain. */
    chainHead: (cameraId: string): Uint8Array => chainHead.get(cameraId) ?? firstLink,
    /** By start. */
    recordedIn: (cameraId: string, { fromUtcMs, toUtcMs }: UtcRange): Recorded[] =>
      recordedRows.all(cameraId, fromUtcMs - longestSegmentMs, toUtcMs, fromUtcMs),
    /** Gaps that touch `range`; the open one ends at `now`. */
    gapsIn: (cameraId: string, range: UtcRange, now: UtcMs): Gap[] =>
      gapRows.all(now, cameraId, range.toUtcMs, range.fromUtcMs),
    /** By start. */
    segmentsIn: (cameraId: string, { fromUtcMs, toUtcMs }: UtcRange): StoredSegment[] =>
      segmentRows.all(cameraId, fromUtcMs - longestSegmentMs, toUtcMs, fromUtcMs).map(storedOf),
    segmentAt(path: string): StoredSegment | undefined {
      const row = segmentRow.get(path)
      return row && storedOf(row)
    },
    openGapOf: (cameraId: string) => openGap.get(cameraId),
    openGaps: () => openGapRows.all(),
  }
}
export type RecordingIndex = ReturnType<typeof recordingIndex>
