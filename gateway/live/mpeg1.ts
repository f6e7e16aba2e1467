import Mpeg1Muxer from 'node-rtsp-stream/mpeg1muxer.js'
import { encodeLiveHeader, FrameKind, headerBytes } from '../domain/live-frame.ts'
import { type Millis, seconds } from '../domain/units.ts'
import { LogKey } from '../lib/log.ts'
import type { Tools } from '../lib/supervise.ts'
import type { Channel, ChannelViewer } from './channel.ts'
import type { MadeViewer } from './made.ts'

/** Transcoding costs about a tenth of a core each: at most this many cameras at once. */
export const maxTranscoders = 4
/** What may wait for ffmpeg's input before frames are left out. */
const maxInputBytes = 4 * 1024 * 1024
/** After the polite signal, how long until the hard one. */
const stopGraceMs: Millis = seconds(3)
/** A transcoder that ended by itself is not tried again for so long. */
const tryAgainMs: Millis = seconds(30)

/**
 * The fallback for browsers that can play neither stream: MPEG-1 in MPEG-TS, made by node-rtsp-stream's muxer from our own pull of
 * the camera (`pipe:0`). One transcoder a channel, whatever the number of viewers; it ends with the last of them.
 */
export function mpeg1Tier({ clock, log }: Tools, nextGeneration: () => number) {
  const running = new Map<Channel, { viewers: Set<MadeViewer>; generation: number; stop: () => void }>()
  const failedAtMs = new WeakMap<Channel, Millis>()
  const ending = new Set<Promise<unknown>>()
  let isStopping = false

  const start = (channel: Channel) => {
    const viewers = new Set<MadeViewer>()
    const generation = nextGeneration()
    const muxer = new Mpeg1Muxer({
      url: 'pipe:0',
      ffmpegPath: 'ffmpeg',
      // MPEG-1 knows few frame rates (15 is not one of them); the picture is for small tiles only.
      ffmpegOptions: { '-an': '', '-r': 25, '-vf': 'scale=640:360', '-b:v': '900k', '-bf': 0, '-loglevel': 'error' },
    })
    const { stdin } = muxer.stream
    const gone = new AbortController()
    let ended = false
    let waitsForKey = false
    /** Of the newest picture that was put in: what comes out is about as old. */
    let captureUtcMs = channel.gop.at(-1)?.captureUtcMs ?? clock.now()
    const feed: ChannelViewer = {
      // Other parameters need another ffmpeg.
      onInit: () => stop(),
      onFrame(packet) {
        waitsForKey = (waitsForKey && !packet.key) || stdin.writableLength > maxInputBytes
        if (waitsForKey) return
        stdin.write(packet.bytes.subarray(headerBytes))
        captureUtcMs = packet.captureUtcMs
      },
    }
    const stop = () => {
      if (ended) return
      ended = true
      channel.viewers.delete(feed)
      running.delete(channel)
      stdin.destroy()
      muxer.stream.kill('SIGTERM')
      const killed = clock.sleep(stopGraceMs, gone.signal).then((how) => {
        if (how === 'slept') muxer.stream.kill('SIGKILL')
        ending.delete(killed)
      })
      ending.add(killed)
      for (const viewer of Array.from(viewers)) viewer.onEnd()
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
      const header = encodeLiveHeader({
        kind: FrameKind.mpegTs,
        flags: 0,
        generation,
        sequence: ++sequence,
        captureUnixMicros: captureUtcMs * 1_000,
        pts90k: 0,
      })
      const packet = { bytes: Buffer.concat([header, data]), key: true, captureUtcMs }
      for (const viewer of Array.from(viewers)) viewer.onPacket(packet)
    })
    for (const { bytes } of [channel.initPacket, ...channel.gop].filter((packet) => packet !== undefined))
      stdin.write(bytes.subarray(headerBytes))
    channel.viewers.add(feed)
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
