import { useEffect, useState } from 'preact/hooks'
import type { Camera } from '../../gateway/contract/camera.ts'
import { t } from '../i18n/language.ts'
import { StatusDot } from '../parts/badges.tsx'
import { CloseIcon } from '../parts/icons.tsx'
import { useGateway } from '../shell/gateway.ts'
import type { Board, Withheld } from './board.ts'
import { cameraRows, measureRows, type Row, stepRows } from './details.ts'
import { detailWords } from './details-words.ts'
import { ageWord, lookOf, lookWord, messageOf, tones } from './tile-words.ts'
import './details.css'

interface DetailsCardProps {
  readonly camera: Camera
  readonly board: Board
  readonly withheld: Withheld | null
  /** On the side where it does not cover the tile. */
  readonly side: 'left' | 'right'
}

/** Why a tile looks as it does, measured anew every second, beside the pictures that go on. */
export function DetailsCard({ camera, board, withheld, side }: DetailsCardProps) {
  const { nowUtcMs } = useGateway()
  const [, setSeconds] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setSeconds((n) => n + 1), 1_000)
    return () => clearInterval(timer)
  }, [])
  const seat = board.seat(camera.id)
  const state = seat.state.peek()
  const details = withheld === null ? seat.details() : null
  const look = lookOf(state, withheld)
  const message = messageOf(state, withheld, camera, nowUtcMs.peek())
  const words = detailWords()
  return (
    <aside class={`wall-details wall-details-${side}`} aria-label={`${words.title}: ${camera.name}`}>
      <header>
        <h2>{camera.name}</h2>
        <button
          type="button"
          class="icon-button"
          aria-label={t().actions.close}
          onClick={() => {
            board.explained.value = null
          }}
        >
          <CloseIcon size={18} />
        </button>
      </header>
      <p class="wall-details-state">
        <StatusDot tone={tones[look]}>{lookWord(look)}</StatusDot> {withheld === null ? ageWord(state) : ''}
      </p>
      {message === undefined ? null : <p>{[message.title, ...message.lines].join(' · ')}</p>}
      {details === null || details.shown === null ? (
        <p class="muted">{words.nothing}</p>
      ) : (
        <>
          <Rows rows={stepRows(details)} />
          <Rows rows={measureRows(details)} />
        </>
      )}
      <Rows rows={cameraRows(camera)} />
    </aside>
  )
}

const Rows = ({ rows }: { rows: readonly Row[] }) => (
  <dl>
    {rows.map(({ name, value, warn }) => (
      <div key={name === '' ? value : name} class={warn ? 'is-warn' : undefined}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
)
