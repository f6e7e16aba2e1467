import { toProblem } from '../api/request.ts'
import { choices, choose } from './choices.ts'
import { layouts } from './layout.ts'
import { words } from './words.ts'

interface ToolbarProps {
  readonly live: number
  readonly shown: number
  readonly page: number
  readonly pages: number
  readonly turn: (page: number) => void
}

/** Above the pictures: how many are truly live, the layout, the order, the page. */
export function Toolbar({ live, shown, page, pages, turn }: ToolbarProps) {
  const { layout, order } = choices.value
  return (
    <div class="wall-tools">
      <span class={live === shown ? 'wall-live' : 'wall-live wall-live-short'} title={words().liveHint}>
        {words().live(live, shown)}
      </span>
      <div class="switch" role="group" aria-label={words().layout}>
        {layouts.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={one === layout}
            title={words().layoutHint(words().layouts[one])}
            onClick={() => choose({ layout: one })}
          >
            {words().layouts[one]}
          </button>
        ))}
      </div>
      <div class="switch" role="group" aria-label={words().order}>
        <button type="button" aria-pressed={order === 'place'} onClick={() => choose({ order: 'place' })}>
          {words().byPlace}
        </button>
        <button type="button" aria-pressed={order === 'trouble'} onClick={() => choose({ order: 'trouble' })}>
          {words().byTrouble}
        </button>
      </div>
      {pages > 1 ? (
        <div class="wall-pages">
          <button
            type="button"
            class="button button-small"
            aria-label={words().before}
            disabled={page === 0}
            onClick={() => turn(page - 1)}
          >
            ‹
          </button>
          <span>{words().page(page + 1, pages)}</span>
          <button
            type="button"
            class="button button-small"
            aria-label={words().after}
            disabled={page === pages - 1}
            onClick={() => turn(page + 1)}
          >
            ›
          </button>
        </div>
      ) : null}
      <span class="wall-keys muted">{words().keys}</span>
      <button type="button" class="button button-small" onClick={fullscreen}>
        {words().fullscreen}
      </button>
    </div>
  )
}

function fullscreen(): void {
  const wall = document.querySelector('.wall')
  const change = document.fullscreenElement === null ? wall?.requestFullscreen() : document.exitFullscreen()
  change?.catch((thrown: unknown) => console.warn('full screen was refused', toProblem(thrown).message))
}
