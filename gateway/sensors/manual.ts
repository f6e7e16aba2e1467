import type { Metric, NewManualReadings, NewManualSensor, Reading } from '../contract/sensor.ts'
import { Failure } from '../domain/failure.ts'
import { metricKey } from '../domain/json-metrics.ts'
import { normalUnit } from '../domain/measures.ts'
import { minutes, type UtcMs } from '../domain/units.ts'
import type { Device, Series } from './device.ts'
import { calibrated } from './hearing.ts'

/** A person's clock may be ahead by as much. */
const aheadMs = minutes(1)

/** The unit as it is usually written. Values are written down as the instrument shows them, so none is converted. */
export function manualUnit(unit: string | null, kind: string | null): Pick<Metric, 'unit' | 'kind'> {
  const normal = normalUnit(unit, kind)
  return normal.convert ? { unit, kind } : { unit: normal.unit, kind: normal.kind }
}

/** What a person reads off an instrument; names that give the same key are told apart by a number. */
export function manualMetrics(wanted: NewManualSensor['metrics']): Metric[] {
  const taken = new Set<string>()
  return wanted.map(({ name, unit, kind }) => {
    const base = metricKey(name).slice(0, 76)
    let key = base
    for (let n = 2; taken.has(key); n++) key = `${base}_${n}`
    taken.add(key)
    return { key, name, ...manualUnit(unit, kind), sourceUnit: null, type: 'number', guessed: false, periodMs: null }
  })
}

/**
 * Readings that a person took at one moment. Of an instrument without a device the instrument's calibration counts; beside a device's sensor
 * it is the other instrument's value, as it is.
 * @throws Failure invalid (`metric-missing`, `taken-in-future`)
 */
export function manualReadings(
  device: Device,
  sensorId: string,
  { values, takenUtcMs }: Pick<NewManualReadings, 'values' | 'takenUtcMs'>,
  by: string,
  nowUtcMs: UtcMs,
): { readings: Reading[]; series: Series[] } {
  if (takenUtcMs - nowUtcMs > aheadMs)
    throw new Failure('invalid', 'taken-in-future', 'this moment is still to come', { field: 'takenUtcMs', takenUtcMs })
  const series = values.map(({ metric }) => {
    const found = device.series.get(metric)
    if (!found)
      throw new Failure('invalid', 'metric-missing', 'this sensor has no such metric', { field: 'values', metric })
    return found
  })
  const readings = values.map(({ metric, value: raw }, at): Reading => {
    const of = series[at]
    const value = of && device.source === 'manual' ? calibrated(raw, of, nowUtcMs) : raw
    return {
      sensorId,
      metric,
      value,
      rawValue: value === raw ? null : raw,
      quality: 'manual',
      utcMs: nowUtcMs,
      deviceUtcMs: takenUtcMs,
      source: by,
    }
  })
  return { readings, series }
}
