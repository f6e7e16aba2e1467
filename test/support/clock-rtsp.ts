import { join } from 'node:path'
import { startChild } from './children.ts'

/** One encoder, and the path where it is found. */
export interface ClockStream {
  /** e.g. `/a/sub` */
  readonly path: string
  readonly codec: 'h264' | 'h265'
  readonly widthPx: number
  readonly heightPx: number
  readonly fps: number
  readonly kbps: number
  readonly gopSeconds: number
  readonly bFrames: number
  /** Turns its size over when told so. */
  readonly changes: boolean
}

export interface ClockRtsp extends AsyncDisposable {
  readonly port: number
  readonly pid: number
  /** The streams that change do it now: new parameter sets in the running stream. */
  changeSize(): void
  stop(): Promise<void>
}

/** What `clock-rtsp.py` knows: cameras whose picture tells when it was taken. Resolves when all encoders run. */
export async function startClockRtsp(streams: readonly ClockStream[]): Promise<ClockRtsp> {
  const told = streams.map(({ path, codec, widthPx, heightPx, fps, kbps, gopSeconds, bFrames, changes }) => {
    const gop = Math.round(fps * gopSeconds)
    return { path, codec, width: widthPx, height: heightPx, fps, kbps, gop, bFrames, changes }
  })
  // Debian's own Python: the GStreamer bindings belong to it.
  const child = startChild('/usr/bin/python3', [join(import.meta.dirname, 'clock-rtsp.py'), JSON.stringify(told)])
  try {
    const ready = await child.line(/^rtsp:\/\/127\.0\.0\.1:(\d+)\/ ready$/, 40_000)
    const stop = async () => void (await child.stop(2_000))
    return {
      port: Number(ready[1]),
      pid: child.pid,
      changeSize: () => child.signal('SIGUSR2'),
      stop,
      [Symbol.asyncDispose]: stop,
    }
  } catch (cause) {
    await child.stop(500)
    throw cause
  }
}
