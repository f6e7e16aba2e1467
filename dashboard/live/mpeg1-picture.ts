import type { JsmpegModule, JsmpegVideo } from '@cycjimmy/jsmpeg-player'
import type { MediaFrame, Picture, PictureEvents } from './ports.ts'

const videoStreamId = 0xe0
/** Pieces that may wait while the decoder is being loaded. */
const earlyPieces = 64

/**
 * The fallback for browsers that cannot play the camera's codec: MPEG-1 from the gateway, decoded here and drawn on a
 * 2D canvas (WebGL contexts are few, so a wall cannot use them). No audio. Frames are drawn as they arrive: nothing piles up.
 * The decoder is loaded only when it is needed.
 */
export function mpeg1Picture(canvas: HTMLCanvasElement, events: PictureEvents): Picture {
  const stop = new AbortController()
  let early: MediaFrame[] = []
  let feed: ((frame: MediaFrame) => void) | undefined
  let library: Promise<JsmpegModule> | undefined
  let shown = 0

  const connect = (jsmpeg: JsmpegModule) => {
    const demuxer = new jsmpeg.Demuxer.TS()
    const renderer = new jsmpeg.Renderer.Canvas2D({ canvas, disableGl: true })
    const decoder: JsmpegVideo = new jsmpeg.Decoder.MPEG1Video({ streaming: true, decodeFirstFrame: false })
    decoder.connect(renderer)
    demuxer.connect(videoStreamId, decoder)
    feed = (frame) => {
      let drawn = 0
      try {
        demuxer.write(frame.payload)
        while (decoder.decode()) drawn++
      } catch (cause) {
        events.broken('decode', cause instanceof Error ? cause.message : String(cause))
        return
      }
      shown += drawn
      if (drawn > 0)
        requestAnimationFrame(() => !stop.signal.aborted && events.presented(frame.captureUnixMicros, drawn))
    }
    for (const frame of early) feed(frame)
    early = []
  }
  const begin = async () => {
    library ??= import('@cycjimmy/jsmpeg-player').then((loaded) => loaded.default)
    const jsmpeg = await library
    if (!stop.signal.aborted) connect(jsmpeg)
  }

  return {
    begin() {
      feed = undefined
      begin().catch((cause: unknown) => {
        if (!stop.signal.aborted) events.broken('decode', cause instanceof Error ? cause.message : String(cause))
      })
    },
    media(frame) {
      if (stop.signal.aborted) return
      if (feed) feed(frame)
      else early = [...early.slice(-earlyPieces), frame]
    },
    tick: () => undefined,
    nudge: () => undefined,
    readings: () => ({ lagMs: null, targetMs: null, dropped: 0, decoded: shown, isJumping: false }),
    ownAgeMs: () => null,
    close: () => stop.abort(),
  }
}
