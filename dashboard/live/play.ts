import type { StreamName } from '../../gateway/contract/camera.ts'
import type { Millis } from '../../gateway/domain/units.ts'
import { browserClock, browserPage, browserSocket, browserVideo } from './browser.ts'
import { acceptedMimes } from './codecs.ts'
import { mpeg1Picture } from './mpeg1-picture.ts'
import { msePicture } from './mse-picture.ts'
import type { PlayState } from './play-state.ts'
import { runPlayer } from './player.ts'

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
