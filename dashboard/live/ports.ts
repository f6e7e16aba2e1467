import type { LadderStep } from '../../gateway/domain/words.ts'
import type { Millis, UtcMs } from '../../gateway/domain/units.ts'

/** What the player needs from the world, so that tests can own it: time, chance, the socket, the picture, the page. */
export interface PlayerClock {
  /** Wall clock of this browser. May be wrong and may step. */
  now(): UtcMs
  /** Never steps; only differences mean something. */
  monotonic(): Millis
  /** Resolves after `ms`, or at once when `signal` aborts. Never rejects. */
  sleep(ms: Millis, signal: AbortSignal): Promise<'slept' | 'aborted'>
}

export interface SocketEvents {
  opened(): void
  text(text: string): void
  bytes(bytes: ArrayBuffer): void
  /** Exactly once, also when the connection never opened. `code` is 1006 when nobody said why. */
  closed(code: number): void
}

export interface Socket {
  send(text: string): void
  /** No event comes after it. */
  close(): void
}
export type OpenSocket = (url: string, events: SocketEvents) => Socket

/** One whole fragment (`moof+mdat`), a piece of MPEG-TS, or a JPEG, with its stamps from the frame header. */
export interface MediaFrame {
  readonly payload: Uint8Array
  readonly key: boolean
  readonly discontinuity: boolean
  /** Presentation time in the stream's own time, seconds. */
  readonly ptsS: number
  readonly captureUnixMicros: number
}

/** `unsupported`: the browser takes no such stream at all, trying again is of no use. */
export type PictureFault = 'quota' | 'decode' | 'unsupported'

export interface PictureReadings {
  /** From the playhead to the newest frame that is there, and what is aimed at. */
  readonly lagMs: Millis | null
  readonly targetMs: Millis | null
  /** Decoded and never shown, and all that were decoded, as the browser counts, since this picture was opened. */
  readonly dropped: number
  readonly decoded: number
  /** It passes over frames on purpose: they are no loss. */
  readonly isJumping: boolean
}

/** What a picture is told each time it is asked to keep up. */
export interface Pace {
  readonly serverUtcMs: UtcMs | null
  /** The age that all tiles of a group show; null: as young as it can be. */
  readonly groupAgeMs: Millis | null
}

/** Where frames become a picture: Media Source Extensions, the MPEG-1 decoder, or JPEGs one by one. */
export interface Picture {
  /** A new generation begins; media of it follows. MPEG-1 and JPEG have no init and pass undefined. */
  begin(mime: string, init: Uint8Array | undefined): void
  media(frame: MediaFrame): void
  /** Called four times a second while the picture is visible: live edge, eviction, holes. */
  tick(pace: Pace): void
  /** Goes to the newest picture that is there. */
  nudge(): void
  readings(): PictureReadings
  /** The age that its pictures would have if it need not wait for others; null while that is not known. */
  ownAgeMs(serverUtcMs: UtcMs): Millis | null
  /** Takes nothing any more. What stands on the screen stays until another picture takes its place. */
  close(): void
}

export interface PictureEvents {
  /** Frames were shown on the screen; `captureUnixMicros` of the last one, when it is known which that is. */
  presented(captureUnixMicros: number | null, frames: number): void
  /** The picture cannot go on; a fresh one is needed. */
  broken(fault: PictureFault, cause: string): void
  /** Something failed and was mended here. */
  healed(fault: PictureFault): void
}
export type Tier = 'mse' | 'mpeg1' | 'jpeg'
export type OpenPicture = (tier: Tier, events: PictureEvents) => Picture

/** `off-screen`: the tab is shown, this tile is scrolled away or covered. */
export type Sight = 'seen' | 'off-screen' | 'hidden'

/** Is anybody able to see the picture? */
export interface Page {
  sight(): Sight
  /** Calls `changed` whenever `sight()` may have changed, and `online` when the network came back. */
  watch(changed: () => void, online: () => void, signal: AbortSignal): void
}

/** Steps that this browser tried and cannot play, for a while. */
export interface FailedSteps {
  add(step: LadderStep, atMs: Millis): void
  /** Those to be left out now. */
  list(atMs: Millis): LadderStep[]
  /** Rebuilds within a minute before the step counts as failed. */
  allowance(step: LadderStep | null): number
}
