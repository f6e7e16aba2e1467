import type { GapReason } from '../../gateway/domain/words.ts'
import { gapsOf, percentText } from './account.ts'
import type { Column } from './columns.ts'
import type { Line } from './lines.ts'

export interface CsvWords {
  /** Heads: place, camera, its id, from, to, expected, recorded, planned off, gaps, unexplained, percent. */
  readonly heads: readonly string[]
  readonly reason: (reason: GapReason) => string
  /** A moment with the site's offset. */
  readonly moment: (utcMs: number) => string
}

/** Seconds to the millisecond, without a tail of zeros. */
const seconds = (value: number): string => String(Math.round(value * 1_000) / 1_000)

/** A sheet must not read a name as a formula; what holds a comma, a quote or a line is quoted. */
export function csvField(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** One row a camera and bucket of time, with a column for each reason that occurs; RFC 4180, with the mark that tells a sheet of UTF-8. */
export function csvOf(lines: readonly Line[], columns: readonly Column[], words: CsvWords): string {
  const cameras = lines.flatMap((line) =>
    line.cameraId === null
      ? line.members.map((member) => ({ group: line.name, member }))
      : [{ group: '', member: line }],
  )
  const reasons = [
    ...new Set(cameras.flatMap(({ member }) => Object.keys(member.total.account.gapSeconds) as GapReason[])),
  ].sort()
  const rows = cameras.flatMap(({ group, member }) =>
    columns.flatMap(({ fromUtcMs, toUtcMs }, n) => {
      const cell = member.cells[n]
      if (cell === undefined || cell.kind === 'off') return []
      const { account, percent } = cell
      const { expectedSeconds, recordedSeconds, plannedOffSeconds, gapSeconds, unexplainedSeconds } = account
      const isKnown = cell.kind !== 'unknown'
      const numbers = [expectedSeconds, recordedSeconds, plannedOffSeconds, gapsOf(account), unexplainedSeconds]
      return [
        [
          [group, member.place].filter((part) => part !== '').join(' · '),
          member.name,
          member.id,
          words.moment(fromUtcMs),
          words.moment(toUtcMs),
          ...numbers.map((number) => (isKnown ? seconds(number) : '')),
          percent === null ? '' : percentText(percent),
          ...reasons.map((reason) => (isKnown ? seconds(gapSeconds[reason] ?? 0) : '')),
        ],
      ]
    }),
  )
  const table = [[...words.heads, ...reasons.map(words.reason)], ...rows]
  return `\uFEFF${table.map((row) => row.map(csvField).join(',')).join('\r\n')}\r\n`
}
