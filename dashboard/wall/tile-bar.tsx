import { type ReadonlySignal, useComputed } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import type { Camera } from '../../gateway/contract/camera.ts'
import { placeBeside } from '../api/places.ts'
import type { PlayState } from '../live/play-state.ts'
import { shapes } from '../parts/badges.tsx'
import { drawn } from '../parts/icons.tsx'
import { useGateway } from '../shell/gateway.ts'
import type { Withheld } from './board.ts'
import { ageWord, lookOf, lookWord, presents, tones } from './tile-words.ts'
import { words } from './words.ts'

const InfoIcon = drawn(['M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z', 'M12 11v5.5', 'M12 7.5v.2'])

interface TileBarProps {
  readonly state: ReadonlySignal<PlayState>
  readonly withheld: Withheld | null
  readonly camera: Camera
  readonly explain: () => void
  /** Tab leads to its button. */
  readonly reachable: boolean
  readonly children: ComponentChildren
}

/** The line of a tile: whether it is recorded, whose it is, how live it is, and a way to all the rest. */
export function TileBar({ state, withheld, camera, explain, reachable, children }: TileBarProps) {
  const { stores } = useGateway()
  const recorded = camera.state.status === 'recording'
  const place = placeBeside(camera.name, stores.places.value.get(camera.areaId))
  const recording = recorded ? words().recording : words().notRecording
  const name = [camera.name, place].filter(Boolean).join(' · ')
  return (
    <div class="tile-bar">
      <span class={recorded ? 'tile-recording' : 'tile-recording tile-recording-not'} title={recording}>
        <span class="tile-recording-word">{recording}</span>
      </span>
      <span class="tile-words" title={name}>
        <span class="tile-name">{camera.name}</span>
        {place === '' ? null : <span class="tile-place">{place}</span>}
      </span>
      <TileStream state={state} withheld={withheld} />
      <span class="tile-state">
        <TileStatus state={state} withheld={withheld} />
        {withheld === null ? <TileAge state={state} /> : null}
      </span>
      <button
        type="button"
        class="tile-explain"
        aria-label={words().explain(camera.name)}
        title={words().explain(camera.name)}
        tabIndex={reachable ? 0 : -1}
        onClick={explain}
      >
        <InfoIcon size={16} />
      </button>
      {children}
    </div>
  )
}

type Leaf = Pick<TileBarProps, 'state' | 'withheld'>

function TileStream({ state, withheld }: Leaf) {
  const stream = useComputed(() => (presents(state.value) ? state.value.shown?.stream : undefined)).value
  return stream === undefined || withheld !== null ? null : <span class="tile-stream">{words().streams[stream]}</span>
}

/** In a narrow tile a live one says its age alone; what is not live always says its word. */
function TileStatus({ state, withheld }: Leaf) {
  const kind = useComputed(() => lookOf(state.value, null)).value
  const look = withheld ?? kind
  return (
    <span class={`status status-${tones[look]}`}>
      <span class="status-mark" aria-hidden="true">
        {shapes[tones[look]]}
      </span>
      <span class="tile-status-word">{lookWord(look)}</span>
    </span>
  )
}

/** Written into the document four times a second, without drawing anything else. */
function TileAge({ state }: Pick<Leaf, 'state'>) {
  const age = useComputed(() => ageWord(state.value))
  return <span class="tile-age">{age}</span>
}
