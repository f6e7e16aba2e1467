import type { Metric, Reading } from '../contract/sensor.ts'
import type { ReadingTags } from './store.ts'

/** What is known of places. */
export interface Places {
  /** Ids on the way from the zone to an area. */
  readonly areaPath: (areaId: string) => Omit<ReadingTags, 'unit'> | undefined
  readonly tree: () => { readonly id: string }
}

/** Where something is, at the moment of writing. What is nowhere any more keeps only the zone. */
export function placeTags(areaId: string | undefined, { areaPath, tree }: Places): Omit<ReadingTags, 'unit'> {
  const found = areaId === undefined ? undefined : areaPath(areaId)
  const { zone, site, workshop, area } = found ?? { zone: tree().id, site: null, workshop: null, area: null }
  return { zone, site, workshop, area }
}

interface Placed {
  readonly areaId: string
  readonly metrics: readonly Pick<Metric, 'key' | 'unit'>[]
}

/** Where a reading was taken, and its unit. */
export const readingTags =
  (sensorOf: (sensorId: string) => Placed | undefined, places: Places) =>
  ({ sensorId, metric }: Pick<Reading, 'sensorId' | 'metric'>): ReadingTags => {
    const sensor = sensorOf(sensorId)
    const unit = sensor?.metrics.find(({ key }) => key === metric)?.unit ?? null
    return { ...placeTags(sensor?.areaId, places), unit }
  }
