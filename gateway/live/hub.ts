import type { WebSocket } from 'ws'
import type { CameraState, StreamName } from '../contract/camera.ts'
import { headerBytes } from '../domain/live-frame.ts'
import { type Millis, seconds } from '../domain/units.ts'
import { supervise, type Tools } from '../lib/supervise.ts'
import type { StreamEvent } from '../media/stream.ts'
import { type Channel, channel } from './channel.ts'
import { mpeg1Tier } from './mpeg1.ts'
import { type LiveViewer, liveViewer, type Offer } from './viewer.ts'

export interface HubParts {
  readonly tools: Tools
  /** Undefined when there is no such camera (any more). */
  readonly facts: (cameraId: string) => Offer | undefined
  readonly state: (cameraId: string) => CameraState
  /** Reads the sub stream until it ends. @throws Failure as `readStream` */
  readonly pullSub: (cameraId: string, signal: AbortSignal, take: (event: StreamEvent) => void) => Promise<void>
}

/** The sub stream is let go this long after the last one looked. */
const lingerMs: Millis = seconds(10)

interface Watched {
  readonly main: Channel
  readonly sub: Channel
  readonly third: Channel
  readonly viewers: Set<LiveViewer>
  subWatchers: number
  /** Ends the pull of the sub stream. */
  stopSub: AbortController | undefined
  /** The end of the last pull: the next one begins behind it, so that two never feed one channel. */
  subEnded: Promise<void>
}

/** Live pictures: one pull a stream, any number of viewers. The main stream is fed by the recording pipeline, the sub stream on demand. */
export function liveHub(parts: HubParts) {
  const { tools } = parts
  const cameras = new Map<string, Watched>()
  const pulls = new Set<Promise<void>>()
  const mpeg1 = mpeg1Tier(tools)
  const stopping = new AbortController()

  /** Work that `run` waits for before it ends. */
  const waitFor = (work: Promise<void>) => {
    const known = work.finally(() => pulls.delete(known))
    pulls.add(known)
  }

  const watchedOf = (cameraId: string): Watched => {
    const known = cameras.get(cameraId)
    if (known) return known
    const made: Watched = {
      main: channel(cameraId, 'main'),
      sub: channel(cameraId, 'sub'),
      third: channel(cameraId, 'third'),
      viewers: new Set(),
      subWatchers: 0,
      stopSub: undefined,
      subEnded: Promise.resolve(),
    }
    cameras.set(cameraId, made)
    return made
  }

  const lose = (watched: Watched, stream: StreamName) => {
    watched[stream].lose()
    for (const viewer of watched.viewers) viewer.lost(stream)
  }

  const pullSub = (cameraId: string, watched: Watched) => {
    if (watched.stopSub || stopping.signal.aborted) return
    const stop = new AbortController()
    watched.stopSub = stop
    const signal = AbortSignal.any([stop.signal, stopping.signal])
    const task = {
      name: `live sub ${cameraId}`,
      runOnce: (until: AbortSignal) => parts.pullSub(cameraId, until, (event) => watched.sub.put(event)),
    }
    const pull = async (before: Promise<void>) => {
      await before
      await supervise(task, tools, signal, { onFailure: () => lose(watched, 'sub') })
      watched.sub.lose()
    }
    watched.subEnded = pull(watched.subEnded)
    waitFor(watched.subEnded)
  }

  const letGo = async (watched: Watched) => {
    watched.subWatchers--
    if (watched.subWatchers > 0) return
    await tools.clock.sleep(lingerMs, stopping.signal)
    if (watched.subWatchers > 0) return
    watched.stopSub?.abort()
    watched.stopSub = undefined
  }

  return {
    /** A frame or an init of the main stream, from the recording pipeline. */
    put(cameraId: string, event: StreamEvent): void {
      watchedOf(cameraId).main.put(event)
    },
    /** The main stream ended. */
    lose(cameraId: string): void {
      lose(watchedOf(cameraId), 'main')
    },
    /** A browser's socket, already authorised for this camera. */
    attach(socket: WebSocket, cameraId: string): void {
      const watched = watchedOf(cameraId)
      const viewer = liveViewer(socket, {
        clock: tools.clock,
        mpeg1,
        facts: () => parts.facts(cameraId),
        watch(stream) {
          if (stream === 'main') return { channel: watched.main, leave: () => {} }
          watched.subWatchers++
          pullSub(cameraId, watched)
          return { channel: watched.sub, leave: () => waitFor(letGo(watched)) }
        },
        offline() {
          const { reason, detail, nextTryUtcMs } = parts.state(cameraId)
          return { type: 'offline', reason: reason ?? 'connecting', detail, nextTryUtcMs }
        },
      })
      watched.viewers.add(viewer)
      socket.on('close', () => watched.viewers.delete(viewer))
    },
    /** The init and the newest keyframe of the main stream, for a snapshot. */
    still(cameraId: string): { init: Uint8Array; frame: Uint8Array } | undefined {
      const { init, key } = watchedOf(cameraId).main
      return init && key && { init: init.bytes, frame: key.bytes.subarray(headerBytes) }
    },
    /** Lets go of cameras that were removed, and of those who still look at them. */
    keepOnly(cameraIds: ReadonlySet<string>): void {
      for (const [cameraId, { viewers, stopSub }] of cameras) {
        if (cameraIds.has(cameraId)) continue
        stopSub?.abort()
        for (const viewer of viewers) viewer.close()
        cameras.delete(cameraId)
      }
    },
    viewers: () => [...cameras.values()].reduce((sum, { viewers }) => sum + viewers.size, 0),
    /** Waits for the pulls and transcoders to end. */
    async run(signal: AbortSignal): Promise<void> {
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve()
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
      stopping.abort()
      await Promise.all([mpeg1.stopAll(), ...pulls])
    },
  }
}
export type LiveHub = ReturnType<typeof liveHub>
