import { afterEach, describe, expect, test, vi } from 'vitest'
import { FrameFlag, FrameKind } from '../../gateway/domain/live-frame.ts'
import { failedSteps } from '../../dashboard/live/failed-steps.ts'
import type { PlayState } from '../../dashboard/live/play-state.ts'
import { startSession } from '../../dashboard/live/session.ts'
import { fakeWorld, need, settled, startUtcMs, stream } from './fakes.ts'

const onEnd: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of onEnd.splice(0)) await end()
  vi.restoreAllMocks()
})

async function start() {
  vi.spyOn(console, 'warn').mockReturnValue()
  const world = fakeWorld()
  const stop = new AbortController()
  const said: PlayState[] = []
  const session = startSession(
    world.ports,
    {
      url: 'ws://zone/api/live/cam',
      accept: ['a'],
      prefer: undefined,
      size: () => ({ widthPx: 320, heightPx: 180.4 }),
      serverOffsetMs: () => 0,
      failed: failedSteps(),
      groupAgeMs: () => 700,
      isApart: () => false,
      say: (state) => said.push(state),
    },
    stop.signal,
  )
  onEnd.push(async () => {
    stop.abort()
    await session.ended
  })
  await settled()
  return { ...world, stop, session, said, socket: need(world.sockets[0]) }
}

/** Connected, with one frame on the screen. */
async function playing() {
  const started = await start()
  const { socket, clock } = started
  socket.open()
  socket.text(stream)
  socket.frame(FrameKind.init, 7, 0)
  socket.frame(FrameKind.media, 7, 5, FrameFlag.key)
  const picture = need(started.pictures[0])
  const present = () => picture.events.presented(clock.now() * 1_000, 1)
  present()
  return { ...started, picture, present }
}

describe('the player', () => {
  test('says hello, takes init and fragments of its generation, and tells what is shown', async () => {
    const { socket, picture, said } = await playing()
    expect(socket.sent).toEqual([{ type: 'hello', version: 1, accept: ['a'], widthPx: 320, heightPx: 180 }])
    socket.frame(FrameKind.media, 6, 99)
    socket.frame(FrameKind.media, 7, 5.1)
    expect(picture.log).toEqual(['mse', 'begin 1', 'key 5', 'frame 5.1'])
    expect(said.map((state) => state.kind)).toEqual(['connecting', 'connecting', 'live'])
    expect(said.at(-1)?.shown).toMatchObject({ stream: 'sub', why: 'main-is-h265' })
  })

  test('a silent socket: stalled, reconnected after 6 s on the same picture, offline when that fails', async () => {
    const { pass, said, sockets, socket, pictures, session } = await playing()
    await pass(2_500)
    expect(said.at(-1)).toMatchObject({ kind: 'stalled', sinceUtcMs: startUtcMs })
    await pass(4_500)
    expect(socket.closed).toBe(true)
    expect(sockets).toHaveLength(2)
    sockets[1]?.end(1006)
    await pass(8_000)
    expect(said.at(-1)).toMatchObject({ kind: 'offline', reason: 'gateway-lost' })
    expect(pictures).toHaveLength(1)
    // It fell silent, the next one was refused, the one after that never answered.
    expect(session.counts.total.networkErrors).toBe(3)
    expect(session.model.stalls).toBe(1)
  })

  test('a broken picture is built anew from the init that is there, and counted', async () => {
    const { picture, pictures, socket, session } = await playing()
    picture.events.broken('decode', 'media error 3')
    expect(picture.log.at(-1)).toBe('close')
    expect(pictures[1]?.log).toEqual(['mse', 'begin 1'])
    expect(socket.sent).toHaveLength(2)
    picture.events.broken('decode', 'the old one again')
    expect(pictures).toHaveLength(2)
    expect(session.counts.total).toMatchObject({ decodeErrors: 1, quotaErrors: 0 })
    expect(session.model.rebuilds).toBe(1)
  })

  test('the fourth rebuild in a minute gives the step up: the hello names it, a minute later it does not', async () => {
    const { pictures, socket, pass, clock } = await playing()
    for (let broke = 0; broke < 4; broke++) pictures.at(-1)?.events.broken('decode', 'media error 3')
    const failedOf = () => socket.sent.filter((sent) => sent.type === 'hello').map(({ failed }) => failed)
    expect(failedOf()).toEqual([undefined, undefined, undefined, undefined, ['sub']])
    socket.text({ ...stream, generation: 8, stream: 'third' })
    socket.frame(FrameKind.init, 8, 0)
    await pass(61_000, () => {
      socket.frame(FrameKind.media, 8, clock.monotonic() / 1_000, FrameFlag.key)
      pictures.at(-1)?.events.presented(clock.now() * 1_000, 1)
    })
    expect(failedOf()).toEqual([undefined, undefined, undefined, undefined, ['sub'], undefined])
  })

  test('the other tiers take the place of the other picture', async () => {
    const { socket, picture, pictures } = await playing()
    socket.text({ ...stream, generation: 8, tier: 'mpeg1', mime: 'video/mpeg1' })
    socket.frame(FrameKind.mpegTs, 8, 0)
    expect(picture.log.at(-1)).toBe('close')
    expect(pictures[1]?.log).toEqual(['mpeg1', 'begin ', 'frame 0'])
    socket.text({ ...stream, generation: 9, tier: 'jpeg', mime: 'image/jpeg' })
    socket.frame(FrameKind.jpeg, 9, 0)
    expect(pictures[2]?.log).toEqual(['jpeg', 'begin ', 'frame 0'])
  })

  test('new parameters go to the same picture', async () => {
    const { socket, picture, pictures } = await playing()
    socket.text({ ...stream, generation: 8 })
    socket.frame(FrameKind.init, 8, 0)
    socket.frame(FrameKind.media, 8, 0.5, FrameFlag.key)
    expect(pictures).toHaveLength(1)
    expect(picture.log).toEqual(['mse', 'begin 1', 'key 5', 'begin 1', 'key 0.5'])
  })

  test('tells every 10 s how it went, each socket what it saw and what the one before could not tell', async () => {
    const { socket, sockets, pass, present, picture, clock } = await playing()
    const flow = () => {
      socket.frame(FrameKind.media, 7, clock.monotonic() / 1_000)
      present()
      picture.counts = { decoded: picture.counts.decoded + 4, dropped: 3 }
    }
    await pass(10_000, flow)
    const stats = () => socket.sent.filter((sent) => sent.type === 'stat')
    expect(stats()).toEqual([
      {
        type: 'stat',
        presented: 41,
        dropped: 3,
        quotaErrors: 0,
        decodeErrors: 0,
        networkErrors: 0,
        stalls: 0,
        rebuilds: 0,
        ageMs: 0,
      },
    ])
    picture.events.healed('quota')
    socket.end(1006)
    await pass(1_000)
    sockets[1]?.open()
    sockets[1]?.text(stream)
    await pass(9_000, () => sockets[1]?.frame(FrameKind.media, 7, clock.monotonic() / 1_000))
    const told = sockets[1]?.sent.find((sent) => sent.type === 'stat')
    expect(told).toMatchObject({ presented: 0, dropped: 0, quotaErrors: 1, networkErrors: 1 })
  })

  test('text that nobody understands is counted, and does no harm', async () => {
    const { socket, session, said } = await playing()
    socket.raw('{')
    socket.bytes(new ArrayBuffer(3))
    expect(session.counts.total.networkErrors).toBe(1)
    expect(said.at(-1)?.kind).toBe('live')
  })

  test('frames that the gateway left out are counted', async () => {
    const { socket, session } = await playing()
    socket.text({ type: 'drop', frames: 40 })
    socket.text({ type: 'drop', frames: 2 })
    expect(session.leftOut()).toBe(42)
  })

  test('a withheld picture is taken away at once, and comes back by itself', async () => {
    const { socket, picture, pictures, blanked, said } = await playing()
    socket.text({ type: 'refused', code: 'privacy', detail: '' })
    expect(blanked).toEqual([0])
    expect(picture.log.at(-1)).toBe('close')
    expect(said.at(-1)).toMatchObject({ kind: 'refused', code: 'privacy' })
    socket.text({ ...stream, generation: 8 })
    socket.frame(FrameKind.init, 8, 0)
    expect(pictures).toHaveLength(2)
  })

  test('hidden: told to pause after 10 s; back: a new picture from the init that is there', async () => {
    const { look, pass, socket, pictures, picture } = await playing()
    look('hidden')
    await pass(10_500)
    expect(socket.sent.map(({ type }) => type)).toEqual(['hello', 'stat', 'pause'])
    look('seen')
    expect(socket.sent.at(-1)).toEqual({ type: 'resume' })
    expect(picture.log.at(-1)).toBe('close')
    expect(pictures[1]?.log).toEqual(['mse', 'begin 1'])
  })

  test('a picture is told the age of its group', async () => {
    const { picture, pass } = await playing()
    await pass(250)
    expect(picture.paces.at(-1)).toEqual({ serverUtcMs: startUtcMs + 250, groupAgeMs: 700 })
  })

  test('waits for its turn at the gate, and gives the place up when the handshake is over', async () => {
    const world = fakeWorld()
    const stop = new AbortController()
    const options = {
      url: 'ws://zone/api/live/cam',
      accept: [],
      prefer: undefined,
      size: () => ({ widthPx: 1, heightPx: 1 }),
      serverOffsetMs: () => 0,
      failed: failedSteps(),
      groupAgeMs: () => null,
      isApart: () => false,
      say: () => undefined,
    }
    const sessions = Array.from({ length: 16 }, () => startSession(world.ports, options, stop.signal))
    await settled()
    expect(world.sockets).toHaveLength(6)
    world.sockets[0]?.open()
    world.sockets[1]?.end(1006)
    await settled()
    expect(world.sockets).toHaveLength(8)
    sessions[2]?.end()
    await settled()
    expect(world.sockets).toHaveLength(9)
    stop.abort()
    await Promise.all(sessions.map(({ ended }) => ended))
    expect(world.watchers()).toBe(0)
    const enter = await world.ports.gate.enter(new AbortController().signal)
    expect(enter).toBeDefined()
  })

  test('closes everything when it is not wanted any more', async () => {
    const { stop, session, socket, picture, watchers } = await playing()
    stop.abort()
    await session.ended
    expect(socket.sent.at(-1)?.type).toBe('stat')
    expect(socket.closed).toBe(true)
    expect(picture.log.at(-1)).toBe('close')
    expect(watchers()).toBe(0)
  })
})
