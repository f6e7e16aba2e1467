import { WatchTools } from '../watch/tools.tsx'
import { WatchedWall } from '../watch/watched-wall.tsx'
import { words } from './words.ts'

/** All cameras, live, with the open alerts beside them. */
export function WallPage() {
  return (
    <>
      <h1 class="visually-hidden">{words().title}</h1>
      <WatchedWall mode="desk" tools={<WatchTools />} />
    </>
  )
}
