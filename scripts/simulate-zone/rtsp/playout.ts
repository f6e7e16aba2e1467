import type { Clip } from '../video/mp4-reader.ts'
import { type PacketTrain, packTrain, senderReport, stamp, timeRemark } from './rtp.ts'

export const payloadType = 96
const reportEveryMs = 5_000

/** Where the stream goes: one RTSP client. */
export interface Viewer {
  readonly channel: number
  /** False when the client is too slow and was dropped. */
  write(bytes: Buffer): boolean
}

/** One endless stream made of one clip: the same packets for every viewer, paced by the wall clock. */
export interface Stream {
  readonly clip: Clip
  attach(viewer: Viewer): void
  detach(viewer: Viewer): void
  /** What the next keyframe will carry: the first packet a new viewer gets. */
  nextKey(): { sequence: number; timestamp: number }
}

interface Reel {
  readonly trains: readonly PacketTrain[]
  readonly clip: Clip
}

interface Track extends Stream {
  /** Sends what is due. */
  catchUp(elapsedMs: number): void
  dueMs(): number
  readonly viewers: number
}

function reelOf(clip: Clip): Reel {
  const remark = timeRemark(clip.codec)
  const trains = clip.units.map(({ key, nals }) =>
    key
      ? packTrain(clip.codec, [...clip.parameterSets, remark, ...nals], payloadType, remark)
      : packTrain(clip.codec, nals, payloadType),
  )
  return { clip, trains }
}

interface TrackOptions {
  readonly clip: Clip
  readonly frozen: Clip | undefined
  /** Is the camera stuck at this time of its life? Asked at the start of each round of the clip. */
  readonly stuckAt: (elapsedMs: number) => boolean
  readonly ssrc: number
  readonly nowUtcMs: () => number
}

function track({ clip, frozen, stuckAt, ssrc, nowUtcMs }: TrackOptions): Track {
  const good = reelOf(clip)
  const still = frozen && reelOf(frozen)
  const viewers = new Map<Viewer, { started: boolean; reportedAtMs: number; packets: number; octets: number }>()
  let reel = good
  let index = 0
  let roundStartTicks = 0
  let sequence = ssrc & 0xffff
  const baseTimestamp = ssrc & 0x0fff_ffff

  const unit = () => {
    const now = reel.clip.units[index]
    const train = reel.trains[index]
    if (!now || !train) throw new Error('a clip without pictures cannot be played')
    return { now, train }
  }
  const dueMs = () => (roundStartTicks + unit().now.dts) / 90

  function send(elapsedMs: number): void {
    const { now, train } = unit()
    const timestamp = baseTimestamp + roundStartTicks + now.pts
    let shared: Buffer | undefined
    for (const [viewer, state] of viewers) {
      if (!state.started && !now.key) continue
      state.started = true
      const bytes =
        viewer.channel === 0
          ? (shared ??= stamp(train, 0, sequence, timestamp, ssrc))
          : stamp(train, viewer.channel, sequence, timestamp, ssrc)
      if (!viewer.write(bytes)) {
        viewers.delete(viewer)
        continue
      }
      if (elapsedMs - state.reportedAtMs >= reportEveryMs) {
        state.reportedAtMs = elapsedMs
        const sent = { packets: state.packets, octets: state.octets }
        // The picture that is captured now carries the decode time: with B-frames its own timestamp lies ahead.
        const captured = baseTimestamp + roundStartTicks + now.dts
        viewer.write(senderReport(viewer.channel + 1, { ssrc, utcMs: nowUtcMs(), timestamp: captured, ...sent }))
      }
      state.packets += train.starts.length
      state.octets += train.bytes.length - train.starts.length * 16
    }
  }

  return {
    clip,
    get viewers() {
      return viewers.size
    },
    attach: (viewer) =>
      viewers.set(viewer, { started: false, reportedAtMs: Number.NEGATIVE_INFINITY, packets: 0, octets: 0 }),
    detach: (viewer) => viewers.delete(viewer),
    dueMs,
    catchUp(elapsedMs) {
      while (dueMs() <= elapsedMs) {
        if (viewers.size > 0) send(elapsedMs)
        sequence += unit().train.starts.length
        if (++index < reel.trains.length) continue
        index = 0
        roundStartTicks += reel.clip.durationTicks
        reel = still && stuckAt(roundStartTicks / 90) ? still : good
      }
    },
    nextKey() {
      let ahead = sequence
      for (let at = index; at < reel.trains.length; at++) {
        const next = reel.clip.units[at]
        if (next?.key)
          return { sequence: ahead & 0xffff, timestamp: (baseTimestamp + roundStartTicks + next.pts) >>> 0 }
        ahead += reel.trains[at]?.starts.length ?? 0
      }
      const first = roundStartTicks + reel.clip.durationTicks + (good.clip.units[0]?.pts ?? 0)
      return { sequence: ahead & 0xffff, timestamp: (baseTimestamp + first) >>> 0 }
    },
  }
}

export interface Playout {
  readonly main: Stream
  readonly sub: Stream
  readonly third: Stream | undefined
  stop(): void
}

export interface PlayoutOptions {
  readonly main: Clip
  readonly sub: Clip
  readonly third?: Clip | undefined
  readonly frozenMain: Clip | undefined
  readonly frozenSub: Clip | undefined
  readonly freeze: { readonly afterMs: number; readonly forMs: number } | null
  readonly ssrc: number
  readonly nowUtcMs: () => number
  /** Spreads the keyframes of many cameras over the second. */
  readonly phaseMs: number
}

/** One timer a camera drives all its streams, and rests while nobody watches. */
export function playout(options: PlayoutOptions): Playout {
  const { freeze, ssrc, nowUtcMs } = options
  const bornMs = performance.now() - options.phaseMs
  const stuckAt = (elapsedMs: number) =>
    freeze !== null && elapsedMs % (freeze.afterMs + freeze.forMs) >= freeze.afterMs
  const main = track({ clip: options.main, frozen: options.frozenMain, stuckAt, ssrc, nowUtcMs })
  const sub = track({ clip: options.sub, frozen: options.frozenSub, stuckAt, ssrc: ssrc + 1, nowUtcMs })
  const third = options.third && track({ clip: options.third, frozen: undefined, stuckAt, ssrc: ssrc + 2, nowUtcMs })
  const tracks = third ? [main, sub, third] : [main, sub]
  let timer: NodeJS.Timeout | undefined

  function tick(): void {
    timer = undefined
    const elapsedMs = performance.now() - bornMs
    for (const each of tracks) each.catchUp(elapsedMs)
    const watched = tracks.filter((each) => each.viewers > 0)
    if (watched.length === 0) return
    const nextMs = Math.min(...watched.map((each) => each.dueMs()))
    timer = setTimeout(tick, Math.max(1, nextMs - (performance.now() - bornMs)))
  }
  const open = (each: Track): Stream => ({
    clip: each.clip,
    nextKey() {
      each.catchUp(performance.now() - bornMs)
      return each.nextKey()
    },
    attach(viewer) {
      each.catchUp(performance.now() - bornMs)
      each.attach(viewer)
      if (!timer) tick()
    },
    detach: (viewer) => each.detach(viewer),
  })
  return { main: open(main), sub: open(sub), third: third && open(third), stop: () => clearTimeout(timer) }
}
