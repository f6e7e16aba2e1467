import { useEffect, useRef } from 'preact/hooks'
import type { Camera } from '../../gateway/contract/camera.ts'
import { seconds, type UtcMs } from '../../gateway/domain/units.ts'
import { toProblem } from '../api/request.ts'
import { useGateway, useMay } from '../shell/gateway.ts'
import type { Desk } from './desk.ts'
import { type KeyAction, keyAction } from './keys.ts'
import type { LaneData } from './lane-data.ts'
import { centred, loadRange } from './scale.ts'
import { gapBeside } from './spans.ts'

interface KeysOptions {
  readonly desk: Desk
  readonly cameras: readonly Camera[]
  readonly data: LaneData
}

const usualFps = 25
/** A gap and an alert are shown from a little before. */
const leadMs = seconds(3)

/** The keys of the playback page, except while something is typed. */
export function useKeys({ desk, cameras, data }: KeysOptions): void {
  const { api, nowUtcMs } = useGateway()
  const [mayHold, mayDownload] = [useMay('hold'), useMay('download')]
  const { play } = desk

  const toGap = async (at: UtcMs, direction: 1 | -1): Promise<void> => {
    const range = loadRange(centred(at, desk.view.peek().spanMs), nowUtcMs.peek())
    const lists = await Promise.all(cameras.map(({ id }) => api.spans(id, range)))
    const found = lists.flatMap((spans) => gapBeside(spans, at, direction) ?? [])
    if (found.length === 0) return
    // A little before the gap, so that its beginning is seen; behind it for the way back.
    desk.go(direction === 1 ? Math.min(...found) - leadMs : Math.max(...found))
  }
  const toAlert = (at: UtcMs, direction: 1 | -1): void => {
    // Some seconds may have been played since the last such step.
    const found =
      direction === 1
        ? data.alerts.find((one) => one.raisedUtcMs - leadMs > at + 1_000)
        : data.alerts.findLast((one) => one.raisedUtcMs - leadMs < at - 5_000)
    if (found !== undefined) desk.go(found.raisedUtcMs - leadMs)
  }
  const run = (action: KeyAction): void => {
    const at = play.headUtcMs.peek()
    if (action.kind === 'toggle') play.toggle()
    else if (action.kind === 'pause') play.pause()
    else if (action.kind === 'shuttle') play.shuttle(action.direction)
    else if (action.kind === 'frame') play.frame(action.direction, cameras[0]?.main?.fps ?? usualFps)
    else if (action.kind === 'step') {
      if (at !== null) desk.go(at + action.ms)
    } else if (action.kind === 'zoom') desk.zoom(action.factor)
    else if (action.kind === 'markIn') desk.mark({ inUtcMs: at })
    else if (action.kind === 'markOut') desk.mark({ outUtcMs: at })
    else if (action.kind === 'now') desk.go(nowUtcMs.peek() - seconds(10))
    else if (action.kind === 'type') document.querySelector<HTMLInputElement>('.moment-time')?.select()
    else if (action.kind === 'help') desk.dialog.value = 'keys'
    else if (action.kind === 'hold') {
      if (mayHold) desk.dialog.value = 'hold'
    } else if (action.kind === 'download') {
      if (mayDownload) desk.dialog.value = 'download'
    } else if (action.kind === 'alert') {
      if (at !== null) toAlert(at, action.direction)
    } else if (action.kind === 'gap' && at !== null) {
      toGap(at, action.direction).catch((thrown: unknown) => console.warn(toProblem(thrown).message))
    }
  }
  const latest = useRef(run)
  latest.current = run

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : null
      if (target?.closest('input, select, textarea, dialog, [popover]') != null) return
      if (event.key === ' ' && target?.closest('button, a') != null) return
      // In a row of tabs the arrows are its own.
      if (target?.closest('[role=tablist]') != null && event.key.startsWith('Arrow')) return
      const action = keyAction(event)
      if (action === undefined) return
      event.preventDefault()
      latest.current(action)
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [])
}
