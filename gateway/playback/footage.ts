import type { SpanOf } from '../domain/timeline.ts'
import type { UtcMs, UtcRange } from '../domain/units.ts'
import type { GapReason } from '../domain/words.ts'

/** One fragment inside a file: a GOP or a part of one. Times in ticks since the start of its run. */
export interface FootageFragment {
  readonly offset: number
  readonly sizeBytes: number
  readonly baseTime: number
  readonly duration: number
  /** Decoding can start here. */
  readonly key: boolean
  /** Of all its bytes in the file. */
  readonly sha256: Uint8Array
}

/** One recorded file, as playback needs to know it. */
export interface FootageFile {
  /** Folder of its recordings disk, absolute. */
  readonly root: string
  /** Relative to `root`. */
  readonly path: string
  readonly runId: number
  readonly sizeBytes: number
  readonly initBytes: number
  readonly codec: string
  readonly timescale: number
  /** Wall clock of tick 0 of the run. */
  readonly anchorUtcMs: number
  readonly startUtcMs: UtcMs
  readonly endUtcMs: UtcMs
  /** The camera's clock minus the gateway's when the run began; null when not known. */
  readonly clockOffsetMs: number | null
  readonly fragments: readonly FootageFragment[]
}

/** Files of a camera that touch the range, in order. */
export type FindFootage = (cameraId: string, range: UtcRange) => readonly FootageFile[]

/** One file by its path relative to the recordings folder. */
export type FindFile = (cameraId: string, path: string) => FootageFile | undefined

/** The timeline of a camera inside a range: what was recorded, and gaps with their reasons. */
export type FindSpans = (cameraId: string, range: UtcRange) => readonly SpanOf[]

/** A stretch that is not there. */
export type Missing = UtcRange & { readonly reason: GapReason }

/** The gaps among spans, by start. */
export const gapsAmong = (spans: readonly SpanOf[]): Missing[] =>
  spans.flatMap((span) =>
    span.kind === 'gap' ? [{ fromUtcMs: span.startUtcMs, toUtcMs: span.endUtcMs, reason: span.reason }] : [],
  )

/** Fragments that begin with a keyframe and everything up to the next one: the smallest piece that can be shown alone. */
export interface Piece {
  readonly file: FootageFile
  /** At least one. */
  readonly fragments: readonly [FootageFragment, ...FootageFragment[]]
  readonly startUtcMs: number
  readonly endUtcMs: number
}

/**
 * The piece without the fragments that begin at `toUtcMs` or later. What is written does not change: a range in the past gives the same
 * bytes again, also while its last GOP still grows. With B-frames the last two pictures may be missing. Pure.
 */
export function cutAt(piece: Piece, toUtcMs: UtcMs): Piece {
  const { file, fragments } = piece
  const utcOf = (ticks: number) => file.anchorUtcMs + (ticks / file.timescale) * 1_000
  const [first, ...rest] = fragments
  const kept = rest.filter(({ baseTime }) => utcOf(baseTime) < toUtcMs)
  const last = kept.at(-1) ?? first
  return { ...piece, fragments: [first, ...kept], endUtcMs: utcOf(last.baseTime + last.duration) }
}

/** Pieces of whole GOPs that touch `range`, each at least `minSeconds` long where the file allows. Pure. */
export function piecesOf(files: readonly FootageFile[], range: UtcRange, minSeconds: number): Piece[] {
  const pieces: Piece[] = []
  for (const file of files) {
    const utcOf = (ticks: number) => file.anchorUtcMs + (ticks / file.timescale) * 1_000
    let open: [FootageFragment, ...FootageFragment[]] | undefined
    const close = () => {
      if (!open) return
      const last = open.at(-1) ?? open[0]
      const startUtcMs = utcOf(open[0].baseTime)
      const endUtcMs = utcOf(last.baseTime + last.duration)
      if (endUtcMs > range.fromUtcMs && startUtcMs < range.toUtcMs)
        pieces.push({ file, fragments: open, startUtcMs, endUtcMs })
      open = undefined
    }
    for (const fragment of file.fragments) {
      if (open && fragment.key && (fragment.baseTime - open[0].baseTime) / file.timescale >= minSeconds) close()
      // A file begins with a keyframe; should one not, what cannot be decoded is left out.
      if (open) open.push(fragment)
      else if (fragment.key) open = [fragment]
    }
    close()
  }
  return pieces
}
