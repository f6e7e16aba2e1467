import type { WebSocket } from 'ws'
import { CloseCode, type LiveEvent } from '../contract/live.ts'
import { type Bytes, type Millis, seconds } from '../domain/units.ts'
import type { Clock } from '../lib/clock.ts'
import type { Packet } from './channel.ts'

/** What may be on its way to one viewer: about two seconds of the stream, within these bounds. */
const leastBytes: Bytes = 256 * 1024
const mostBytes: Bytes = 2 * 1024 * 1024
const aheadSeconds = 2
/** A viewer that took nothing for this long is let go. */
const maxBlockedMs: Millis = seconds(5)
/** Between two looks at a socket, so much counts at most. */
const mostUnseenMs: Millis = seconds(1)
/** It is asked so often how far it has read. */
const askEveryMs: Millis = 500
const askEveryBytes: Bytes = 64 * 1024

export interface SenderParts {
  readonly clock: Clock
  /** So many frames were left out. */
  readonly onLeftOut: (frames: number) => void
  /** The socket is closed because nobody reads it. */
  readonly onSlow: () => void
}

/**
 * Sends to one browser without ever queueing beyond a bound: a slow one loses whole GOPs and is told how many frames.
 *
 * What the system's own buffers hold cannot be seen from here, and it may be megabytes: a browser that stopped reading would go unnoticed for
 * a minute. So pings are sent among the frames, each with the number of bytes before it. The answer tells how far the browser has read,
 * and everything behind that counts as on its way.
 */
export function boundedSender(socket: WebSocket, { clock, onLeftOut, onSlow }: SenderParts) {
  /** Frames left out since the last one that was sent. */
  let left = 0
  let waitsForKey = true
  let hasBegun = false
  /** The rest of the kept GOP that a new viewer still has to get; shared packets, never more than one GOP. */
  let backlog: Packet[] = []
  let bytesPerSecond: () => Bytes | undefined = () => undefined
  let sentBytes = 0
  let readBytes = 0
  let askedBytes = 0
  let askedAtMs = clock.monotonic()
  /** How long an answer has been owed without any progress; undefined when none is. */
  let owedMs: Millis | undefined
  let lookedAtMs = askedAtMs
  const isOpen = () => socket.readyState === socket.OPEN

  const ask = () => {
    askedBytes = sentBytes
    askedAtMs = clock.monotonic()
    owedMs ??= 0
    const mark = Buffer.alloc(8)
    mark.writeDoubleBE(sentBytes)
    socket.ping(mark)
  }
  const put = (data: Buffer | string) => {
    socket.send(data)
    sentBytes += Buffer.byteLength(data)
    if (sentBytes - askedBytes >= askEveryBytes || clock.monotonic() - askedAtMs >= askEveryMs) ask()
  }
  /** A single frame may be larger than the bound: what counts is what was on its way before it. */
  const hasRoom = (limit: Bytes) => sentBytes - readBytes <= limit
  /** Ends a socket that took nothing for too long. */
  const isUsable = (): boolean => {
    if (!isOpen()) return false
    const passedMs = clock.monotonic() - lookedAtMs
    lookedAtMs += passedMs
    // When this machine slept, or was busy, the answers lie unread: that is not the browser's fault.
    if (owedMs !== undefined) owedMs += Math.min(passedMs, mostUnseenMs)
    if (owedMs === undefined || owedMs <= maxBlockedMs) return true
    backlog = []
    socket.close(CloseCode.slow, 'too slow')
    onSlow()
    return false
  }
  const tell = (event: LiveEvent) => {
    if (isUsable()) put(JSON.stringify(event))
  }
  const pump = () => {
    let sent = 0
    for (const packet of backlog) {
      if (!hasRoom(mostBytes)) break
      put(packet.bytes)
      sent++
    }
    backlog.splice(0, sent)
    // The answer is what moves the rest.
    if (backlog.length > 0 && askedBytes < sentBytes) ask()
  }
  const leaveOut = (frames: number) => {
    left += frames
    onLeftOut(frames)
  }

  socket.on('pong', (mark) => {
    if (mark.length !== 8) return
    const read = mark.readDoubleBE()
    if (!(read > readBytes && read <= askedBytes)) return
    readBytes = read
    owedMs = readBytes === askedBytes ? undefined : 0
    if (isOpen()) pump()
  })

  return {
    tell,
    /**
     * Starts anew: what was left out before does not matter any more, and the first frame is a keyframe. An init is sent however full
     * the socket is: without it nothing after it can be played.
     * @param kept the kept GOP, which goes as fast as the viewer reads @param weight bytes a second of what follows, as far as that is known
     */
    start(init: Packet | undefined, kept: readonly Packet[], weight: () => Bytes | undefined): void {
      left = 0
      bytesPerSecond = weight
      backlog = [...kept]
      waitsForKey = backlog.length === 0
      hasBegun = backlog.length > 0
      if (!isUsable()) return
      if (init) put(init.bytes)
      pump()
    },
    /** Nothing more of what was begun. */
    stop(): void {
      backlog = []
      waitsForKey = true
    },
    /** A frame, or nothing while too much is on its way; goes on at a keyframe. */
    frame(packet: Packet): void {
      if (!isUsable()) return
      if (backlog.length > 0) {
        if (packet.key) {
          leaveOut(backlog.length)
          backlog = []
          tellOfLoss()
        }
        backlog.push(packet)
        return pump()
      }
      const weight = bytesPerSecond() ?? Number.POSITIVE_INFINITY
      const limit = Math.min(mostBytes, Math.max(leastBytes, aheadSeconds * weight))
      if ((waitsForKey && !packet.key) || !hasRoom(limit)) {
        waitsForKey = true
        if (hasBegun) leaveOut(1)
        return
      }
      tellOfLoss()
      waitsForKey = false
      hasBegun = true
      put(packet.bytes)
    },
  }

  function tellOfLoss() {
    if (left > 0) tell({ type: 'drop', frames: left })
    left = 0
  }
}
export type BoundedSender = ReturnType<typeof boundedSender>
