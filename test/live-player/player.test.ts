import { afterEach, describe, expect, test, vi } from 'vitest'
import { encodeLiveHeader, FrameFlag, FrameKind } from '../../gateway/domain/live-frame.ts'
import type { LiveEvent } from '../../gateway/contract/live.ts'
import { runPlayer } from '../../dashboard/live/player.ts'
import type { PlayState } from '../../dashboard/live/play-state.ts'
import type { PictureEvents, PlayerClock, SocketEvents } from '../../dashboard/live/ports.ts'

const startUtcMs = 1_795_000_000_000
const stream: LiveEvent = {
  type: 'stream',
  generation: 7,
  stream: 'sub',
  tier: 'mse',
  mime: 'video/mp4; codecs="avc1.4D401E"',
  codec: 'avc1.4D401E',
  widthPx: 640,
  heightPx: 360,
  why: 'main-is-h265',
  above: [{ step: 'main', why: 'main-is-h265' }],
  keyframesOnly: false,
}

/** A world in which time passes when the test says so. */
function world() {
  let nowMs = 0
  let wake: { atMs: number; go: () => void }[] = []
  const clock: PlayerClock = {
    now: () => startUtcMs + nowMs,
    monotonic: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        wake.push({ atMs: nowMs + ms, go: () => resolve(signal.aborted ? 'aborted' : 'slept') })
        signal.addEventListener('abort', () => resolve('aborted'), { once: true })
      }),
  }
  return {
    clock,
    async pass(ms: number) {
      const endMs = nowMs + ms
      for (;;) {
        wake.sort((a, b) => a.atMs - b.atMs)
        const next = wake[0]
        if (!next || next.atMs > endMs) break
        wake = wake.slice(1)
        nowMs = next.atMs
        next.go()
        // Lets the player run until it sleeps again.
        await new Promise((resolve) => setImmediate(resolve))
      }
      nowMs = endMs
    },
  }
}

function start() {
  const { clock, pass } = world()
  const stop = new AbortController()
  const sockets: { url: string; events: SocketEvents; sent: string[]; closed: boolean }[] = []
  const pictures: { events: PictureEvents; log: string[] }[] = []
  const said: PlayState[] = []
  let size = { widthPx: 320, heightPx: 180 }
  const ended = runPlayer(
    {
      clock,
      chance: () => 0.5,
      openSocket(url, events) {
        const socket = { url, events, sent: [] as string[], closed: false }
        sockets.push(socket)
        return {
          send: (text) => void socket.sent.push(text),
          close() {
            socket.closed = true
          },
        }
      },
      openPicture(tier, events) {
        const log = [tier as string]
        pictures.push({ events, log })
        return {
          begin: (_, init) => void log.push(`begin ${init?.join(',') ?? ''}`),
          media: (frame) => void log.push(`${frame.key ? 'key' : 'frame'} ${frame.ptsS}`),
          tick: () => undefined,
          nudge: () => void log.push('nudge'),
          close: () => void log.push('close'),
        }
      },
      page: { visible: () => true, watch: () => undefined },
    },
    {
      url: 'ws://zone/api/live/cam',
      accept: ['a'],
      size: () => size,
      serverOffsetMs: () => 0,
      say: (s) => said.push(s),
    },
    stop.signal,
  )
  onEnd.push(async () => {
    stop.abort()
    await ended
  })
  const frame = (kind: 1 | 2 | 3, generation: number, ptsS: number, flags = 0) => {
    const captureUnixMicros = clock.now() * 1_000
    const header = encodeLiveHeader({ kind, flags, generation, sequence: 0, captureUnixMicros, pts90k: ptsS * 90_000 })
    return new Uint8Array([...header, kind]).buffer
  }
  const resize = (next: typeof size) => {
    size = next
  }
  return { clock, pass, stop, ended, sockets, pictures, said, frame, resize }
}
const onEnd: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of onEnd.splice(0)) await end()
})

/** Connected, with one frame on the screen. */
function playing() {
  const player = start()
  const socket = player.sockets[0]
  if (!socket) throw new Error('no socket was opened')
  socket.events.opened()
  socket.events.text(JSON.stringify(stream))
  socket.events.bytes(player.frame(FrameKind.init, 7, 0))
  socket.events.bytes(player.frame(FrameKind.media, 7, 5, FrameFlag.key))
  const picture = player.pictures[0]
  if (!picture) throw new Error('no picture was opened')
  picture.events.presented(player.clock.now() * 1_000)
  return { ...player, socket, picture }
}

describe('the player', () => {
  test('says hello, takes init and fragments of its generation, and tells what is shown', () => {
    const { socket, picture, said, frame } = playing()
    expect(JSON.parse(socket.sent[0] ?? '')).toEqual({
      type: 'hello',
      version: 1,
      accept: ['a'],
      widthPx: 320,
      heightPx: 180,
    })
    socket.events.bytes(frame(FrameKind.media, 6, 99))
    socket.events.bytes(frame(FrameKind.media, 7, 5.1))
    expect(picture.log).toEqual(['mse', 'begin 1', 'key 5', 'frame 5.1'])
    expect(said.map((state) => state.kind)).toEqual(['connecting', 'connecting', 'live'])
    expect(said.at(-1)?.shown).toMatchObject({ stream: 'sub', why: 'main-is-h265' })
  })

  test('a silent socket: stalled, reconnected after 6 s, offline when that fails', async () => {
    const { pass, said, sockets, socket } = playing()
    await pass(2_500)
    expect(said.at(-1)).toMatchObject({ kind: 'stalled', sinceUtcMs: startUtcMs })
    await pass(4_500)
    expect(socket.closed).toBe(true)
    expect(sockets).toHaveLength(2)
    sockets[1]?.events.closed(1006)
    await pass(8_000)
    expect(said.at(-1)).toMatchObject({ kind: 'offline', reason: 'gateway-lost' })
  })

  test('a broken picture is built anew from the init that is there', () => {
    const warned = vi.spyOn(console, 'warn').mockReturnValue()
    const { picture, pictures, socket } = playing()
    picture.events.broken('media error 3')
    expect(picture.log.at(-1)).toBe('close')
    expect(pictures[1]?.log).toEqual(['mse', 'begin 1'])
    expect(socket.sent).toHaveLength(2)
    picture.events.broken('the old one again')
    expect(pictures).toHaveLength(2)
    expect(warned).toHaveBeenCalledTimes(1)
    warned.mockRestore()
  })

  test('the MPEG-1 tier takes the place of the other picture', () => {
    const { socket, picture, pictures, frame } = playing()
    socket.events.text(JSON.stringify({ ...stream, generation: 8, tier: 'mpeg1', mime: 'video/mpeg1' }))
    socket.events.bytes(frame(FrameKind.mpegTs, 8, 0))
    expect(picture.log.at(-1)).toBe('close')
    expect(pictures[1]?.log).toEqual(['mpeg1', 'begin ', 'frame 0'])
  })

  test('a tile that stays larger for a second asks again', async () => {
    const { pass, resize, socket } = playing()
    resize({ widthPx: 330, heightPx: 190 })
    await pass(1_500)
    expect(socket.sent).toHaveLength(1)
    resize({ widthPx: 1_280, heightPx: 720 })
    await pass(1_500)
    expect(JSON.parse(socket.sent[1] ?? '')).toMatchObject({ type: 'hello', widthPx: 1_280, heightPx: 720 })
  })

  test('closes everything when it is not wanted any more', async () => {
    const { stop, ended, socket, picture } = playing()
    stop.abort()
    await ended
    expect(socket.closed).toBe(true)
    expect(picture.log.at(-1)).toBe('close')
  })
})
