import type { WebSocket } from 'ws'
import type { Camera, CameraState, StreamName } from '../contract/camera.ts'
import { Failure } from '../domain/failure.ts'
import { headerBytes } from '../domain/live-frame.ts'
import type { Tools } from '../lib/supervise.ts'
import type { StreamEvent } from '../media/stream.ts'
import { type Channel, channel } from './channel.ts'
import type { CameraNow, StreamNow } from './choose.ts'
import { liveCounts } from './counts.ts'
import { type JpegParts, jpegTier } from './jpeg.ts'
import { mpeg1Tier } from './mpeg1.ts'
import { type OnDemand, onDemand, oneByOne } from './pulls.ts'
import { type LiveViewer, liveViewer } from './viewer.ts'

/** What the registry knows of a camera that matters here. */
export type Offer = Pick<Camera, StreamName | 'enabled' | 'privacy'>

export interface HubParts {
  readonly tools: Tools
  /** Undefined when there is no such camera (any more). */
  readonly facts: (cameraId: string) => Offer | undefined
  readonly state: (cameraId: string) => CameraState
  /** Reads a stream that is not recorded until it ends. @throws Failure as `readStream` */
  readonly pull: (
    cameraId: string,
    stream: 'sub' | 'third',
    signal: AbortSignal,
    take: (event: StreamEvent) => void,
  ) => Promise<void>
  readonly makeJpeg: JpegParts['makeJpeg']
}

/** So many viewers of the whole box may bridge with whole main streams while a smaller stream is fetched; others get keyframes. */
const mostBridges = 4

interface Watched {
  readonly channels: Readonly<Record<StreamName, Channel>>
  readonly pulls: Readonly<Record<'sub' | 'third', OnDemand>>
  readonly viewers: Set<LiveViewer>
  hasMainFailed: boolean
}

/** Live pictures: one pull a stream, any number of viewers. The main stream is fed by the recording pipeline, the others on demand. */
export function liveHub(parts: HubParts) {
  const { tools } = parts
  const cameras = new Map<string, Watched>()
  const pulling = new Set<Promise<void>>()
  const stopping = new AbortController()
  const counts = liveCounts()
  let generations = 0
  const nextGeneration = () => ++generations
  const mpeg1 = mpeg1Tier(tools, nextGeneration)
  const jpeg = jpegTier({ tools, nextGeneration, makeJpeg: parts.makeJpeg })
  let bridges = 0
  const nextStart = oneByOne(tools.clock)

  /** Work that `run` waits for before it ends. */
  const waitFor = (work: Promise<void>) => {
    const known = work.finally(() => pulling.delete(known))
    pulling.add(known)
  }
  const bridge = () => {
    if (bridges >= mostBridges) return undefined
    bridges++
    return () => void bridges--
  }

  const watchedOf = (cameraId: string): Watched => {
    const known = cameras.get(cameraId)
    if (known) return known
    const viewers = new Set<LiveViewer>()
    const onReady = () => reconsider(viewers)
    const open = (stream: StreamName) => channel(cameraId, stream, { nextGeneration, onReady })
    const channels = { main: open('main'), sub: open('sub'), third: open('third') }
    const pullOf = (stream: 'sub' | 'third') =>
      onDemand({
        tools,
        name: `live ${stream} ${cameraId}`,
        async read(signal) {
          await nextStart(signal)
          if (!signal.aborted) await parts.pull(cameraId, stream, signal, channels[stream].put)
        },
        onLost: () => {
          channels[stream].lose()
          reconsider(viewers)
        },
        stopping: stopping.signal,
        waitFor,
      })
    const pulls = { sub: pullOf('sub'), third: pullOf('third') }
    const made: Watched = { channels, pulls, viewers, hasMainFailed: false }
    cameras.set(cameraId, made)
    return made
  }

  const nowOf = (cameraId: string, { channels, pulls, hasMainFailed }: Watched) => {
    const offer = parts.facts(cameraId)
    if (!offer) return 'missing'
    if (offer.privacy) return 'privacy'
    if (!offer.enabled) return 'off'
    const one = (stream: StreamName, hasFailed: boolean): StreamNow => ({
      facts: offer[stream],
      codec: channels[stream].init?.codec ?? null,
      status: channels[stream].isReady ? 'ready' : hasFailed ? 'failed' : 'opening',
      mpeg1: mpeg1.room(channels[stream]),
      jpeg: jpeg.room(channels[stream]),
    })
    return {
      main: one('main', hasMainFailed),
      sub: one('sub', pulls.sub.hasFailed),
      third: one('third', pulls.third.hasFailed),
    } satisfies CameraNow
  }

  return {
    /** A frame or an init of the main stream, from the recording pipeline. */
    put(cameraId: string, event: StreamEvent): void {
      watchedOf(cameraId).channels.main.put(event)
    },
    /** The main stream ended. */
    lose(cameraId: string): void {
      const watched = watchedOf(cameraId)
      watched.hasMainFailed = true
      watched.channels.main.lose()
      reconsider(watched.viewers)
    },
    /** Something about the camera was changed: privacy, streams that were found, whether it is read at all. */
    changed(cameraId: string): void {
      const watched = cameras.get(cameraId)
      if (watched) reconsider(watched.viewers)
    },
    /** A browser's socket, already authorised for this camera. */
    attach(socket: WebSocket, cameraId: string): void {
      const watched = watchedOf(cameraId)
      const { channels, pulls } = watched
      const viewer = liveViewer(socket, {
        clock: tools.clock,
        counts,
        mpeg1,
        jpeg,
        bridge,
        now: () => nowOf(cameraId, watched),
        channel: (stream) => channels[stream],
        need: (stream, isBridged) => (stream === 'main' ? () => {} : pulls[stream].hold(isBridged)),
        offline() {
          const { reason, detail, nextTryUtcMs } = parts.state(cameraId)
          return { type: 'offline', reason: reason ?? 'connecting', detail, nextTryUtcMs }
        },
      })
      watched.viewers.add(viewer)
      socket.on('close', () => watched.viewers.delete(viewer))
    },
    /**
     * The init and the newest keyframe of the main stream, for a snapshot; undefined while there is none.
     * @throws Failure denied (`privacy`)
     */
    still(cameraId: string): { init: Uint8Array; frame: Uint8Array } | undefined {
      if (parts.facts(cameraId)?.privacy)
        throw new Failure('denied', 'privacy', 'the live picture of this camera is withheld', { cameraId })
      const { init, key } = watchedOf(cameraId).channels.main
      return init && key && { init: init.bytes, frame: key.bytes.subarray(headerBytes) }
    },
    /** Lets go of cameras that were removed, and of those who still look at them. */
    keepOnly(cameraIds: ReadonlySet<string>): void {
      for (const [cameraId, { viewers, pulls }] of cameras) {
        if (cameraIds.has(cameraId)) continue
        pulls.sub.end()
        pulls.third.end()
        for (const viewer of viewers) viewer.close()
        cameras.delete(cameraId)
      }
    },
    viewers: () => [...cameras.values()].reduce((sum, { viewers }) => sum + viewers.size, 0),
    counts: counts.all,
    /** Running jobs that make another form of a stream. */
    transcoders: () => ({ mpeg1: mpeg1.running, jpeg: jpeg.running }),
    /** Waits for the pulls and transcoders to end. */
    async run(signal: AbortSignal): Promise<void> {
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve()
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
      stopping.abort()
      await Promise.all([mpeg1.stopAll(), jpeg.stopAll(), ...pulling])
    },
  }
}
export type LiveHub = ReturnType<typeof liveHub>

/** A viewer may leave while it is told. */
const reconsider = (viewers: ReadonlySet<LiveViewer>) => {
  for (const viewer of Array.from(viewers)) viewer.reconsider()
}
