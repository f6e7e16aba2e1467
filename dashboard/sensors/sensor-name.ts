import type { Sensor } from '../../gateway/contract/sensor.ts'
import { nameWithPlace, type Place } from '../api/places.ts'
import { words } from './ledger-words.ts'

/** The name of a sensor with its place; one that was removed keeps its id. */
export function sensorName(
  sensors: readonly Pick<Sensor, 'id' | 'name' | 'areaId'>[] | null,
  places: ReadonlyMap<string, Place>,
  sensorId: string,
): string {
  const sensor = sensors?.find(({ id }) => id === sensorId)
  return sensor === undefined ? words().removed(sensorId) : nameWithPlace(sensor.name, places.get(sensor.areaId))
}
