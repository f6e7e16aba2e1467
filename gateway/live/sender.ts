import type { WebSocket } from 'ws'
import { CloseCode, type LiveEvent } from '../contract/live.ts'
import { type Bytes, type Millis, seconds } from '../domain/units.ts'
import type { Clock } from '../lib/clock.ts'
import type { Packet } from './channel.ts'

/** What may wait in one viewer's socket. Beyond it frames are left out up to the next keyframe. */
const maxBufferedBytes: Bytes = 2 * 1024 * 1024
/** A viewer that took nothing for this long is let go. */
const maxBlockedMs: Millis = seconds(5)

/** Sends to one browser without ever queueing beyond a bound: a slow one loses whole GOPs and is told how many frames. */
export function boundedSender(socket: WebSocket, clock: Clock) {
  let left = 0
  let lastRoomMs = clock.monotonic()

  /** May this much be sent? Ends a socket that has been full for too long. */
  const room = (size: number): boolean => {
    const now = clock.monotonic()
    if (socket.bufferedAmount + size <= maxBufferedBytes || socket.bufferedAmount === 0) {
      lastRoomMs = now
      return true
    }
    if (now - lastRoomMs > maxBlockedMs) socket.close(CloseCode.slow, 'too slow')
    return false
  }

  return {
    tell(event: LiveEvent): void {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(event))
    },
    /** A frame, or nothing while the socket is full; goes on at a keyframe. */
    frame(packet: Packet): void {
      if (socket.readyState !== socket.OPEN) return
      if ((left > 0 && !packet.key) || !room(packet.bytes.length)) {
        left++
        return
      }
      if (left > 0) {
        socket.send(JSON.stringify({ type: 'drop', frames: left } satisfies LiveEvent))
        left = 0
      }
      socket.send(packet.bytes)
    },
    /** Starts anew: what was left out before does not matter any more. */
    restart(): void {
      left = 0
    },
  }
}
export type BoundedSender = ReturnType<typeof boundedSender>
