import Mpeg1Muxer from 'node-rtsp-stream/mpeg1muxer.js'
import { decodeLiveFrame, encodeLiveHeader, FrameKind, headerBytes } from '../domain/live-frame.ts'
import { type Bytes, type Millis, seconds, type UtcMs } from '../domain/units.ts'
import { LogKey } from '../lib/log.ts'
import type { Tools } from '../lib/supervise.ts'
import { pictureTimes, tsTimes } from '../media/ts-times.ts'
import type { Channel, ChannelViewer, Packet } from './channel.ts'
import type { MadeViewer } from './made.ts'

/** Transcoding costs about a tenth of a core each: at most this many cameras at once. */
export const maxTranscoders = 4
/** Of the stream: so much may be in ffmpeg or in front of it, before pictures are left out. Ticks of 90 kHz. */
const mostWaiting = 90_000
/** So many pictures a decoder may hold by the standards, however slowly they come: to wait for those would be to wait for ever. */
const mostHeld = 16
/** What may wait in front of ffmpeg when it gives nothing: it wants to see some of the stream before it begins. */
const maxInputBytes: Bytes = 1024 * 1024
const givesNothingMs: Millis = seconds(10)
/** Two minutes of pictures, and none of them came out. */
const mostPictures = 3_000
/**
 * MPEG-1 knows few frame rates (15 is not one of them), and a picture moves by up to half a frame. Nothing is shown twice to reach it; cameras
 * that were faster than it would be shown later and later in ffmpeg's count, so that their pictures would seem newer than they are.
 */
const framesPerSecond = 50
/** Where ffmpeg's output begins. Otherwise it moves the times by what its encoder needs, which differs. */
const outputStartSeconds = 10

/** The picture is for small tiles only. Without the options behind `-flush_packets`, 32 kB of it wait in the muxer, a third of a second. */
const outputOptions = {
  '-an': '',
  '-r': framesPerSecond,
  '-vf': 'scale=640:360',
  '-b:v': '900k',
  '-bf': 0,
  '-loglevel': 'error',
  '-flush_packets': 1,
  '-muxdelay': 0,
  '-muxpreload': 0,
  '-output_ts_offset': outputStartSeconds,
  // A decoder of n threads holds n pictures back. The muxer's arguments begin with its input, so that only an option for the whole program
  // reaches the decoder.
  '-cpucount': 1,
}

/** Presentation time in ticks of 90 kHz. */
const ptsOf = ({ bytes }: Packet): number =>
  decodeLiveFrame(Uint8Array.from(bytes.subarray(0, headerBytes)).buffer)?.header.pts90k ?? 0

/** After the polite signal, how long until the hard one. */
const stopGraceMs: Millis = seconds(3)
/** A transcoder that ended by itself is not tried again for so long. */
const tryAgainMs: Millis = seconds(30)

/**
 * The fallback for browsers that can play neither stream: MPEG-1 in MPEG-TS, made by node-rtsp-stream's muxer from our own pull of
 * the camera (`pipe:0`). One transcoder a channel, whatever the number of viewers; it ends with the last of them. What it sends carries the
 * capture time of the picture that came out, not of the one that was put in last. ffmpeg gets no more than it can turn into pictures; when
 * it is slow, it goes on with the newest keyframe.
 */
export function mpeg1Tier({ clock, log }: Tools, nextGeneration: () => number) {
  const running = new Map<Channel, { viewers: Set<MadeViewer>; generation: number; stop: () => void }>()
  const failedAtMs = new WeakMap<Channel, Millis>()
  const ending = new Set<Promise<unknown>>()
  let isStopping = false

  const start = (channel: Channel) => {
    const viewers = new Set<MadeViewer>()
    const generation = nextGeneration()
    const muxer = new Mpeg1Muxer({ url: 'pipe:0', ffmpegPath: 'ffmpeg', ffmpegOptions: outputOptions })
    const { stdin } = muxer.stream
    const gone = new AbortController()
    let ended = false
    const readTimes = tsTimes()
    const pictures = pictureTimes(90_000 / framesPerSecond / 2, mostPictures)
    /** Of the newest picture that came out. */
    let captureUtcMs: UtcMs | undefined
    let newestOut = 0
    let cameOutAtMs: Millis = -Infinity
    /** What was put in last, and what came last from the camera. */
    let last: Packet | undefined
    let arrived: Packet | undefined

    const isBehind = (): boolean => {
      if (pictures.count <= mostHeld) return false
      if (clock.monotonic() - cameOutAtMs > givesNothingMs) return stdin.writableLength > maxInputBytes
      return pictures.newestIn - newestOut > mostWaiting
    }
    const put = (packet: Packet) => {
      stdin.write(packet.bytes.subarray(headerBytes))
      pictures.putIn(ptsOf(packet), packet.captureUtcMs)
      last = packet
    }
    /** All that may be put in now: what follows in the group of pictures, or the newest group from its keyframe on. */
    const feed = () => {
      while (!isBehind()) {
        const { gop } = channel
        const next = gop[last ? gop.lastIndexOf(last) + 1 : 0]
        if (ended || !next) return
        put(next)
      }
    }
    const viewer: ChannelViewer = {
      // Other parameters need another ffmpeg.
      onInit: () => stop(),
      onFrame(packet) {
        const follows = last !== undefined && last === arrived
        arrived = packet
        if (channel.gop.length > 0) feed()
        // A group too large to be kept: what is left out here is not there later.
        else if ((packet.key || follows) && !isBehind()) put(packet)
      },
    }
    const stop = () => {
      if (ended) return
      ended = true
      channel.viewers.delete(viewer)
      running.delete(channel)
      stdin.destroy()
      muxer.stream.kill('SIGTERM')
      const killed = clock.sleep(stopGraceMs, gone.signal).then((how) => {
        if (how === 'slept') muxer.stream.kill('SIGKILL')
        ending.delete(killed)
      })
      ending.add(killed)
      for (const one of Array.from(viewers)) one.onEnd()
    }
    const fail = () => {
      if (!ended) failedAtMs.set(channel, clock.monotonic())
      stop()
    }
    muxer.stream.on('error', (cause) => {
      log.error({ [LogKey.camera]: channel.cameraId, err: cause }, 'the MPEG-1 transcoder cannot run')
      gone.abort()
      fail()
    })
    muxer.stream.on('exit', () => {
      gone.abort()
      fail()
    })
    stdin.on('error', fail)
    muxer.on('ffmpegStderr', (text: Buffer) =>
      log.debug({ [LogKey.camera]: channel.cameraId, said: text.toString() }, 'MPEG-1 transcoder'),
    )
    let sequence = 0
    muxer.on('mpeg1data', (data: Buffer) => {
      const pts = readTimes(data)
      if (pts !== undefined) {
        newestOut = pts - outputStartSeconds * 90_000
        cameOutAtMs = clock.monotonic()
        captureUtcMs = pictures.cameOut(newestOut) ?? captureUtcMs
      }
      const packetUtcMs = captureUtcMs ?? pictures.oldestUtcMs ?? clock.now()
      const header = encodeLiveHeader({
        kind: FrameKind.mpegTs,
        flags: 0,
        generation,
        sequence: ++sequence,
        captureUnixMicros: packetUtcMs * 1_000,
        pts90k: 0,
      })
      const packet = { bytes: Buffer.concat([header, data]), key: true, captureUtcMs: packetUtcMs }
      for (const one of Array.from(viewers)) one.onPacket(packet)
      feed()
    })
    stdin.on('drain', feed)
    if (channel.initPacket) stdin.write(channel.initPacket.bytes.subarray(headerBytes))
    arrived = channel.gop.at(-1)
    feed()
    channel.viewers.add(viewer)
    const entry = { viewers, generation, stop }
    running.set(channel, entry)
    return entry
  }

  return {
    /** Would there be a transcoder for this channel? */
    room(channel: Channel): 'free' | 'full' | 'failed' {
      const atMs = failedAtMs.get(channel)
      if (atMs !== undefined && clock.monotonic() - atMs < tryAgainMs) return 'failed'
      return running.has(channel) || running.size < maxTranscoders ? 'free' : 'full'
    },
    /** @returns undefined when all transcoders are taken */
    join(channel: Channel, viewer: MadeViewer): { generation: number; leave: () => void } | undefined {
      const entry = running.get(channel) ?? (isStopping || running.size >= maxTranscoders ? undefined : start(channel))
      if (!entry) return undefined
      entry.viewers.add(viewer)
      const leave = () => {
        entry.viewers.delete(viewer)
        if (entry.viewers.size === 0) entry.stop()
      }
      return { generation: entry.generation, leave }
    },
    /** For good. Resolves when the programs have ended. */
    async stopAll(): Promise<void> {
      isStopping = true
      for (const { stop } of running.values()) stop()
      await Promise.all(ending)
    },
    get running() {
      return running.size
    },
  }
}
export type Mpeg1Tier = ReturnType<typeof mpeg1Tier>
