import type { Reading } from '../contract/sensor.ts'
import type { Bucket } from '../domain/buckets.ts'
import type { Point } from '../domain/line-protocol.ts'
import type { Millis, UtcRange } from '../domain/units.ts'

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
  readonly tags: ReadingTags
}

export interface Rejected {
  readonly reading: Reading
  /** The store's own words. */
  readonly reason: string
}

export interface HistoryQuery extends UtcRange {
  readonly sensorId: string
  readonly metric: string
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
  /**
   * @returns the readings that the store will never take; all others are stored
   * @throws Failure away, busy or denied when nothing is known to be stored: keep them all and try again later
   */
  write(readings: readonly TaggedReading[], signal: AbortSignal): Promise<readonly Rejected[]>
  /** What the gateway says of itself, e.g. the measurement `coverage`. Numbers are floats. @throws Failure as `write`, bug (`points-refused`) */
  writePoints(points: readonly Point[], signal: AbortSignal): Promise<void>
  /** @throws Failure away (`influx-away`), denied (`influx-denied`) */
  history(query: HistoryQuery): Promise<HistoryResult>
}
