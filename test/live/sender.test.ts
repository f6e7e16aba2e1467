import { EventEmitter } from 'node:events'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import { CloseCode, type LiveEvent } from '../../gateway/contract/live.ts'
import type { Packet } from '../../gateway/live/channel.ts'
import { boundedSender } from '../../gateway/live/sender.ts'
import { manualClock } from '../recording/fake-camera.ts'

/** A browser behind a socket, which reads when it is told to. */
function fakeSocket() {
  const line: (Buffer | string | { mark: Buffer })[] = []
  const read: (Buffer | string)[] = []
  const closed: number[] = []
  const socket = Object.assign(new EventEmitter(), {
    OPEN: 1,
    readyState: 1,
    send: (data: Buffer | string) => void line.push(data),
    ping: (mark: Buffer) => void line.push({ mark }),
    close(code: number) {
      socket.readyState = 2
      closed.push(code)
    },
  })
  return {
    socket: socket as unknown as WebSocket,
    closed,
    /** What is on its way, in bytes. */
    waiting: () =>
      line.reduce((sum, one) => sum + (typeof one === 'string' || Buffer.isBuffer(one) ? one.length : 0), 0),
    events: () => read.filter((one) => typeof one === 'string').map((text) => JSON.parse(text) as LiveEvent),
    frames: () => read.filter((one) => typeof one !== 'string').map((bytes) => bytes.readUInt32BE(0)),
    /** Reads so many messages, or all. */
    read(messages = Number.POSITIVE_INFINITY) {
      for (let n = 0; n < messages; n++) {
        const one = line.shift()
        if (one === undefined) return
        if (typeof one === 'string' || Buffer.isBuffer(one)) read.push(one)
        else socket.emit('pong', one.mark)
      }
    },
  }
}

const packet = (n: number, key: boolean, size: number): Packet => {
  const bytes = Buffer.alloc(size)
  bytes.writeUInt32BE(n)
  return { bytes, key, captureUtcMs: 0 }
}

function setUp(bytesPerSecond: number | null = 125_000) {
  const clock = manualClock()
  const wire = fakeSocket()
  const counted = { leftOut: 0, slow: 0 }
  const sender = boundedSender(wire.socket, {
    clock,
    onLeftOut: (frames) => void (counted.leftOut += frames),
    onSlow: () => counted.slow++,
  })
  sender.start(undefined, [], () => bytesPerSecond ?? undefined)
  let n = 0
  /** Frames of a stream of 15 a second with a keyframe every 30. */
  const film = (frames: number, size = 8_000, onFrame = () => {}) => {
    for (let one = 0; one < frames; one++) {
      sender.frame(packet(n, n % 30 === 0, size))
      n++
      clock.pass(1_000 / 15)
      onFrame()
    }
  }
  return { clock, wire, counted, sender, film }
}

describe('what goes to one browser', () => {
  test('one that reads gets everything', () => {
    const { wire, counted, film } = setUp()
    film(300, 8_000, () => wire.read())
    wire.read()
    expect(wire.frames()).toEqual(Array.from({ length: 300 }, (_, n) => n))
    expect(wire.events()).toEqual([])
    expect(counted).toEqual({ leftOut: 0, slow: 0 })
  })

  test('one that stops reading costs two seconds of its stream, and is closed with a code after five', () => {
    const { wire, counted, film, clock } = setUp()
    film(60, 8_000, () => wire.read())
    let most = 0
    const stoppedAtMs = clock.monotonic()
    while (wire.closed.length === 0 && clock.monotonic() < stoppedAtMs + 20_000)
      film(1, 8_000, () => (most = Math.max(most, wire.waiting())))
    expect(wire.closed).toEqual([CloseCode.slow])
    expect(clock.monotonic() - stoppedAtMs).toBeGreaterThan(5_000)
    expect(clock.monotonic() - stoppedAtMs).toBeLessThan(6_500)
    expect(most).toBeLessThan(256 * 1024 + 8_001)
    expect(counted.slow).toBe(1)
    const waiting = wire.waiting()
    film(30)
    expect(wire.waiting()).toBe(waiting)
  })

  test.each<[string, number | null, number]>([
    ['a thin stream', 10_000, 256 * 1024],
    ['a stream of 4 Mbit/s', 500_000, 1_000_000],
    ['a very heavy one', 5_000_000, 2 * 1024 * 1024],
    ['one whose weight is not known', null, 2 * 1024 * 1024],
  ])('%s: so much may be on its way', (_name, weight, bytes) => {
    const { wire, sender } = setUp(weight)
    for (let n = 0; n < 1_000; n++) sender.frame(packet(n, true, 20_000))
    expect(wire.waiting()).toBeGreaterThan(bytes)
    expect(wire.waiting()).toBeLessThanOrEqual(bytes + 20_000)
  })

  test('a slow one goes on at a keyframe and hears how many frames it lost', () => {
    const { wire, counted, film } = setUp()
    film(75)
    wire.read()
    film(60, 8_000, () => wire.read())
    const [drop] = wire.events()
    expect(drop?.type).toBe('drop')
    const frames = wire.frames()
    const at = frames.findIndex((one, n) => n > 0 && one !== (frames[n - 1] ?? 0) + 1)
    expect((frames[at] ?? 1) % 30).toBe(0)
    expect(drop).toEqual({ type: 'drop', frames: (frames[at] ?? 0) - (frames[at - 1] ?? 0) - 1 })
    expect(counted.leftOut).toBe(drop?.type === 'drop' ? drop.frames : -1)
  })

  test('a kept GOP larger than the bound goes as fast as it is read, and nothing of it is lost', () => {
    const { wire, sender, counted } = setUp()
    const gop = Array.from({ length: 100 }, (_, n) => packet(n, n === 0, 60_000))
    sender.start(packet(999, true, 10), gop, () => 500_000)
    expect(wire.waiting()).toBeLessThanOrEqual(2 * 1024 * 1024 + 60_010)
    sender.frame(packet(100, false, 60_000))
    for (let n = 0; n < 20; n++) wire.read()
    expect(wire.frames()).toEqual([999, ...Array.from({ length: 101 }, (_, n) => n)])
    expect(counted.leftOut).toBe(0)
  })

  test('a kept GOP that is not read in time gives way to the next keyframe', () => {
    const { wire, sender } = setUp()
    const gop = Array.from({ length: 100 }, (_, n) => packet(n, n === 0, 60_000))
    sender.start(undefined, gop, () => 500_000)
    const sent = Math.floor(wire.waiting() / 60_000)
    sender.frame(packet(100, true, 60_000))
    for (let n = 0; n < 20; n++) wire.read()
    expect(wire.frames()).toEqual([...Array.from({ length: sent }, (_, n) => n), 100])
    expect(wire.events()).toEqual([{ type: 'drop', frames: 100 - sent }])
  })

  test('a machine that slept does not blame the browser', () => {
    const { wire, film, clock } = setUp()
    film(60, 8_000, () => wire.read())
    film(1)
    clock.pass(3_600_000)
    film(1)
    wire.read()
    film(10, 8_000, () => wire.read())
    expect(wire.closed).toEqual([])
  })

  test('whatever the pace of reading: nothing undecodable is sent, all that was left out is told, and the bound holds', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 6 }), { minLength: 100, maxLength: 400 }), (paces) => {
        const { wire, counted, film, sender } = setUp()
        for (const pace of paces) {
          film(1, 12_000, () => wire.read(pace))
          expect(wire.waiting()).toBeLessThan(256 * 1024 + 12_100)
        }
        if (wire.closed.length > 0) return
        wire.read()
        // The next keyframe tells what was lost since the last one that was sent.
        sender.frame(packet(30_000, true, 10))
        wire.read()
        const frames = wire.frames()
        for (const [n, frame] of frames.entries())
          if (n > 0 && frame !== (frames[n - 1] ?? 0) + 1) expect(frame % 30).toBe(0)
        const told = wire.events().reduce((sum, event) => sum + (event.type === 'drop' ? event.frames : 0), 0)
        expect(told).toBe(counted.leftOut)
        expect(frames.length - 1 + told).toBe(paces.length)
      }),
    )
  })
})
