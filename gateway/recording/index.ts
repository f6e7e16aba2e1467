import type { Gap, Recorded } from '../domain/timeline.ts'
import type { UtcMs, UtcRange } from '../domain/units.ts'
import type { GapReason, RunEndReason } from '../domain/words.ts'
import type { StreamInit } from '../media/stream.ts'
import type { Store } from '../store/open.ts'
import { firstLink } from './chain.ts'
import { decodeFragments, encodeFragments, type FragmentEntry } from './fragment-table.ts'

export interface SegmentRow {
  readonly cameraId: string
  readonly runId: number
  readonly startUtcMs: UtcMs
  readonly endUtcMs: UtcMs
  /** Relative to the recordings folder. */
  readonly path: string
  readonly sizeBytes: number
  readonly initBytes: number
  readonly anchorUtcMs: number
  readonly fragments: readonly FragmentEntry[]
  readonly chain: Uint8Array
}
/** A segment together with what its run says about it. */
export interface StoredSegment extends SegmentRow {
  readonly codec: string
  readonly timescale: number
}
export interface OpenRun {
  readonly id: number
  readonly cameraId: string
  readonly startUtcMs: UtcMs
}

const segmentColumns = `s.camera_id AS cameraId, s.run_id AS runId, s.start_utc_ms AS startUtcMs, s.end_utc_ms AS endUtcMs, s.path,
  s.size_bytes AS sizeBytes, s.init_bytes AS initBytes, s.anchor_utc_ms AS anchorUtcMs, s.fragments, s.chain, r.codec, r.timescale`

type RawSegment = Omit<StoredSegment, 'fragments'> & { readonly fragments: Uint8Array }

/** The only SQL on runs, segments and gaps. Every call is one transaction. */
export function recordingIndex({ db, transaction }: Store) {
  const openRunRow = db.prepare<[string, number, string, number, number, number, number | null]>(
    `INSERT INTO run (camera_id, start_utc_ms, codec, timescale, width_px, height_px, clock_offset_ms) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  )
  const closeRunRow = db.prepare<[UtcMs, RunEndReason, number]>(
    `UPDATE run SET end_utc_ms = ?, end_reason = ? WHERE id = ? AND end_utc_ms IS NULL`,
  )
  const insertSegment = db.prepare(
    `INSERT INTO segment (camera_id, run_id, start_utc_ms, end_utc_ms, path, size_bytes, init_bytes, anchor_utc_ms, fragments, chain)
     VALUES (@cameraId, @runId, @startUtcMs, @endUtcMs, @path, @sizeBytes, @initBytes, @anchorUtcMs, @fragments, @chain)`,
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
  const dropGapRow = db.prepare<[number]>(`DELETE FROM gap WHERE id = ?`)
  const recordedRows = db.prepare<[string, UtcMs, UtcMs], Recorded>(
    `SELECT start_utc_ms AS startUtcMs, end_utc_ms AS endUtcMs FROM segment
     WHERE camera_id = ? AND start_utc_ms < ? AND end_utc_ms > ? ORDER BY start_utc_ms`,
  )
  const gapRows = db.prepare<[UtcMs, string, UtcMs, UtcMs], Gap>(
    `SELECT start_utc_ms AS startUtcMs, coalesce(end_utc_ms, ?) AS endUtcMs, reason FROM gap
     WHERE camera_id = ? AND start_utc_ms < ? AND coalesce(end_utc_ms, 9e15) > ? ORDER BY start_utc_ms`,
  )
  const segmentRows = db.prepare<[string, UtcMs, UtcMs], RawSegment>(
    `SELECT ${segmentColumns} FROM segment s JOIN run r ON r.id = s.run_id
     WHERE s.camera_id = ? AND s.start_utc_ms < ? AND s.end_utc_ms > ? ORDER BY s.start_utc_ms`,
  )
  const lastChain = db.prepare<[string], { chain: Uint8Array }>(
    `SELECT chain FROM segment WHERE camera_id = ? ORDER BY id DESC LIMIT 1`,
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

  return {
    /** A run begins: its row, and the end of the gap before it. */
    openRun: (cameraId: string, startUtcMs: UtcMs, init: StreamInit, clockOffsetMs: number | null): number =>
      transaction(() => {
        endGap(cameraId, startUtcMs)
        const { codec, timescale, widthPx, heightPx } = init
        return Number(
          openRunRow.run(cameraId, startUtcMs, codec, timescale, widthPx, heightPx, clockOffsetMs).lastInsertRowid,
        )
      }),
    /** A run ends; unless it only `rotated`, a gap with the same reason begins there. */
    closeRun: (runId: number, cameraId: string, endUtcMs: UtcMs, reason: RunEndReason): void =>
      transaction(() => {
        closeRunRow.run(endUtcMs, reason, runId)
        if (reason !== 'rotated') beginGap(cameraId, endUtcMs, reason)
      }),
    beginGap: (cameraId: string, atUtcMs: UtcMs, reason: GapReason): void =>
      transaction(() => beginGap(cameraId, atUtcMs, reason)),
    endGap: (cameraId: string, atUtcMs: UtcMs): void => transaction(() => endGap(cameraId, atUtcMs)),
    /** A hole in what was already recorded, e.g. a file that is gone. */
    addGap: (cameraId: string, gap: Gap): void => {
      insertClosedGap.run(cameraId, gap.startUtcMs, gap.endUtcMs, gap.reason)
    },
    addSegment: (row: SegmentRow): void => {
      insertSegment.run({ ...row, fragments: encodeFragments(row.fragments) })
    },
    lastLink: (cameraId: string): Uint8Array => lastChain.get(cameraId)?.chain ?? firstLink,
    recordedIn: (cameraId: string, range: UtcRange): Recorded[] =>
      recordedRows.all(cameraId, range.toUtcMs, range.fromUtcMs),
    /** Gaps that touch `range`; the open one ends at `now`. */
    gapsIn: (cameraId: string, range: UtcRange, now: UtcMs): Gap[] =>
      gapRows.all(now, cameraId, range.toUtcMs, range.fromUtcMs),
    segmentsIn: (cameraId: string, range: UtcRange): StoredSegment[] =>
      segmentRows
        .all(cameraId, range.toUtcMs, range.fromUtcMs)
        .map((row) => ({ ...row, fragments: decodeFragments(row.fragments) })),
    openGapOf: (cameraId: string) => openGap.get(cameraId),
  }
}
export type RecordingIndex = ReturnType<typeof recordingIndex>
