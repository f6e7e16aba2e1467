import type { OpenSocket, Page, PlayerClock } from './ports.ts'

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

/** Seen: the tab is shown and `element` is on, or close to, the screen. */
export function browserPage(element: Element): Page {
  let onScreen = true
  return {
    sight: () => (document.visibilityState !== 'visible' ? 'hidden' : onScreen ? 'seen' : 'off-screen'),
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
      // A frozen tab is thawed without becoming visible anew.
      document.addEventListener('resume', changed, { signal })
      addEventListener('online', online, { signal })
    },
  }
}
