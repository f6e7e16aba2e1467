import type { BufferPort } from './append-queue.ts'
import type { VideoPort } from './mse-picture.ts'

/** A real `<video>` for the MSE picture. */
export function browserVideo(video: HTMLVideoElement): VideoPort {
  return {
    async open(mime, signal) {
      const media = new MediaSource()
      const url = URL.createObjectURL(media)
      try {
        await new Promise<void>((resolve) => {
          media.addEventListener('sourceopen', () => resolve(), { once: true, signal })
          signal.addEventListener('abort', () => resolve(), { once: true })
          video.src = url
        })
      } finally {
        URL.revokeObjectURL(url)
      }
      if (signal.aborted) return undefined
      const buffer = media.addSourceBuffer(mime)
      buffer.mode = 'segments'
      return buffer satisfies BufferPort
    },
    currentTimeS: () => video.currentTime,
    isSeeking: () => video.seeking,
    seek(toS) {
      video.currentTime = toS
    },
    setRate(rate) {
      if (video.playbackRate !== rate) video.playbackRate = rate
    },
    play(refused) {
      if (!video.paused) return
      video.play().catch((cause: unknown) => {
        // Given other media or paused meanwhile: an end like others, and the next tick asks again.
        if (!(cause instanceof DOMException && cause.name === 'AbortError')) refused()
      })
    },
    counts() {
      const { totalVideoFrames, droppedVideoFrames } = video.getVideoPlaybackQuality()
      return { decoded: totalVideoFrames, dropped: droppedVideoFrames }
    },
    watch({ presented, failed, ranDry }, signal) {
      let handle = 0
      let before: number | undefined
      const shown = (_now: number, { mediaTime, presentedFrames }: VideoFrameCallbackMetadata) => {
        handle = video.requestVideoFrameCallback(shown)
        // Frames are counted also when the page was too busy to be called for each.
        const frames = before === undefined ? 1 : Math.max(1, presentedFrames - before)
        before = presentedFrames
        presented(mediaTime, frames)
      }
      handle = video.requestVideoFrameCallback(shown)
      signal.addEventListener('abort', () => video.cancelVideoFrameCallback(handle), { once: true })
      video.addEventListener(
        'error',
        () => failed(`media error ${video.error?.code ?? 0}: ${video.error?.message ?? ''}`),
        { signal },
      )
      video.addEventListener('waiting', () => ranDry(), { signal })
    },
    stop: () => video.pause(),
  }
}

/** Lets go of what the element plays; it can be used again. */
export function emptyVideo(video: HTMLVideoElement): void {
  if (!video.hasAttribute('src')) return
  video.removeAttribute('src')
  video.load()
}
