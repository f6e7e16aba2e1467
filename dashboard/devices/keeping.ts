import type { DiskState } from '../../gateway/contract/footage.ts'
import type { Camera, DeclaredHours, PatchCamera } from '../../gateway/contract/camera.ts'
import { words } from './keeping-words.ts'

/** How a camera is recorded, as it is typed. */
export interface Keeping {
  /** Empty: the default. */
  readonly days: string
  readonly basis: string
  /** Empty: the first disk. */
  readonly disk: string
  /** null: always. */
  readonly hours: DeclaredHours | null
}
type Kept = Pick<Camera, 'retentionDays' | 'retentionBasis' | 'disk' | 'hours'>

export const keepingOf = ({ retentionDays, retentionBasis, disk, hours }: Kept): Keeping => ({
  days: retentionDays === null ? '' : String(retentionDays),
  basis: retentionBasis ?? '',
  disk: disk ?? '',
  hours,
})

const orNull = (typed: string): string | null => (typed.trim() === '' ? null : typed.trim())

/** Only what changed. */
export function keepingPatch(keeping: Keeping, camera: Kept): PatchCamera {
  const days = orNull(keeping.days)
  const wanted: Kept = {
    retentionDays: days === null ? null : Number(days),
    retentionBasis: orNull(keeping.basis),
    disk: orNull(keeping.disk),
    hours: keeping.hours?.map((one) => ({ ...one, from: readClockTime(one.from), to: readClockTime(one.to) })) ?? null,
  }
  return {
    ...(wanted.retentionDays === camera.retentionDays ? {} : { retentionDays: wanted.retentionDays }),
    ...(wanted.retentionBasis === camera.retentionBasis ? {} : { retentionBasis: wanted.retentionBasis }),
    ...(wanted.disk === camera.disk ? {} : { disk: wanted.disk }),
    ...(sameHours(wanted.hours, camera.hours) ? {} : { hours: wanted.hours }),
  }
}

const sameHours = (a: DeclaredHours | null, b: DeclaredHours | null): boolean => JSON.stringify(a) === JSON.stringify(b)

/** What a change means for the footage, a sentence each; empty where nothing changes. */
export function consequences(
  keeping: Keeping,
  camera: Kept,
  { name: firstDisk, retentionDays: usualDays }: Pick<DiskState, 'name' | 'retentionDays'>,
): string[] {
  const patch = keepingPatch(keeping, camera)
  const says: string[] = []
  if (patch.retentionDays !== undefined) {
    const { retentionDays: next } = patch
    const isLonger = (next ?? usualDays) > (camera.retentionDays ?? usualDays)
    if (next === null) says.push(words().toDefault)
    else says.push(isLonger ? words().longer(String(next)) : words().shorter(String(next)))
  }
  if (patch.disk !== undefined && (patch.disk ?? firstDisk) !== (camera.disk ?? firstDisk))
    says.push(words().moves(patch.disk ?? firstDisk))
  if (patch.hours !== undefined) says.push(words().hoursChange)
  return says
}

/** As the gateway reads it. */
export const clockTime = /([01]\d|2[0-3]):[0-5]\d/
const isClockTime = (typed: string): boolean => new RegExp(`^${clockTime.source}$`).test(typed)

/** `6：00` and `0600` are 06:00 too; anything else stays as it was typed, for the form to refuse. */
export function readClockTime(typed: string): string {
  const [, hour = '', minute = ''] = /^(\d{1,2})[:：.]?(\d{2})$/.exec(typed.trim()) ?? []
  const read = `${hour.padStart(2, '0')}:${minute}`
  return isClockTime(read) ? read : typed
}

export const isWhole = ({ from, to }: DeclaredHours[number]): boolean => isClockTime(from) && isClockTime(to)

/** `周一至周五 22:00 至次日 06:00`: a window as people say it. */
export function windowWords({ days, from, to }: DeclaredHours[number]): string {
  const on = daysWords(days)
  if (from === to) return words().wholeDay(on, from)
  return to > from ? words().sameDay(on, from, to) : words().nextDay(on, from, to)
}

function daysWords(days: readonly number[]): string {
  const { days7, dayName, everyDay, span, listOf } = words()
  const sorted = [...new Set(days)].toSorted((a, b) => a - b)
  if (sorted.length === 7) return everyDay
  const runs: number[][] = []
  for (const day of sorted) {
    const run = runs.at(-1)
    if (run?.at(-1) === day - 1) run.push(day)
    else runs.push([day])
  }
  const name = (day: number | undefined): string => dayName(days7[(day ?? 1) - 1] ?? '')
  return listOf(
    runs.flatMap((run) => (run.length > 2 ? [span(name(run[0]), name(run.at(-1)))] : run.map((day) => name(day)))),
  )
}

/** Why these hours can't be saved; undefined when they can. */
export const hoursProblem = (hours: DeclaredHours | null): string | undefined =>
  hours?.some(({ days }) => days.length === 0) === true ? words().noDays : undefined
