import type { CameraState } from '../contract/camera.ts'
import { type Millis, seconds, type UtcMs } from '../domain/units.ts'
import type { Clock } from '../lib/clock.ts'

/** Frame rate and bit rate are measured over this long. */
const windowMs: Millis = seconds(5)

interface Entry {
  state: CameraState
  windowStartMs: Millis
  frames: number
  bytes: number
}

/** What every camera is doing now. In memory: after a restart nothing is known until it is seen. */
export function cameraStates(clock: Clock, onChange: (cameraId: string, state: CameraState) => void) {
  const entries = new Map<string, Entry>()

  const entryOf = (cameraId: string): Entry => {
    const known = entries.get(cameraId)
    if (known) return known
    const blank: CameraState = {
      status: 'connecting',
      reason: null,
      detail: null,
      sinceUtcMs: clock.now(),
      nextTryUtcMs: null,
      lastFrameUtcMs: null,
      fps: null,
      kbps: null,
    }
    const made: Entry = { state: blank, windowStartMs: clock.monotonic(), frames: 0, bytes: 0 }
    entries.set(cameraId, made)
    return made
  }
  const change = (cameraId: string, to: Partial<CameraState>) => {
    const entry = entryOf(cameraId)
    const { state } = entry
    const sameKind =
      (to.status ?? state.status) === state.status && (to.reason === undefined || to.reason === state.reason)
    entry.state = { ...state, ...to, sinceUtcMs: sameKind ? state.sinceUtcMs : clock.now() }
    onChange(cameraId, entry.state)
  }

  const set = (cameraId: string, to: Pick<CameraState, 'status' | 'reason' | 'detail' | 'nextTryUtcMs'>): void =>
    change(cameraId, { ...to, ...(to.status === 'recording' ? {} : { fps: null, kbps: null }) })

  return {
    get: (cameraId: string): CameraState => entryOf(cameraId).state,
    set,
    /** One frame of the main stream arrived; the first one after a silence makes the camera `recording`. */
    frame(cameraId: string, arrivedUtcMs: UtcMs, sizeBytes: number): void {
      const entry = entryOf(cameraId)
      entry.frames++
      entry.bytes += sizeBytes
      const now = clock.monotonic()
      const fresh = entry.state.status !== 'recording'
      if (fresh) Object.assign(entry, { windowStartMs: now, frames: 0, bytes: 0 })
      const elapsedMs = now - entry.windowStartMs
      if (fresh)
        change(cameraId, {
          status: 'recording',
          reason: null,
          detail: null,
          nextTryUtcMs: null,
          lastFrameUtcMs: arrivedUtcMs,
        })
      else if (elapsedMs >= windowMs) {
        const fps = Math.round((entry.frames / elapsedMs) * 10_000) / 10
        const kbps = Math.round((entry.bytes * 8) / elapsedMs)
        Object.assign(entry, { windowStartMs: now, frames: 0, bytes: 0 })
        change(cameraId, { lastFrameUtcMs: arrivedUtcMs, fps, kbps })
      } else entry.state = { ...entry.state, lastFrameUtcMs: arrivedUtcMs }
    },
    /** Forgets cameras that were removed; those that are switched off are `disabled`, whatever they were before. */
    reconcile(cameras: readonly { readonly id: string; readonly enabled: boolean }[]): void {
      const known = new Set(cameras.map(({ id }) => id))
      for (const cameraId of entries.keys()) if (!known.has(cameraId)) entries.delete(cameraId)
      for (const { id, enabled } of cameras)
        if (!enabled && entryOf(id).state.status !== 'disabled')
          set(id, { status: 'disabled', reason: 'disabled', detail: null, nextTryUtcMs: null })
    },
  }
}
export type CameraStates = ReturnType<typeof cameraStates>
