import type { ComponentChildren } from 'preact'
import { t } from '../i18n/language.ts'
import { Empty, Loaded, Loading } from '../parts/states.tsx'
import { loadOf } from '../parts/use-load.ts'
import { useGateway, useMay } from '../shell/gateway.ts'
import type { WallStore } from './settings-store.ts'
import { Tiles } from './tiles.tsx'
import { words } from './words.ts'
import './arrange.css'
import './tools.css'
import './wall.css'

export interface WallProps {
  /** `screen`: nobody sits at it; pictures only, without tools. */
  readonly mode: 'desk' | 'screen'
  /** How it looks: of `useWallStore()`. */
  readonly store: WallStore
  /** The camera that an alert brought to the front: shown large as long as it is named, in the large place where the layout has one. */
  readonly front?: string | null
  /** Over the picture of the front camera: why it is there. */
  readonly frontNote?: ComponentChildren
  /** Somebody closed it, or chose another tile. */
  readonly onFrontClose?: () => void
  /** Further tools in the line above the pictures. */
  readonly tools?: ComponentChildren
}

/** The tiles and, at a desk, their tools. Fills its parent, which must have a height. */
export function Wall(props: WallProps) {
  const { stores, reload } = useGateway()
  return (
    <Loaded what={words().cameras} of={loadOf(stores.cameras, reload.cameras)}>
      {(cameras) => {
        if (cameras.length === 0) return <NoCameras />
        return props.store.known.value ? <Tiles cameras={cameras} {...props} /> : <Loading />
      }}
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
