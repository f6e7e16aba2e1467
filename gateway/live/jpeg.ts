import { encodeLiveHeader, FrameFlag, FrameKind, headerBytes } from '../domain/live-frame.ts'
import { toFailure } from '../domain/failure.ts'
import { type Millis, seconds } from '../domain/units.ts'
import { LogKey } from '../lib/log.ts'
import type { Tools } from '../lib/supervise.ts'
import type { Channel, Packet } from './channel.ts'
import { lineOf } from './line.ts'
import type { MadeViewer } from './made.ts'

/** At most one picture of a channel in this time. */
const everyMs: Millis = seconds(1)
/** Each is an ffmpeg of its own: so many at once for the whole box, the others wait their turn. */
const jobsAtOnce = 2
/** After so many failures in a row the channel gives no pictures for a while. */
const mostFailures = 3
const tryAgainMs: Millis = seconds(30)

export interface JpegParts {
  readonly tools: Tools
  readonly nextGeneration: () => number
  /** The last picture of `count` from a keyframe on, as a JPEG. @throws Failure when it cannot be decoded */
  readonly makeJpeg: (mp4: Uint8Array, count: number, signal: AbortSignal) => Promise<Uint8Array>
}

interface Running {
  readonly viewers: Set<MadeViewer>
  readonly generation: number
  readonly stop: AbortController
  latest: Packet | undefined
}

/**
 * The last step of the ladder: a JPEG a second, for browsers that play nothing of the camera. Made once for all viewers of a channel,
 * from the newest keyframe, or from the whole GOP so far where keyframes are further apart.
 */
export function jpegTier({ tools: { clock, log }, nextGeneration, makeJpeg }: JpegParts) {
  const running = new Map<Channel, Running>()
  const failedAtMs = new WeakMap<Channel, Millis>()
  const ending = new Set<Promise<void>>()
  const inTurn = lineOf(jobsAtOnce)
  let isStopping = false

  const picture = async (channel: Channel, whole: boolean, signal: AbortSignal) => {
    const { init, key, gop } = channel
    const frames = whole && gop.length > 0 ? gop : key ? [key] : []
    const captureUtcMs = frames.at(-1)?.captureUtcMs
    if (!init || captureUtcMs === undefined) return undefined
    const mp4 = Buffer.concat([init.bytes, ...frames.map(({ bytes }) => bytes.subarray(headerBytes))])
    return { jpeg: await makeJpeg(mp4, frames.length, signal), captureUtcMs }
  }

  const run = async (channel: Channel, entry: Running) => {
    const { signal } = entry.stop
    let sequence = 0
    let failures = 0
    let madeOf: Packet | undefined
    let madeKey: Packet | undefined
    while (!signal.aborted && failures < mostFailures) {
      const startedMs = clock.monotonic()
      const { key } = channel
      const newest = channel.gop.at(-1) ?? key
      if (newest && newest !== madeOf) {
        // A new keyframe is nearly free; when none came lately, what is newest has to be decoded from the last one on.
        const isOld = key === madeKey || (key !== undefined && newest.captureUtcMs - key.captureUtcMs >= everyMs)
        madeOf = newest
        madeKey = key
        try {
          const made = await inTurn(() => picture(channel, isOld && failures === 0, signal), signal)
          failures = 0
          if (made) {
            const { jpeg, captureUtcMs } = made
            const fields = { kind: FrameKind.jpeg, flags: FrameFlag.key, generation: entry.generation, pts90k: 0 }
            const captureUnixMicros = captureUtcMs * 1_000
            const header = encodeLiveHeader({ ...fields, sequence: ++sequence, captureUnixMicros })
            entry.latest = { bytes: Buffer.concat([header, jpeg]), key: true, captureUtcMs }
            for (const viewer of Array.from(entry.viewers)) viewer.onPacket(entry.latest)
          }
        } catch (cause) {
          if (signal.aborted) return
          failures++
          const failure = toFailure(cause)
          log.warn({ [LogKey.camera]: channel.cameraId, [LogKey.code]: failure.code }, failure.message)
        }
      }
      await clock.sleep(Math.max(0, everyMs - (clock.monotonic() - startedMs)), signal)
    }
    if (!signal.aborted) fail(channel, entry)
  }
  const fail = (channel: Channel, entry: Running) => {
    failedAtMs.set(channel, clock.monotonic())
    running.delete(channel)
    for (const viewer of Array.from(entry.viewers)) viewer.onEnd()
  }
  const start = (channel: Channel): Running => {
    const entry: Running = {
      viewers: new Set(),
      generation: nextGeneration(),
      stop: new AbortController(),
      latest: undefined,
    }
    running.set(channel, entry)
    const ended: Promise<void> = run(channel, entry).finally(() => ending.delete(ended))
    ending.add(ended)
    return entry
  }

  return {
    room(channel: Channel): 'free' | 'failed' {
      const atMs = failedAtMs.get(channel)
      return atMs !== undefined && clock.monotonic() - atMs < tryAgainMs ? 'failed' : 'free'
    },
    /** @returns undefined when the gateway stops */
    join(channel: Channel, viewer: MadeViewer): { generation: number; leave: () => void } | undefined {
      if (isStopping) return undefined
      const entry = running.get(channel) ?? start(channel)
      entry.viewers.add(viewer)
      const leave = () => {
        entry.viewers.delete(viewer)
        if (entry.viewers.size > 0) return
        entry.stop.abort()
        if (running.get(channel) === entry) running.delete(channel)
      }
      return { generation: entry.generation, leave }
    },
    /** The newest picture of who looks already. */
    latest: (channel: Channel): Packet | undefined => running.get(channel)?.latest,
    async stopAll(): Promise<void> {
      isStopping = true
      for (const { stop } of running.values()) stop.abort()
      await Promise.all(ending)
    },
    get running() {
      return running.size
    },
  }
}
export type JpegTier = ReturnType<typeof jpegTier>
