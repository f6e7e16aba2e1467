import type {
  Calibration,
  NewCalibration,
  NewManualSensor,
  NewSensor,
  PatchMetric,
  PatchSensor,
  Sensor,
} from '../contract/sensor.ts'
import type { ZoneFile } from '../contract/zone.ts'
import { Failure } from '../domain/failure.ts'
import { normalUnit } from '../domain/measures.ts'
import type { Clock } from '../lib/clock.ts'
import type { Store } from '../store/open.ts'
import type { calibrationTable } from './calibrations.ts'
import { type Device, newSeries, type Series } from './device.ts'
import type { DeviceTable } from './device-table.ts'
import { manualMetrics, manualUnit } from './manual.ts'
import type { SensorRow, sensorTable } from './sensor-table.ts'
import type { SensorViews } from './sensor-views.ts'

export interface PlacingParts {
  readonly store: Store
  readonly clock: Clock
  readonly table: DeviceTable
  readonly sensors: ReturnType<typeof sensorTable>
  readonly calibrations: ReturnType<typeof calibrationTable>
  readonly views: SensorViews
  readonly areaExists: (areaId: string) => boolean
  readonly maxSeries: number
  readonly onChange: () => void
}

/** What people decide: which devices are sensors, where they are, and what is true of them whatever they say themselves. */
export function placing(parts: PlacingParts) {
  const { store, clock, table, sensors, calibrations, views, areaExists, maxSeries, onChange } = parts

  function checkArea(areaId: string) {
    if (!areaExists(areaId)) throw new Failure('invalid', 'area-missing', 'there is no such area', { areaId })
  }
  function seriesOfSensors(): number {
    let count = 0
    for (const { sensorId, series } of table.all()) if (sensorId !== null) count += series.size
    return count
  }
  function checkBudget(devices: readonly Device[]) {
    const more = devices.reduce((sum, { series }) => sum + series.size, 0)
    if (more > 0 && seriesOfSensors() + more > maxSeries)
      throw new Failure('conflict', 'series-budget', 'there is no room for further metrics', { maxSeries })
  }

  /** Ties a device to the sensor that it is from now on. */
  function tie({ id, candidateId }: SensorRow) {
    const device = table.ensure(candidateId, clock.now())
    device.sensorId = id
    for (const series of device.series.values()) series.calibrations = calibrations.ofMetric(id, series.key)
  }
  for (const row of sensors.all()) tie(row)

  function needSeries(id: string, metric: string): { device: Device; series: Series } {
    const device = table.find(sensors.need(id).candidateId)
    const series = device?.series.get(metric)
    if (device && series) return { device, series }
    throw new Failure('missing', 'metric-missing', 'the sensor has no such metric', { sensorId: id, metric })
  }

  /** Metrics of a sensor without a device. */
  function describe(candidateId: string, wanted: NewManualSensor['metrics']) {
    const device = table.ensure(candidateId, clock.now())
    for (const metric of manualMetrics(wanted)) {
      table.saveMetric(device, metric, true)
      device.series.set(metric.key, newSeries(metric, true))
    }
  }

  function approveAll(
    entries: readonly (NewSensor & { readonly id?: string })[],
    also?: (sensors: readonly Sensor[]) => void,
  ): Sensor[] {
    for (const { areaId } of entries) checkArea(areaId)
    const devices = entries.map(({ candidateId }) => table.need(candidateId))
    checkBudget(devices.filter(({ sensorId }) => sensorId === null))
    const wanted = entries.map(({ id, candidateId, areaId, name }) => ({
      id,
      candidateId,
      areaId,
      name: name ?? table.need(candidateId).candidate.name,
    }))
    const rows = sensors.addAll(wanted, clock.now(), (added) => {
      for (const device of devices)
        if (device.candidate.isIgnored) table.save(device, { ...device.candidate, isIgnored: false })
      also?.(added.map(views.toSensor))
    })
    for (const row of rows) tie(row)
    onChange()
    return rows.map(views.toSensor)
  }

  return {
    approveAll,
    hasBudget: (): boolean => seriesOfSensors() < maxSeries,

    addManual({ name, areaId, metrics }: NewManualSensor): Sensor {
      checkArea(areaId)
      if (seriesOfSensors() + metrics.length > maxSeries)
        throw new Failure('conflict', 'series-budget', 'there is no room for further metrics', { maxSeries })
      const id = sensors.freeId(name.replace(/[:/]/g, '-'), 'manual')
      const candidateId = `manual:${id}`
      const [row] = sensors.addAll([{ id, candidateId, areaId, name }], clock.now(), () =>
        describe(candidateId, metrics),
      )
      if (!row) throw new Failure('bug', 'sensor-not-added', 'the sensor was not added')
      tie(row)
      onChange()
      return views.toSensor(row)
    },

    importAll(entries: ZoneFile['sensors']) {
      for (const { area } of entries) checkArea(area)
      const wanted = entries.map(({ id, name, area, candidate }) => ({
        id,
        name,
        areaId: area,
        candidateId: candidate,
      }))
      const rows = sensors.addAll(wanted, clock.now(), () => {
        for (const { candidate, metrics } of entries) if (metrics) describe(candidate, metrics)
      })
      for (const row of rows) tie(row)
      onChange()
    },

    patch(id: string, changes: PatchSensor): Sensor {
      if (changes.areaId !== undefined) checkArea(changes.areaId)
      const row = sensors.update(id, changes)
      onChange()
      return views.toSensor(row)
    },

    patchMetric(id: string, key: string, changes: PatchMetric): Sensor {
      const { device, series } = needSeries(id, key)
      const { metric } = series
      const kind = changes.kind === undefined ? metric.kind : changes.kind
      const written = changes.sourceUnit === undefined ? (metric.sourceUnit ?? metric.unit) : changes.sourceUnit
      const { unit, kind: known, convert } = normalUnit(written || null, kind)
      const told =
        device.source === 'manual'
          ? { ...manualUnit(written || null, kind), sourceUnit: null }
          : { unit, kind: known, sourceUnit: convert ? written : null }
      const wanted = { ...metric, ...told, name: changes.name ?? metric.name, guessed: false }
      table.saveMetric(device, wanted, true)
      series.metric = wanted
      series.isTold = true
      series.convert = device.source === 'manual' ? null : convert
      onChange()
      return views.toSensor(sensors.need(id))
    },

    remove(id: string) {
      const { candidateId } = sensors.need(id)
      const device = table.find(candidateId)
      store.transaction(() => {
        sensors.remove(id)
        if (!device) return
        device.sensorId = null
        if (!device.candidate) table.forget(device)
      })
      for (const series of device?.series.values() ?? []) series.calibrations = []
      onChange()
    },

    ignore(candidateIds: readonly string[], isIgnored: boolean) {
      const devices = candidateIds.map(table.need)
      store.transaction(() => {
        for (const device of devices) table.save(device, { ...device.candidate, isIgnored })
      })
      onChange()
    },

    calibrations: (id: string): Calibration[] => calibrations.of(sensors.need(id).id),
    calibrate(id: string, what: NewCalibration, by: string): Calibration {
      const { series } = needSeries(id, what.metric)
      const added = calibrations.add(id, what, by, clock.now())
      series.calibrations = calibrations.ofMetric(id, what.metric)
      return added
    },
  }
}
