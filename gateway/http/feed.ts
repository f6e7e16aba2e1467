import { randomInt } from 'node:crypto'
import type { WebSocket } from 'ws'
import { CloseCode } from '../contract/live.ts'
import type { Clock } from '../lib/clock.ts'
import { type FeedClient, feedClient } from './feed-client.ts'
import { feedRing } from './feed-ring.ts'
import type { FeedPart } from './parts.ts'

/** How many changes a client may have missed and still resume. */
const keptChanges = 2_048

/** The changes of the gateway, numbered, to every open feed socket. */
export interface FeedHub {
  /** Greets a new socket with a snapshot, or with what came after `after`, and keeps it up to date until it closes. */
  attach(socket: WebSocket, after: number | undefined): void
  ping(socket: WebSocket): void
  /** Numbers and spreads changes until `signal` aborts. */
  run(signal: AbortSignal): Promise<void>
}

export function feedHub(feed: FeedPart, clock: Clock): FeedHub {
  const ring = feedRing(randomInt(1, 2 ** 20) * 2 ** 32, keptChanges)
  const clients = new Map<WebSocket, FeedClient>()
  const stamp = (seq: number) => ({ seq, serverUtcMs: Math.round(clock.now()) })
  const greet = (client: FeedClient) => client.greet({ kind: 'snapshot', ...stamp(ring.seq), ...feed.snapshot() })

  /** Changes never came here: only a snapshot is right now, for everybody. */
  const restart = () => {
    ring.forget()
    for (const client of clients.values()) greet(client)
  }

  return {
    attach(socket, after) {
      socket.on('message', () => socket.close(CloseCode.invalid, 'the feed takes no messages'))
      const client = feedClient(socket)
      const missed = after === undefined ? undefined : ring.since(after)
      if (missed === undefined || after === undefined) greet(client)
      else {
        client.greet({ kind: 'resumed', ...stamp(after) })
        for (const numbered of missed) client.change(numbered)
      }
      clients.set(socket, client)
      socket.once('close', () => clients.delete(socket))
    },
    ping(socket) {
      clients.get(socket)?.ping({ kind: 'ping', ...stamp(ring.seq) })
    },
    async run(signal) {
      // Whatever was sent before this moment was not heard.
      restart()
      for await (const news of feed.changes.listen(signal)) {
        if ('dropped' in news) restart()
        else {
          const numbered = ring.add(news.item)
          for (const client of clients.values()) client.change(numbered)
        }
      }
    },
  }
}
