import type { History } from '../../gateway/contract/sensor.ts'
import { type Millis, minutes, type UtcMs } from '../../gateway/domain/units.ts'

type Bucket = History['buckets'][number]

/** Columns for a chart; x in seconds. Null is a hole: no data, never drawn across. */
export interface Series {
  readonly x: number[]
  readonly mean: (number | null)[]
  readonly min: (number | null)[]
  readonly max: (number | null)[]
}

/** The usual distance between two filled buckets: the median, so that a few holes do not count. */
export function usualStepMs(buckets: readonly Pick<Bucket, 'utcMs'>[], bucketMs: Millis): Millis {
  const steps = buckets.slice(1).map((bucket, index) => bucket.utcMs - (buckets[index]?.utcMs ?? bucket.utcMs))
  steps.sort((a, b) => a - b)
  return Math.max(bucketMs, steps[Math.floor(steps.length / 2)] ?? bucketMs)
}

/** A step of more than three usual ones is a hole (the gap rule of the zone: no reading for three intervals). */
export function withHoles(buckets: readonly Bucket[], bucketMs: Millis): Series {
  const series: Series = { x: [], mean: [], min: [], max: [] }
  const holeMs = usualStepMs(buckets, bucketMs) * 3
  let before: UtcMs | null = null
  for (const bucket of buckets) {
    if (before !== null && bucket.utcMs - before > holeMs) {
      series.x.push((before + bucketMs) / 1_000)
      series.mean.push(null)
      series.min.push(null)
      series.max.push(null)
    }
    series.x.push(bucket.utcMs / 1_000)
    series.mean.push(bucket.mean)
    series.min.push(bucket.min)
    series.max.push(bucket.max)
    before = bucket.utcMs
  }
  return series
}

/** Lowest, highest and mean by readings; null without any. */
export function summary(buckets: readonly Bucket[]): { min: number; max: number; mean: number } | null {
  if (buckets.length === 0) return null
  const count = buckets.reduce((sum, bucket) => sum + bucket.count, 0)
  return {
    min: Math.min(...buckets.map((bucket) => bucket.min)),
    max: Math.max(...buckets.map((bucket) => bucket.max)),
    mean: buckets.reduce((sum, bucket) => sum + bucket.mean * bucket.count, 0) / Math.max(1, count),
  }
}

interface Box {
  readonly fromUtcMs: UtcMs
  readonly toUtcMs: UtcMs
  readonly widthPx: number
  readonly heightPx: number
}

/** From the first reading on, at least ten minutes: a system that has just been started shows what it has. */
export function sparkRange(
  buckets: readonly Pick<Bucket, 'utcMs'>[],
  range: { fromUtcMs: UtcMs; toUtcMs: UtcMs },
): { fromUtcMs: UtcMs; toUtcMs: UtcMs } {
  const { fromUtcMs, toUtcMs } = range
  const first = Math.min(buckets[0]?.utcMs ?? fromUtcMs, toUtcMs - minutes(10))
  return { fromUtcMs: Math.max(fromUtcMs, first), toUtcMs }
}

/** The path of a sparkline: starts anew after each hole. A flat line lies in the middle. */
export function sparkPath(history: Pick<History, 'buckets' | 'bucketMs'>, box: Box): string {
  const { x, mean } = withHoles(history.buckets, history.bucketMs)
  const values = mean.filter((value) => value !== null)
  const low = Math.min(...values)
  const span = Math.max(...values) - low
  let pen = 'M'
  const parts: string[] = []
  for (const [index, value] of mean.entries()) {
    if (value === null) {
      pen = 'M'
      continue
    }
    const along = ((x[index] ?? 0) * 1_000 - box.fromUtcMs) / (box.toUtcMs - box.fromUtcMs)
    const up = span === 0 ? 0.5 : (value - low) / span
    parts.push(`${pen}${(along * box.widthPx).toFixed(1)} ${((1 - up) * (box.heightPx - 2) + 1).toFixed(1)}`)
    pen = 'L'
  }
  return parts.join('')
}
