import { outageReasons } from '../cameras/outage.ts'
import type { CameraRegistry } from '../cameras/registry.ts'
import { cameraRetry } from '../cameras/retry.ts'
import type { CameraStates } from '../cameras/state-board.ts'
import { gapReasonOf } from '../cameras/stream-errors.ts'
import { readStream } from '../cameras/stream-reader.ts'
import { pauses } from '../lib/pauses.ts'
import { supervise, type Tools } from '../lib/supervise.ts'
import { taskSet } from '../lib/task-set.ts'
import { turnstile } from '../lib/turnstile.ts'
import type { LiveHub } from '../live/hub.ts'
import { shapeOf } from '../media/stream.ts'
import { wholePictures } from '../media/whole-pictures.ts'
import type { Recording } from '../recording/recording.ts'

/** After so many failed attempts in a row the camera is asked again where its streams are. */
const askAgainAfter = 4

interface PullParts {
  readonly cameras: Pick<CameraRegistry, 'streamOf' | 'noteShape'>
  readonly live: Pick<LiveHub, 'put' | 'lose'>
  readonly footage: Pick<Recording, 'begin' | 'finish'>
  readonly states: CameraStates
  readonly tools: Tools
}

/**
 * Pipeline A, a video fragment: a camera's one pull feeds the live picture first, then the recorder's bounded queue. What fails is
 * tried again, and the gap says why.
 */
export function cameraPulls({ cameras, live, footage, states, tools }: PullParts) {
  const nextStart = turnstile(100, tools.clock)
  const retries = pauses(tools.clock)
  let isStopping = false

  const record = async (cameraId: string, signal: AbortSignal) => {
    const recorder = footage.begin(cameraId)
    const outage = outageReasons()
    let failures = 0
    states.set(cameraId, { status: 'connecting', reason: 'connecting', detail: null, nextTryUtcMs: null })
    const runOnce = async (until: AbortSignal) => {
      const refresh = failures > 0 && failures % askAgainAfter === 0
      const address = await cameras.streamOf(cameraId, 'main', until, { refresh })
      await nextStart(until)
      const keep = wholePictures(recorder.put)
      await readStream(address, tools, until, (event) => {
        live.put(cameraId, event)
        keep(event)
        if (event.init) return cameras.noteShape(cameraId, 'main', shapeOf(event.init))
        failures = 0
        outage.over()
        states.frame(cameraId, event.frame.arrivedUtcMs, event.frame.bytes.length)
      })
    }
    await supervise({ name: `camera ${cameraId}`, runOnce }, tools, signal, {
      retry: cameraRetry,
      pause: (ms, until) => retries.sleep(cameraId, ms, until),
      onFailure: (failure, nextTryUtcMs) => {
        failures++
        const reason = gapReasonOf(failure)
        recorder.end(outage.next(reason))
        // Before the viewers are told: they are told why.
        states.set(cameraId, { status: 'offline', reason, detail: failure.message, nextTryUtcMs })
        live.lose(cameraId)
      },
    })
    live.lose(cameraId)
    await footage.finish(cameraId, isStopping ? 'gateway-stopped' : 'disabled')
  }

  const pulls = taskSet(record)
  return {
    /** Cameras that are to be recorded; the others are ended. */
    want: pulls.want,
    /** Something about the camera changed: it is tried at once. */
    wake: retries.wake,
    /** Ends all of them, because the gateway stops. */
    stop(): Promise<void> {
      isStopping = true
      return pulls.end()
    },
  }
}
