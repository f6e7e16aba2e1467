import type { StreamName } from '../contract/camera.ts'
import { captureClock } from '../domain/capture-clock.ts'
import { encodeLiveHeader, FrameFlag, FrameKind } from '../domain/live-frame.ts'
import type { Bytes, UtcMs } from '../domain/units.ts'
import type { StreamEvent, StreamInit } from '../media/stream.ts'

/** One binary message, made once for all viewers of a channel. */
export interface Packet {
  readonly bytes: Buffer
  readonly key: boolean
  /** When what is in it was taken, see `captureClock`. */
  readonly captureUtcMs: UtcMs
}

/** A packet that is one frame of the camera's own video. */
export interface FramePacket extends Packet {
  /** Frames since the keyframe; 0 for one. */
  readonly afterKey: number
}

export interface ChannelViewer {
  /** New parameters: everything before is void. The keyframe that needs them follows. */
  onInit(): void
  onFrame(packet: FramePacket): void
}

/** A GOP longer than this is not kept whole: a new viewer then waits for the next keyframe. */
const maxGopBytes: Bytes = 12 * 1024 * 1024

/** Up to four B-frames in a row, and as many that decoders of several threads hold back. */
const neededWithBFrames = 8

export interface ChannelParts {
  /** A number that no other generation of this gateway has: a socket may change between channels. */
  readonly nextGeneration: () => number
  /** The first keyframe after a loss is there. */
  readonly onReady?: () => void
}

/** One stream of one camera for those who watch: the init, the last GOP, the viewers. */
export interface Channel {
  readonly cameraId: string
  readonly stream: StreamName
  readonly generation: number
  /** Is there a picture of now? From the first keyframe until the stream is lost. */
  readonly isReady: boolean
  /** Undefined while no picture can be had. */
  readonly init: StreamInit | undefined
  readonly initPacket: Packet | undefined
  /** From the last keyframe on; empty when that is too much to keep. */
  readonly gop: readonly Packet[]
  /** The last keyframe. */
  readonly key: Packet | undefined
  /** Frames behind a keyframe without which a decoder does not show it: with B-frames it waits for those that may come before it. */
  readonly neededAfterKey: number
  /** What a second of it weighs, by its own time stamps; undefined while that is not known. */
  readonly bytesPerSecond: Bytes | undefined
  readonly viewers: Set<ChannelViewer>
  put(event: StreamEvent): void
  /** The stream is gone: what is kept is old and must not be shown as live. */
  lose(): void
}

export function channel(cameraId: string, stream: StreamName, { nextGeneration, onReady }: ChannelParts): Channel {
  let generation = 0
  let sequence = 0
  let init: StreamInit | undefined
  let initPacket: Packet | undefined
  let gop: Packet[] = []
  let gopBytes = 0
  let key: Packet | undefined
  let isReady = false
  let afterKey = 0
  let hasBFrames = false
  const weight = weigher()
  let clock = captureClock()
  const viewers = new Set<ChannelViewer>()

  const forget = () => {
    gop = []
    gopBytes = 0
    key = undefined
  }
  const packet = (
    kind: FrameKind,
    isKey: boolean,
    captureUtcMs: UtcMs,
    pts90k: number,
    payload: Uint8Array,
  ): Packet => {
    const flags = isKey ? FrameFlag.key : 0
    const captureUnixMicros = captureUtcMs * 1_000
    const header = encodeLiveHeader({ kind, generation, sequence: ++sequence, flags, captureUnixMicros, pts90k })
    return { bytes: Buffer.concat([header, payload]), key: isKey, captureUtcMs }
  }

  return {
    cameraId,
    stream,
    get generation() {
      return generation
    },
    get isReady() {
      return isReady
    },
    get init() {
      return init
    },
    get initPacket() {
      return initPacket
    },
    get gop() {
      return gop
    },
    get key() {
      return key
    },
    get neededAfterKey() {
      return hasBFrames ? neededWithBFrames : 0
    },
    get bytesPerSecond() {
      return weight.bytesPerSecond()
    },
    viewers,
    put(event) {
      if (event.init) {
        generation = nextGeneration()
        init = event.init
        hasBFrames = false
        clock = captureClock()
        forget()
        initPacket = packet(FrameKind.init, true, 0, 0, init.bytes)
        // A viewer may leave, or come back in another form, while it is told.
        for (const viewer of Array.from(viewers)) viewer.onInit()
      } else if (init) {
        const { sample, bytes, arrivedUtcMs } = event.frame
        const pts90k = ((sample.dts + sample.cts) / init.timescale) * 90_000
        afterKey = sample.key ? 0 : afterKey + 1
        hasBFrames ||= sample.cts > 0
        const captureUtcMs = clock.captured(pts90k / 90, arrivedUtcMs)
        const made = { ...packet(FrameKind.media, sample.key, captureUtcMs, pts90k, bytes), afterKey }
        weight.add(made.bytes.length, sample.duration / init.timescale)
        if (sample.key) {
          forget()
          key = made
        }
        if (sample.key || gop.length > 0) {
          gop.push(made)
          gopBytes += made.bytes.length
        }
        if (gopBytes > maxGopBytes) gop = []
        for (const viewer of Array.from(viewers)) viewer.onFrame(made)
        if (sample.key && !isReady) {
          isReady = true
          onReady?.()
        }
      }
    },
    lose() {
      isReady = false
      init = undefined
      initPacket = undefined
      forget()
    },
  }
}

/** Bytes a second of a stream: the heaviest of the last few spans of about a second, so that a keyframe does not hide between two. */
function weigher() {
  const spans: number[] = []
  let bytes = 0
  let seconds = 0
  return {
    add(sizeBytes: Bytes, durationSeconds: number): void {
      bytes += sizeBytes
      seconds += durationSeconds
      if (seconds < 1) return
      spans.push(bytes / seconds)
      if (spans.length > 8) spans.shift()
      bytes = 0
      seconds = 0
    },
    bytesPerSecond: (): Bytes | undefined => (spans.length === 0 ? undefined : Math.max(...spans)),
  }
}
