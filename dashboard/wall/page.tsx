import { AlertStrip } from './alert-strip.tsx'
import { useWallStore } from './use-wall-store.ts'
import { Wall } from './wall.tsx'
import { words } from './words.ts'

/** All cameras, live, with the open alerts beside them. */
export function WallPage() {
  const store = useWallStore()
  return (
    <div class="wall">
      <h1 class="visually-hidden">{words().title}</h1>
      <Wall mode="desk" store={store} />
      <AlertStrip />
    </div>
  )
}
