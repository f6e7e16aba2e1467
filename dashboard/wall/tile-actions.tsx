import { useEffect, useRef } from 'preact/hooks'
import { playbackHref } from '../parts/footage-link.tsx'
import { CloseIcon } from '../parts/icons.tsx'
import { problemText } from '../parts/states.tsx'
import { useAction } from '../parts/use-load.ts'
import { useGateway, useMay, useSession } from '../shell/gateway.ts'
import { useWatch } from '../watch/watch.ts'
import { actionWords } from './action-words.ts'
import { withheldOf } from './board.ts'
import { PtzPad } from './ptz-pad.tsx'
import { ptzWords } from './ptz-words.ts'
import { Replay } from './replay.tsx'
import { saveSnapshot } from './snapshot.ts'
import type { TilePanel, TileSlot } from './tile-slot.ts'
import { usePanelKeys } from './use-panel-keys.ts'
import { words } from './words.ts'
import './tile-actions.css'

/** In the line of the large tile: what one can do with this camera. */
export function TileActions({ camera, details, panel, close }: TileSlot) {
  const { api, clockOffsetMs } = useGateway()
  const { areaIds, timeZone } = useSession()
  const withheld = withheldOf(camera, areaIds)
  const review = useMay('review') && withheld !== 'forbidden'
  const snapshot = useMay('snapshot') && withheld === null
  const steer = useMay('steer') && withheld === null && camera.ptz
  const back = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    back.current?.focus()
    return () => {
      panel.value = null
    }
  }, [])
  usePanelKeys(panel, review)

  const gatewayUtcMs = () => Date.now() + clockOffsetMs.peek()
  const save = useAction(() =>
    saveSnapshot(camera, { href: api.snapshotHref(camera.id), nowUtcMs: gatewayUtcMs, timeZone }),
  )
  const toggle = (which: NonNullable<TilePanel>) => {
    panel.value = panel.peek() === which ? null : which
  }
  /** When the picture that is seen now was taken. */
  const aim = (event: { currentTarget: HTMLAnchorElement }) => {
    event.currentTarget.href = playbackHref(camera.id, gatewayUtcMs() - (details()?.ageMs ?? 0))
  }
  return (
    <div class="tile-actions">
      {save.problem === null ? null : (
        <span class="tile-actions-problem" role="alert">
          {problemText(save.problem)}
        </span>
      )}
      {steer ? (
        <button
          type="button"
          class="button button-small"
          aria-expanded={panel.value === 'ptz'}
          title={ptzWords().title}
          onClick={() => toggle('ptz')}
        >
          {ptzWords().open}
        </button>
      ) : null}
      {snapshot ? (
        <button
          type="button"
          class="button button-small"
          title={actionWords().snapshotHint}
          aria-keyshortcuts="S"
          disabled={save.busy}
          onClick={() => save.start()}
        >
          {actionWords().snapshot}
        </button>
      ) : null}
      {review ? (
        <>
          <button
            type="button"
            class="button button-small"
            aria-expanded={panel.value === 'replay'}
            aria-keyshortcuts="R"
            title={actionWords().replayHint}
            onClick={() => toggle('replay')}
          >
            {actionWords().replay}
          </button>
          <a
            class="button button-small"
            href={playbackHref(camera.id, gatewayUtcMs())}
            title={actionWords().playbackHint}
            onPointerDown={aim}
            onClick={aim}
          >
            {actionWords().playback}
          </a>
        </>
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

/** Over the picture of the large tile. While something is open, no alert takes the picture away. */
export function TileOver({ camera, panel }: TileSlot) {
  const { hands } = useWatch()
  const open = panel.value
  useEffect(() => {
    if (open === null) return undefined
    hands.value += 1
    return () => {
      hands.value -= 1
    }
  }, [open, hands])
  const close = () => {
    panel.value = null
  }
  if (open === 'ptz') return <PtzPad camera={camera} close={close} />
  return open === 'replay' ? <Replay camera={camera} close={close} /> : null
}
