import type { PlannedOff } from '../../gateway/contract/footage.ts'
import { minutes, type UtcMs, type UtcRange } from '../../gateway/domain/units.ts'
import { clockParts } from '../i18n/time.ts'
import { spokenMoment } from '../i18n/zone-time.ts'

export const planStates = ['running', 'coming', 'over', 'ended', 'dropped'] as const
export type PlanState = (typeof planStates)[number]

/** `ended`: earlier than planned. `dropped`: before it began. */
export function planStateOf(
  { fromUtcMs, toUtcMs, cancelledUtcMs }: Pick<PlannedOff, 'fromUtcMs' | 'toUtcMs' | 'cancelledUtcMs'>,
  nowUtcMs: UtcMs,
): PlanState {
  if (cancelledUtcMs !== null) return cancelledUtcMs <= fromUtcMs ? 'dropped' : 'ended'
  if (toUtcMs <= nowUtcMs) return 'over'
  return fromUtcMs <= nowUtcMs ? 'running' : 'coming'
}

/** What runs and comes first, then what is over, the latest of each first. */
export const plansInOrder = (plans: readonly PlannedOff[], nowUtcMs: UtcMs): PlannedOff[] =>
  plans.toSorted(
    (a, b) =>
      planStates.indexOf(planStateOf(a, nowUtcMs)) - planStates.indexOf(planStateOf(b, nowUtcMs)) ||
      b.fromUtcMs - a.fromUtcMs,
  )

/** `2026-11-24 14:50` on the site's clock: to be changed, not to be typed from nothing. */
export function fieldOf(utcMs: UtcMs, timeZone: string): string {
  const { date, time } = clockParts(utcMs, timeZone)
  return `${date} ${time.slice(0, 5)}`
}

/** The moment that was typed; a time alone is today's. Undefined when it is none. */
export const momentOf = (field: string, nowUtcMs: UtcMs, timeZone: string): UtcMs | undefined =>
  spokenMoment(field, clockParts(nowUtcMs, timeZone).date, nowUtcMs, timeZone)

/** From the next five minutes on, with a minute to fill in the form, for two hours. */
export function usualPlan(nowUtcMs: UtcMs): UtcRange {
  const fromUtcMs = Math.ceil((nowUtcMs + minutes(1)) / minutes(5)) * minutes(5)
  return { fromUtcMs, toUtcMs: fromUtcMs + minutes(120) }
}
