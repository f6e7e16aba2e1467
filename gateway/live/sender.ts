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
  /** Frames left out since the last one that was sent. */
  let left = 0
  let waitsForKey = true
  let hasBegun = false
  let lastRoomMs = clock.monotonic()
  const isOpen = () => socket.readyState === socket.OPEN

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
  const tell = (event: LiveEvent) => {
    if (isOpen()) socket.send(JSON.stringify(event))
  }

  return {
    tell,
    /**
     * Starts anew: what was left out before does not matter any more, and the first frame is a keyframe. An init is sent however full
     * the socket is: without it nothing after it can be played.
     */
    start(init?: Packet): void {
      left = 0
      waitsForKey = true
      hasBegun = false
      if (init && isOpen()) socket.send(init.bytes)
    },
    /** A frame, or nothing while the socket is full; goes on at a keyframe. */
    frame(packet: Packet): void {
      if (!isOpen()) return
      if ((waitsForKey && !packet.key) || !room(packet.bytes.length)) {
        waitsForKey = true
        if (hasBegun) left++
        return
      }
      if (left > 0) tell({ type: 'drop', frames: left })
      left = 0
      waitsForKey = false
      hasBegun = true
      socket.send(packet.bytes)
    },
  }
}
export type BoundedSender = ReturnType<typeof boundedSender>
