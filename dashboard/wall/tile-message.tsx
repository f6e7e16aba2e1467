import { computed, type ReadonlySignal, useComputed } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useMemo } from 'preact/hooks'
import type { Camera } from '../../gateway/contract/camera.ts'
import type { PlayState } from '../live/play-state.ts'
import { alertTitle } from '../parts/alert-words.ts'
import { drawn, type IconProps } from '../parts/icons.tsx'
import { useGateway } from '../shell/gateway.ts'
import type { Withheld } from './board.ts'
import { alertOf } from './order.ts'
import { type Look, lookOf, messageOf, noteOf, presents } from './tile-words.ts'

/** A shape for each state without a moving picture, so that it is known from across the room. */
const shapes: Partial<Record<Look, ComponentType<IconProps>>> = {
  connecting: drawn(['M12 4a8 8 0 1 1-8 8', 'M12 8v4l3 2']),
  stalled: drawn(['M8.5 6v12', 'M15.5 6v12']),
  offline: drawn(['M3 8h10a2 2 0 0 1 2 2v6', 'M15 11l6-3v8l-3-1.5', 'M3 8v8h10', 'M4 4l16 16']),
  refused: drawn(['M12 4 2.8 19.5h18.4z', 'M12 10v4.5', 'M12 17v.2']),
  forbidden: drawn(['M6 11h12v9H6z', 'M8.5 11V8a3.5 3.5 0 0 1 7 0v3', 'M12 14.5v2']),
  privacy: drawn(['M3 12c2.5-4 5.5-6 9-6 1.4 0 2.7.3 4 .9', 'M21 12c-2.5 4-5.5 6-9 6-1.4 0-2.7-.3-4-.9', 'M4 20 20 4']),
  disabled: drawn(['M12 4v8', 'M7.5 6.5a7.5 7.5 0 1 0 9 0']),
}

interface TileStateProps {
  readonly state: ReadonlySignal<PlayState>
  readonly withheld: Withheld | null
  readonly camera: Camera
}

/** Instead of a moving picture: what is wrong, since when, what happens next. Drawn again only when it says something else. */
export function TileMessage({ state, withheld, camera }: TileStateProps) {
  const moves = useComputed(() => presents(state.value)).value
  if (moves && withheld === null) return null
  return <Message state={state} withheld={withheld} camera={camera} />
}

function Message({ state, withheld, camera }: TileStateProps) {
  const { nowUtcMs } = useGateway()
  const message = messageOf(state.value, withheld, camera, nowUtcMs.value)
  if (message === undefined) return null
  const Shape = shapes[lookOf(state.value, withheld)]
  return (
    <div class="tile-message">
      {Shape === undefined ? null : (
        <span class="tile-shape">
          <Shape size={30} />
        </span>
      )}
      <p class="tile-message-title">{message.title}</p>
      {message.lines.map((line) => (
        <p key={line} class="tile-message-line">
          {line}
        </p>
      ))}
    </div>
  )
}

/** Over the picture: an open alert of the camera or its place, and why a moving picture is not the best one. */
export function TileNotes({ state, camera }: Omit<TileStateProps, 'withheld'>) {
  const { stores } = useGateway()
  const note = useMemo(() => computed(() => noteOf(state.value, camera)), [state, camera]).value
  const found = alertOf(camera, stores.openAlerts.value ?? [])
  // What a camera that is away says itself is said once.
  const alert = found?.code === 'camera-offline' ? undefined : found
  if (note === null && alert === undefined) return null
  return (
    <div class="tile-notes">
      {alert === undefined ? null : (
        <p class={`tile-note tile-note-${alert.severity}`}>
          <span aria-hidden="true">{alert.severity === 'critical' ? '! ' : '▲ '}</span>
          {alertTitle(alert)}
        </p>
      )}
      {note === null ? null : (
        <p class="tile-note tile-note-why" title={note}>
          <span class="tile-note-mark" aria-hidden="true">
            ▾
          </span>
          <span class="tile-note-words">{note}</span>
        </p>
      )}
    </div>
  )
}
