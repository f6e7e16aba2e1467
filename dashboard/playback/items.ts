import type { Alert } from '../../gateway/contract/alert.ts'
import type { UtcMs, UtcRange } from '../../gateway/domain/units.ts'
import type { Track } from './lane-data.ts'
import type { Lane } from './lanes.ts'
import { type Known, stretchesIn } from './why.ts'

const nearPx = 9

/** The alert at a point of the alerts lane: the graver one where two are near, else one that lasted then. */
export function alertAt(alerts: readonly Alert[], utcMs: UtcMs, pxMs: number, nowUtcMs: UtcMs): Alert | undefined {
  const isNear = (one: Alert): boolean => Math.abs(one.raisedUtcMs - utcMs) <= nearPx * pxMs
  const near = alerts.filter(isNear)
  return (
    near.find((one) => one.severity === 'critical') ??
    near[0] ??
    alerts.findLast((one) => one.raisedUtcMs <= utcMs && utcMs < (one.clearedUtcMs ?? nowUtcMs))
  )
}

/** From raised to cleared, at least half a minute. */
export const rangeOfAlert = (alert: Alert, nowUtcMs: UtcMs): UtcRange => ({
  fromUtcMs: alert.raisedUtcMs,
  toUtcMs: Math.max(alert.clearedUtcMs ?? nowUtcMs, alert.raisedUtcMs + 30_000),
})

/** What is known of a camera at a moment, and how far that reaches within some range. */
export function itemAt(track: Track, utcMs: UtcMs, range: UtcRange): (Known & UtcRange) | undefined {
  return stretchesIn(track.spans, track.ground, range).find((one) => one.fromUtcMs <= utcMs && utcMs < one.toUtcMs)
}

/** The item that a double click on a lane zooms to. */
export function itemRange(
  lane: Lane | undefined,
  track: Track | undefined,
  alert: Alert | undefined,
  utcMs: UtcMs,
  loaded: UtcRange,
  nowUtcMs: UtcMs,
): UtcRange | undefined {
  if (lane?.kind === 'alerts') return alert === undefined ? undefined : rangeOfAlert(alert, nowUtcMs)
  if (track === undefined) return undefined
  const held = track.holds.find((hold) => hold.fromUtcMs <= utcMs && utcMs < hold.toUtcMs)
  const item = itemAt(track, utcMs, loaded)
  // A gap inside of a hold is the smaller thing, and what was pointed at.
  return item !== undefined && item.kind !== 'recorded' ? item : (held ?? item)
}
