import { randomUUID } from 'node:crypto'
import type { Calibration, NewCalibration } from '../contract/sensor.ts'
import type { UtcMs } from '../domain/units.ts'
import type { Store } from '../store/open.ts'

interface Row extends Omit<Calibration, 'offset'> {
  readonly shift: number
}

/** Calibrations of all sensors: rows are only added, and stay when their sensor goes, because its history does. */
export function calibrationTable({ db }: Store) {
  const bySensor = new Map<string, Calibration[]>()
  const insert = db.prepare<Row>(
    `INSERT INTO calibration (id, sensor_id, metric, from_utc_ms, shift, scale, certificate, due_on, set_by)
     VALUES (@id, @sensorId, @metric, @fromUtcMs, @shift, @scale, @certificate, @dueOn, @by)`,
  )
  function remember({ shift, ...row }: Row): Calibration {
    const calibration = { ...row, offset: shift }
    bySensor.set(row.sensorId, [...(bySensor.get(row.sensorId) ?? []), calibration])
    return calibration
  }
  for (const row of db
    .prepare<[], Row>(
      `SELECT id, sensor_id AS sensorId, metric, from_utc_ms AS fromUtcMs, shift, scale, certificate, due_on AS dueOn, set_by AS by
       FROM calibration ORDER BY from_utc_ms, id`,
    )
    .all())
    remember(row)

  return {
    /** Of one sensor, the newest first. */
    of: (sensorId: string): Calibration[] => [...(bySensor.get(sensorId) ?? [])].reverse(),
    /** Of one metric, the newest last. */
    ofMetric: (sensorId: string, metric: string): Calibration[] =>
      (bySensor.get(sensorId) ?? []).filter((calibration) => calibration.metric === metric),
    add(sensorId: string, { offset, ...what }: NewCalibration, by: string, fromUtcMs: UtcMs): Calibration {
      const row = { ...what, id: randomUUID(), sensorId, fromUtcMs, shift: offset, by }
      insert.run(row)
      return remember(row)
    },
  }
}
