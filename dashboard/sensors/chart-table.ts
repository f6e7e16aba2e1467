import type { History } from '../../gateway/contract/sensor.ts'
import { localMs, utcOfLocal } from '../../gateway/domain/hours.ts'
import { days, hours, type Millis, minutes, seconds, type UtcMs, type UtcRange } from '../../gateway/domain/units.ts'

/** What a series did in one stretch; null when nothing came. */
export type Cell = { readonly min: number; readonly max: number; readonly mean: number } | null
export interface Row {
  readonly fromUtcMs: UtcMs
  readonly cells: readonly Cell[]
}

const steps: readonly Millis[] = [
  ...[1, 5, 10, 30].map(seconds),
  ...[1, 2, 5, 10, 15, 30].map(minutes),
  ...[1, 2, 3, 6, 12].map(hours),
  ...[1, 2, 7, 14, 28].map(days),
]

/** The curves as a table: the same numbers for who cannot see them, and for paper. Round stretches of the site's clock, at most `mostRows`. */
export function rowsOf(
  histories: readonly History[],
  range: UtcRange,
  mostRows: number,
  timeZone: string,
): { readonly stepMs: Millis; readonly rows: readonly Row[] } {
  const lengthMs = range.toUtcMs - range.fromUtcMs
  // A raster that does not begin with the period needs one row more.
  const stepMs = steps.find((step) => lengthMs / step + 1 <= mostRows) ?? days(28)
  const starts: UtcMs[] = []
  const last = localMs(range.toUtcMs, timeZone)
  for (let at = Math.floor(localMs(range.fromUtcMs, timeZone) / stepMs) * stepMs; at < last; at += stepMs)
    starts.push(utcOfLocal(at, timeZone))
  const rows = starts.map((fromUtcMs, index) => {
    const toUtcMs = starts[index + 1] ?? range.toUtcMs
    return { fromUtcMs, cells: histories.map((history) => cellOf(history, fromUtcMs, toUtcMs)) }
  })
  return { stepMs, rows }
}

function cellOf({ buckets }: History, fromUtcMs: UtcMs, toUtcMs: UtcMs): Cell {
  let cell: { min: number; max: number; sum: number; count: number } | null = null
  for (const { utcMs, min, max, mean, count } of buckets) {
    if (utcMs < fromUtcMs || utcMs >= toUtcMs) continue
    cell =
      cell === null
        ? { min, max, sum: mean * count, count }
        : {
            min: Math.min(cell.min, min),
            max: Math.max(cell.max, max),
            sum: cell.sum + mean * count,
            count: cell.count + count,
          }
  }
  return cell === null ? null : { min: cell.min, max: cell.max, mean: cell.sum / Math.max(1, cell.count) }
}
