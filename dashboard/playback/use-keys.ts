import { useEffect } from 'preact/hooks'
import type { Camera } from '../../gateway/contract/camera.ts'
import type { UtcMs } from '../../gateway/domain/units.ts'
import { toProblem } from '../api/request.ts'
import { useGateway } from '../shell/gateway.ts'
import type { Marks } from './draw.ts'
import { keyAction } from './keys.ts'
import { centred, loadRange, notAfter, type View, zoomed } from './scale.ts'
import { gapBeside } from './spans.ts'
import type { PlaybackState } from './use-playback.ts'

interface KeysOptions {
  readonly playback: PlaybackState
  readonly camera: Camera
  readonly view: View
  readonly setView: (view: View) => void
  readonly marks: Marks
  readonly setMarks: (marks: Marks) => void
  readonly go: (utcMs: UtcMs) => void
}

/** The keys of the playback page, except while something is typed. */
export function useKeys({ playback, camera, view, setView, marks, setMarks, go }: KeysOptions): void {
  const { api, nowUtcMs } = useGateway()

  const toGap = async (direction: 1 | -1) => {
    const at = playback.atUtcMs.peek()
    if (at === null) return
    const spans = await api.spans(camera.id, loadRange(centred(at, view.spanMs), nowUtcMs.peek()))
    const gapUtcMs = gapBeside(spans, at, direction)
    // A little before the gap, so that its beginning is seen; behind it for the way back.
    if (gapUtcMs !== undefined) go(direction === 1 ? gapUtcMs - 3_000 : gapUtcMs)
  }

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : null
      if (target?.closest('input, select, textarea, dialog') != null) return
      if (event.key === ' ' && target?.closest('button, a') != null) return
      const action = keyAction(event)
      if (action === undefined) return
      event.preventDefault()
      const at = playback.atUtcMs.peek()
      const now = nowUtcMs.peek()
      if (action.kind === 'toggle') playback.toggle()
      else if (action.kind === 'step') {
        if (at !== null) go(at + action.ms)
      } else if (action.kind === 'frame') playback.frame(action.direction)
      else if (action.kind === 'zoom') {
        setView(notAfter(zoomed(view, action.factor, at ?? view.fromUtcMs + view.spanMs / 2), now))
      } else if (action.kind === 'markIn') setMarks({ ...marks, inUtcMs: at })
      else if (action.kind === 'markOut') setMarks({ ...marks, outUtcMs: at })
      else if (action.kind === 'now') go(now - 10_000)
      else if (action.kind === 'type') document.querySelector<HTMLInputElement>('.moment-time')?.select()
      else if (action.kind === 'gap')
        toGap(action.direction).catch((thrown: unknown) => console.warn(toProblem(thrown).message))
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  })
}
