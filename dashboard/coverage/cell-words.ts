import { seconds } from '../../gateway/domain/units.ts'
import { formatDuration } from '../i18n/time.ts'
import { gapsOf, percentText } from './account.ts'
import type { Cell, Kind } from './lines.ts'
import { words } from './words.ts'

/** A length as people say it; what is shorter than a second is one, so that nothing becomes none. */
export const sayLength = (length: number): string => formatDuration(seconds(Math.ceil(length)))

/** `99.31%，小缺口，缺 10 分钟`: all that a cell shows, in words. */
export function cellWords({ kind, percent, account }: Cell): string {
  const { plannedOffSeconds, unexplainedSeconds } = account
  const missing = gapsOf(account)
  const parts = [
    ...(percent === null ? [] : [words().percent(percentText(percent))]),
    words().kinds[kind],
    ...(missing > 0 ? [words().missing(sayLength(missing))] : []),
    ...(unexplainedSeconds > 0 ? [words().unexplained(sayLength(unexplainedSeconds))] : []),
    ...(plannedOffSeconds > 0 && percent !== null ? [words().alsoPlanned(sayLength(plannedOffSeconds))] : []),
  ]
  return parts.join(' · ')
}

const isMarked = (kind: Kind): kind is keyof ReturnType<typeof words>['marks'] => Object.hasOwn(words().marks, kind)

/** What stands in a cell: whole percents, or a mark where there is no number to say; of a place where one camera is unknown, both. */
export function cellText({ kind, percent }: Cell): string {
  if (kind === 'unknown' && percent !== null) return `${Math.floor(percent)}${words().marks.unknown}`
  return isMarked(kind) ? words().marks[kind] : percent === null ? '' : String(Math.floor(percent))
}

/** What stands in a cell of totals: the exact number, with the mark of what is wrong with it. */
export function totalText({ kind, percent }: Cell): string {
  if (percent === null) return isMarked(kind) ? words().marks[kind] : ''
  const mark = kind === 'defect' || kind === 'unknown' ? ` ${words().marks[kind]}` : ''
  return words().percent(percentText(percent)) + mark
}
