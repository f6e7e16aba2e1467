import type { Sensor } from '../../gateway/contract/sensor.ts'
import { words } from './ledger-words.ts'

/** The name of a sensor; one that was removed keeps its id. */
export const sensorName = (sensors: readonly Pick<Sensor, 'id' | 'name'>[] | null, sensorId: string): string =>
  sensors?.find(({ id }) => id === sensorId)?.name ?? words().removed(sensorId)
