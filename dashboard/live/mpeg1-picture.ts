import type { JsmpegModule, JsmpegVideo } from '@cycjimmy/jsmpeg-player'
import type { MediaFrame, Picture, PictureEvents } from './ports.ts'

const videoStreamId = 0xe0
/** Bytes that may wait while the decoder is being loaded. */
const earlyFrames = 64

/**
 * The fallback for browsers that cannot play the camera's codec: MPEG-1 from the gateway, decoded here and drawn on a
 * 2D canvas that takes the place of `video` (WebGL contexts are few, so a wall cannot use them). No audio.
 * Frames are drawn as they arrive: nothing piles up. The decoder is loaded only when it is needed.
 */
export function mpeg1Picture(video: HTMLVideoElement, events: PictureEvents): Picture {
  const stop = new AbortController()
  const canvas = document.createElement('canvas')
  canvas.className = video.className
  let early: MediaFrame[] = []
  let feed: ((frame: MediaFrame) => void) | undefined

  const draw = (library: JsmpegModule) => {
    const demuxer = new library.Demuxer.TS()
    const renderer = new library.Renderer.Canvas2D({ canvas, disableGl: true })
    const decoder: JsmpegVideo = new library.Decoder.MPEG1Video({ streaming: true, decodeFirstFrame: false })
    decoder.connect(renderer)
    demuxer.connect(videoStreamId, decoder)
    feed = (frame) => {
      demuxer.write(frame.payload)
      let drawn = false
      while (decoder.decode()) drawn = true
      if (drawn) requestAnimationFrame(() => !stop.signal.aborted && events.presented(frame.captureUnixMicros))
    }
    for (const frame of early) feed(frame)
    early = []
  }
  const load = async () => {
    const library = await import('@cycjimmy/jsmpeg-player')
    if (stop.signal.aborted) return
    draw(library.default)
    video.hidden = true
    video.after(canvas)
  }

  return {
    begin() {
      feed = undefined
      load().catch((cause: unknown) => events.broken(cause instanceof Error ? cause.message : String(cause)))
    },
    media(frame) {
      if (feed) feed(frame)
      else early = [...early.slice(-earlyFrames), frame]
    },
    tick: () => undefined,
    nudge: () => undefined,
    close() {
      stop.abort()
      canvas.remove()
      video.hidden = false
    },
  }
}
