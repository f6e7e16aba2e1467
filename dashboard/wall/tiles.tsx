import { useSignal } from '@preact/signals'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Camera } from '../../gateway/contract/camera.ts'
import { problemText } from '../parts/states.tsx'
import { useGateway, useMay, useSession } from '../shell/gateway.ts'
import { mainsOf, wallBoard, withheldOf } from './board.ts'
import { DetailsCard } from './details-card.tsx'
import { EmptyGroup } from './empty-group.tsx'
import { groupsOf } from './groups.ts'
import { KeySheet } from './key-sheet.tsx'
import { inSequence, swapped } from './order.ts'
import { byImportance, pictureHeightPx, sceneOf } from './scene.ts'
import { saveSnapshot } from './snapshot.ts'
import { Tile } from './tile.tsx'
import { Toolbar } from './toolbar.tsx'
import { toolWords } from './tool-words.ts'
import { useAreaSize } from './use-area-size.ts'
import { useArrange } from './use-arrange.ts'
import { useTileKeys } from './use-tile-keys.ts'
import { useTour } from './use-tour.ts'
import type { WallProps } from './wall.tsx'
import { words } from './words.ts'

const usualTourSeconds = 20

/** Every tile of the page at its place. Drawn again when the arrangement or a camera's state changes, never by what plays. */
export function Tiles(props: WallProps & { readonly cameras: readonly Camera[] }) {
  const { cameras, store, mode, front = null, frontNote, onFrontClose, tools } = props
  const { api, stores, nowUtcMs } = useGateway()
  const maySnapshot = useMay('snapshot')
  const { areaIds, timeZone } = useSession()
  const board = useMemo(wallBoard, [])
  const area = useRef<HTMLElement>(null)
  const sizePx = useAreaSize(area)
  const [page, setPage] = useState(0)
  const [chosenId, setChosenId] = useState<string | null>(null)
  const [reachedId, setReachedId] = useState<string | null>(null)
  const [keysShown, setKeysShown] = useState(false)
  const [ahead, setAhead] = useState(false)
  const said = useSignal('')

  const settings = store.settings.value
  const open = stores.openAlerts.value ?? []
  const places = stores.places.value
  const scene = sceneOf({ cameras, settings, open, places, sizePx, page, chosenId, frontId: front, ahead })
  const { plan, pages, at, shown, large, tiles } = scene
  const withheld = (camera: Camera) => withheldOf(camera, areaIds)

  const [usualSeconds, setUsualSeconds] = useState(settings.tourSeconds ?? usualTourSeconds)
  const tourSeconds = settings.tourSeconds ?? usualSeconds
  const toggleTour = () => {
    const on = settings.tourSeconds === null
    store.change({ tourSeconds: on ? tourSeconds : null })
    said.value = !on ? toolWords().tourOff : pages < 2 ? toolWords().tourOne : toolWords().tourOn(tourSeconds)
  }
  const swap = (one: string, other: string) => {
    const ids = inSequence(cameras, settings.sequence).map(({ id }) => id)
    store.change({ sequence: swapped(ids, settings.sequence, one, other) })
    const name = (id: string) => cameras.find((camera) => camera.id === id)?.name ?? id
    said.value = toolWords().swapped(name(one), name(other))
  }
  const refuse = () => {
    said.value = toolWords().arrangeNot
  }
  const arrange = useArrange({ grid: area, allowed: mode === 'desk' && !settings.troubleFirst, swap, refuse })

  const focusTile = (id: string | undefined) =>
    requestAnimationFrame(() =>
      area.current?.querySelector<HTMLElement>(`[data-camera="${CSS.escape(id ?? '')}"] .tile-open`)?.focus(),
    )
  const show = (id: string | null) => {
    if (front !== null) onFrontClose?.()
    setChosenId(id)
  }
  const close = () => {
    const was = large?.id
    show(null)
    focusTile(was)
  }
  const turn = (to: number) => setPage((to + pages) % pages)
  const snapshot = (cameraId: string) => {
    const camera = cameras.find(({ id }) => id === cameraId)
    if (camera === undefined || !maySnapshot || withheld(camera) !== null) return
    const href = api.snapshotHref(cameraId)
    saveSnapshot(camera, { href, nowUtcMs: () => nowUtcMs.peek(), timeZone }).then(
      () => {
        said.value = toolWords().snapshotSaved(camera.name)
      },
      (thrown: unknown) => {
        said.value = toolWords().snapshotFailed(camera.name, problemText(thrown))
      },
    )
  }
  const explained = tiles.find(({ camera }) => camera.id === board.explained.value)
  useTileKeys({
    board,
    scene,
    reachedId,
    arranging: arrange.on,
    allowed: mode === 'desk' && !settings.troubleFirst,
    focusTile,
    show,
    close,
    turn,
    swap,
    refuse,
    endArrange: arrange.end,
    toggleTour,
    showKeys: () => setKeysShown(true),
    snapshot,
  })
  const tour = useTour({
    tourSeconds: settings.tourSeconds,
    pages,
    held: large !== null || front !== null || explained !== undefined || arrange.on || keysShown,
    ready: () =>
      tiles.every(
        ({ camera, role }) =>
          role !== 'ahead' || withheld(camera) !== null || board.seat(camera.id).state.peek().kind !== 'connecting',
      ),
    turn: () => turn(at + 1),
    setAhead,
  })

  const gone = explained === undefined
  useEffect(() => {
    // Its tile went with its page: it must not come back with it.
    if (gone) board.explained.value = null
  }, [gone, board])
  useLayoutEffect(() => {
    const heightPx = (tile: (typeof tiles)[number]) => pictureHeightPx(tile, plan, sizePx.height) * devicePixelRatio
    const seen = tiles.filter(({ role, camera }) => role !== 'ahead' && role !== 'aside' && withheld(camera) === null)
    board.mains.value = mainsOf(byImportance(seen).map((tile) => ({ camera: tile.camera, heightPx: heightPx(tile) })))
  })
  useEffect(() => {
    // What was said is for the moment.
    const timer = setTimeout(() => {
      said.value = ''
    }, 6_000)
    return () => clearTimeout(timer)
  }, [said.value])

  const counted = (large === null ? shown : [large]).map((camera) => ({
    withheld: withheld(camera),
    state: board.seat(camera.id).state,
  }))
  const reachable = shown.find(({ id }) => id === reachedId)?.id ?? shown[0]?.id
  const picked = cameras.find(({ id }) => id === arrange.pickedId)
  const hint = !arrange.on
    ? said.value
    : picked === undefined
      ? toolWords().arranging
      : toolWords().arrangingFrom(picked.name)
  const rows = `repeat(${plan.rows}, ${plan.rowPx}px)`
  return (
    <div class="wall-main" data-mode={mode}>
      {mode === 'screen' ? null : (
        <Toolbar
          store={store}
          groups={groupsOf(cameras, places, open)}
          counted={counted}
          page={at}
          pages={pages}
          turn={turn}
          tour={tour}
          tourSeconds={tourSeconds}
          setTourSeconds={(seconds) => {
            setUsualSeconds(seconds)
            if (settings.tourSeconds !== null) store.change({ tourSeconds: seconds })
          }}
          toggleTour={toggleTour}
          arrange={arrange.begin}
          showKeys={() => setKeysShown(true)}
        >
          {tools}
        </Toolbar>
      )}
      <section
        ref={area}
        class={`wall-grid wall-bar-${large === null ? plan.bar : 'under'}${arrange.on ? ' wall-arranging' : ''}`}
        style={
          large === null
            ? { gridTemplateColumns: `repeat(${plan.columns}, ${plan.tilePx}px)`, gridTemplateRows: rows }
            : { gridTemplateColumns: 'minmax(0, 1fr)', gridTemplateRows: 'minmax(0, 1fr)' }
        }
        aria-label={words().cameras}
        data-line={plan.linePx}
        onFocusIn={(event) =>
          setReachedId(
            event.target instanceof Element
              ? (event.target.closest('[data-camera]')?.getAttribute('data-camera') ?? null)
              : null,
          )
        }
      >
        {tiles.map(({ camera, role, cell, index }) => (
          <Tile
            key={camera.id}
            camera={camera}
            board={board}
            withheld={withheld(camera)}
            role={role}
            cell={cell}
            index={index}
            together={settings.together}
            reachable={camera.id === reachable}
            picked={camera.id === arrange.pickedId}
            choose={() => {
              if (!arrange.choose(camera.id)) show(camera.id)
            }}
            close={close}
            note={camera.id === front ? frontNote : null}
          />
        ))}
        {explained === undefined ? null : (
          <DetailsCard
            camera={explained.camera}
            board={board}
            withheld={withheld(explained.camera)}
            side={explained.role === 'shown' && explained.cell.column * 2 > plan.columns ? 'left' : 'right'}
          />
        )}
      </section>
      {tiles.length === 0 ? (
        <EmptyGroup group={settings.group} showAll={() => store.change({ group: { by: 'all' } })} />
      ) : null}
      <div class="wall-say" role="status">
        {hint === '' ? null : (
          <p>
            {hint}
            {arrange.on ? (
              <button type="button" class="button button-small" onClick={arrange.end}>
                {toolWords().arrangeDone}
              </button>
            ) : null}
          </p>
        )}
      </div>
      {keysShown ? <KeySheet onClose={() => setKeysShown(false)} /> : null}
    </div>
  )
}
