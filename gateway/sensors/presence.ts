import type { Latest, Sensor } from '../contract/sensor.ts'
import { nextPace, silentAfterMs } from '../domain/pace.ts'
import type { Millis, UtcMs } from '../domain/units.ts'
import type { ReadingQuality } from '../domain/words.ts'
import type { Device, Series } from './device.ts'

type Status = Pick<Sensor, 'status' | 'why'>

/** After how long without a reading nobody knows any more. */
const limitMs = ({ expiresMs }: Series, pace: NonNullable<Series['pace']>): Millis => expiresMs ?? silentAfterMs(pace)

/**
 * Takes a value as the latest of its metric. One that is late, or no sign of life for another reason, is shown only when nothing fresher is
 * known, and does not count as speaking.
 */
export function noteValue(
  series: Series,
  value: number,
  { quality, utcMs, isLife }: { quality: ReadingQuality; utcMs: UtcMs; isLife: boolean },
): void {
  const { latest } = series
  if (quality === 'late' && latest) return
  if (latest) {
    latest.value = value
    latest.quality = quality
    latest.utcMs = utcMs
  } else series.latest = { value, quality, utcMs }
  // The interval it had in an earlier run is where it starts from.
  if (isLife)
    series.pace = series.pace ? nextPace(series.pace, utcMs) : { lastUtcMs: utcMs, intervalMs: series.metric.periodMs }
}

/** The device, or all of it that can be heard, is away from now on: what it said last holds no longer. */
export function loseSight(device: Device, nowUtcMs: UtcMs): void {
  device.lostUtcMs = nowUtcMs
  for (const series of device.series.values()) {
    rememberPeriod(series)
    series.pace = undefined
  }
}

/** The interval as it was learned becomes part of the metric, unless that is about the same as was known. */
export function rememberPeriod(series: Series): void {
  const learned = series.pace?.intervalMs
  if (learned === undefined || learned === null) return
  const known = series.metric.periodMs
  const periodMs = Math.max(1, Math.round(learned))
  if (known === null || Math.abs(known - periodMs) > known * 0.2) series.metric = { ...series.metric, periodMs }
}

/** The latest values, each with the moment from which on nobody knows. */
export const latestOf = (device: Device): Latest[] =>
  [...device.series.values()].flatMap((series) =>
    series.latest
      ? { metric: series.key, ...series.latest, unknownFromUtcMs: unknownFrom(series, device.lostUtcMs) }
      : [],
  )

function unknownFrom(series: Series, lostUtcMs: UtcMs | null): UtcMs | null {
  const { pace, expiresMs, latest } = series
  if (!pace) return latest && lostUtcMs !== null ? Math.max(latest.utcMs, lostUtcMs) : null
  if (pace.intervalMs === null && expiresMs === null) return null
  return Math.round(pace.lastUtcMs + limitMs(series, pace))
}

/** `unknown` until the first reading since the gateway began, its broker came back, or the device was born again. */
export function statusOf(device: Device | undefined, isBrokerAway: boolean, nowUtcMs: UtcMs): Status {
  if (device?.source === 'manual') return manualStatus(device)
  if (isBrokerAway) return { status: 'unknown', why: 'broker-away' }
  if (!device) return { status: 'unknown', why: 'not-seen' }
  if (device.isAway) return { status: 'silent', why: 'said-offline' }
  let hasSpoken = false
  for (const series of device.series.values()) {
    if (!series.pace) continue
    hasSpoken = true
    if (nowUtcMs - series.pace.lastUtcMs <= limitMs(series, series.pace)) return { status: 'online', why: null }
  }
  return hasSpoken ? { status: 'silent', why: 'overdue' } : { status: 'unknown', why: 'not-seen' }
}

/** A person is never overdue; what he wrote down is as old as it says. */
function manualStatus(device: Device): Status {
  for (const { latest } of device.series.values()) if (latest) return { status: 'online', why: null }
  return { status: 'unknown', why: 'not-seen' }
}
