import type { ReadonlySignal } from '@preact/signals'
import type { Alert } from '../../gateway/contract/alert.ts'
import type { UtcMs } from '../../gateway/domain/units.ts'
import { formatTime } from '../i18n/time.ts'
import { alertTitle } from '../parts/alert-words.ts'
import { useGateway } from '../shell/gateway.ts'
import type { LaneData, Track } from './lane-data.ts'
import type { Lane } from './lanes.ts'
import { wordAt } from './moment-words.ts'
import type { Previews } from './previews.ts'
import { words } from './words.ts'

/** What the pointer is on. */
export interface Hover {
  readonly x: number
  readonly utcMs: UtcMs
  readonly lane: Lane | undefined
  readonly track: Track | undefined
  readonly alert: Alert | undefined
}

interface HoverCardProps {
  readonly hover: ReadonlySignal<Hover | null>
  readonly data: LaneData
  readonly widthPx: ReadonlySignal<number>
  readonly previewsOf: (cameraId: string) => Previews | undefined
}

const cardPx = 208

/** The moment under the pointer: a small picture, the time, and what is known of it. */
export function HoverCard({ hover, data, widthPx, previewsOf }: HoverCardProps) {
  const { nowUtcMs } = useGateway()
  const at = hover.value
  if (at === null) return null
  const track = at.track ?? (at.lane === undefined ? data.tracks?.[0] : undefined)
  const preview = track === undefined ? null : (previewsOf(track.camera.id)?.shown.value ?? null)
  const held = track?.holds.some((hold) => hold.fromUtcMs <= at.utcMs && at.utcMs < hold.toUtcMs) === true
  const left = Math.max(0, Math.min(widthPx.value - cardPx, at.x - cardPx / 2))
  return (
    <>
      <div class="hover-line" style={{ transform: `translateX(${at.x}px)` }} />
      <div class="hover-card" style={{ transform: `translate(${left}px, -100%)` }}>
        {preview === null ? null : <img src={preview.href} alt="" />}
        <strong>{formatTime(at.utcMs, nowUtcMs.peek())}</strong>
        <span>
          {at.alert !== undefined ? alertTitle(at.alert) : track === undefined ? '' : wordAt(track, at.utcMs)}
          {held ? ` · ${words().held}` : ''}
        </span>
      </div>
    </>
  )
}
