import type { Reading } from '../contract/sensor.ts'
import type { Bucket } from '../domain/buckets.ts'
import type { Point } from '../domain/line-protocol.ts'
import type { Millis, UtcMs, UtcRange } from '../domain/units.ts'

/** Where a reading was taken; null parts are left out. */
export interface ReadingTags {
  readonly zone: string
  readonly site: string | null
  readonly workshop: string | null
  readonly area: string | null
  readonly unit: string | null
}

export interface TaggedReading {
  readonly reading: Reading
  /** The same object for all readings of a series in one call. */
  readonly tags: ReadingTags
}

export interface Rejected {
  readonly reading: Reading
  /** `beyond-retention`: older than what the store keeps; `store-refused`: anything else. */
  readonly reason: 'store-refused' | 'beyond-retention'
  /** The store's own words. */
  readonly words: string
}

export interface SeriesQuery extends UtcRange {
  readonly sensorId: string
  readonly metric: string
}
export interface HistoryQuery extends SeriesQuery {
  readonly widthPx: number
}

export interface HistoryResult {
  readonly bucketMs: Millis
  /** In order; a bucket without a reading is absent. */
  readonly buckets: readonly Bucket[]
}

/** Where readings are kept for years. Writing the same readings again changes nothing. */
export interface MetricsStore {
  readonly name: 'influx' | 'embedded'
  /** So many readings are written at once, about. */
  readonly batch: number
  /**
   * @returns the readings that the store will never take; all others are stored durably
   * @throws Failure away, busy or denied when nothing is known to be stored: keep them all and try again later. A fact `retryAfterMs`
   * says when, if the store does.
   */
  write(readings: readonly TaggedReading[], signal: AbortSignal): Promise<readonly Rejected[]>
  /** What the gateway says of itself, e.g. the measurement `coverage`. Numbers are floats. @throws Failure as `write`, bug (`points-refused`) */
  writePoints(points: readonly Point[], signal: AbortSignal): Promise<void>
  /** Minimum, maximum and mean in at most `widthPx` buckets (two at least). @throws Failure away (`influx-away`, `history-unavailable`), denied (`influx-denied`) */
  history(query: HistoryQuery): Promise<HistoryResult>
  /** Every reading of a range, in order. Before `rawFromUtcMs` there are none any more. Breaking off is fine. @throws Failure as `history` */
  readings(query: SeriesQuery): AsyncIterable<Reading>
  /** From when on every reading is kept; before that there are minutes and hours. */
  rawFromUtcMs(): UtcMs
}
