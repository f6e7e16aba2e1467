import type { UtcMs, UtcRange } from '../domain/units.ts'

/** One fragment inside a file: a GOP or a part of one. Times in ticks since the start of its run. */
export interface FootageFragment {
  readonly offset: number
  readonly sizeBytes: number
  readonly baseTime: number
  readonly duration: number
  /** Decoding can start here. */
  readonly key: boolean
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
  readonly fragments: readonly FootageFragment[]
}

/** Files of a camera that touch the range, in order. */
export type FindFootage = (cameraId: string, range: UtcRange) => readonly FootageFile[]

/** One file by its path relative to the recordings folder. */
export type FindFile = (cameraId: string, path: string) => FootageFile | undefined

/** Fragments that begin with a keyframe and everything up to the next one: the smallest piece that can be shown alone. */
export interface Piece {
  readonly file: FootageFile
  readonly fragments: readonly FootageFragment[]
  readonly startUtcMs: number
  readonly endUtcMs: number
}

/** Pieces of whole GOPs that touch `range`, each at least `minSeconds` long where the file allows. Pure. */
export function piecesOf(files: readonly FootageFile[], range: UtcRange, minSeconds: number): Piece[] {
  const pieces: Piece[] = []
  for (const file of files) {
    const utcOf = (ticks: number) => file.anchorUtcMs + (ticks / file.timescale) * 1_000
    let open: FootageFragment[] = []
    const close = () => {
      const [first, last] = [open[0], open.at(-1)]
      if (first && last) {
        const piece = {
          file,
          fragments: open,
          startUtcMs: utcOf(first.baseTime),
          endUtcMs: utcOf(last.baseTime + last.duration),
        }
        if (piece.endUtcMs > range.fromUtcMs && piece.startUtcMs < range.toUtcMs) pieces.push(piece)
      }
      open = []
    }
    for (const fragment of file.fragments) {
      const first = open[0]
      if (first && fragment.key && (fragment.baseTime - first.baseTime) / file.timescale >= minSeconds) close()
      // A file begins with a keyframe; should one not, what cannot be decoded is left out.
      if (open.length > 0 || fragment.key) open.push(fragment)
    }
    close()
  }
  return pieces
}
