import type { CoverageRow } from '../../gateway/contract/footage.ts'
import { hours } from '../../gateway/domain/units.ts'
import type { GapReason } from '../../gateway/domain/words.ts'

/** Seconds of one camera or of several: expected = recorded + gaps + unexplained. */
export type Account = Pick<
  CoverageRow,
  'expectedSeconds' | 'recordedSeconds' | 'plannedOffSeconds' | 'gapSeconds' | 'unexplainedSeconds'
>

/** The gateway calls less than this in an hour rounding: starts and ends of files are whole milliseconds. */
const seamSecondsPerHour = 0.05

/** What one row says. A sum that does not come out is unexplained time too, whatever the row calls it. */
export function accountOf(row: CoverageRow): Account {
  const { expectedSeconds, recordedSeconds, plannedOffSeconds, gapSeconds } = row
  const rest = Math.abs(expectedSeconds - recordedSeconds - gapsOf(row))
  const seams = seamSecondsPerHour * Math.ceil((row.toUtcMs - row.fromUtcMs) / hours(1))
  const unexplainedSeconds = Math.max(row.unexplainedSeconds, rest > seams ? rest : 0)
  return { expectedSeconds, recordedSeconds, plannedOffSeconds, gapSeconds, unexplainedSeconds }
}

export function addUp(accounts: readonly Account[]): Account {
  const gapSeconds: Partial<Record<GapReason, number>> = {}
  const sum = { expectedSeconds: 0, recordedSeconds: 0, plannedOffSeconds: 0, unexplainedSeconds: 0 }
  for (const account of accounts) {
    sum.expectedSeconds += account.expectedSeconds
    sum.recordedSeconds += account.recordedSeconds
    sum.plannedOffSeconds += account.plannedOffSeconds
    sum.unexplainedSeconds += account.unexplainedSeconds
    for (const [reason, seconds] of gapsByLength(account)) gapSeconds[reason] = (gapSeconds[reason] ?? 0) + seconds
  }
  return { ...sum, gapSeconds }
}

/** The longest first. */
export const gapsByLength = ({ gapSeconds }: Pick<Account, 'gapSeconds'>): (readonly [GapReason, number])[] =>
  (Object.entries(gapSeconds) as [GapReason, number][]).filter(([, seconds]) => seconds > 0).sort((a, b) => b[1] - a[1])

export const gapsOf = (account: Pick<Account, 'gapSeconds'>): number =>
  gapsByLength(account).reduce((sum, [, seconds]) => sum + seconds, 0)

/** Recorded share of what was expected in hundredths of a percent, rounded down: only what lacks nothing is 100. null: nothing was expected. */
export function percentOf(account: Account): number | null {
  const { expectedSeconds, unexplainedSeconds } = account
  if (expectedSeconds <= 0) return null
  const missing = gapsOf(account) + unexplainedSeconds
  if (missing <= 0) return 100
  const share = Math.floor(((expectedSeconds - missing) / expectedSeconds) * 10_000) / 100
  return Math.max(0, Math.min(99.99, share))
}

/** `100` or `99.31`; an em dash where nothing was expected. */
export const percentText = (percent: number | null): string =>
  percent === null ? '—' : percent === 100 ? '100' : percent.toFixed(2)

/** The account in whole seconds that add up: gaps are rounded up, so that what is said to be recorded is never too much. */
export interface Equation {
  readonly expected: number
  readonly recorded: number
  readonly gaps: readonly (readonly [GapReason, number])[]
  readonly gapsTotal: number
  readonly unexplained: number
  /** Rounding where files meet, summed up over many hours. */
  readonly seams: number
  readonly plannedOff: number
}

export function equationOf(account: Account): Equation {
  const gaps = gapsByLength(account).map(([reason, seconds]) => [reason, Math.ceil(seconds)] as const)
  const gapsTotal = gaps.reduce((sum, [, seconds]) => sum + seconds, 0)
  const unexplained = Math.ceil(account.unexplainedSeconds)
  // Short gaps of many reasons, each rounded up, may come to a few seconds more than there were.
  const expected = Math.max(Math.round(account.expectedSeconds), gapsTotal + unexplained)
  const left = expected - gapsTotal - unexplained
  const recorded = Math.min(left, Math.round(account.recordedSeconds))
  return {
    expected,
    recorded,
    gaps,
    gapsTotal,
    unexplained,
    seams: left - recorded,
    plannedOff: Math.round(account.plannedOffSeconds),
  }
}

/** `718:12:03`: hours, minutes and seconds; more than a day stays in hours, so that sums can be checked by eye. */
export function clockLength(seconds: number): string {
  const two = (n: number) => String(n).padStart(2, '0')
  return `${Math.floor(seconds / 3_600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}
