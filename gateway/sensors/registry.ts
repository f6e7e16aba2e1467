import type {
  Calibration,
  NewCalibration,
  NewManualReadings,
  NewManualSensor,
  NewSensor,
  PatchMetric,
  PatchSensor,
  Reading,
  Sensor,
  SensorCandidate,
} from '../contract/sensor.ts'
import type { ZoneFile } from '../contract/zone.ts'
import { Failure } from '../domain/failure.ts'
import type { Packet } from '../domain/reading.ts'
import { minutes, type UtcMs } from '../domain/units.ts'
import type { Tools } from '../lib/supervise.ts'
import type { Store } from '../store/open.ts'
import { announcing } from './announcing.ts'
import { calibrationTable } from './calibrations.ts'
import { prefixOf } from './device.ts'
import { deviceTable } from './device-table.ts'
import { dialectHost } from './dialect-host.ts'
import { type Heard, hearing } from './hearing.ts'
import { manualReadings } from './manual.ts'
import type { OpenDialect } from './open-dialect.ts'
import { placing } from './placing.ts'
import { addMoment, newMoments } from './moments.ts'
import { loseSight, noteValue } from './presence.ts'
import { saidTable } from './said-table.ts'
import { sensorTable } from './sensor-table.ts'
import { type SensorInfo, sensorViews } from './sensor-views.ts'
import { silenceWatch } from './silence-watch.ts'

export interface RegistryOptions {
  readonly store: Store
  readonly tools: Tools
  readonly areaExists: (areaId: string) => boolean
  /** In the order in which they are asked whose a topic is. */
  readonly dialects: readonly OpenDialect[]
  /** Metrics of sensors; a further one is refused. */
  readonly maxSeries: number
  /** Topics on which the gateway itself speaks. */
  readonly isOwn?: (topic: string) => boolean
  /** Sends a message to devices, e.g. a request for a birth; nobody waits for it. */
  readonly ask?: (topic: string, payload: string | Uint8Array) => void
  /** `sensors`: the list, a name or a status changed; `discovery`: candidates or their metrics. */
  readonly onChange: (what: 'sensors' | 'discovery') => void
}

/** Everything that discovery found, and what of it was placed in an area. */
export interface SensorRegistry {
  list(): Sensor[]
  /** @throws Failure missing (`sensor-missing`) */
  get(id: string): Sensor
  info(id: string): SensorInfo | undefined
  candidates(): SensorCandidate[]
  /** @throws Failure missing (`candidate-missing`), conflict (`sensor-exists`, `series-budget`), invalid (`area-missing`) */
  approve(what: NewSensor, id?: string): Sensor
  /** All of them or none. @param also is done in the same commit, e.g. their rules; when it throws, nothing was done. */
  approveAll(entries: readonly NewSensor[], also?: (sensors: readonly Sensor[]) => void): Sensor[]
  /** A measuring point that a person reads. */
  addManual(what: NewManualSensor): Sensor
  /** Those that are ignored stay so until they are taken back. @throws Failure missing (`candidate-missing`) */
  ignore(candidateIds: readonly string[], ignored: boolean): void
  /** Sensors of a zone.yaml; one whose device was not seen yet gets its metrics when it appears. All or none. */
  importAll(entries: ZoneFile['sensors']): void
  patch(id: string, changes: PatchSensor): Sensor
  /** What somebody says about a metric, for readings from now on. @throws Failure missing (`metric-missing`) */
  patchMetric(id: string, metric: string, changes: PatchMetric): Sensor
  /** The device becomes a candidate again; its history stays. */
  remove(id: string): void
  /** The newest first. */
  calibrations(id: string): Calibration[]
  /** From now on. @param by the login name of the person @throws Failure missing (`metric-missing`) */
  calibrate(id: string, what: NewCalibration, by: string): Calibration
  /** What a person took, as readings that are not kept yet. @throws Failure invalid (`metric-missing`, `taken-in-future`) */
  readManually(id: string, what: Pick<NewManualReadings, 'values' | 'takenUtcMs'>, by: string): ManualHeard
  /** MQTT filters for all of it, for a broker that must be subscribed to. Changes with `onChange('discovery')`. */
  subscriptions(): string[]
  /** Reads one message. @returns what came of it; undefined when the topic is nobody's */
  hear(packet: Packet): Heard | undefined
  /** The readings of a message are durable, at these times: they are the latest now. */
  keep(heard: Heard, kept: readonly Reading[]): void
  /** They could not be kept. */
  lose(heard: Heard): void
  /** Readings of shortly before the gateway began: what was not acknowledged by then comes again, and is not new. */
  recall(readings: Iterable<Reading>): void
  /** Every status becomes `unknown`: nobody can be heard. */
  brokerLost(): void
  /** Messages come again; each sensor stays `unknown` until its next reading. */
  brokerBack(): void
  /** Notices sensors that fall silent, until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>
}

export interface ManualHeard {
  readonly readings: readonly Reading[]
  /** The sensor has no device: what the person says is all there is. */
  readonly isOnlySource: boolean
  keep(kept: readonly Reading[]): void
}

/** A flood of new metrics is said once in this time. */
const budgetSaidEveryMs = minutes(60)

export function sensorRegistry(options: RegistryOptions): SensorRegistry {
  const { store, tools, areaExists, dialects, maxSeries, isOwn = nobodys, ask = () => {}, onChange } = options
  const { clock, log } = tools
  let isBrokerAway = false
  let budgetSaidUtcMs: UtcMs | undefined
  const table = deviceTable(store)
  const sensors = sensorTable(store)
  const views = sensorViews({ table, sensors, isBrokerAway: () => isBrokerAway, now: clock.now })
  const prefixes = new Set<string>()

  function changed(what: 'sensors' | 'discovery') {
    views.forgetInfos()
    if (what === 'sensors') countPrefixes()
    onChange(what)
  }
  function countPrefixes() {
    prefixes.clear()
    for (const { candidateId } of sensors.all()) prefixes.add(prefixOf(candidateId))
  }
  countPrefixes()

  function hasBudget(): boolean {
    if (placed.hasBudget()) return true
    const nowUtcMs = clock.now()
    if (budgetSaidUtcMs === undefined || Math.abs(nowUtcMs - budgetSaidUtcMs) > budgetSaidEveryMs)
      log.error({ code: 'series-budget', maxSeries }, 'no room for further metrics of sensors: they are refused')
    budgetSaidUtcMs = nowUtcMs
    return false
  }

  const calibrations = calibrationTable(store)
  const placed = placing({
    store,
    clock,
    table,
    sensors,
    calibrations,
    views,
    areaExists,
    maxSeries,
    onChange: () => changed('sensors'),
  })
  const announcer = announcing({ store, table, hasBudget, calibrationsOf: calibrations.ofMetric })
  const ear = hearing({ table, announcer })
  const host = dialectHost({
    dialects,
    table,
    hearing: ear,
    memory: saidTable(store, log),
    isOwn: (topic) => topic.startsWith('zone-gateway/') || isOwn(topic),
    hasSensors: (prefix) => prefixes.has(prefix),
    ask,
  })
  const watch = silenceWatch({
    store,
    table,
    sensors: sensors.all,
    isBrokerAway: () => isBrokerAway,
    dropOverlaps: host.dropOverlaps,
    onChange: changed,
    tools,
  })

  return {
    list: views.list,
    get: (id) => views.toSensor(sensors.need(id)),
    info: views.info,
    candidates: views.candidates,
    approve(what, id) {
      const [sensor] = placed.approveAll([{ ...what, ...(id === undefined ? {} : { id }) }])
      if (!sensor) throw new Failure('bug', 'sensor-not-added', 'the sensor was not added')
      return sensor
    },
    approveAll: placed.approveAll,
    addManual: placed.addManual,
    ignore(candidateIds, ignored) {
      placed.ignore(candidateIds, ignored)
    },
    importAll: placed.importAll,
    patch: placed.patch,
    patchMetric: placed.patchMetric,
    remove: placed.remove,
    calibrations: placed.calibrations,
    calibrate: placed.calibrate,
    readManually(id, what, by) {
      const device = table.ensure(sensors.need(id).candidateId, clock.now())
      const isOnlySource = device.source === 'manual'
      const { readings, series } = manualReadings(device, id, what, by, clock.now())
      return {
        readings,
        isOnlySource,
        keep(kept) {
          if (!isOnlySource) return
          for (const [at, { value, quality, utcMs }] of kept.entries()) {
            const of = series[at]
            if (of) noteValue(of, value, { quality, utcMs, isLife: false })
          }
        },
      }
    },

    subscriptions: host.filters,
    hear(packet) {
      const heard = host.hear(packet)
      if (!heard) return undefined
      if (heard.changesDiscovery) changed('discovery')
      if (heard.changesSensors) {
        watch.seen()
        changed('sensors')
      }
      return heard
    },
    keep: ear.keep,
    lose: ear.lose,
    recall(readings) {
      for (const { sensorId, metric, value, rawValue, quality, deviceUtcMs } of readings) {
        if (deviceUtcMs === null || quality === 'manual') continue
        const row = sensors.find(sensorId)
        const series = row && table.find(row.candidateId)?.series.get(metric)
        if (series) addMoment((series.moments ??= newMoments()), deviceUtcMs, rawValue ?? value)
      }
    },
    brokerLost() {
      if (isBrokerAway) return
      isBrokerAway = true
      for (const device of table.all()) {
        if (device.source === 'manual') continue
        loseSight(device, clock.now())
        // Whether it is there will be said again.
        device.isAway = false
      }
      watch.seen()
      onChange('sensors')
    },
    brokerBack() {
      if (!isBrokerAway) return
      isBrokerAway = false
      watch.seen()
      onChange('sensors')
    },
    run: watch.run,
  }
}

const nobodys = () => false
