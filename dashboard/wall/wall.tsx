import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Camera } from '../../gateway/contract/camera.ts'
import { t } from '../i18n/language.ts'
import type { PlayKind } from '../live/play-state.ts'
import { Empty, Loaded } from '../parts/states.tsx'
import { loadOf } from '../parts/use-load.ts'
import { useGateway, useMay } from '../shell/gateway.ts'
import { barPx, byTrouble, gridOf, moved, pagesOf, tileWidthPx } from './layout.ts'
import { choices } from './choices.ts'
import { Tile } from './tile.tsx'
import { Toolbar } from './toolbar.tsx'
import { words } from './words.ts'
import './wall.css'

export interface WallProps {
  /** `screen`: nobody sits at it; pictures only, without tools. */
  readonly mode: 'desk' | 'screen'
  /** The camera that an alert brought to the front: shown large as long as it is named. */
  readonly front?: string | null
  /** Over the picture of the front camera: why it is there. */
  readonly frontNote?: ComponentChildren
  /** Somebody closed it, or chose another tile. */
  readonly onFrontClose?: () => void
}

/** The tiles and, at a desk, their tools. Fills its parent, which must have a height. */
export function Wall(props: WallProps) {
  const { stores, reload } = useGateway()
  return (
    <Loaded what={words().cameras} of={loadOf(stores.cameras, reload.cameras)}>
      {(cameras) => (cameras.length === 0 ? <NoCameras /> : <Tiles cameras={cameras} {...props} />)}
    </Loaded>
  )
}

function NoCameras() {
  const mayConfigure = useMay('configure')
  return (
    <Empty title={words().empty} next={words().emptyNext}>
      {mayConfigure ? (
        <a class="button" href="/devices">
          {t().sensors.toDevices}
        </a>
      ) : null}
    </Empty>
  )
}

function Tiles({ cameras, front = null, onFrontClose }: WallProps & { cameras: readonly Camera[] }) {
  const area = useRef<HTMLElement>(null)
  const [sizePx, setSizePx] = useState({ width: 1280, height: 720 })
  const [page, setPage] = useState(0)
  const [bigId, setBigId] = useState<string | null>(null)
  const [kinds, setKinds] = useState<ReadonlyMap<string, PlayKind>>(new Map())
  const { layout, order } = choices.value
  useEffect(() => {
    if (front !== null) setBigId(front)
  }, [front])

  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setSizePx({ width: entry.contentRect.width, height: entry.contentRect.height })
    })
    if (area.current !== null) observer.observe(area.current)
    return () => observer.disconnect()
  }, [])

  const ordered = order === 'trouble' ? byTrouble(cameras) : cameras
  const grid = gridOf(layout, ordered.length, sizePx.width, sizePx.height)
  const pages = pagesOf(ordered.length, grid.perPage)
  const at = Math.min(page, pages - 1)
  const shown = ordered.slice(at * grid.perPage, (at + 1) * grid.perPage)
  // What is not meant to be live now, disabled or scrolled out of view, does not count as missing.
  const meant = shown.filter((camera) => kinds.get(camera.id) !== 'paused' && (bigId === null || camera.id === bigId))
  const live = meant.filter((camera) => kinds.get(camera.id) === 'live').length

  const tileButton = (index: number) =>
    area.current?.querySelector<HTMLButtonElement>(`[data-camera="${shown[index]?.id ?? ''}"] .tile-open`)
  const close = () => {
    const index = shown.findIndex((camera) => camera.id === bigId)
    setBigId(null)
    if (bigId === front) onFrontClose?.()
    requestAnimationFrame(() => tileButton(index)?.focus())
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'Escape' && bigId !== null) return close()
    if (event.key === 'PageDown') return setPage(Math.min(pages - 1, at + 1))
    if (event.key === 'PageUp') return setPage(Math.max(0, at - 1))
    const number = Number(event.key)
    if (number >= 1 && number <= shown.length) return setBigId(shown[number - 1]?.id ?? null)
    const here = shown.findIndex((camera) => camera.id === (bigId ?? focusedCamera()))
    const next = moved(Math.max(0, here), event.key, shown.length, grid.columns)
    if (next === undefined) return
    event.preventDefault()
    if (bigId === null) tileButton(here < 0 ? 0 : next)?.focus()
    else setBigId(shown[next]?.id ?? null)
  }
  useEffect(() => {
    const handler = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : null
      if (target?.closest('input, select, textarea, .wall-tools, .wall-alerts, .top') === null) onKeyDown(event)
    }
    document.addEventListener('keydown', handler)
    return () => document.removeEventListener('keydown', handler)
  })

  const tilePx = tileWidthPx(grid, sizePx.width, sizePx.height)
  const style =
    bigId === null
      ? {
          gridTemplateColumns: `repeat(${grid.columns}, ${tilePx}px)`,
          gridTemplateRows: `repeat(${grid.rows}, ${Math.round((tilePx * 9) / 16) + barPx}px)`,
        }
      : { gridTemplateColumns: 'minmax(0, 1fr)', gridTemplateRows: 'minmax(0, 1fr)' }
  return (
    <div class="wall-main">
      <Toolbar live={live} shown={meant.length} page={at} pages={pages} turn={setPage} />
      <section ref={area} class="wall-grid" style={style} aria-label={words().cameras}>
        {shown.map((camera, index) => (
          <Tile
            key={camera.id}
            camera={camera}
            number={index + 1}
            big={camera.id === bigId}
            aside={bigId !== null && camera.id !== bigId}
            open={() => setBigId(camera.id)}
            close={close}
            onKind={(kind) => setKinds((before) => new Map(before).set(camera.id, kind))}
          />
        ))}
      </section>
    </div>
  )
}

const focusedCamera = () => document.activeElement?.closest('[data-camera]')?.getAttribute('data-camera')
