import { ErrorTypes, Events, Hls } from 'hls.js/light'
import { minutes, type UtcMs, type UtcRange } from '../../gateway/domain/units.ts'
import { filmedAt, mediaTimeOf, type Piece } from './media-time.ts'

export type PlayTrouble = 'codec' | 'network' | 'media'

export interface RecordedPlayer {
  /**
   * Shows the picture of a moment, from the loaded window or from a new one; `startS` is what is recorded between the start of
   * `windowAt` and the moment.
   */
  show(utcMs: UtcMs, nowUtcMs: UtcMs, startS: number): void
  /** Does the loaded window reach to this moment? */
  has(utcMs: UtcMs): boolean
  /** When the picture that is shown was filmed; undefined while nothing is known of it. */
  shownUtcMs(): UtcMs | undefined
  close(): void
}

const behindMs = minutes(5)
const aheadMs = minutes(55)

/** The window loaded for a moment: an hour, most of it ahead; the gateway gives at most two. */
export const windowAt = (utcMs: UtcMs, nowUtcMs: UtcMs): UtcRange => ({
  fromUtcMs: Math.max(0, utcMs - behindMs),
  toUtcMs: Math.max(Math.min(utcMs + aheadMs, nowUtcMs), utcMs + 1_000),
})

/** Plays recorded windows of one camera with hls.js. `failed` is told when it plays nothing any more. */
export function recordedPlayer(
  video: HTMLVideoElement,
  hrefOf: (window: UtcRange) => string,
  failed: (trouble: PlayTrouble, detail: string) => void,
): RecordedPlayer {
  let hls: Hls | undefined
  let pieces: readonly Piece[] = []
  let window: UtcRange | undefined
  let wantedUtcMs: UtcMs | undefined
  let recovered = false

  const readPieces = (fragments: readonly { start: number; duration: number; programDateTime: number | null }[]) => {
    pieces = fragments.flatMap(({ start: startS, duration: durationS, programDateTime }) =>
      programDateTime === null ? [] : [{ startS, durationS, startUtcMs: programDateTime }],
    )
  }

  const fail = (trouble: PlayTrouble, detail: string) => {
    // What failed plays nothing any more: the next moment is loaded anew, and fails again if it must.
    window = undefined
    failed(trouble, detail)
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
      // Nor a text track from a data: address; what a playlist says of gaps comes from the spans.
      enableDateRangeMetadataCues: false,
      enableEmsgMetadataCues: false,
      enableID3MetadataCues: false,
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
    if (target !== undefined && Math.abs(target - video.currentTime) > 0.1) video.currentTime = target
  }

  return {
    show(utcMs, nowUtcMs, startS) {
      const inside = window !== undefined && utcMs >= window.fromUtcMs && utcMs < window.toUtcMs
      const target = inside ? mediaTimeOf(pieces, utcMs) : undefined
      if (target !== undefined) video.currentTime = target
      // The playlist is on its way: what is wanted of it changed.
      else if (inside && pieces.length === 0) wantedUtcMs = utcMs
      else open(windowAt(utcMs, nowUtcMs), utcMs, startS)
    },
    has: (utcMs) => mediaTimeOf(pieces, utcMs) !== undefined,
    shownUtcMs: () => (wantedUtcMs === undefined ? filmedAt(pieces, video.currentTime) : undefined),
    close() {
      hls?.destroy()
    },
  }
}
