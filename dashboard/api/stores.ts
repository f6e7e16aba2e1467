import { batch, computed, type Signal, signal } from '@preact/signals'
import type { Alert } from '../../gateway/contract/alert.ts'
import type { Camera, CameraState } from '../../gateway/contract/camera.ts'
import type { FeedChange } from '../../gateway/contract/feed.ts'
import type { Reading, Sensor } from '../../gateway/contract/sensor.ts'
import type { Zone } from '../../gateway/contract/zone.ts'
import type { UtcMs } from '../../gateway/domain/units.ts'
import type { Snapshot } from './feed-order.ts'
import { placesOf } from './places.ts'
import type { ApiProblem } from './request.ts'

/** The newest value of one metric. */
export type Latest = Sensor['latest'][number]

/** A list that is loaded over HTTP: null until it is here. `problem` is the last attempt's, the old value stays. */
export interface Store<Value> {
  readonly value: Signal<Value | null>
  readonly problem: Signal<ApiProblem | null>
}
const store = <Value>(): Store<Value> => ({ value: signal(null), problem: signal(null) })

const online = { status: 'online', why: null } as const

export const isOpen = (alert: Alert): boolean => alert.clearedUtcMs === null || alert.acknowledgedUtcMs === null

/**
 * What a reading of the feed makes of what is known of its metric: a late one is shown only where nothing fresher is, as the gateway
 * itself does. How long it is good for is not told with each reading: as long as the one before, else three of the metric's intervals.
 */
export function latestAfter(before: Latest | null, reading: Reading, periodMs: number | null): Latest | null {
  const { metric, value, quality, utcMs } = reading
  if (before !== null && (quality === 'late' || utcMs < before.utcMs)) return before
  const told = before === null || before.unknownFromUtcMs === null ? null : before.unknownFromUtcMs - before.utcMs
  const goodForMs = told ?? (periodMs === null ? null : 3 * periodMs)
  return { metric, value, quality, utcMs, unknownFromUtcMs: goodForMs === null ? null : utcMs + goodForMs }
}

/** Critical first, then unacknowledged, then the newest. */
export function byUrgency(a: Alert, b: Alert): number {
  if (a.severity !== b.severity) return a.severity === 'critical' ? -1 : 1
  const unseen = Number(a.acknowledgedUtcMs !== null) - Number(b.acknowledgedUtcMs !== null)
  return unseen === 0 ? b.raisedUtcMs - a.raisedUtcMs : unseen
}

/** What the page knows of the zone now: filled by lists over HTTP, kept true by the feed. Holds data only, fetches nothing. */
export function createStores() {
  const cameras = store<readonly Camera[]>()
  const sensors = store<readonly Sensor[]>()
  const zone = store<Zone>()
  const openAlertsStore = store<readonly Alert[]>()
  const openAlerts = openAlertsStore.value
  const timeline = signal<{ cameraId: string; endUtcMs: UtcMs } | null>(null)
  const rulesVersion = signal(0)
  const discoveryVersion = signal(0)
  const alertsVersion = signal(0)
  const latest = new Map<string, Signal<Latest | null>>()
  // A list asked for over HTTP may arrive behind news of the feed that is younger than it: counted, so that the younger one stays.
  let news = 0
  let alertsAt = 0
  const statesAt = new Map<string, { readonly at: number; readonly state: CameraState }>()
  const heardAt = new Map<string, number>()

  const latestOf = (sensorId: string, metric: string): Signal<Latest | null> => {
    const key = `${sensorId} ${metric}`
    const known = latest.get(key)
    if (known !== undefined) return known
    const made = signal<Latest | null>(null)
    latest.set(key, made)
    return made
  }
  const learn = (sensorId: string, next: Latest): void => {
    const at = latestOf(sensorId, next.metric)
    const before = at.peek()
    if (before === null || before.utcMs <= next.utcMs) at.value = next
  }
  const periodOf = (sensorId: string, key: string): number | null =>
    sensors.value
      .peek()
      ?.find(({ id }) => id === sensorId)
      ?.metrics.find((metric) => metric.key === key)?.periodMs ?? null
  const hear = (reading: Reading): void => {
    const at = latestOf(reading.sensorId, reading.metric)
    at.value = latestAfter(at.peek(), reading, periodOf(reading.sensorId, reading.metric))
  }
  const setState = (cameraId: string, state: CameraState): void => {
    statesAt.set(cameraId, { at: ++news, state })
    const list = cameras.value.peek()
    if (list === null) return
    cameras.value.value = list.map((camera) => (camera.id === cameraId ? { ...camera, state } : camera))
  }
  /** A sign of life. What was measured long ago, or written down by a person, is none of the device. */
  const setOnline = ({ sensorId, quality }: Reading): void => {
    if (quality === 'late' || quality === 'manual') return
    heardAt.set(sensorId, ++news)
    const list = sensors.value.peek()
    if (list === null || list.find((one) => one.id === sensorId)?.status === 'online') return
    sensors.value.value = list.map((one) => (one.id === sensorId ? { ...one, ...online } : one))
  }
  const setAlert = (alert: Alert): void => {
    const others = (openAlerts.peek() ?? []).filter((one) => one.id !== alert.id)
    openAlerts.value = (isOpen(alert) ? [...others, alert] : others).sort(byUrgency)
    alertsAt = ++news
    alertsVersion.value += 1
  }

  return {
    cameras,
    sensors,
    zone,
    /** Every area with its workshop and site, by id. */
    places: computed(() => placesOf(zone.value.value)),
    /** Open alerts, the most urgent first; null until the first snapshot. */
    openAlerts,
    /** The same with the problem of loading it. */
    openAlertsStore,
    /** The last camera whose timeline grew. */
    timeline,
    /** Counters that go up when a list that a page loads itself has changed. */
    rulesVersion,
    discoveryVersion,
    alertsVersion,
    /** The newest value of one metric; a component that reads it is drawn again with each reading. */
    latestOf,
    setAlert,
    /** How much the feed has told so far: taken when a list is asked for, handed to the setter with its answer. */
    newsSoFar: (): number => news,
    setOpenAlerts(list: readonly Alert[], asOf: number): void {
      if (alertsAt <= asOf) openAlerts.value = list.filter(isOpen).sort(byUrgency)
    },
    setCameras(list: readonly Camera[], asOf: number): void {
      cameras.value.value = list.map((camera) => {
        const told = statesAt.get(camera.id)
        return told !== undefined && told.at > asOf ? { ...camera, state: told.state } : camera
      })
    },
    setSensors(list: readonly Sensor[], asOf: number): void {
      batch(() => {
        sensors.value.value = list.map((one) => ((heardAt.get(one.id) ?? 0) > asOf ? { ...one, ...online } : one))
        for (const sensor of list) for (const value of sensor.latest) learn(sensor.id, value)
      })
    },
    takeSnapshot(snapshot: Snapshot): void {
      batch(() => {
        openAlerts.value = snapshot.alerts.filter(isOpen).sort(byUrgency)
        alertsAt = ++news
        alertsVersion.value += 1
        for (const { cameraId, state } of snapshot.cameras) setState(cameraId, state)
        for (const reading of snapshot.readings) hear(reading)
      })
    },
    /** Applies what one frame brought. @returns the lists that must be loaded again */
    takeChanges(changes: readonly FeedChange[]): ReadonlySet<'cameras' | 'sensors' | 'zone'> {
      const reload = new Set<'cameras' | 'sensors' | 'zone'>()
      batch(() => {
        for (const change of changes) {
          if (change.kind === 'camera') setState(change.cameraId, change.state)
          else if (change.kind === 'reading') {
            hear(change.reading)
            setOnline(change.reading)
          } else if (change.kind === 'alert') setAlert(change.alert)
          else if (change.kind === 'timeline') timeline.value = { cameraId: change.cameraId, endUtcMs: change.endUtcMs }
          else if (change.what === 'rules') rulesVersion.value += 1
          else if (change.what === 'discovery') discoveryVersion.value += 1
          else reload.add(change.what)
        }
      })
      return reload
    },
  }
}
export type Stores = ReturnType<typeof createStores>
