import type { Sensor } from '../../gateway/contract/sensor.ts'
import type { UtcMs } from '../../gateway/domain/units.ts'
import type { ReadingQuality } from '../../gateway/domain/words.ts'
import type { Latest } from '../api/stores.ts'

/** How a newest value is to be shown: `never` had one; `unknown`, what it would be now nobody knows; else its quality. */
export type ValueState = ReadingQuality | 'never' | 'unknown'

/**
 * A value is never fine only because it was once: its sensor fell silent, or three of its intervals went by since, also when no message
 * said so. What a person wrote down holds until the next time.
 */
export function valueState(sensor: Pick<Sensor, 'status'>, latest: Latest | null, nowUtcMs: UtcMs): ValueState {
  if (latest === null) return 'never'
  if (latest.unknownFromUtcMs !== null && nowUtcMs >= latest.unknownFromUtcMs) return 'unknown'
  if (latest.quality === 'manual') return 'manual'
  return sensor.status === 'online' ? latest.quality : 'unknown'
}

/** Does a clock that is so far off deserve a word? Readings carry the gateway's time, so that little does no harm. */
export const isClockOff = (clockOffsetMs: number | null): clockOffsetMs is number =>
  clockOffsetMs !== null && Math.abs(clockOffsetMs) > 5_000

/**
 * A sensor that somebody should look at: silent, unknown, or a value of it is. When nobody can be heard, that is one fact about the broker
 * and none about its sensors.
 */
export const isTroubled = (
  sensor: Sensor,
  latestOf: (sensorId: string, metric: string) => Latest | null,
  nowUtcMs: UtcMs,
): boolean =>
  sensor.why !== 'broker-away' &&
  ((sensor.status !== 'online' && sensor.source !== 'manual') ||
    sensor.metrics.some((metric) => valueState(sensor, latestOf(sensor.id, metric.key), nowUtcMs) === 'unknown'))
