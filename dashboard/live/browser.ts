import type { BufferPort } from './append-queue.ts'
import type { OpenSocket, Page, PlayerClock } from './ports.ts'
import type { VideoPort } from './mse-picture.ts'

export const browserClock: PlayerClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve('aborted')
      const aborted = () => {
        clearTimeout(timer)
        resolve('aborted')
      }
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', aborted)
        resolve('slept')
      }, ms)
      signal.addEventListener('abort', aborted, { once: true })
    }),
}

export const browserSocket: OpenSocket = (url, events) => {
  const socket = new WebSocket(url)
  const listening = new AbortController()
  const { signal } = listening
  socket.binaryType = 'arraybuffer'
  socket.addEventListener('open', () => events.opened(), { signal })
  socket.addEventListener('close', ({ code }) => events.closed(code), { signal })
  socket.addEventListener(
    'message',
    ({ data }: MessageEvent<string | ArrayBuffer>) =>
      typeof data === 'string' ? events.text(data) : events.bytes(data),
    { signal },
  )
  return {
    send(text) {
      if (socket.readyState === WebSocket.OPEN) socket.send(text)
    },
    close() {
      listening.abort()
      socket.close()
    },
  }
}

/** Visible: the tab is shown and `element` is on, or close to, the screen. */
export function browserPage(element: Element): Page {
  let onScreen = true
  return {
    visible: () => document.visibilityState === 'visible' && onScreen,
    watch(changed, online, signal) {
      const observer = new IntersectionObserver(
        (entries) => {
          onScreen = entries.at(-1)?.isIntersecting ?? onScreen
          changed()
        },
        { rootMargin: '80px' },
      )
      observer.observe(element)
      signal.addEventListener('abort', () => observer.disconnect(), { once: true })
      document.addEventListener('visibilitychange', changed, { signal })
      addEventListener('pageshow', changed, { signal })
      addEventListener('online', online, { signal })
    },
  }
}

export function browserVideo(video: HTMLVideoElement): VideoPort {
  let source: MediaSource | undefined
  return {
    async open(mime, signal) {
      const media = new MediaSource()
      source = media
      const url = URL.createObjectURL(media)
      try {
        await new Promise<void>((resolve) => {
          media.addEventListener('sourceopen', () => resolve(), { once: true, signal })
          video.src = url
        })
      } finally {
        URL.revokeObjectURL(url)
      }
      const buffer = media.addSourceBuffer(mime)
      buffer.mode = 'segments'
      return buffer satisfies BufferPort
    },
    currentTimeS: () => video.currentTime,
    seek(toS) {
      video.currentTime = toS
    },
    setRate(rate) {
      if (video.playbackRate !== rate) video.playbackRate = rate
    },
    play() {
      if (!video.paused) return
      // Rejected when the element is given other media meanwhile; the next tick asks again.
      video.play().catch((cause: unknown) => console.debug('live picture does not play yet', cause))
    },
    watch(presented, failed, signal) {
      let handle = 0
      const shown = (_now: number, frame: VideoFrameCallbackMetadata) => {
        presented(frame.mediaTime)
        handle = video.requestVideoFrameCallback(shown)
      }
      handle = video.requestVideoFrameCallback(shown)
      signal.addEventListener('abort', () => video.cancelVideoFrameCallback(handle), { once: true })
      video.addEventListener(
        'error',
        () => failed(`media error ${video.error?.code ?? 0}: ${video.error?.message ?? ''}`),
        { signal },
      )
    },
    close() {
      if (source === undefined) return
      source = undefined
      video.removeAttribute('src')
      video.load()
    },
  }
}
