import { type AppendQueue, appendQueue, type BufferPort } from './append-queue.ts'
import { captureMap } from './capture-map.ts'
import { liveEdge } from './live-edge.ts'
import type { MediaFrame, Picture, PictureEvents, PlayerClock } from './ports.ts'

/** A `<video>` with a MediaSource, as far as the picture needs it. */
export interface VideoPort {
  /** Attaches a fresh MediaSource and gives its one SourceBuffer (mode `segments`). Rejects when the type is refused. */
  open(mime: string, signal: AbortSignal): Promise<BufferPort>
  currentTimeS(): number
  seek(toS: number): void
  setRate(rate: number): void
  /** Makes sure that it plays (a browser may pause a muted video by itself). */
  play(): void
  /** Calls back for every frame put on the screen, with its time on the element's timeline. */
  watch(presented: (mediaS: number) => void, failed: (cause: string) => void, signal: AbortSignal): void
  close(): void
}

const keepBehindS = 8
const evictStepS = 4
/** A step in the stream's time larger than this is a new beginning, not a late frame. */
const jumpS = 1.5
/** Closer than this to the end of a range counts as standing at its end. */
const edgeS = 0.06

/** Plays fragmented MP4 near its live edge. After `begin` and after a loss it waits for a keyframe. */
export function msePicture(clock: PlayerClock, video: VideoPort, events: PictureEvents): Picture {
  const stop = new AbortController()
  const captures = captureMap()
  const edge = liveEdge()
  let queue: AppendQueue | undefined
  let buffer: BufferPort | undefined
  let opening = false
  let early: (() => void)[] = []
  let joins = true
  let needsKey = true
  let started = false
  let lastPtsS = Number.NaN
  let keysS: number[] = []

  const broken = (cause: string) => {
    if (!stop.signal.aborted) events.broken(cause)
  }
  video.watch(
    (mediaS) => {
      events.presented(captures.at(mediaS))
      captures.forgetBefore(mediaS - keepBehindS)
    },
    broken,
    stop.signal,
  )

  /** Waits until the SourceBuffer exists; order is kept. */
  const soon = (job: () => void) => (queue ? job() : void early.push(job))

  const open = async (mime: string) => {
    buffer = await video.open(mime, stop.signal)
    if (stop.signal.aborted) return
    queue = appendQueue({ buffer, mime, playheadS: () => video.currentTimeS(), broken, appended: start })
    for (const job of early) job()
    early = []
  }

  const start = () => {
    const { buffered } = buffer ?? {}
    if (started || !buffered || buffered.length === 0) return
    started = true
    const last = buffered.length - 1
    video.seek(Math.max(buffered.start(last), buffered.end(last) - edge.targetS()))
    video.play()
  }

  const jumpHole = (): boolean => {
    if (!buffer) return false
    const at = video.currentTimeS()
    const { buffered } = buffer
    for (let index = 0; index < buffered.length; index++) {
      const startS = buffered.start(index)
      if (at >= startS - edgeS && at < buffered.end(index) - edgeS) return false
      if (startS > at) {
        video.seek(startS + 0.01)
        return true
      }
    }
    return false
  }

  const keepUp = () => {
    const endS = queue?.endS()
    if (!started || endS === undefined) return
    video.play()
    if (jumpHole()) return
    const atS = video.currentTimeS()
    const steering = edge.steer(clock.monotonic(), atS, endS)
    if (steering.kind === 'seek') video.seek(steering.toS)
    else video.setRate(steering.rate)
    const oldestKeyS = keysS[0]
    if (oldestKeyS !== undefined && atS - oldestKeyS > keepBehindS + evictStepS) {
      const cutS = keysS.findLast((keyS) => keyS <= atS - keepBehindS)
      if (cutS !== undefined && cutS > oldestKeyS) {
        keysS = keysS.filter((keyS) => keyS >= cutS)
        queue?.removeBefore(cutS)
      }
    }
  }

  return {
    begin(mime, init) {
      if (!init) return broken('fragmented MP4 without an init')
      joins = true
      needsKey = true
      edge.began(clock.monotonic())
      if (!queue && !opening) {
        opening = true
        open(mime).catch((cause: unknown) => broken(cause instanceof Error ? cause.message : String(cause)))
      }
      soon(() => queue?.init(mime, init))
    },
    media(frame: MediaFrame) {
      if (needsKey && !frame.key) return
      const jumped = frame.key && (frame.discontinuity || Math.abs(frame.ptsS - lastPtsS) > jumpS)
      const joining = joins || jumped
      if (joining) edge.began(clock.monotonic())
      needsKey = false
      joins = false
      lastPtsS = frame.ptsS
      edge.arrived(clock.monotonic(), frame.ptsS)
      soon(() => {
        const placed = (mediaS: number) => {
          captures.add(mediaS, frame.captureUnixMicros)
          if (frame.key) keysS.push(mediaS)
        }
        const { payload: bytes, key, ptsS } = frame
        if (queue?.media({ bytes, key, ptsS, joins: joining, placed }) === false) {
          needsKey = true
          joins = true
        }
      })
    },
    tick() {
      try {
        keepUp()
      } catch (cause) {
        // The browser took the buffer away, e.g. after a decoder died.
        broken(cause instanceof Error ? cause.message : String(cause))
      }
    },
    nudge() {
      const endS = queue?.endS()
      if (endS === undefined) return
      const keyS = keysS.findLast((keyS) => keyS <= endS)
      video.seek(Math.max(keyS ?? 0, endS - edge.targetS()))
      video.play()
    },
    close() {
      stop.abort()
      queue?.close()
      video.close()
    },
  }
}
