declare module 'node-rtsp-stream/mpeg1muxer.js' {
  import type { ChildProcessByStdio } from 'node:child_process'
  import type { EventEmitter } from 'node:events'
  import type { Readable, Writable } from 'node:stream'

  /** Spawns ffmpeg at once: `-i url -f mpegts -codec:v mpeg1video …flags -`. Emits `mpeg1data`, `ffmpegStderr`, `exitWithError`. */
  export default class Mpeg1Muxer extends EventEmitter {
    constructor(options: { url: string; ffmpegPath: string; ffmpegOptions: Record<string, string | number> })
    readonly stream: ChildProcessByStdio<Writable, Readable, Readable>
  }
}
