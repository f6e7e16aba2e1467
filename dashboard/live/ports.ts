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

/** One whole fragment (`moof+mdat`) or a piece of MPEG-TS, with its stamps from the frame header. */
export interface MediaFrame {
  readonly payload: Uint8Array
  readonly key: boolean
  readonly discontinuity: boolean
  /** Presentation time in the stream's own time, seconds. */
  readonly ptsS: number
  readonly captureUnixMicros: number
}

/** Where frames become a picture: Media Source Extensions, or the MPEG-1 decoder. */
export interface Picture {
  /** A new generation begins; media of it follows. MPEG-1 has no init and passes undefined. */
  begin(mime: string, init: Uint8Array | undefined): void
  media(frame: MediaFrame): void
  /** Called four times a second while the picture is visible: live edge, eviction, holes. */
  tick(): void
  /** Goes to the newest keyframe that is there. */
  nudge(): void
  close(): void
}

export interface PictureEvents {
  /** A frame was shown on the screen; `captureUnixMicros` when it is known which one. */
  presented(captureUnixMicros: number | null): void
  /** The picture cannot go on; a fresh one is needed. */
  broken(cause: string): void
}
export type OpenPicture = (tier: 'mse' | 'mpeg1' | 'jpeg', events: PictureEvents) => Picture

/** Is anybody able to see the picture? */
export interface Page {
  visible(): boolean
  /** Calls `changed` whenever `visible()` may have changed, and `online` when the network came back. */
  watch(changed: () => void, online: () => void, signal: AbortSignal): void
}
