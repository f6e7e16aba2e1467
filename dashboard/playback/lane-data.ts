import { useEffect, useMemo, useState } from 'preact/hooks'
import type { Alert } from '../../gateway/contract/alert.ts'
import type { Camera, Span } from '../../gateway/contract/camera.ts'
import type { Hold, PlannedOff } from '../../gateway/contract/footage.ts'
import type { Millis, UtcRange } from '../../gateway/domain/units.ts'
import { siteTimeZone } from '../i18n/time.ts'
import { useLoad } from '../parts/use-load.ts'
import { useGateway } from '../shell/gateway.ts'
import type { Desk } from './desk.ts'
import { type ReadingLane, readingsOf } from './reading-lanes.ts'
import { loadRange, type View } from './scale.ts'
import { type Ground, type Stretch, stretchesIn } from './why.ts'

/** One camera's lane: what is recorded and missing, why nothing was expected elsewhere, and what is held. */
export interface Track {
  readonly camera: Camera
  readonly spans: readonly Span[]
  readonly unexpected: readonly Stretch[]
  readonly holds: readonly Hold[]
  readonly ground: Ground
}

export interface LaneData {
  /** Null until the spans are here the first time. */
  readonly tracks: readonly Track[] | null
  /** Of the cameras and their areas, the oldest first. */
  readonly alerts: readonly Alert[]
  /** Active holds of the cameras shown. */
  readonly holds: readonly Hold[]
  readonly readings: readonly ReadingLane[]
  readonly problems: readonly unknown[]
  readonly reload: () => void
}

const settleMs: Millis = 200
const growEveryMs: Millis = 10_000
const chartWidthPx = 1_600
/** The gateway gives no more. */
const mostBuckets = 4_096

/** Loads what the lanes of a view show: alerts of `areas`. Small moves of the view need nothing new. */
export function useLaneData(
  desk: Desk,
  cameras: readonly Camera[],
  readings: readonly string[],
  areas: readonly string[],
): LaneData {
  const { api, stores, nowUtcMs } = useGateway()
  const settled = useSettledView(desk)
  const ids = cameras.map((one) => one.id).join(',')
  const now = nowUtcMs.value
  const wanted = loadRange(settled, Number.MAX_SAFE_INTEGER)
  const growth = useGrowth(ids.split(','))
  const grows = wanted.toUtcMs > now ? growth : 0
  const range = (): UtcRange => loadRange(settled, nowUtcMs.peek())
  const raster = [ids, wanted.fromUtcMs, wanted.toUtcMs]

  const spans = useLoad(
    async (signal) => {
      const asked = range()
      const lists = await Promise.all(cameras.map(({ id }) => api.spans(id, asked, signal)))
      return { range: asked, of: new Map(cameras.map(({ id }, index) => [id, lists[index] ?? []])) }
    },
    [...raster, grows],
  )
  const plans = useLoad(
    async (signal) => {
      const lists = await Promise.all(cameras.map(({ id }) => api.plannedOff(id, signal)))
      return new Map<string, readonly PlannedOff[]>(cameras.map(({ id }, index) => [id, lists[index] ?? []]))
    },
    [ids],
  )
  const holds = useLoad((signal) => api.holds('active', signal), [desk.holdsVersion.value])
  const alerts = useLoad(
    async (signal) => {
      const lists = await Promise.all(areas.map((areaId) => api.alertsIn({ ...range(), areaId }, signal)))
      return lists.flat().sort((a, b) => a.raisedUtcMs - b.raisedUtcMs)
    },
    [areas.join(','), wanted.fromUtcMs, wanted.toUtcMs, stores.alertsVersion.value],
  )
  const values = useLoad(
    (signal) => {
      const asked = range()
      const share = Math.min(5, (asked.toUtcMs - asked.fromUtcMs) / settled.spanMs)
      return readingsOf(api, readings, asked, Math.min(mostBuckets, chartWidthPx * share), signal)
    },
    [readings.join(','), wanted.fromUtcMs, wanted.toUtcMs, grows],
  )

  const zone = siteTimeZone.value
  // Whole minutes: what was not expected is reckoned anew when something was loaded, and seldom otherwise.
  const minute = Math.floor(now / 60_000)
  const tracks = useMemo(() => {
    const loaded = spans.value
    if (loaded === null) return null
    return cameras.map((camera) => {
      const mine = loaded.of.get(camera.id) ?? []
      const plannedOff = plans.value?.get(camera.id) ?? []
      const { addedUtcMs, hours } = camera
      const ground = { addedUtcMs, hours, plannedOff, timeZone: zone, nowUtcMs: nowUtcMs.peek() }
      const all = loaded.of.has(camera.id) ? stretchesIn(mine, ground, loaded.range) : []
      const unexpected = all.filter(({ kind }) => kind !== 'recorded' && kind !== 'gap')
      const held = (holds.value ?? []).filter((hold) => hold.cameraIds.includes(camera.id))
      return { camera, spans: mine, unexpected, holds: held, ground }
    })
  }, [spans.value, plans.value, holds.value, ids, zone, minute])

  const shown = new Set(cameras.map((one) => one.id))
  const loads = [spans, plans, holds, alerts, values]
  return {
    tracks,
    alerts: (alerts.value ?? []).filter((one) => one.cameraId === null || shown.has(one.cameraId)),
    holds: (holds.value ?? []).filter((hold) => hold.cameraIds.some((id) => shown.has(id))),
    readings: values.value ?? [],
    problems: loads.flatMap(({ problem }) => (problem === null ? [] : [problem])),
    reload: () => {
      for (const { problem, reload } of loads) if (problem !== null) reload()
    },
  }
}

/** The view, once it has not moved for a moment. */
export function useSettledView(desk: Desk): View {
  const [settled, setSettled] = useState(desk.view.peek())
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const leave = desk.view.subscribe((view) => {
      clearTimeout(timer)
      timer = setTimeout(() => setSettled(view), settleMs)
    })
    return () => {
      clearTimeout(timer)
      leave()
    }
  }, [desk])
  return settled
}

/** Changes, at most every ten seconds, when the timeline of one of the cameras grew. */
function useGrowth(cameraIds: readonly string[]): number {
  const { stores } = useGateway()
  const [growth, setGrowth] = useState(0)
  const newest = stores.timeline.value
  useEffect(() => {
    if (newest !== null && cameraIds.includes(newest.cameraId)) setGrowth(Math.floor(newest.endUtcMs / growEveryMs))
  }, [newest, cameraIds.join(',')])
  return growth
}
