import { ErrorTypes, Events, Hls } from 'hls.js/light'
import { minutes, type UtcMs, type UtcRange } from '../../gateway/domain/units.ts'
import { filmedAt, mediaTimeOf, type Piece } from './media-time.ts'

export type PlayTrouble = 'codec' | 'network' | 'media'

export interface RecordedEvents {
  /** A picture filmed at this moment is shown. */
  moved(utcMs: UtcMs): void
  /** The window was played to its end. */
  ended(window: UtcRange): void
  failed(trouble: PlayTrouble, detail: string): void
}

export interface RecordedPlayer {
  /** Shows the picture of a moment, from the loaded window or from a new one. `recordedBeforeS`: see `windowAt`. */
  show(utcMs: UtcMs, nowUtcMs: UtcMs, startS: number): void
  close(): void
}

const behindMs = minutes(5)
const aheadMs = minutes(55)

/** The window loaded for a moment: an hour, most of it ahead; the gateway gives at most two. */
export const windowAt = (utcMs: UtcMs, nowUtcMs: UtcMs): UtcRange => ({
  fromUtcMs: Math.max(0, utcMs - behindMs),
  toUtcMs: Math.max(Math.min(utcMs + aheadMs, nowUtcMs), utcMs + 1_000),
})

/** Plays recorded windows of one camera with hls.js. */
export function recordedPlayer(
  video: HTMLVideoElement,
  hrefOf: (window: UtcRange) => string,
  events: RecordedEvents,
): RecordedPlayer {
  let hls: Hls | undefined
  let pieces: readonly Piece[] = []
  let window: UtcRange | undefined
  let wantedUtcMs: UtcMs | undefined
  let recovered = false
  let frame = 0

  const readPieces = (fragments: readonly { start: number; duration: number; programDateTime: number | null }[]) => {
    pieces = fragments.flatMap(({ start: startS, duration: durationS, programDateTime }) =>
      programDateTime === null ? [] : [{ startS, durationS, startUtcMs: programDateTime }],
    )
  }
  const tell = () => {
    const utcMs = filmedAt(pieces, video.currentTime)
    if (utcMs !== undefined && !video.seeking) events.moved(utcMs)
  }
  const shown = () => {
    tell()
    frame = video.requestVideoFrameCallback(shown)
  }
  frame = video.requestVideoFrameCallback(shown)
  const stop = new AbortController()
  video.addEventListener('ended', () => window && events.ended(window), { signal: stop.signal })

  const fail = (trouble: PlayTrouble, detail: string) => {
    // What failed plays nothing any more: the next moment is loaded anew, and fails again if it must.
    window = undefined
    events.failed(trouble, detail)
  }

  const open = (next: UtcRange, utcMs: UtcMs, startS: number) => {
    hls?.destroy()
    pieces = []
    window = next
    wantedUtcMs = utcMs
    recovered = false
    const made = new Hls({
      // The page's policy allows no worker from a blob.
      enableWorker: false,
      startPosition: startS,
      backBufferLength: 30,
      maxBufferLength: 20,
      maxMaxBufferLength: 60,
    })
    hls = made
    made.on(Events.LEVEL_UPDATED, (_, { details }) => readPieces(details.fragments))
    made.on(Events.LEVEL_LOADED, (_, { details }) => readPieces(details.fragments))
    made.on(Events.FRAG_BUFFERED, () => correct())
    made.on(Events.ERROR, (_, { fatal, type, details, reason, error }) => {
      if (!fatal) return
      const detail = reason ?? error.message
      if (/codec/i.test(details)) fail('codec', detail)
      else if (type === ErrorTypes.MEDIA_ERROR && !recovered) {
        recovered = true
        made.recoverMediaError()
      } else fail(type === ErrorTypes.NETWORK_ERROR ? 'network' : 'media', detail)
    })
    made.loadSource(hrefOf(next))
    made.attachMedia(video)
  }

  /** The start was reckoned from the spans; the playlist knows better. */
  const correct = () => {
    if (wantedUtcMs === undefined) return
    const target = mediaTimeOf(pieces, wantedUtcMs)
    wantedUtcMs = undefined
    if (target !== undefined && Math.abs(target - video.currentTime) > 0.5) video.currentTime = target
  }

  return {
    show(utcMs, nowUtcMs, startS) {
      const target =
        window && utcMs >= window.fromUtcMs && utcMs < window.toUtcMs ? mediaTimeOf(pieces, utcMs) : undefined
      if (target === undefined) open(windowAt(utcMs, nowUtcMs), utcMs, startS)
      else video.currentTime = target
    },
    close() {
      stop.abort()
      video.cancelVideoFrameCallback(frame)
      hls?.destroy()
    },
  }
}
