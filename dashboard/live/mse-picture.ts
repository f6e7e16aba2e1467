import { type AppendQueue, appendQueue, type BufferPort } from './append-queue.ts'
import type { Millis } from '../../gateway/domain/units.ts'
import { captureMap } from './capture-map.ts'
import { liveEdge } from './live-edge.ts'
import type { MediaFrame, Pace, Picture, PictureEvents, PictureFault, PlayerClock } from './ports.ts'

/** A `<video>` with a MediaSource, as far as the picture needs it. */
export interface VideoPort {
  /**
   * Attaches a fresh MediaSource and gives its one SourceBuffer (mode `segments`), or undefined when `signal` aborted meanwhile. Rejects
   * when the type is refused.
   */
  open(mime: string, signal: AbortSignal): Promise<BufferPort | undefined>
  currentTimeS(): number
  isSeeking(): boolean
  seek(toS: number): void
  setRate(rate: number): void
  /** Makes sure that it plays (a browser may pause a muted video by itself). */
  play(refused: () => void): void
  counts(): { readonly decoded: number; readonly dropped: number }
  watch(events: VideoEvents, signal: AbortSignal): void
  /** The shown frame stays. */
  stop(): void
}
export interface VideoEvents {
  /** Called for every frame put on the screen, with its time on the element's timeline, and how many since the last call. */
  presented(mediaS: number, frames: number): void
  failed(cause: string): void
  /** There was nothing left to show. */
  ranDry(): void
}

const keepBehindS = 8
const evictStepS = 4
/** A step in the stream's time larger than this is a new beginning, not a late frame. */
const jumpS = 1.5
/** Closer than this to the end of a range counts as standing at its end. */
const edgeS = 0.06
/** Frames that are passed over by a seek are decoded as well, and the browser calls them dropped. */
const seekMs: Millis = 1_000
/** Behind the edge by less than this at the start: no jump. */
const nearS = 0.3

/**
 * Plays fragmented MP4 near its live edge. After `begin` and after a loss it waits for a keyframe. That one is shown as soon as it is
 * there; then it jumps to the newest picture, however long the group between them is.
 */
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
  let phase: 'waiting' | 'first' | 'running' = 'waiting'
  let lastPtsS = Number.NaN
  let keysS: number[] = []
  let soughtAtMs: Millis = Number.NEGATIVE_INFINITY

  const seek = (toS: number) => {
    soughtAtMs = clock.monotonic()
    video.seek(toS)
  }
  const broken = (fault: PictureFault, cause: string) => {
    if (!stop.signal.aborted) events.broken(fault, cause)
  }
  const guarded = (work: () => void) => {
    try {
      work()
    } catch (cause) {
      // The browser took the buffer away, e.g. after a decoder died.
      broken('decode', cause instanceof Error ? cause.message : String(cause))
    }
  }
  const play = () => video.play(() => events.healed('decode'))

  video.watch(
    {
      presented(mediaS, frames) {
        events.presented(captures.at(mediaS), frames)
        captures.forgetBefore(mediaS - keepBehindS)
        if (phase === 'first') {
          phase = 'running'
          guarded(toEdge)
        }
      },
      failed: (cause) => broken('decode', cause),
      ranDry: () => phase === 'running' && !video.isSeeking() && edge.ranDry(clock.monotonic()),
    },
    stop.signal,
  )

  /** Waits until the SourceBuffer exists; order is kept. */
  const soon = (job: () => void) => (queue ? job() : void early.push(job))

  const open = async (mime: string) => {
    buffer = await video.open(mime, stop.signal)
    if (buffer === undefined) return
    const { monotonic } = clock
    const { healed } = events
    queue = appendQueue({ buffer, mime, monotonic, playheadS: video.currentTimeS, broken, healed, appended })
    for (const job of early) job()
    early = []
  }

  const appended = () => {
    const { buffered } = buffer ?? {}
    if (phase !== 'waiting' || !buffered || buffered.length === 0) return
    phase = 'first'
    seek(buffered.start(0))
    play()
  }

  const toEdge = () => {
    const endS = queue?.endS()
    if (endS !== undefined && endS - video.currentTimeS() > edge.targetS() + nearS) seek(endS - edge.targetS())
    play()
  }

  const jumpHole = (): boolean => {
    if (!buffer) return false
    const at = video.currentTimeS()
    const { buffered } = buffer
    for (let index = 0; index < buffered.length; index++) {
      const startS = buffered.start(index)
      if (at >= startS - edgeS && at < buffered.end(index) - edgeS) return false
      if (startS > at) {
        seek(startS + 0.01)
        return true
      }
    }
    return false
  }

  const evict = (atS: number) => {
    const oldestKeyS = keysS[0]
    if (oldestKeyS === undefined || atS - oldestKeyS <= keepBehindS + evictStepS) return
    const cutS = keysS.findLast((keyS) => keyS <= atS - keepBehindS)
    if (cutS === undefined || cutS <= oldestKeyS) return
    keysS = keysS.filter((keyS) => keyS >= cutS)
    queue?.removeBefore(cutS)
  }

  const keepUp = ({ serverUtcMs, groupAgeMs }: Pace) => {
    const endS = queue?.endS()
    if (phase !== 'running' || queue === undefined || endS === undefined || video.isSeeking()) return
    play()
    if (jumpHole()) return
    const atS = video.currentTimeS()
    const offsetS = queue.offsetS()
    const atMs = clock.monotonic()
    const steering = edge.steer({ atMs, playheadS: atS - offsetS, endS: endS - offsetS, serverUtcMs, groupAgeMs })
    if (steering.kind === 'seek') seek(steering.toS + offsetS)
    else video.setRate(steering.rate)
    evict(atS)
  }

  return {
    begin(mime, init) {
      if (!init) return broken('decode', 'fragmented MP4 without an init')
      joins = true
      needsKey = true
      edge.began(clock.monotonic())
      if (!queue && !opening) {
        opening = true
        open(mime).catch((cause: unknown) =>
          broken('unsupported', cause instanceof Error ? cause.message : String(cause)),
        )
      }
      soon(() => queue?.init(mime, init))
    },
    media(frame: MediaFrame) {
      if (needsKey && !frame.key) return
      const jumped = frame.key && (frame.discontinuity || Math.abs(frame.ptsS - lastPtsS) > jumpS)
      const joining = joins || jumped
      const atMs = clock.monotonic()
      if (joining) edge.began(atMs)
      needsKey = false
      joins = false
      lastPtsS = frame.ptsS
      edge.arrived(atMs, frame.ptsS, frame.captureUnixMicros / 1_000)
      soon(() => {
        const placed = (mediaS: number) => {
          captures.add(mediaS, frame.captureUnixMicros)
          if (frame.key) keysS.push(mediaS)
        }
        const { payload: bytes, key, ptsS } = frame
        if (queue?.media({ bytes, atMs, key, ptsS, joins: joining, placed }) === false) {
          needsKey = true
          joins = true
        }
      })
    },
    tick: (pace) => guarded(() => keepUp(pace)),
    nudge: () => guarded(toEdge),
    readings() {
      const counts = video.counts()
      const endS = queue?.endS()
      const lagS =
        endS === undefined || queue === undefined || phase !== 'running'
          ? null
          : edge.lagS(clock.monotonic(), video.currentTimeS() - queue.offsetS(), endS - queue.offsetS())
      const isJumping = video.isSeeking() || clock.monotonic() - soughtAtMs < seekMs
      return { ...counts, isJumping, lagMs: lagS === null ? null : lagS * 1_000, targetMs: edge.targetS() * 1_000 }
    },
    ownAgeMs: (serverUtcMs) => edge.ownAgeMs(clock.monotonic(), serverUtcMs),
    close() {
      stop.abort()
      queue?.close()
      video.stop()
    },
  }
}
