import type { StreamName } from '../contract/camera.ts'
import { encodeLiveHeader, FrameFlag, FrameKind } from '../domain/live-frame.ts'
import type { StreamEvent, StreamInit } from '../media/stream.ts'

/** One binary message, made once for all viewers of a channel. */
export interface Packet {
  readonly bytes: Buffer
  readonly key: boolean
}

export interface ChannelViewer {
  /** New parameters: everything before is void. */
  onInit(channel: Channel): void
  onFrame(packet: Packet): void
}

/** A GOP longer than this is not kept whole: a new viewer then waits for the next keyframe. */
const maxGopBytes = 12 * 1024 * 1024

/** One stream of one camera for those who watch: the init, the last GOP, the viewers. */
export interface Channel {
  readonly cameraId: string
  readonly stream: StreamName
  readonly generation: number
  /** Undefined while no picture can be had. */
  readonly init: StreamInit | undefined
  readonly initPacket: Packet | undefined
  /** From the last keyframe on; empty when that is too much to keep. */
  readonly gop: readonly Packet[]
  /** The last keyframe. */
  readonly key: Packet | undefined
  readonly viewers: Set<ChannelViewer>
  put(event: StreamEvent): void
  /** The stream is gone: what is kept is old and must not be shown as live. */
  lose(): void
}

export function channel(cameraId: string, stream: StreamName): Channel {
  let generation = 0
  let sequence = 0
  let init: StreamInit | undefined
  let initPacket: Packet | undefined
  let gop: Packet[] = []
  let gopBytes = 0
  let key: Packet | undefined
  const viewers = new Set<ChannelViewer>()

  const forget = () => {
    gop = []
    gopBytes = 0
    key = undefined
  }
  const packet = (
    kind: FrameKind,
    isKey: boolean,
    captureUtcMs: number,
    pts90k: number,
    payload: Uint8Array,
  ): Packet => {
    const header = encodeLiveHeader({
      kind,
      generation,
      sequence: ++sequence,
      flags: isKey ? FrameFlag.key : 0,
      captureUnixMicros: captureUtcMs * 1_000,
      pts90k,
    })
    return { bytes: Buffer.concat([header, payload]), key: isKey }
  }

  const self: Channel = {
    cameraId,
    stream,
    get generation() {
      return generation
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
    viewers,
    put(event) {
      if (event.init) {
        generation++
        init = event.init
        forget()
        initPacket = packet(FrameKind.init, true, 0, 0, init.bytes)
        // A viewer may leave, or come back in another form, while it is told.
        for (const viewer of Array.from(viewers)) viewer.onInit(self)
      } else if (init) {
        const { sample, bytes, arrivedUtcMs } = event.frame
        const pts90k = ((sample.dts + sample.cts) / init.timescale) * 90_000
        const made = packet(FrameKind.media, sample.key, arrivedUtcMs, pts90k, bytes)
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
      }
    },
    lose() {
      init = undefined
      initPacket = undefined
      forget()
    },
  }
  return self
}
