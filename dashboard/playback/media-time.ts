import type { UtcMs } from '../../gateway/domain/units.ts'

/** One piece of the playlist: where it lies on the element's timeline, and when it was filmed. */
export interface Piece {
  readonly startS: number
  readonly durationS: number
  readonly startUtcMs: UtcMs
}

/** When the picture at `mediaS` was filmed, or undefined when nothing is known of it. */
export function filmedAt(pieces: readonly Piece[], mediaS: number): UtcMs | undefined {
  const piece = pieces.findLast((one) => one.startS <= mediaS + 0.001) ?? pieces[0]
  if (piece === undefined) return undefined
  return piece.startUtcMs + Math.max(0, Math.min(mediaS - piece.startS, piece.durationS)) * 1_000
}

/** Where on the element's timeline a moment lies; a moment inside a hole gives the first picture after it. */
export function mediaTimeOf(pieces: readonly Piece[], utcMs: UtcMs): number | undefined {
  const piece = pieces.find((one) => one.startUtcMs + one.durationS * 1_000 > utcMs)
  return piece === undefined ? undefined : piece.startS + Math.max(0, utcMs - piece.startUtcMs) / 1_000
}
