import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Camera, StreamName } from '../../gateway/contract/camera.ts'
import { placeBeside } from '../api/places.ts'
import { t } from '../i18n/language.ts'
import { firstState, type PlayState } from '../live/play-state.ts'
import { StatusDot } from '../parts/badges.tsx'
import { useGateway } from '../shell/gateway.ts'
import { Layer } from './layer.tsx'
import { TileActions } from './tile-actions.tsx'
import type { TilePanel } from './tile-slot.ts'
import { ageWord, messageOf, tones } from './tile-words.ts'
import { words } from './words.ts'
import './tile.css'
import './tile-bar.css'

interface TileProps {
  readonly camera: Camera
  /** The number key that leads here. */
  readonly number: number
  /** Shown large, with the main stream. */
  readonly big: boolean
  /** Not shown because another one is large: its player pauses by itself. */
  readonly aside: boolean
  readonly open: () => void
  readonly close: () => void
  readonly onKind: (kind: PlayState['kind']) => void
}

const first: PlayState = firstState
const presents = (state: PlayState): boolean => state.kind === 'live' || state.kind === 'late'

/** One camera of the wall. Enlarged, the main stream starts on a second layer that is shown with its first picture. */
export function Tile({ camera, number, big, aside, open, close, onKind }: TileProps) {
  const element = useRef<HTMLElement>(null)
  const smallPx = useRef({ widthPx: 640, heightPx: 360 })
  const [active, setActive] = useState<StreamName>('sub')
  const state = useSignal<PlayState>(first)
  const panel = useSignal<TilePanel>(null)
  const wanted: StreamName = big ? 'main' : 'sub'

  const size = () => {
    const box = element.current?.getBoundingClientRect()
    if (big || box === undefined || box.width === 0) return smallPx.current
    smallPx.current = { widthPx: box.width * devicePixelRatio, heightPx: box.height * devicePixelRatio }
    return smallPx.current
  }
  const heard = (layer: StreamName) => (next: PlayState) => {
    if (layer === wanted && layer !== active && presents(next)) setActive(layer)
    if (layer === active || presents(next)) state.value = next
  }
  const off = camera.state.status === 'disabled'
  const kind = state.value.kind
  useEffect(() => onKind(off ? 'paused' : kind), [kind, off])

  const layers: readonly StreamName[] = active === wanted ? [active] : ['sub', 'main']
  return (
    <article
      ref={element}
      class={`tile tile-${off ? 'paused' : kind}${big ? ' tile-big' : ''}${aside ? ' tile-aside' : ''}`}
      data-camera={camera.id}
      data-state={off ? 'disabled' : kind}
      data-stream={state.value.shown?.stream}
      aria-label={camera.name}
    >
      <div class="tile-picture">
        {off
          ? null
          : layers.map((layer) => (
              <Layer
                key={layer}
                cameraId={camera.id}
                prefer={layer === 'main' ? 'main' : undefined}
                size={layer === 'main' ? bigSize : size}
                shown={layer === active}
                say={heard(layer)}
              />
            ))}
        <TileMessage state={state.value} camera={camera} off={off} />
        <TileNote state={state.value} opening={active !== wanted && big} camera={camera} />
      </div>
      {big ? null : (
        <button
          type="button"
          class="tile-open"
          aria-label={words().enlarge(camera.name)}
          data-number={number}
          onClick={open}
        />
      )}
      <TileBar state={state.value} camera={camera} off={off}>
        {big ? <TileActions camera={camera} details={() => null} panel={panel} close={close} /> : null}
      </TileBar>
    </article>
  )
}

const bigSize = () => ({ widthPx: innerWidth * devicePixelRatio, heightPx: innerHeight * devicePixelRatio })

function TileMessage({ state, camera, off }: { state: PlayState; camera: Camera; off: boolean }) {
  const { nowUtcMs } = useGateway()
  const message = off ? { title: words().disabled, lines: [] } : messageOf(state, camera, nowUtcMs.value)
  if (message === undefined) return null
  return (
    <div class="tile-message">
      <p class="tile-message-title">{message.title}</p>
      {message.lines.map((line) => (
        <p key={line} class="tile-message-line">
          {line}
        </p>
      ))}
    </div>
  )
}

/** Over a picture that plays: that it is not recorded, else why it is not the best one. */
function TileNote({ state, opening, camera }: { state: PlayState; opening: boolean; camera: Camera }) {
  const why = presents(state) ? state.shown?.why : null
  const unrecorded = presents(state) && camera.state.status !== 'recording'
  const note = opening ? words().opening : unrecorded ? words().notRecording : why ? words().why[why] : undefined
  return note === undefined ? null : <p class="tile-note">{note}</p>
}

interface TileBarProps {
  readonly state: PlayState
  readonly camera: Camera
  readonly off: boolean
  readonly children: ComponentChildren
}

/** Under the picture: whether it is recorded, whose it is, and how live it is. */
function TileBar({ state, camera, off, children }: TileBarProps) {
  const { stores } = useGateway()
  const recorded = camera.state.status === 'recording'
  const place = placeBeside(camera.name, stores.places.value.get(camera.areaId))
  const shown = presents(state) ? state.shown : null
  const recording = recorded ? words().recording : words().notRecording
  return (
    <div class="tile-bar">
      <span class={recorded ? 'tile-recording' : 'tile-recording tile-recording-not'} title={recording}>
        <span class="tile-recording-word">{recording}</span>
      </span>
      <span class="tile-words">
        <span class="tile-name">{camera.name}</span>
        {place === '' ? null : <span class="tile-place">{place}</span>}
      </span>
      {shown ? <span class="tile-stream">{words().streams[shown.stream]}</span> : null}
      <span class="tile-state">
        <StatusDot tone={off ? 'off' : tones[state.kind]}>
          {off ? t().cameraStatus.disabled : words().states[state.kind]}
        </StatusDot>
        {off ? null : <span class="tile-age"> {ageWord(state)}</span>}
      </span>
      {children}
    </div>
  )
}
