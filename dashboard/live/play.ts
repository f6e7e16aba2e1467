import type { StreamName } from '../../gateway/contract/camera.ts'
import type { Millis } from '../../gateway/domain/units.ts'
import { browserClock, browserPage, browserSocket, browserVideo } from './browser.ts'
import { acceptedMimes } from './codecs.ts'
import { mpeg1Picture } from './mpeg1-picture.ts'
import { msePicture } from './mse-picture.ts'
import type { Gate } from './gate.ts'
import type { PlayState } from './play-state.ts'
import { runPlayer } from './player.ts'
import type { TileDetails } from './tile-details.ts'
import type { TogetherGroup } from './together.ts'

export interface PlayOptions {
  readonly cameraId: string
  /** Device pixels of the tile, now. Decides the stream while `prefer` does not. */
  readonly size: () => { readonly widthPx: number; readonly heightPx: number }
  readonly prefer?: StreamName | undefined
  /** Default: `/api/live/<cameraId>` of this origin. */
  readonly url?: string
  /** The gateway's clock minus this browser's, or null while nobody knows: then it is estimated from the arrivals. */
  readonly serverOffsetMs?: () => Millis | null
  /** Told on each change, at most a few times a second. `live` means that a frame was presented in the last 2 s. */
  readonly say: (state: PlayState) => void
}

/**
 * Shows a camera in `video` until `signal` aborts: connects, reconnects, stays near the live edge, heals, pauses while
 * nobody can see it. The element must be muted and `playsinline`; with the MPEG-1 fallback a canvas stands in its place.
 */
export async function play(video: HTMLVideoElement, options: PlayOptions, signal: AbortSignal): Promise<void> {
  const url = options.url ?? `/api/live/${encodeURIComponent(options.cameraId)}`
  const isTypeSupported = 'MediaSource' in globalThis ? (mime: string) => MediaSource.isTypeSupported(mime) : undefined
  await runPlayer(
    {
      clock: browserClock,
      chance: Math.random,
      openSocket: browserSocket,
      openPicture: (tier, events) =>
        tier === 'mse' ? msePicture(browserClock, browserVideo(video), events) : mpeg1Picture(video, events),
      page: browserPage(video.parentElement ?? video),
    },
    {
      url: new URL(url, location.href.replace(/^http/, 'ws')).href,
      accept: acceptedMimes(isTypeSupported, true),
      prefer: options.prefer,
      size: options.size,
      serverOffsetMs: options.serverOffsetMs ?? (() => null),
      say: options.say,
    },
    signal,
  )
}

export interface TileOptions {
  readonly cameraId: string
  /** Default: `/api/live/<cameraId>` of this origin. */
  readonly url?: string
  /** Device pixels of the tile, now; 0 x 0 counts as not known. */
  readonly size: () => { readonly widthPx: number; readonly heightPx: number }
  /** `auto` chooses by size. May change while it plays: it is asked four times a second. */
  readonly wants: () => 'auto' | StreamName
  /** May this tile take the main stream? At most four of a wall should. A tile that plays main and is told no goes back to sub. */
  readonly mayMain: () => boolean
  /** The group to show the same moment with, or null. May change while it plays. */
  readonly together: () => TogetherGroup | null
  /** One for all tiles of the page. */
  readonly gate: Gate
  /** The gateway's clock minus this browser's, or null while nobody knows: then it is estimated from the arrivals. */
  readonly serverOffsetMs: () => Millis | null
  /** Told on each change, at most a few times a second. */
  readonly say: (state: PlayState) => void
}

export interface TilePlayer {
  /** Why the tile looks as it does, now. */
  details(): TileDetails
  /** Resolves when the signal aborted and everything is let go. */
  readonly ended: Promise<void>
}

/**
 * Shows a camera inside `host` until `signal` aborts: connects, heals, stays near the live edge, changes between streams without a black
 * flash, stops while nobody can see it. The host must be positioned; the player puts `div.layer` elements of its own inside
 * (the one with `layer-shown` is what is seen), takes them away at the end, and touches nothing else.
 */
export function playTile(host: HTMLElement, options: TileOptions, signal: AbortSignal): TilePlayer {
  const layer = document.createElement('div')
  layer.className = 'layer layer-shown'
  const video = document.createElement('video')
  video.className = 'layer-video'
  video.muted = true
  video.playsInline = true
  layer.append(video)
  host.append(layer)
  let shown: PlayState['shown'] = null
  const wants = options.wants()
  const ended = play(
    video,
    {
      ...options,
      prefer: wants === 'auto' ? undefined : wants,
      say(state) {
        shown = state.shown
        options.say(state)
      },
    },
    signal,
  ).finally(() => layer.remove())
  return { details: () => unknownDetails(shown), ended }
}

const unknownDetails = (shown: PlayState['shown']): TileDetails => ({
  shown,
  step: null,
  held: null,
  switching: false,
  fps: null,
  kbps: null,
  gopMs: null,
  bFrames: null,
  ageMs: null,
  lagMs: null,
  targetMs: null,
  together: 'off',
  presented: 0,
  dropped: 0,
  leftOut: 0,
  errors: { quota: 0, decode: 0, network: 0 },
  stalls: 0,
  rebuilds: 0,
  failed: [],
})
