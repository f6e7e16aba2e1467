import type Database from 'better-sqlite3'

export interface PlacedSensor {
  readonly areaId: string
  readonly metrics: { readonly key: string; readonly unit: string | null }[]
}

/** Where sensors are and in which units they measure, as gateway.db has it; of a sensor that was removed nothing is known. */
export function placedSensors(db: Database.Database): (sensorId: string) => PlacedSensor | undefined {
  const found = new Map<string, PlacedSensor>()
  const rows = db
    .prepare<[], { id: string; areaId: string; key: string | null; unit: string | null }>(
      `SELECT sensor.id, area_id AS areaId, sensor_metric.key, unit
       FROM sensor LEFT JOIN sensor_metric ON sensor_metric.candidate_id = sensor.candidate_id`,
    )
    .all()
  for (const { id, areaId, key, unit } of rows) {
    const sensor = found.get(id) ?? { areaId, metrics: [] }
    if (key !== null) sensor.metrics.push({ key, unit })
    found.set(id, sensor)
  }
  return (sensorId) => found.get(sensorId)
}
