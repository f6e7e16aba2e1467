import { words } from './words.ts'
import { AlertStrip } from './alert-strip.tsx'
import { Wall } from './wall.tsx'

/** All cameras, live, with the open alerts beside them. */
export function WallPage() {
  return (
    <div class="wall">
      <h1 class="visually-hidden">{words().title}</h1>
      <Wall mode="desk" />
      <AlertStrip />
    </div>
  )
}
