import type { Rule } from '../../gateway/contract/alert.ts'
import type { History, Loss, Metric, Reading, Sensor } from '../../gateway/contract/sensor.ts'
import { intersect, type UtcMs, type UtcRange } from '../../gateway/domain/units.ts'
import { type SeriesKey, keyText } from './chart-address.ts'
import { usualStepMs } from './series.ts'

type Bucket = History['buckets'][number]

/** One curve of a chart. */
export interface Line {
  /** `sensor/metric`. */
  readonly key: string
  readonly sensor: Sensor
  readonly metric: Metric
  readonly history: History
  /** Which of the eight colours and dashes it has, from 1. */
  readonly hue: number
}

export const mostAxes = 2

/** What may share an axis: values of one unit; contacts with contacts. */
export const axisOf = ({ type, unit }: Pick<Metric, 'type' | 'unit'>): string =>
  type === 'binary' ? '0/1' : (unit ?? '')

/** The axes of some metrics, in the order in which they come. */
export const axesOf = (metrics: readonly Pick<Metric, 'type' | 'unit'>[]): string[] => [...new Set(metrics.map(axisOf))]

/** Is there an axis for one more? */
export const hasAxisFor = (shown: readonly Metric[], metric: Metric): boolean =>
  axesOf([...shown, metric]).length <= mostAxes

export interface Limit {
  readonly key: string
  readonly rule: Rule
}

/** The limits that rules set for some series. */
export const limitsOf = (rules: readonly Rule[], series: readonly SeriesKey[]): Limit[] =>
  rules
    .filter((rule) => rule.enabled && rule.condition !== 'silent')
    .filter((rule) => series.some((key) => key.sensorId === rule.sensorId && key.metric === rule.metric))
    .map((rule) => ({ key: keyText(rule), rule }))

/** A stretch of a period without readings of a series. */
export interface Hole {
  readonly key: string
  readonly fromUtcMs: UtcMs
  readonly toUtcMs: UtcMs
  /** Null: none came. Else how many were given up, and why. */
  readonly lost: { readonly reason: Loss['reason']; readonly readings: number } | null
}

/** Where no reading came for more than three of the usual intervals: between readings, before the first and after the last. */
export function gapsOf({ buckets, bucketMs }: History, range: UtcRange, nowUtcMs: UtcMs): UtcRange[] {
  const end = Math.min(range.toUtcMs, nowUtcMs)
  if (end <= range.fromUtcMs) return []
  const holeMs = usualStepMs(buckets, bucketMs) * 3
  const gaps: UtcRange[] = []
  let before = range.fromUtcMs
  for (const { utcMs } of buckets) {
    if (utcMs - before > holeMs) gaps.push({ fromUtcMs: before, toUtcMs: utcMs })
    before = Math.max(before, utcMs + bucketMs)
  }
  if (end - before > holeMs) gaps.push({ fromUtcMs: before, toUtcMs: end })
  return gaps
}

/** What is missing of some lines, and what of it the gateway gave up knowingly; the latest first. */
export function holesOf(
  lines: readonly Pick<Line, 'key' | 'history'>[],
  losses: readonly Loss[],
  range: UtcRange,
  nowUtcMs: UtcMs,
): Hole[] {
  const gaps = lines.flatMap(({ key, history }) =>
    gapsOf(history, range, nowUtcMs).map((gap) => ({ key, ...gap, lost: null })),
  )
  const given = losses.flatMap(({ reason, series }) =>
    series.flatMap((one) => {
      const key = keyText(one)
      // A single reading has no length of its own.
      const shown = intersect({ fromUtcMs: one.fromUtcMs, toUtcMs: Math.max(one.toUtcMs, one.fromUtcMs + 1) }, range)
      if (shown === undefined || !lines.some((line) => line.key === key)) return []
      return [{ key, ...shown, lost: { reason, readings: one.readings } }]
    }),
  )
  return [...given, ...gaps].sort((a, b) => b.fromUtcMs - a.fromUtcMs)
}

/** The bucket a moment lies in, or the one before it when that is near enough to be its curve. */
export function bucketAt({ buckets, bucketMs }: History, utcMs: UtcMs): Bucket | undefined {
  let [low, high] = [0, buckets.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((buckets[middle]?.utcMs ?? Infinity) <= utcMs) low = middle + 1
    else high = middle
  }
  const found = buckets[low - 1]
  return found !== undefined && utcMs - found.utcMs <= usualStepMs(buckets, bucketMs) * 3 ? found : undefined
}

/** A history with one more reading at its end: the bucket of its moment grows, or begins. */
export function withReading(history: History, { value, utcMs }: Pick<Reading, 'value' | 'utcMs'>): History {
  const { buckets, bucketMs } = history
  const last = buckets.at(-1)
  const start = last === undefined ? utcMs : last.utcMs + Math.floor((utcMs - last.utcMs) / bucketMs) * bucketMs
  if (last === undefined || start > last.utcMs)
    return { ...history, buckets: [...buckets, { utcMs: start, min: value, max: value, mean: value, count: 1 }] }
  if (start < last.utcMs) return history
  const count = last.count + 1
  const grown = {
    utcMs: last.utcMs,
    min: Math.min(last.min, value),
    max: Math.max(last.max, value),
    mean: last.mean + (value - last.mean) / count,
    count,
  }
  return { ...history, buckets: [...buckets.slice(0, -1), grown] }
}

/** Without what lies before a moment. */
export const trimmed = (history: History, utcMs: UtcMs): History => ({
  ...history,
  buckets: history.buckets.filter((bucket) => bucket.utcMs + history.bucketMs > utcMs),
})
