import type { Metric, Sensor, SensorCandidate } from '../contract/sensor.ts'
import type { UtcMs } from '../domain/units.ts'
import { clockOffsetOf, type Device, type Series, sourceOf } from './device.ts'
import type { DeviceTable } from './device-table.ts'
import { latestOf, statusOf } from './presence.ts'
import type { SensorRow, sensorTable } from './sensor-table.ts'

/** What rules and tags need to know of a sensor; the same object as long as it stays so. */
export interface SensorInfo {
  readonly name: string
  readonly areaId: string
  readonly metrics: readonly Metric[]
}

export interface ViewParts {
  readonly table: DeviceTable
  readonly sensors: ReturnType<typeof sensorTable>
  readonly isBrokerAway: () => boolean
  readonly now: () => UtcMs
}

/** Sensors and candidates as they are told. */
export function sensorViews({ table, sensors, isBrokerAway, now }: ViewParts) {
  /** Asked for each reading. */
  const infos = new Map<string, SensorInfo>()

  const metricsOf = (device: Device | undefined): Metric[] =>
    device ? [...device.series.values()].map(withPeriod) : []

  const toSensor = ({ id, candidateId, name, areaId }: SensorRow): Sensor => {
    const device = table.find(candidateId)
    return {
      id,
      candidateId,
      name,
      areaId,
      source: sourceOf(candidateId),
      metrics: metricsOf(device),
      latest: device ? latestOf(device) : [],
      clockOffsetMs: device ? clockOffsetOf(device) : null,
      ...statusOf(device, isBrokerAway(), now()),
    }
  }

  const toCandidate = (device: Device): SensorCandidate[] => {
    const { id, source, candidate, sensorId, notUnderstood, lastSeenUtcMs } = device
    if (!candidate) return []
    const { isIgnored, name, model, topic, firstSeenUtcMs } = candidate
    return [
      {
        candidateId: id,
        name,
        model,
        source,
        topic,
        state: sensorId === null ? (isIgnored ? 'ignored' : 'waiting') : 'approved',
        metrics: metricsOf(device),
        latest: latestOf(device),
        firstSeenUtcMs,
        lastSeenUtcMs,
        sensorId,
        notUnderstood,
      },
    ]
  }

  return {
    toSensor,
    list: (): Sensor[] => sensors.all().map(toSensor),
    candidates: (): SensorCandidate[] => [...table.all()].flatMap(toCandidate),
    info(id: string): SensorInfo | undefined {
      const found = infos.get(id)
      if (found) return found
      const row = sensors.find(id)
      if (!row) return undefined
      const device = table.find(row.candidateId)
      const metrics = device ? [...device.series.values()].map(({ metric }) => metric) : []
      const info = { name: row.name, areaId: row.areaId, metrics }
      infos.set(id, info)
      return info
    },
    /** Something about a sensor or its metrics is another now. */
    forgetInfos: (): void => infos.clear(),
  }
}
export type SensorViews = ReturnType<typeof sensorViews>

function withPeriod({ metric, pace }: Series): Metric {
  const learned = pace?.intervalMs
  return learned === undefined || learned === null ? metric : { ...metric, periodMs: Math.max(1, Math.round(learned)) }
}
