import type { Camera } from '../../gateway/contract/camera.ts'
import type { UtcMs } from '../../gateway/domain/units.ts'
import type { Place } from '../api/places.ts'
import { t } from '../i18n/language.ts'
import { useZone } from '../shell/gateway.ts'

/** Playback of one camera at one moment: `t` is ISO 8601, so that the address can stand in a case file. */
export const playbackHref = (cameraId: string, utcMs: UtcMs): string =>
  `/playback?camera=${encodeURIComponent(cameraId)}&t=${encodeURIComponent(new Date(utcMs).toISOString())}`

/** The camera to look at for what happened in an area: one in it, else one of the same workshop. */
export function cameraNear(
  areaId: string,
  cameras: readonly Pick<Camera, 'id' | 'name' | 'areaId'>[],
  places: ReadonlyMap<string, Place>,
) {
  const workshop = places.get(areaId)?.workshop ?? null
  const beside = (other: string): boolean => workshop !== null && places.get(other)?.workshop?.id === workshop.id
  return cameras.find((one) => one.areaId === areaId) ?? cameras.find((one) => beside(one.areaId))
}

/** A link to what was seen then; nothing when no camera is near. */
export function FootageLink({ areaId, utcMs }: { areaId: string; utcMs: UtcMs }) {
  const { cameras, places } = useZone()
  const camera = cameraNear(areaId, cameras.value.value ?? [], places.value)
  if (camera === undefined) return null
  return (
    <a title={camera.name} href={playbackHref(camera.id, utcMs)}>
      {t().sensors.footage}
    </a>
  )
}
