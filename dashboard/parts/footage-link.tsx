import type { UtcMs } from '../../gateway/domain/units.ts'
import { t } from '../i18n/language.ts'
import { useZone } from '../shell/gateway.ts'

/** Playback of one camera at one moment: `t` is ISO 8601, so that the address can stand in a case file. */
export const playbackHref = (cameraId: string, utcMs: UtcMs): string =>
  `/playback?camera=${encodeURIComponent(cameraId)}&t=${encodeURIComponent(new Date(utcMs).toISOString())}`

/** A link to what the camera of this area saw then; says so when there is none. */
export function FootageLink({ areaId, utcMs }: { areaId: string | null; utcMs: UtcMs }) {
  const { cameras } = useZone()
  const camera = cameras.value.value?.find((one) => one.areaId === areaId)
  if (camera === undefined) return <span class="muted">{t().sensors.noCamera}</span>
  return <a href={playbackHref(camera.id, utcMs)}>{t().sensors.footage}</a>
}
