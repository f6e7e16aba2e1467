import { basename } from 'node:path'
import type { UtcRange } from '../domain/units.ts'
import { type FootageFile, type Missing, type Piece, piecesOf } from './footage.ts'

/** Length of a playlist entry: seeks are whole entries, and each is one request. */
const pieceSeconds = 4
/** Two entries of one run further apart than this have lost a file between them. */
const holeMs = 500

/**
 * A VOD playlist of fragmented MP4 by byte range (RFC 8216, version 7): nothing is transcoded or copied. A hole between entries is a
 * discontinuity, and every entry says its wall clock time. Each gap is a date range with its reason (`X-REASON`): `EXT-X-GAP` would
 * put the hole on the player's timeline, where nothing can be waited for.
 * Addresses are relative to `/api/cameras/<id>/playlist.m3u8`.
 */
export function playlistOf(files: readonly FootageFile[], range: UtcRange, gaps: readonly Missing[]): string {
  const pieces = piecesOf(files, range, pieceSeconds)
  const longest = pieces.reduce((most, piece) => Math.max(most, piece.endUtcMs - piece.startUtcMs), 1_000)
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    `#EXT-X-TARGETDURATION:${Math.ceil(longest / 1_000)}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    // A date range needs the dates of entries (RFC 8216, 4.3.2.7).
    ...(pieces.length > 0 ? gaps.map(gapLine) : []),
  ]
  let before: Piece | undefined
  for (const piece of pieces) {
    const { file, fragments, startUtcMs, endUtcMs } = piece
    const uri = `segments/${basename(file.path)}`
    if (before && (before.file.runId !== file.runId || startUtcMs - before.endUtcMs > holeMs))
      lines.push('#EXT-X-DISCONTINUITY')
    if (before?.file.path !== file.path) lines.push(`#EXT-X-MAP:URI="${uri}",BYTERANGE="${file.initBytes}@0"`)
    before = piece
    const sizeBytes = fragments.reduce((sum, fragment) => sum + fragment.sizeBytes, 0)
    lines.push(
      `#EXT-X-PROGRAM-DATE-TIME:${new Date(Math.round(startUtcMs)).toISOString()}`,
      `#EXTINF:${((endUtcMs - startUtcMs) / 1_000).toFixed(3)},`,
      `#EXT-X-BYTERANGE:${sizeBytes}@${fragments[0]?.offset ?? 0}`,
      uri,
    )
  }
  return `${[...lines, '#EXT-X-ENDLIST'].join('\n')}\n`
}

function gapLine({ fromUtcMs, toUtcMs, reason }: Missing): string {
  const attributes = [
    `ID="gap-${fromUtcMs}"`,
    'CLASS="zone-gateway.gap"',
    `START-DATE="${new Date(fromUtcMs).toISOString()}"`,
    `DURATION=${((toUtcMs - fromUtcMs) / 1_000).toFixed(3)}`,
    `X-REASON="${reason}"`,
  ]
  return `#EXT-X-DATERANGE:${attributes.join(',')}`
}
