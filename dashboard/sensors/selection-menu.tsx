import { useEffect, useRef } from 'preact/hooks'
import type { UtcRange } from '../../gateway/domain/units.ts'
import { formatDateTime, formatDuration } from '../i18n/time.ts'
import { DownloadIcon, SearchIcon } from '../parts/icons.tsx'
import { useGateway } from '../shell/gateway.ts'
import type { Line } from './chart-lines.ts'
import { VideoLink } from './video-link.tsx'
import { words } from './words.ts'

export interface Selected {
  readonly range: UtcRange
  /** Its middle, from the left edge of the chart. */
  readonly atPx: number
  /** Marked by keyboard: the focus goes to the menu. */
  readonly byKey: boolean
}

interface MenuProps {
  readonly selected: Selected
  readonly lines: readonly Line[]
  readonly go: (range: UtcRange) => void
  readonly onClose: () => void
}

/** What can be done with a stretch of a chart: look closer, see the video of then, take it along. */
export function SelectionMenu({ selected, lines, go, onClose }: MenuProps) {
  const { api } = useGateway()
  const host = useRef<HTMLDivElement>(null)
  const { range, atPx, byKey } = selected
  useEffect(() => {
    if (byKey) host.current?.querySelector<HTMLElement>('button, a')?.focus()
    const away = (event: PointerEvent): void => {
      if (event.target instanceof Node && host.current?.contains(event.target) === false) onClose()
    }
    document.addEventListener('pointerdown', away)
    return () => document.removeEventListener('pointerdown', away)
  }, [range.fromUtcMs, range.toUtcMs])
  return (
    <div
      class="selection-menu"
      ref={host}
      role="group"
      aria-label={words().menu}
      style={{ '--at': `${atPx}px` }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose()
      }}
    >
      <p class="selection-when">
        {words().period(formatDateTime(range.fromUtcMs), formatDateTime(range.toUtcMs))}{' '}
        <span class="muted">{formatDuration(range.toUtcMs - range.fromUtcMs)}</span>
      </p>
      <div class="selection-actions">
        <button type="button" class="button button-small" onClick={() => go(range)}>
          <SearchIcon size={16} /> {words().zoom}
        </button>
        <VideoLink
          class="button button-small"
          range={range}
          series={lines.map(({ sensor, metric }) => ({
            sensorId: sensor.id,
            metric: metric.key,
            areaId: sensor.areaId,
          }))}
        />
        <a
          class="button button-small"
          href={api.readingsHref(
            lines.map(({ key }) => key),
            range,
          )}
          download
        >
          <DownloadIcon size={16} /> {words().csv}
        </a>
        <button type="button" class="button button-small button-plain" onClick={onClose}>
          {words().close}
        </button>
      </div>
    </div>
  )
}
