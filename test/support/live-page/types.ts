/** What the code in the page hands out. No DOM here: programs of Node read it too. */

/** A tile as somebody before the screen sees it, now. */
export interface SeenTile {
  readonly cameraId: string
  /** `data-state` of the tile. */
  readonly state: string
  /** The clock in the picture; null: there is no picture, or it cannot be read. */
  readonly shownUtcMs: number | null
  /** How old the shown picture is. */
  readonly ageMs: number | null
  readonly pictured: boolean
  /** Size of the picture itself. */
  readonly widthPx: number
  readonly heightPx: number
}

/** A stretch in which a tile said live over a picture older than two seconds. */
export interface Lie {
  readonly cameraId: string
  readonly fromUtcMs: number
  readonly forMs: number
  readonly ageMs: number
}

export interface FrameCounts {
  readonly frames: number
  /** Decoded and never shown. */
  readonly dropped: number
}

export interface Tally {
  /** Samples of each camera's age, in steps of 10 ms; the last step is all above. */
  readonly ages: Readonly<Record<string, readonly number[]>>
  /** Largest minus smallest shown time of all tiles of one sampling, in steps of 10 ms. */
  readonly drift: readonly number[]
  /** Samples with a picture that could not be read, and all with one. */
  readonly unreadable: number
  readonly samples: number
  /** Lies of any length, the longest first, at most 100. */
  readonly lies: readonly Lie[]
  /** As `getVideoPlaybackQuality` counts, over all elements that ever played in the tile of a camera. */
  readonly frames: Readonly<Record<string, FrameCounts>>
  /** Frames that the gateway said it left out. */
  readonly leftOut: number
}

export interface Observer {
  now(): SeenTile[]
  tally(): Tally
  /** Forgets what was counted. */
  reset(): void
  /** Per camera: when its first picture was presented, in milliseconds since the page began to load. */
  firstPictures(): Record<string, number>
  /** When the wall had its tiles, in milliseconds since the page began to load. */
  tilesThereMs(): number | null
}

export interface OpenRequest {
  readonly cameraId: string
  readonly widthPx: number
  readonly heightPx: number
}

export interface Opened {
  /** From the call that opens the tile to its first presented picture; null when none came in time. */
  readonly firstMs: number | null
  /** How old that picture was. */
  readonly ageMs: number | null
  /** Until a picture younger than a second was presented; null when none came in time. */
  readonly freshMs: number | null
}

export interface Opener {
  /** Opens a tile, waits for its pictures, and closes it. */
  open(request: OpenRequest): Promise<Opened>
  /** Keeps a tile open, so that the stream stays warm. @returns when its first picture is there */
  hold(request: OpenRequest): Promise<void>
  /** Lets go of all that are held. */
  release(): void
}

declare global {
  var liveObserver: Observer
  var liveOpener: Opener
}

export const ageStepMs = 10
export const ageSteps = 1_000
