import { computed, useComputed, useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useMemo, useRef } from 'preact/hooks'
import type { Camera } from '../../gateway/contract/camera.ts'
import type { Board, Withheld } from './board.ts'
import type { Cell } from './layout.ts'
import { TileActions, TileOver } from './tile-actions.tsx'
import { TileBar } from './tile-bar.tsx'
import { TileMessage, TileNotes } from './tile-message.tsx'
import type { TilePanel, TileSlot } from './tile-slot.ts'
import { lookOf } from './tile-words.ts'
import { useTilePlayer } from './use-tile-player.ts'
import { words } from './words.ts'
import './tile.css'
import './tile-bar.css'

/** `large`: alone on the wall. `aside`: not shown because another one is. `ahead`: opened behind the page, which it follows. */
export type TileRole = 'shown' | 'large' | 'aside' | 'ahead'

interface TileProps {
  readonly camera: Camera
  readonly board: Board
  readonly withheld: Withheld | null
  readonly role: TileRole
  /** Where it stands on its page. Tiles are placed, never moved in the document: a video that moves begins anew. */
  readonly cell: Cell
  /** Counted from 0. */
  readonly index: number
  readonly together: boolean
  /** The one that Tab reaches; arrows lead to the others. */
  readonly reachable: boolean
  /** Chosen to change places. */
  readonly picked: boolean
  readonly choose: () => void
  readonly close: () => void
  /** Over the picture: why an alert brought it to the front. */
  readonly note: ComponentChildren
}

/** One camera of the wall. Only its leaves are drawn again while it plays. */
export function Tile(props: TileProps) {
  const { camera, board, withheld, role, cell, index, together, reachable, picked, choose, close, note } = props
  const host = useRef<HTMLDivElement>(null)
  const panel = useSignal<TilePanel>(null)
  const { state } = board.seat(camera.id)
  const large = role === 'large'
  useTilePlayer({ board, cameraId: camera.id, host, plays: withheld === null, large, together })

  const kind = useComputed(() => state.value.kind)
  const stream = useComputed(() => state.value.shown?.stream)
  // What is withheld is no signal: with it, the look is computed anew.
  const look = useMemo(() => computed(() => lookOf(state.value, withheld)), [state, withheld])
  const slot: TileSlot = { camera, details: () => board.seat(camera.id).details(), panel, close }
  const hidden = role === 'ahead' || role === 'aside'
  return (
    <article
      class={`tile tile-${role}${picked ? ' tile-picked' : ''}${cell.span > 1 ? ' tile-wide' : ''}`}
      style={large ? {} : placed(cell, index)}
      data-camera={camera.id}
      data-look={look}
      data-state={withheld === 'disabled' ? withheld : withheld === null ? kind : 'refused'}
      data-stream={stream}
      aria-label={camera.name}
      aria-hidden={hidden}
      inert={hidden}
    >
      <div class="tile-picture">
        <div ref={host} class="tile-host" />
        <TileMessage state={state} withheld={withheld} camera={camera} />
        {withheld === null ? <TileNotes state={state} camera={camera} /> : null}
        {note}
        {large ? <TileOver {...slot} /> : null}
      </div>
      {large ? null : (
        <button
          type="button"
          class="tile-open"
          aria-label={words().enlarge(camera.name)}
          aria-pressed={picked ? true : undefined}
          tabIndex={reachable ? 0 : -1}
          onClick={choose}
        />
      )}
      <TileBar
        state={state}
        withheld={withheld}
        camera={camera}
        reachable={reachable || large}
        explain={() => {
          board.explained.value = board.explained.peek() === camera.id ? null : camera.id
        }}
      >
        {large ? <TileActions {...slot} /> : null}
      </TileBar>
    </article>
  )
}

const placed = ({ column, row, span }: Cell, index: number) => ({
  gridArea: `${row} / ${column} / span ${span} / span ${span}`,
  // For the one column of a phone, where places count for nothing.
  order: index,
})
