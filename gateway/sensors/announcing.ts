import type { Calibration, Metric } from '../contract/sensor.ts'
import type { DeviceSaid, MetricSaid } from '../domain/dialect.ts'
import { normalUnit } from '../domain/measures.ts'
import type { QuarantineReason } from '../domain/reading.ts'
import type { UtcMs } from '../domain/units.ts'
import type { Store } from '../store/open.ts'
import { type Device, mostMetrics, newSeries, type Series } from './device.ts'
import type { DeviceTable } from './device-table.ts'

export interface AnnouncingParts {
  readonly store: Store
  readonly table: DeviceTable
  /** Is there room for another metric of a sensor? */
  readonly hasBudget: () => boolean
  readonly calibrationsOf: (sensorId: string, metric: string) => readonly Calibration[]
}

export interface Announced {
  readonly isChanged: boolean
  /** Why the device, or some of its metrics, had no room. */
  readonly refused: QuarantineReason | undefined
}
const nothingNew: Announced = { isChanged: false, refused: undefined }

/** Takes what devices say of themselves into the table of devices. */
export function announcing({ store, table, hasBudget, calibrationsOf }: AnnouncingParts) {
  function roomFor(device: Device): QuarantineReason | undefined {
    if (device.series.size >= mostMetrics(device)) return 'too-many-metrics'
    return device.sensorId !== null && !hasBudget() ? 'series-budget' : undefined
  }

  /** Adds a metric. @returns why there is no room for it */
  function addMetric(device: Device, said: MetricSaid): QuarantineReason | undefined {
    const refused = roomFor(device)
    if (refused) return refused
    const { metric, convert } = understood(said, null)
    table.saveMetric(device, metric, false)
    const calibrations = device.sensorId === null ? [] : calibrationsOf(device.sensorId, metric.key)
    const more = { convert, unitSaid: said.unit, expiresMs: said.expiresMs, calibrations }
    device.series.set(metric.key, { ...newSeries(metric, false), ...more })
    return undefined
  }

  /** @returns whether it is another one now */
  function updateMetric(device: Device, series: Series, said: MetricSaid): boolean {
    series.expiresMs = said.expiresMs
    if (series.isTold) return false
    const isPlaced = device.sensorId !== null && !series.isUnsaid
    series.isUnsaid = false
    // What somebody saw when he placed the sensor is not guessed anew.
    if (said.guessed && isPlaced && (series.metric.unit !== null || series.metric.kind !== null)) {
      if (series.metric.type === said.type) return false
      return write(device, series, { ...series.metric, type: said.type }, series.convert)
    }
    const { metric, convert } = understood(said, series.metric.periodMs)
    series.unitSaid = said.unit
    return write(device, series, metric, convert)
  }

  function write(device: Device, series: Series, metric: Metric, convert: Series['convert']): boolean {
    if (isSame(metric, series.metric)) return false
    table.saveMetric(device, metric, false)
    series.metric = metric
    series.convert = convert
    return true
  }

  function announceNew(id: string, said: DeviceSaid, topic: string, nowUtcMs: UtcMs): Announced {
    const found = table.find(id)
    const isNew = !found?.candidate
    if (isNew && !table.makeRoom(nowUtcMs)) return { isChanged: false, refused: 'too-many-candidates' }
    const device = found ?? table.ensure(id, nowUtcMs)
    device.lastSeenUtcMs = Math.max(device.lastSeenUtcMs, nowUtcMs)
    let isChanged = isNew
    const before = device.candidate
    if (!before) {
      const { name, model } = said
      table.save(device, { name, model, topic, isIgnored: false, firstSeenUtcMs: nowUtcMs })
    } else if (before.name !== said.name || before.model !== said.model) {
      table.save(device, { ...before, name: said.name, model: said.model })
      isChanged = true
    }
    let refused: QuarantineReason | undefined
    for (const metric of said.metrics) {
      const series = device.series.get(metric.key)
      if (series) isChanged = updateMetric(device, series, metric) || isChanged
      else {
        const reason = addMetric(device, metric)
        if (reason) refused = reason
        else isChanged = true
      }
    }
    // A sensor keeps what it had: its history needs the units.
    if (said.complete && device.sensorId === null) isChanged = dropOthers(device, said) || isChanged
    device.said = said
    return { isChanged, refused }
  }

  function dropOthers(device: Device, { metrics }: DeviceSaid): boolean {
    const kept = new Set(metrics.map(({ key }) => key))
    const gone = [...device.series.values()].filter(({ key }) => !kept.has(key))
    for (const series of gone) table.dropMetric(device, series)
    return gone.length > 0
  }

  return {
    /** All of it is one commit. */
    announce(id: string, said: DeviceSaid, topic: string, nowUtcMs: UtcMs): Announced {
      const found = table.find(id)
      // Without a transaction: most messages say nothing new.
      if (found?.candidate && (found.said === said || saysTheSame(found, said))) {
        found.lastSeenUtcMs = Math.max(found.lastSeenUtcMs, nowUtcMs)
        found.said = said
        return nothingNew
      }
      return store.transaction(() => announceNew(id, said, topic, nowUtcMs))
    },

    /** Metrics that were not announced. @returns how many there was room for, and why there was none for others */
    addUnsaid(
      device: Device,
      metrics: readonly MetricSaid[],
    ): { added: number; refused: QuarantineReason | undefined } {
      // Asked before a transaction: a payload may hold thousands of values for which there is no room.
      const full = roomFor(device)
      if (full) return { added: 0, refused: full }
      return store.transaction(() => {
        let refused: QuarantineReason | undefined
        let added = 0
        for (const said of metrics) {
          refused = addMetric(device, said)
          if (refused) break
          added++
          const series = device.series.get(said.key)
          if (series) series.isUnsaid = true
        }
        return { added, refused }
      })
    },

    /** The device took its announcement back; one that is ignored stays so. @returns whether something changed */
    withdraw(id: string): boolean {
      const device = table.find(id)
      if (!device?.candidate) return false
      device.said = null
      if (device.candidate.isIgnored) return false
      store.transaction(() => table.drop(device))
      return true
    },

    /** Another unit than before stands beside the value. @returns the reason when it measures something else every few seconds */
    changeUnit(device: Device, series: Series, unit: string, nowUtcMs: UtcMs): QuarantineReason | 'same' | 'changed' {
      const normal = normalUnit(unit, series.metric.kind)
      if (normal.unit === series.metric.unit) {
        series.unitSaid = unit
        series.convert = normal.convert
        return 'same'
      }
      if (nowUtcMs - series.unitChangedUtcMs < unitRestsMs) return 'unit-changed'
      series.unitChangedUtcMs = nowUtcMs
      series.unitSaid = unit
      const sourceUnit = normal.convert ? unit : null
      const metric = { ...series.metric, unit: normal.unit, kind: normal.kind, sourceUnit, guessed: false }
      return write(device, series, metric, normal.convert) ? 'changed' : 'same'
    },
  }
}

const unitRestsMs = 60_000

/** In the zone's words. */
function understood(said: MetricSaid, periodMs: number | null): { metric: Metric; convert: Series['convert'] } {
  const { key, name, type, guessed } = said
  const { unit, kind, convert } = normalUnit(said.unit, said.kind)
  return { metric: { key, name, unit, sourceUnit: convert ? said.unit : null, kind, type, guessed, periodMs }, convert }
}

/** Whether the message changes nothing of what is known. */
const saysTheSame = ({ candidate, said: before }: Device, said: DeviceSaid): boolean =>
  before !== null &&
  candidate?.name === said.name &&
  candidate.model === said.model &&
  before.complete === said.complete &&
  before.metrics.length === said.metrics.length &&
  before.metrics.every((metric, at) => {
    const other = said.metrics[at]
    return (
      other !== undefined &&
      metric.key === other.key &&
      metric.name === other.name &&
      metric.unit === other.unit &&
      metric.kind === other.kind &&
      metric.type === other.type &&
      metric.guessed === other.guessed &&
      metric.expiresMs === other.expiresMs
    )
  })

const isSame = (left: Metric, right: Metric): boolean =>
  left.name === right.name &&
  left.unit === right.unit &&
  left.sourceUnit === right.sourceUnit &&
  left.kind === right.kind &&
  left.type === right.type &&
  left.guessed === right.guessed
