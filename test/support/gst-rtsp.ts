import { join } from 'node:path'
import { startChild } from './children.ts'

export type RtspKind = 'h264' | 'h264b' | 'h265' | 'h264aac' | 'h264pcma' | 'h264change' | 'h265change' | 'mjpeg'

export interface RtspOptions {
  kinds?: readonly RtspKind[]
  /** Cameras of each kind. */
  count?: number
  /** 0: a free one. A fixed one lets a test stop the server and start it again at the same address. */
  port?: number
  /** With both, digest authentication is on. */
  user?: string
  password?: string
  basic?: boolean
  widthPx?: number
  heightPx?: number
  fps?: number
  kbps?: number
  /** Frames from keyframe to keyframe. */
  gop?: number
  /** Of the kinds that change their size. */
  changeEverySeconds?: number
}

export interface RtspServer extends AsyncDisposable {
  readonly port: number
  readonly pid: number
  /** Without user info. */
  url(kind: RtspKind, camera?: number): string
  /** Drops every client, as a camera does that reboots. They may connect again at once. */
  dropClients(): void
  output(): string
  stop(): Promise<void>
}

/** GStreamer's RTSP server from Debian on 127.0.0.1, with live test pictures. See gst-rtsp.py for the paths. */
export async function startRtsp(options: RtspOptions = {}): Promise<RtspServer> {
  const { kinds = ['h264'], count = 1, port = 0, basic = false, ...rest } = options
  const named = {
    width: rest.widthPx,
    height: rest.heightPx,
    fps: rest.fps,
    kbps: rest.kbps,
    gop: rest.gop,
    'change-every': rest.changeEverySeconds,
    user: rest.user,
    password: rest.password,
  }
  const args = ['--kinds', kinds.join(','), '--count', String(count), '--port', String(port)]
  for (const [name, value] of Object.entries(named)) if (value !== undefined) args.push(`--${name}`, String(value))
  if (basic) args.push('--basic')
  // Debian's own Python: the GStreamer bindings belong to it.
  const child = startChild('/usr/bin/python3', [join(import.meta.dirname, 'gst-rtsp.py'), ...args])
  try {
    const ready = await child.line(/^rtsp:\/\/127\.0\.0\.1:(\d+)\/ ready$/)
    const bound = Number(ready[1])
    const stop = async () => void (await child.stop(2_000))
    return {
      port: bound,
      pid: child.pid,
      url: (kind, camera = 0) => `rtsp://127.0.0.1:${bound}/${kind}/${camera}`,
      dropClients: () => child.signal('SIGUSR1'),
      output: () => child.output(),
      stop,
      [Symbol.asyncDispose]: stop,
    }
  } catch (cause) {
    await child.stop(500)
    throw cause
  }
}
