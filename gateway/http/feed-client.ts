import type { WebSocket } from 'ws'
import { CloseCode } from '../contract/live.ts'
import type { FeedMessage } from '../contract/feed.ts'
import type { Bytes } from '../domain/units.ts'
import { coalesceKey, type Numbered } from './feed-ring.ts'

/** Above this the client is behind: changes wait and merge. */
const behindBytes: Bytes = 256 * 1_024
/** This many different things waiting: it will not catch up, and is sent away to come again for a snapshot. */
const mostWaiting = 4_096

/** One reader of the feed. Memory for it is bounded: the socket's buffer and one waiting change for each thing. */
export interface FeedClient {
  /** A snapshot: whatever still waits is part of it. */
  greet(message: FeedMessage): void
  change(numbered: Numbered): void
  /** Left out while changes wait: its number would claim that they were sent. */
  ping(message: FeedMessage): void
}

export function feedClient(socket: WebSocket): FeedClient {
  const waiting = new Map<string, Numbered>()

  const write = (message: FeedMessage) => {
    if (socket.readyState !== socket.OPEN) return
    // A failed write closes the socket, and that is where it is told.
    socket.send(JSON.stringify(message), () => flush())
  }
  const flush = () => {
    for (const [key, { seq, change }] of waiting) {
      if (socket.bufferedAmount > behindBytes || socket.readyState !== socket.OPEN) return
      waiting.delete(key)
      write({ kind: 'change', seq, change })
    }
  }

  return {
    greet(message) {
      waiting.clear()
      write(message)
    },
    ping(message) {
      if (waiting.size === 0) write(message)
    },
    change(numbered) {
      if (socket.readyState !== socket.OPEN) return
      if (waiting.size === 0 && socket.bufferedAmount <= behindBytes) {
        write({ kind: 'change', ...numbered })
        return
      }
      const key = coalesceKey(numbered.change)
      // Moved to the end: what is sent keeps counting up.
      waiting.delete(key)
      waiting.set(key, numbered)
      if (waiting.size > mostWaiting) socket.close(CloseCode.slow, 'too slow')
    },
  }
}
