import { Failure } from '../domain/failure.ts'
import type { Modules } from './assemble.ts'
import type { ReadingPart } from './parts.ts'
import { placesOf } from './places.ts'

/** What is done with readings beside the history of one metric. */
export const readingPart = (m: Pick<Modules, 'sensors' | 'metrics' | 'zone' | 'takeManual'>): ReadingPart => ({
  take: m.takeManual,
  calibrations: m.sensors.calibrations,
  calibrate: m.sensors.calibrate,
  series(list, range) {
    const places = placesOf(m.zone.tree())
    const found = list.map(({ sensorId, metric }) => {
      const sensor = m.sensors.get(sensorId)
      const known = sensor.metrics.find(({ key }) => key === metric)
      if (!known) throw new Failure('missing', 'metric-missing', 'the sensor has no such metric', { sensorId, metric })
      return {
        sensorId,
        sensorName: sensor.name,
        areaName: places.get(sensor.areaId) ?? sensor.areaId,
        metric,
        unit: known.unit,
        readings: m.metrics.readings({ sensorId, metric, ...range }),
      }
    })
    return { found, timeZone: m.zone.timeZone() }
  },
})
