import { toFailure } from '../domain/failure.ts'
import { type Millis, minutes, seconds } from '../domain/units.ts'
import { every } from '../lib/clock.ts'
import { LogKey } from '../lib/log.ts'
import type { Tools } from '../lib/supervise.ts'
import type { CameraRecord } from './camera-table.ts'

/** Clocks drift and firmware changes: how often a good camera is read again, and one that was away. */
const goodPauseMs: Millis = minutes(5)
const awayPauseMs: Millis = minutes(1)
/** Many cameras lock an account after a few wrong logins; an operator who corrects it is served at once by `patch`. */
const refusedPauseMs: Millis = minutes(15)
/** After the start the first readings are spread over this time, so that a hundred cameras are not asked at once. */
const firstSpreadMs: Millis = seconds(15)
const atOnce = 4

export interface WatchOptions {
  readonly list: () => readonly CameraRecord[]
  /** Stores its result, good or bad, and throws when it was bad. */
  readonly refresh: (id: string, signal: AbortSignal) => Promise<unknown>
  readonly tools: Tools
  readonly random?: () => number
}

/** Reads every enabled ONVIF camera again and again (and an RTSP camera until it was read once), until `signal` aborts. Never throws. */
export async function watchCameras(options: WatchOptions, signal: AbortSignal): Promise<void> {
  const { list, refresh, tools, random = Math.random } = options
  const { clock, log } = tools
  const dueMs = new Map<string, Millis>()
  const lastCodes = new Map<string, string>()

  async function look(id: string) {
    try {
      await refresh(id, signal)
      dueMs.set(id, clock.monotonic() + goodPauseMs)
      lastCodes.delete(id)
    } catch (cause) {
      const failure = toFailure(cause)
      dueMs.set(id, clock.monotonic() + (failure.kind === 'away' ? awayPauseMs : refusedPauseMs))
      if (signal.aborted || lastCodes.get(id) === failure.code) return
      lastCodes.set(id, failure.code)
      const line = { [LogKey.camera]: id, [LogKey.code]: failure.code, ...failure.facts }
      if (failure.kind === 'bug') log.error({ ...line, err: failure.cause ?? failure }, failure.message)
      else log.warn(line, failure.message)
    }
  }

  await every(clock, seconds(1), signal, async () => {
    const nowMs = clock.monotonic()
    const wanted = list().filter((camera) => camera.enabled && (camera.kind === 'onvif' || camera.main === null))
    const ids = new Set(wanted.map(({ id }) => id))
    for (const id of ids) if (!dueMs.has(id)) dueMs.set(id, nowMs + random() * firstSpreadMs)
    for (const id of dueMs.keys()) {
      if (ids.has(id)) continue
      dueMs.delete(id)
      lastCodes.delete(id)
    }
    const due = [...dueMs].filter(([, atMs]) => atMs <= nowMs).sort((a, b) => a[1] - b[1])
    await Promise.all(due.slice(0, atOnce).map(([id]) => look(id)))
  })
}
