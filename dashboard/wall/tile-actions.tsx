import { useEffect, useRef } from 'preact/hooks'
import { playbackHref } from '../parts/footage-link.tsx'
import { CloseIcon } from '../parts/icons.tsx'
import { useGateway, useMay } from '../shell/gateway.ts'
import type { TileSlot } from './tile-slot.ts'
import { words } from './words.ts'

/** In the line of the large tile: what one can do with this camera. */
export function TileActions({ camera, details, close }: TileSlot) {
  const { api, nowUtcMs } = useGateway()
  const [review, snapshot] = [useMay('review'), useMay('snapshot')]
  const back = useRef<HTMLButtonElement>(null)
  useEffect(() => back.current?.focus(), [])
  const shownUtcMs = () => nowUtcMs.peek() - (details()?.ageMs ?? 0)
  return (
    <div class="tile-actions">
      {snapshot ? (
        <a class="button button-small" href={api.snapshotHref(camera.id)} target="_blank" rel="noreferrer">
          {words().snapshot}
        </a>
      ) : null}
      {review ? (
        <a class="button button-small" href={playbackHref(camera.id, shownUtcMs() - 10_000)}>
          {words().playback}
        </a>
      ) : null}
      <button
        ref={back}
        type="button"
        class="icon-button"
        aria-label={words().back}
        title={words().back}
        onClick={close}
      >
        <CloseIcon />
      </button>
    </div>
  )
}

/** Over the picture of the large tile. */
export function TileOver({ panel }: TileSlot) {
  return panel.value === null ? null : <div class="tile-over" />
}
