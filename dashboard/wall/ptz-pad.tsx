import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Camera } from '../../gateway/contract/camera.ts'
import type { PtzMove, PtzState } from '../../gateway/contract/ptz.ts'
import { toProblem } from '../api/request.ts'
import { CloseIcon } from '../parts/icons.tsx'
import { problemText } from '../parts/states.tsx'
import { useGateway } from '../shell/gateway.ts'
import { type PtzHold, ptzHold } from './ptz-hold.ts'
import { PtzPresets } from './ptz-presets.tsx'
import { padMove } from './ptz-speed.ts'
import { ptzWords } from './ptz-words.ts'
import { useSteerKeys } from './use-steer-keys.ts'
import './ptz.css'

const tickMs = 100
/** While somebody else turns it, he is asked after. */
const askEveryMs = 2_000

/** Over the large picture: turn the camera by hand, and its presets. */
export function PtzPad({ camera, close }: { camera: Camera; close: () => void }) {
  const { api } = useGateway()
  const [state, setState] = useState<PtzState | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const failed = (thrown: unknown) => {
    const { code, facts } = toProblem(thrown)
    const by = facts?.['heldBy']
    if (code === 'ptz-held' && typeof by === 'string') setState((was) => ({ presets: was?.presets ?? [], heldBy: by }))
    else setProblem(problemText(thrown))
  }
  const ask = async (signal?: AbortSignal): Promise<void> => {
    try {
      setState(await api.ptz(camera.id, signal))
    } catch (thrown) {
      if (signal?.aborted !== true) failed(thrown)
    }
  }
  useEffect(() => {
    const leaving = new AbortController()
    void ask(leaving.signal)
    return () => leaving.abort()
  }, [camera.id])
  const held = state?.heldBy ?? null
  useEffect(() => {
    if (held === null) return undefined
    const leaving = new AbortController()
    const timer = setInterval(() => void ask(leaving.signal), askEveryMs)
    return () => {
      leaving.abort()
      clearInterval(timer)
    }
  }, [camera.id, held])
  const hold = useHold(camera.id, failed)
  const turn = (move: PtzMove | null) => {
    if (move !== null) setProblem(null)
    hold.want(move)
  }
  useSteerKeys(turn)

  return (
    <section class="ptz" aria-label={ptzWords().title}>
      <header class="ptz-head">
        <strong>{ptzWords().title}</strong>
        <button
          type="button"
          class="icon-button"
          aria-label={ptzWords().close}
          title={ptzWords().close}
          onClick={close}
        >
          <CloseIcon size={18} />
        </button>
      </header>
      {problem !== null ? (
        <p class="ptz-problem" role="alert">
          {problem}
        </p>
      ) : held === null ? null : (
        <p class="ptz-problem" role="status">
          {ptzWords().heldBy(held)}
        </p>
      )}
      <div class="ptz-hands">
        <Pad turn={turn} />
        <div class="ptz-zoom">
          <ZoomButton sign="+" label={ptzWords().closer} zoom={0.5} turn={turn} />
          <ZoomButton sign="−" label={ptzWords().wider} zoom={-0.5} turn={turn} />
        </div>
      </div>
      <p class="ptz-hint">{ptzWords().hint}</p>
      <PtzPresets cameraId={camera.id} state={state} failed={failed} changed={ask} begin={() => setProblem(null)} />
    </section>
  )
}

/** Stops when the pad, the tab or the window is left. */
function useHold(cameraId: string, failed: (thrown: unknown) => void): PtzHold {
  const { api } = useGateway()
  const latest = useRef(failed)
  latest.current = failed
  const hold = useMemo(
    () =>
      ptzHold({
        move: (move) => api.ptzMove(cameraId, move),
        stop: () => api.ptzStop(cameraId),
        now: () => performance.now(),
        failed: (thrown) => latest.current(thrown),
      }),
    [cameraId],
  )
  useEffect(() => {
    const timer = setInterval(hold.tick, tickMs)
    const stop = () => hold.want(null)
    addEventListener('blur', stop)
    addEventListener('pagehide', stop)
    document.addEventListener('visibilitychange', stop)
    return () => {
      clearInterval(timer)
      removeEventListener('blur', stop)
      removeEventListener('pagehide', stop)
      document.removeEventListener('visibilitychange', stop)
      stop()
    }
  }, [hold])
  return hold
}

type Turn = (move: PtzMove | null) => void

function Pad({ turn }: { turn: Turn }) {
  const knob = useRef<HTMLSpanElement>(null)
  const steer = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    const box = event.currentTarget.getBoundingClientRect()
    const radius = box.width / 2
    const x = (event.clientX - box.left - radius) / radius
    const y = (event.clientY - box.top - radius) / radius
    const most = Math.max(1, Math.hypot(x, y))
    if (knob.current)
      knob.current.style.transform = `translate(${(x / most) * radius * 0.7}px, ${(y / most) * radius * 0.7}px)`
    turn(padMove(x, y))
  }
  const end = () => {
    if (knob.current) knob.current.style.transform = ''
    turn(null)
  }
  return (
    <div
      class="ptz-pad"
      role="application"
      tabIndex={0}
      aria-label={ptzWords().pad}
      title={ptzWords().pad}
      onPointerDown={(event) => {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        steer(event)
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) steer(event)
      }}
      onLostPointerCapture={end}
    >
      <span class="ptz-up" aria-hidden="true">
        ▲
      </span>
      <span class="ptz-left" aria-hidden="true">
        ◀
      </span>
      <span class="ptz-right" aria-hidden="true">
        ▶
      </span>
      <span class="ptz-down" aria-hidden="true">
        ▼
      </span>
      <span ref={knob} class="ptz-knob" aria-hidden="true" />
    </div>
  )
}

function ZoomButton({ sign, label, zoom, turn }: { sign: string; label: string; zoom: number; turn: Turn }) {
  const begin = () => turn({ pan: 0, tilt: 0, zoom })
  const end = () => turn(null)
  return (
    <button
      type="button"
      class="button ptz-zoom-button"
      aria-label={label}
      title={label}
      onPointerDown={(event) => {
        if (event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        begin()
      }}
      onLostPointerCapture={end}
      onKeyDown={(event) => {
        if ((event.key === ' ' || event.key === 'Enter') && !event.repeat) begin()
      }}
      onKeyUp={(event) => {
        if (event.key === ' ' || event.key === 'Enter') end()
      }}
      onBlur={end}
    >
      {sign}
    </button>
  )
}
