import type { Reading, Sensor } from '../contract/sensor.ts'
import type { ReadingTags } from './store.ts'

export interface TagSources {
  readonly sensorOf: (sensorId: string) => Sensor | undefined
  /** Ids on the way from the zone to an area. */
  readonly areaPath: (areaId: string) => Omit<ReadingTags, 'unit'> | undefined
  readonly zoneId: () => string
}

/** Where a reading was taken, at the moment of writing. A sensor that was removed meanwhile keeps only the zone. */
export function readingTags({ sensorOf, areaPath, zoneId }: TagSources): (reading: Reading) => ReadingTags {
  return ({ sensorId, metric }) => {
    const sensor = sensorOf(sensorId)
    const { zone, site, workshop, area } = (sensor && areaPath(sensor.areaId)) ?? {
      zone: zoneId(),
      site: null,
      workshop: null,
      area: null,
    }
    return { zone, site, workshop, area, unit: sensor?.metrics.find(({ key }) => key === metric)?.unit ?? null }
  }
}
