import { type Millis, minutes, seconds, type UtcMs } from '../../gateway/domain/units.ts'

/** A critical alert that nobody has acknowledged, and the camera that shows its place. */
export interface FrontAlert {
  readonly id: string
  readonly cameraId: string
  readonly raisedUtcMs: UtcMs
}

export interface Front {
  /** Shown large now. */
  readonly shown: { readonly alert: FrontAlert; readonly sinceMs: Millis } | null
  /** Those that came and were not shown yet, the newest first. */
  readonly queue: readonly { readonly alert: FrontAlert; readonly atMs: Millis }[]
  readonly changedAtMs: Millis
  /** Alerts that are not new any more; null before any are known. */
  readonly known: ReadonlySet<string> | null
}
export const nothingInFront: Front = { shown: null, queue: [], changedAtMs: -Infinity, known: null }

export interface FrontFacts {
  /** Those that a camera can show; null while alerts or cameras are not known. */
  readonly alerts: readonly FrontAlert[] | null
  /** All critical alerts that nobody has acknowledged. */
  readonly waiting: ReadonlySet<string>
  /** As the wall is set. */
  readonly enabled: boolean
  /** Somebody uses the wall: what he looks at is not taken away. */
  readonly busy: boolean
}

const alone: Millis = seconds(30)
/** With others waiting. */
const oneOfMany: Millis = seconds(10)
const leastMs: Millis = seconds(5)
/** Whoever was busy for longer has the alert beside the pictures; its picture is no news any more. */
const staleMs: Millis = minutes(2)

/**
 * What an alert brings to the front at `nowMs` of a clock that never steps: one after the other, the newest first, at most one change in
 * 5 s, and none while somebody uses the wall. An alert that was acknowledged leaves at once.
 */
export function nextFront(before: Front, facts: FrontFacts, nowMs: Millis): Front {
  const { alerts, waiting, enabled, busy } = facts
  if (alerts === null) return before
  const front = withdrawn(arrived(before, alerts, waiting, nowMs), waiting, enabled, nowMs)
  if (busy || nowMs - front.changedAtMs < leastMs) return front
  const { shown, queue } = front
  const [next] = queue
  if (shown === null) return next === undefined ? front : showAlert(front, next.alert, nowMs)
  const isNewer = next !== undefined && next.alert.raisedUtcMs > shown.alert.raisedUtcMs
  const isOver = nowMs - shown.sinceMs >= (next === undefined ? alone : oneOfMany)
  if (next !== undefined && (isNewer || isOver)) return showAlert(front, next.alert, nowMs)
  return isOver ? closeFront(front, nowMs) : front
}

/** Shown at once: somebody asked for it. */
export const showAlert = (front: Front, alert: FrontAlert, nowMs: Millis): Front => ({
  ...front,
  shown: { alert, sinceMs: nowMs },
  queue: front.queue.filter((one) => one.alert.id !== alert.id),
  changedAtMs: nowMs,
})

export const closeFront = (front: Front, nowMs: Millis): Front =>
  front.shown === null ? front : { ...front, shown: null, changedAtMs: nowMs }

/** What waits because somebody is busy: offered, not forced. */
export const offered = ({ queue }: Front, busy: boolean): FrontAlert | null => (busy ? (queue[0]?.alert ?? null) : null)

function arrived(front: Front, alerts: readonly FrontAlert[], waiting: ReadonlySet<string>, nowMs: Millis): Front {
  const known = front.known
  if (known !== null && [...waiting].every((id) => known.has(id))) return front
  const fresh = known === null ? [] : alerts.filter((one) => !known.has(one.id))
  const queue = [...fresh.map((alert) => ({ alert, atMs: nowMs })), ...front.queue].toSorted(
    (a, b) => b.alert.raisedUtcMs - a.alert.raisedUtcMs,
  )
  return { ...front, queue, known: waiting }
}

function withdrawn(front: Front, waiting: ReadonlySet<string>, enabled: boolean, nowMs: Millis): Front {
  const still = ({ alert, atMs }: Front['queue'][number]) => enabled && waiting.has(alert.id) && nowMs - atMs < staleMs
  const left = front.queue.every(still) ? front : { ...front, queue: front.queue.filter(still) }
  return front.shown === null || waiting.has(front.shown.alert.id) ? left : closeFront(left, nowMs)
}
