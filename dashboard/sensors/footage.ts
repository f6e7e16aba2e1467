import type { Camera } from '../../gateway/contract/camera.ts'
import type { UtcRange } from '../../gateway/domain/units.ts'
import type { Place } from '../api/places.ts'
import { writeAddress } from '../playback/address.ts'
import { mostCameras } from '../playback/speeds.ts'
import type { SeriesKey } from './chart-address.ts'

/** The cameras that saw some areas: those in them; where there is none, those of the same workshop. At most as many as are played together. */
export function camerasNear(
  areaIds: readonly string[],
  cameras: readonly Pick<Camera, 'id' | 'name' | 'areaId'>[],
  places: ReadonlyMap<string, Place>,
) {
  const found = areaIds.flatMap((areaId) => {
    const here = cameras.filter((camera) => camera.areaId === areaId)
    const workshop = places.get(areaId)?.workshop?.id
    const isBeside = (other: string) => workshop !== undefined && places.get(other)?.workshop?.id === workshop
    return here.length > 0 ? here : cameras.filter((camera) => isBeside(camera.areaId))
  })
  return [...new Set(found)].slice(0, mostCameras)
}

/** Playback of what cameras saw in a stretch of a chart, with the stretch marked and the same readings under the timeline. */
export function footageHref(
  cameraIds: readonly string[],
  range: UtcRange,
  series: readonly SeriesKey[],
  timeZone: string,
): string {
  const lengthMs = range.toUtcMs - range.fromUtcMs
  return writeAddress(
    {
      cameraIds,
      utcMs: range.fromUtcMs,
      view: { fromUtcMs: range.fromUtcMs - lengthMs * 0.25, spanMs: lengthMs * 1.5 },
      speed: 1,
      playing: true,
      marks: { inUtcMs: range.fromUtcMs, outUtcMs: range.toUtcMs },
      readings: series.map(({ sensorId, metric }) => `${sensorId}:${metric}`),
    },
    timeZone,
  )
}
