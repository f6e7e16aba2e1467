import type { Reading } from '../../gateway/contract/sensor.ts'
import type { Keeping } from '../../gateway/domain/buckets.ts'
import type { ReadingTags, TaggedReading } from '../../gateway/metrics/store.ts'

export const dayMs = 86_400_000
export const hourMs = 3_600_000
export const keeping: Keeping = { rawDays: 30, minuteDays: 366, hourDays: 1_098 }
export const tags: ReadingTags = { zone: 'z', site: 's', workshop: null, area: 'a-1', unit: '°C' }
/** The start of an hour some days ago. */
export const anHour = Math.floor((Date.now() - 3 * dayMs) / hourMs) * hourMs

export const reading = (n: number, more: Partial<Reading> = {}): Reading => ({
  sensorId: 's1',
  metric: 'temp',
  value: n,
  rawValue: null,
  quality: 'ok',
  utcMs: anHour + n * 1_000,
  deviceUtcMs: n % 2 ? null : anHour,
  source: 'zone/s1',
  ...more,
})
export const tagged = (readings: readonly Reading[]): TaggedReading[] => readings.map((one) => ({ reading: one, tags }))
