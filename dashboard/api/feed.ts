import type { FeedChange, FeedMessage } from '../../gateway/contract/feed.ts'
import type { UtcMs } from '../../gateway/domain/units.ts'
import { type FeedStep, feedStep, type Snapshot } from './feed-order.ts'
import { reconnectMs } from './reconnect.ts'

/** `lost` since when; `retrying` while a new attempt is under way. */
export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open' }
  | { readonly kind: 'lost'; readonly sinceUtcMs: UtcMs }

export interface FeedHandlers {
  onConnection(connection: Connection): void
  onSnapshot(snapshot: Snapshot): void
  /** All changes of one animation frame, in order. */
  onChanges(changes: readonly FeedChange[]): void
  /** The gateway's clock, with each message that tells it. */
  onServerTime(serverUtcMs: UtcMs): void
  /** Close code 4401: the session ended. */
  onLoginNeeded(): void
}

const loginNeeded = 4401
/** The server pings more often than this; longer silence is a dead connection that TCP has not noticed. */
const silentMs = 35_000

/**
 * The one feed of this tab: connects, resumes after the last change it has, takes the snapshot it is given when the
 * gateway does not know that change any more, and tries for ever with full jitter. Ends when `signal` aborts.
 */
export function runFeed(handlers: FeedHandlers, signal: AbortSignal, retryNow: EventTarget): void {
  let seq: number | null = null
  let attempt = 0
  let connection: Connection = { kind: 'connecting' }
  const changes = frameBatch<FeedChange>((items) => handlers.onChanges(items))
  const say = (next: Connection): void => {
    if (connection.kind === 'lost' && next.kind === 'lost') return
    connection = next
    handlers.onConnection(next)
  }

  const connect = (): void => {
    if (signal.aborted) return
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:'
    const socket = new WebSocket(`${scheme}//${location.host}/api/feed${seq === null ? '' : `?after=${seq}`}`)
    const ended = new AbortController()
    let watchdog = setTimeout(() => socket.close(), silentMs)
    const end = (): void => socket.close()
    signal.addEventListener('abort', end, { signal: ended.signal })

    socket.addEventListener('message', (event: MessageEvent<string>) => {
      clearTimeout(watchdog)
      watchdog = setTimeout(end, silentMs)
      const message = JSON.parse(event.data) as FeedMessage
      if ('serverUtcMs' in message) handlers.onServerTime(message.serverUtcMs)
      const step = feedStep(seq, message)
      if (step.kind === 'lost') {
        seq = null
        socket.close()
        return
      }
      attempt = 0
      apply(step)
      say({ kind: 'open' })
    })
    socket.addEventListener('close', (event) => {
      clearTimeout(watchdog)
      ended.abort()
      if (signal.aborted) return
      if (event.code === loginNeeded) {
        handlers.onLoginNeeded()
        return
      }
      say({ kind: 'lost', sinceUtcMs: Date.now() })
      waitThen(connect, reconnectMs(attempt, Math.random()), signal, retryNow)
      attempt += 1
    })
  }

  const apply = (step: Exclude<FeedStep, { kind: 'lost' }>): void => {
    seq = step.seq
    if (step.kind === 'change') changes.add(step.change)
    if (step.kind === 'snapshot') {
      changes.clear()
      handlers.onSnapshot(step.snapshot)
    }
  }

  signal.addEventListener('abort', changes.clear)
  handlers.onConnection(connection)
  connect()
}

/** Runs `next` after `ms`, or at once when asked to retry or when the network comes back. */
function waitThen(next: () => void, ms: number, signal: AbortSignal, retryNow: EventTarget): void {
  const done = new AbortController()
  const go = (): void => {
    clearTimeout(timer)
    done.abort()
    if (!signal.aborted) next()
  }
  const timer = setTimeout(go, ms)
  retryNow.addEventListener('retry', go, { signal: done.signal })
  window.addEventListener('online', go, { signal: done.signal })
  signal.addEventListener('abort', go, { signal: done.signal })
}

/** Hands everything added since the last animation frame over at once; a hidden page has no frames, so a timer stands by. */
function frameBatch<Item>(flush: (items: readonly Item[]) => void) {
  let waiting: Item[] = []
  let frame = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const clear = (): void => {
    waiting = []
    cancelAnimationFrame(frame)
    clearTimeout(timer)
  }
  const run = (): void => {
    const items = waiting
    clear()
    if (items.length > 0) flush(items)
  }
  return {
    add(item: Item): void {
      waiting.push(item)
      if (waiting.length > 1) return
      frame = requestAnimationFrame(run)
      timer = setTimeout(run, 500)
    },
    clear,
  }
}
