import { hash } from 'node:crypto'
import { toFailure } from '../../gateway/domain/failure.ts'
import { boxesOf } from '../../gateway/media/boxes.ts'
import { readFragment } from '../../gateway/media/fragment.ts'
import { readInit } from '../../gateway/media/init.ts'
import { readLink } from '../../gateway/media/link.ts'
import { decodeFragments, type FragmentEntry } from '../../gateway/recording/fragment-table.ts'
import { runOfName } from '../../gateway/recording/segment-file.ts'
import type { SegmentHead } from './index-reader.ts'
import type { ProblemKind } from './problem.ts'

/** Wall clock in the file against the index: the index knows better where the run began, by the delay of its first frames. */
const clockToleranceMs = 5_000
/** Start and end of a row against the times of its fragments: rounding alone. */
const roundingMs = 5

export interface Finding {
  readonly kind: ProblemKind
  readonly message: string
}
export interface SegmentResult {
  readonly findings: readonly Finding[]
  readonly fragments: number
  /** Recorded before there were links: checked by hash alone. */
  readonly withoutLink: number
  /** Link before the first fragment, hex; undefined without links, or when it cannot be read. */
  readonly before: string | undefined
  /** SHA-256 of `ftyp` and `moov`: the same in all files of a run. */
  readonly initHash: string
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')

/** Compares one whole file with its row. Pure but for nothing: bytes and row in, findings out. */
export function checkSegment(bytes: Uint8Array, table: Uint8Array, row: SegmentHead): SegmentResult {
  const findings: Finding[] = []
  const find = (kind: ProblemKind, message: string) => findings.push({ kind, message })
  const head = bytes.subarray(0, row.initBytes)
  const initHash = hash('sha256', head, 'hex')
  const nothing = { findings, fragments: 0, withoutLink: 0, before: undefined, initHash }
  if (bytes.length !== row.sizeBytes) find('size-differs', `${bytes.length} bytes instead of ${row.sizeBytes}`)
  const why = initProblem(head, row)
  if (why !== undefined) find('file-damaged', why)

  let entries: readonly FragmentEntry[]
  try {
    entries = decodeFragments(table)
  } catch (cause) {
    find('index-damaged', toFailure(cause).message)
    return nothing
  }
  const aside = timesProblem(entries, row)
  if (aside !== undefined) find('row-differs', aside)
  let at = row.initBytes
  let withoutLink = 0
  let before: string | undefined
  let previous: FragmentEntry | undefined
  for (const [n, entry] of entries.entries()) {
    if (entry.offset !== at)
      find('fragment-missing', `${entry.offset - at} bytes before fragment ${n} are in no row of the index`)
    at = entry.offset + entry.sizeBytes
    if (at > bytes.length) {
      find('fragment-missing', `the file ends before fragment ${n} of ${entries.length} is whole`)
      break
    }
    const fragment = bytes.subarray(entry.offset, at)
    const link = readLink(fragment)
    if (!link) withoutLink++
    if (n === 0 && link) before = hex(link.before)
    if (!hash('sha256', fragment, 'buffer').equals(entry.sha256)) {
      find('fragment-changed', `fragment ${n} at byte ${entry.offset} is not what was recorded`)
    } else {
      const differs = rowProblem(fragment, entry, row) ?? (link ? runProblem(link.runId, row) : undefined)
      if (differs !== undefined) find('row-differs', `fragment ${n}: ${differs}`)
      if (previous && link && hex(link.before) !== hex(previous.sha256))
        find('chain-broken', `fragment ${n} does not follow fragment ${n - 1}`)
    }
    previous = entry
  }
  if (at < bytes.length) find('fragment-missing', `${bytes.length - at} bytes at the end are in no row of the index`)
  if (previous && hex(previous.sha256) !== row.chain && withoutLink === 0)
    find('row-differs', 'the index gives another last link than its last fragment')
  return { findings, fragments: entries.length, withoutLink, before, initHash }
}

function initProblem(head: Uint8Array, row: SegmentHead): string | undefined {
  try {
    const types = boxesOf(head).map(({ type }) => type)
    if (types.join() !== 'ftyp,moov') return `it begins with ${types.join() || 'no box'} instead of ftyp,moov`
    const { codec, timescale, widthPx, heightPx } = readInit(head)
    const is = `${codec} ${widthPx}x${heightPx} at ${timescale}`
    const was = `${row.codec} ${row.widthPx}x${row.heightPx} at ${row.timescale}`
    return is === was ? undefined : `its head says ${is}, the index ${was}`
  } catch (cause) {
    return toFailure(cause).message
  }
}

/** What a fragment whose bytes are right says differently from its row. */
function rowProblem(bytes: Uint8Array, entry: FragmentEntry, row: SegmentHead): string | undefined {
  try {
    const { baseTime, duration, key, utcMs } = readFragment(bytes)
    if (baseTime !== entry.baseTime || duration !== entry.duration || key !== entry.key)
      return 'the index gives it another time, length or kind'
    const aside = Math.round(row.anchorUtcMs + (baseTime / row.timescale) * 1_000 - utcMs)
    return Math.abs(aside) > clockToleranceMs ? `the index puts it ${aside} ms aside of its own clock` : undefined
  } catch (cause) {
    return toFailure(cause).message
  }
}

/** Times of the row, of its fragments and in the name of the file say the same. */
function timesProblem(entries: readonly FragmentEntry[], row: SegmentHead): string | undefined {
  const [first, last] = [entries[0], entries.at(-1)]
  if (!first || !last) return 'the index gives it no fragments'
  const utcOf = (ticks: number) => row.anchorUtcMs + (ticks / row.timescale) * 1_000
  const off = Math.max(
    Math.abs(utcOf(first.baseTime) - row.startUtcMs),
    Math.abs(utcOf(last.baseTime + last.duration) - row.endUtcMs),
  )
  if (off > roundingMs) return `the index puts it ${Math.round(off)} ms aside of its own fragments`
  const named = Number(/(\d+)-\d+\.mp4$/.exec(row.path)?.[1])
  const aside = Math.round(row.startUtcMs - named)
  return Math.abs(aside) > clockToleranceMs ? `the index puts it ${aside} ms aside of its own name` : undefined
}

function runProblem(runId: number, { path }: SegmentHead): string | undefined {
  const named = runOfName(path.slice(path.lastIndexOf('/') + 1))
  return named === runId ? undefined : `it belongs to run ${runId}, the file is named after run ${named}`
}
