import type { History, Metric, Sensor } from '../../gateway/contract/sensor.ts'
import type { UtcMs, UtcRange } from '../../gateway/domain/units.ts'
import type { Place } from '../api/places.ts'
import type { Api } from '../api/routes.ts'

/** What one lane of readings shows: `key` is `sensor:metric`. */
export interface ReadingLane {
  readonly key: string
  readonly history: History
}

export interface Choice {
  readonly key: string
  readonly sensor: Sensor
  readonly metric: Metric
}

const mostChosenAtFirst = 2

/** The metrics that may stand under some cameras: those of their areas first, then of the rest of their workshops. */
export function choicesFor(
  areaIds: readonly string[],
  sensors: readonly Sensor[],
  places: ReadonlyMap<string, Place>,
): Choice[] {
  const workshops = new Set(areaIds.flatMap((id) => places.get(id)?.workshop?.id ?? []))
  const isHere = (sensor: Sensor): boolean => areaIds.includes(sensor.areaId)
  const isBeside = (sensor: Sensor): boolean => workshops.has(places.get(sensor.areaId)?.workshop?.id ?? '')
  const near = [...sensors.filter(isHere), ...sensors.filter((one) => !isHere(one) && isBeside(one))]
  return near.flatMap((sensor) =>
    sensor.metrics.map((metric) => ({ key: `${sensor.id}:${metric.key}`, sensor, metric })),
  )
}

/** What is shown when nobody chose: the first number of each of the nearest sensors. */
export function chosenAtFirst(choices: readonly Choice[]): string[] {
  const bySensor = new Map<string, string>()
  for (const { key, sensor, metric } of choices)
    if (metric.type === 'number' && !bySensor.has(sensor.id)) bySensor.set(sensor.id, key)
  return [...bySensor.values()].slice(0, mostChosenAtFirst)
}

/** Loads the histories of some lanes, as wide as they are drawn. */
export async function readingsOf(
  api: Pick<Api, 'history'>,
  keys: readonly string[],
  range: UtcRange,
  widthPx: number,
  signal: AbortSignal,
): Promise<ReadingLane[]> {
  return await Promise.all(
    keys.map(async (key) => {
      const [sensorId = '', metric = ''] = key.split(':')
      return { key, history: await api.history(sensorId, metric, range, widthPx, signal) }
    }),
  )
}

/** The mean at a moment; undefined where there was no reading. */
export function valueAt({ buckets, bucketMs }: History, utcMs: UtcMs): number | undefined {
  let [low, high] = [0, buckets.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((buckets[middle]?.utcMs ?? Infinity) <= utcMs) low = middle + 1
    else high = middle
  }
  const bucket = buckets[low - 1]
  // Sensors that speak once a minute leave buckets empty between.
  return bucket !== undefined && utcMs - bucket.utcMs < Math.max(bucketMs * 3, 300_000) ? bucket.mean : undefined
}
