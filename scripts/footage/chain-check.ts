import { firstLink } from '../../gateway/media/link.ts'
import type { Removed, SegmentHead } from './index-reader.ts'

export interface ChainEnd {
  readonly row: SegmentHead
  /** Link before its first fragment, hex; undefined where it was not read, or there is none. */
  readonly before: string | undefined
}
export interface ChainResult {
  readonly followed: number
  /** Breaks that a row of the index explains: footage between was removed. */
  readonly explained: number
  readonly breaks: readonly { readonly row: SegmentHead; readonly message: string }[]
}

const beginning = Buffer.from(firstLink).toString('hex')

/**
 * Follows a camera's chain from file to file. Files are joined by their links, not by their times: a clock may have stepped back, and a
 * file that was found again came into the index late. Pure.
 * @param files all of one camera, by start
 */
export function checkChain(files: readonly ChainEnd[], removed: readonly Removed[]): ChainResult {
  const byChain = new Map(files.map(({ row }) => [row.chain, row]))
  const followers = new Map<string, SegmentHead>()
  const breaks: { row: SegmentHead; message: string }[] = []
  let followed = 0
  let explained = 0
  let hasLinks = false
  for (const [n, { row, before }] of files.entries()) {
    if (before === undefined) continue
    // Footage older than the chain may come first.
    const begins = before === beginning && !hasLinks
    hasLinks = true
    const other = followers.get(before)
    followers.set(before, row)
    if (other) breaks.push({ row, message: `it follows the same fragment as ${other.path}` })
    else if (begins || byChain.has(before)) followed++
    else {
      const fromUtcMs = files[n - 1]?.row.endUtcMs ?? 0
      const why = removed.find(
        (one) =>
          (one.fromUtcMs <= row.startUtcMs && one.toUtcMs >= fromUtcMs) ||
          // A lost index took with it what it knew of the time before the oldest file.
          (n === 0 && one.why === 'index-lost'),
      )
      if (why) explained++
      else if (n === 0) breaks.push({ row, message: 'something was before it, and no row says that it was removed' })
      else
        breaks.push({ row, message: `it does not follow ${files[n - 1]?.row.path}, and no row says what was between` })
    }
  }
  return { followed, explained, breaks }
}
