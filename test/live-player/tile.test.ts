import { afterEach, describe, expect, test, vi } from 'vitest'
import { FrameFlag, FrameKind } from '../../gateway/domain/live-frame.ts'
import type { StreamName } from '../../gateway/contract/camera.ts'
import type { PlayState } from '../../dashboard/live/play-state.ts'
import type { OpenPicture } from '../../dashboard/live/ports.ts'
import { startTile } from '../../dashboard/live/tile.ts'
import { type TogetherGroup, togetherGroup } from '../../dashboard/live/together.ts'
import { type FakePicture, type FakeSocket, fakeWorld, need, settled, stream } from './fakes.ts'

const onEnd: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of onEnd.splice(0)) await end()
  vi.restoreAllMocks()
})

async function start(world = fakeWorld(), group: TogetherGroup | null = null) {
  const stop = new AbortController()
  const said: PlayState[] = []
  const wish = { wants: 'auto' as 'auto' | StreamName, mayMain: true, heightPx: 180, group }
  // As the stage does: the first frame brings a picture to the front.
  const openPicture =
    (ready: () => void): OpenPicture =>
    (tier, events) => {
      let isFront = false
      return world.ports.openPicture(tier, {
        ...events,
        presented(capture, frames) {
          if (!isFront) ready()
          isFront = true
          events.presented(capture, frames)
        },
      })
    }
  const tile = startTile(
    { ...world.ports, openPicture },
    {
      url: 'ws://zone/api/live/cam',
      accept: ['a'],
      size: () => ({ widthPx: 320, heightPx: wish.heightPx }),
      wants: () => wish.wants,
      mayMain: () => wish.mayMain,
      together: () => wish.group,
      serverOffsetMs: () => 0,
      say: (state) => said.push(state),
    },
    stop.signal,
  )
  onEnd.push(async () => {
    stop.abort()
    await tile.ended
  })
  await settled()
  return { ...world, tile, stop, said, wish }
}

function show(socket: FakeSocket, shown: StreamName = 'sub', heightPx = 360) {
  socket.open()
  socket.text({ ...stream, stream: shown, heightPx, why: null, above: [] })
  socket.frame(FrameKind.init, 7, 0)
  socket.frame(FrameKind.media, 7, 5, FrameFlag.key)
}
async function playing(world = fakeWorld(), group: TogetherGroup | null = null) {
  const started = await start(world, group)
  const socket = need(started.sockets.at(-1))
  show(socket)
  const picture = need(started.pictures.at(-1))
  const present = (on: FakePicture = picture) => on.events.presented(started.clock.now() * 1_000, 1)
  present()
  const flow = () => {
    for (const one of started.sockets) if (!one.closed) one.frame(FrameKind.media, 7, started.clock.monotonic() / 1_000)
    present()
  }
  return { ...started, socket, picture, present, flow }
}
const helloOf = (socket: FakeSocket | undefined) => socket?.sent.find((sent) => sent.type === 'hello')

describe('a tile', () => {
  test('lets the gateway choose by size; a larger tile opens the main stream behind, and shows it with its first picture', async () => {
    const { pass, sockets, socket, picture, pictures, wish, flow, present, said, tile } = await playing()
    expect(helloOf(socket)).not.toHaveProperty('prefer')
    wish.heightPx = 600
    await pass(900, flow)
    expect(sockets).toHaveLength(1)
    await pass(600, flow)
    show(need(sockets[1]), 'main', 1_080)
    expect(helloOf(sockets[1])).toMatchObject({ prefer: 'main', heightPx: 600 })
    await pass(500, flow)
    // The old one plays on.
    expect(socket.closed).toBe(false)
    expect(said.at(-1)).toMatchObject({ kind: 'live', shown: { stream: 'sub' } })
    expect(tile.details().switching).toBe(true)
    present(need(pictures[1]))
    expect(said.at(-1)).toMatchObject({ kind: 'live', shown: { stream: 'main' } })
    await settled()
    expect(socket.closed).toBe(true)
    expect(picture.log.at(-1)).toBe('close')
    expect(tile.details()).toMatchObject({ step: 'main', switching: false })
  })

  test('a double click opens nothing', async () => {
    const { pass, sockets, wish, flow } = await playing()
    wish.wants = 'main'
    await pass(250, flow)
    wish.wants = 'auto'
    await pass(2_000, flow)
    expect(sockets).toHaveLength(1)
  })

  test('the old picture stays when the new one never comes; tried again a minute later', async () => {
    const { pass, sockets, wish, flow, said } = await playing()
    wish.wants = 'main'
    await pass(1_000, flow)
    expect(sockets).toHaveLength(2)
    await pass(10_000, flow)
    expect(sockets.map(({ closed }) => closed).slice(1)).not.toContain(false)
    expect(said.at(-1)).toMatchObject({ kind: 'live', shown: { stream: 'sub' } })
    const tried = sockets.length
    await pass(50_000, flow)
    expect(sockets).toHaveLength(tried)
    await pass(10_000, flow)
    expect(sockets).toHaveLength(tried + 1)
  })

  test('no main left: it stays with the sub stream and says so, and goes back to it', async () => {
    const { pass, sockets, pictures, wish, flow, present, tile } = await playing()
    wish.wants = 'main'
    wish.mayMain = false
    await pass(2_000, flow)
    expect(sockets).toHaveLength(1)
    expect(tile.details().held).toBe('no-main-left')
    wish.mayMain = true
    await pass(1_000, flow)
    show(need(sockets[1]), 'main', 1_080)
    present(need(pictures[1]))
    expect(tile.details()).toMatchObject({ held: null, step: 'main' })
    wish.mayMain = false
    await pass(1_000, () => present(need(pictures[1])))
    sockets[2]?.open()
    expect(helloOf(sockets[2])).toMatchObject({ prefer: 'sub' })
  })

  test('counts stay when streams are changed', async () => {
    const { pass, sockets, pictures, picture, wish, flow, present, tile } = await playing()
    vi.spyOn(console, 'warn').mockReturnValue()
    picture.events.healed('quota')
    await pass(1_000, flow)
    const before = tile.details().presented
    expect(before).toBe(9)
    wish.wants = 'main'
    await pass(1_000, flow)
    show(need(sockets[1]), 'main', 1_080)
    present(need(pictures[1]))
    const after = tile.details()
    expect(after.presented).toBeGreaterThan(before)
    expect(after.errors.quota).toBe(1)
  })

  test('together: all are as old as the slowest, one that is too far behind is left out and says so', async () => {
    const world = fakeWorld()
    const group = togetherGroup()
    const [one, two, three] = [await playing(world, group), await playing(world, group), await playing(world, group)]
    const flowAll = () => {
      for (const { flow } of [one, two, three]) flow()
    }
    one.picture.ownAgeMs = 200
    two.picture.ownAgeMs = 900
    three.picture.ownAgeMs = 5_000
    await world.pass(500, flowAll)
    expect(group.ageMs()).toBe(900)
    expect(one.picture.paces.at(-1)?.groupAgeMs).toBe(900)
    expect(three.picture.paces.at(-1)?.groupAgeMs).toBe(null)
    expect(one.tile.details().together).toBe('in')
    expect(three.tile.details().together).toBe('apart')
    expect(three.said.at(-1)?.apart).toBe(true)
    two.wish.group = null
    await world.pass(500, flowAll)
    expect(group.ageMs()).toBe(200)
    expect(two.tile.details().together).toBe('off')
    three.stop.abort()
    one.stop.abort()
    await Promise.all([one.tile.ended, three.tile.ended])
    expect(group.ageMs()).toBe(null)
  })

  test('nothing is left when it ends while streams are changed', async () => {
    const { pass, sockets, wish, flow, stop, tile, watchers } = await playing()
    wish.wants = 'main'
    await pass(1_000, flow)
    show(need(sockets[1]), 'main', 1_080)
    stop.abort()
    await tile.ended
    expect(sockets.every(({ closed }) => closed)).toBe(true)
    expect(watchers()).toBe(0)
  })
})
