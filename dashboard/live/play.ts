import type { StreamName } from '../../gateway/contract/camera.ts'
import type { Millis } from '../../gateway/domain/units.ts'
import { browserClock, browserPage, browserSocket } from './browser.ts'
import { acceptedMimes } from './codecs.ts'
import type { Gate } from './gate.ts'
import type { PlayState } from './play-state.ts'
import { stage } from './stage.ts'
import { stagePictures } from './stage-pictures.ts'
import { startTile } from './tile.ts'
import type { TileDetails } from './tile-details.ts'
import type { TogetherGroup } from './together.ts'

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
  const url = options.url ?? `/api/live/${encodeURIComponent(options.cameraId)}`
  const isTypeSupported = 'MediaSource' in globalThis ? (mime: string) => MediaSource.isTypeSupported(mime) : undefined
  const on = stage(host)
  const { details, ended } = startTile(
    {
      clock: browserClock,
      chance: Math.random,
      openSocket: browserSocket,
      openPicture: stagePictures(on, browserClock),
      blank: () => on.blank(),
      page: browserPage(host),
      gate: options.gate,
    },
    {
      ...options,
      url: new URL(url, location.href.replace(/^http/, 'ws')).href,
      accept: acceptedMimes(isTypeSupported),
    },
    signal,
  )
  return { details, ended: ended.finally(() => on.close()) }
}
