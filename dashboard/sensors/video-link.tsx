import type { UtcRange } from '../../gateway/domain/units.ts'
import { siteTimeZone } from '../i18n/time.ts'
import { PlaybackIcon } from '../parts/icons.tsx'
import { mostSpanMs } from '../playback/scale.ts'
import { useMay, useZone } from '../shell/gateway.ts'
import { keyText, type SeriesKey } from './chart-address.ts'
import { camerasNear, footageHref } from './footage.ts'
import { words } from './words.ts'

interface VideoLinkProps {
  readonly range: UtcRange
  readonly series: readonly (SeriesKey & { readonly areaId: string })[]
  readonly class: string
}

/** Playback of what the cameras near some sensors saw in a period; nothing for who may not review, or when it is longer than a timeline. */
export function VideoLink({ range, series, class: look }: VideoLinkProps) {
  const { cameras, places } = useZone()
  const mayReview = useMay('review')
  if (!mayReview || series.length === 0 || range.toUtcMs - range.fromUtcMs > mostSpanMs) return null
  const areaIds = [...new Set(series.map(({ areaId }) => areaId))]
  const near = camerasNear(areaIds, cameras.value.value ?? [], places.value)
  const [first] = near
  if (first === undefined) return <span class="muted">{words().noVideo}</span>
  const href = footageHref(
    near.map(({ id }) => id),
    range,
    series,
    siteTimeZone.peek(),
  )
  return (
    <a class={look} href={href} key={series.map(keyText).join()}>
      <PlaybackIcon size={16} /> {near.length === 1 ? words().video(first.name) : words().videoAll(near.length)}
    </a>
  )
}
