import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { type Clip, filmClip, filmJpegs, filmMpeg1 } from '../support/live-clips.ts'
import { type PictureServer, pictureServer, type ServedCamera } from '../support/picture-server.ts'
import { until, waitFor } from '../support/wait.ts'
import { filmPage, openTile, staleAsLiveMs } from './live-page.ts'

let browser: Browser
let context: BrowserContext
let page: Page
let server: PictureServer
let clips: Record<'plain' | 'longGop' | 'bFrames' | 'main' | 'other', Clip>
let complaints: string[] = []

beforeAll(async () => {
  browser = await openBrowser()
  server = await pictureServer()
  clips = {
    plain: filmClip({ profile: 'main' }),
    longGop: filmClip({ gopS: 10 }),
    bFrames: filmClip({ bFrames: 2 }),
    main: filmClip({ heightPx: 720, fps: 10, seconds: 30, gopS: 4 }),
    other: filmClip({ heightPx: 240, profile: 'baseline' }),
  }
})
afterAll(async () => {
  await browser.close()
  await server[Symbol.asyncDispose]()
})
beforeEach(async () => {
  complaints = []
  context = await browser.newContext({ viewport: { width: 1_000, height: 700 } })
  page = await context.newPage()
  page.on('pageerror', (error) => complaints.push(error.message))
  await page.goto(server.origin)
  await page.waitForFunction(() => document.title === 'ready')
})
afterEach(async () => {
  await context.close()
  expect(complaints).toEqual([])
})

let named = 0
async function play(
  offers: Parameters<PictureServer['camera']>[1],
  more?: Parameters<PictureServer['camera']>[2],
  ageS = 0,
) {
  const id = `cam-${++named}`
  const camera = server.camera(id, offers, more)
  if (ageS > 0) await new Promise((resolve) => setTimeout(resolve, ageS * 1_000))
  const tile = await openTile(page, id, camera.captures())
  return { camera, tile }
}
type Tile = Awaited<ReturnType<typeof openTile>>
const is = (tile: Tile, kind: string) =>
  until(`the tile to be ${kind}`, async () => (await tile.state())?.kind === kind)
/** From now on live for so long without a break. */
const liveFor = async (tile: Tile, ms: number) => {
  const fromMs = (await tile.samples()).at(-1)?.atMs ?? 0
  await waitFor(
    async () => {
      const samples = (await tile.samples()).filter(({ atMs }) => atMs > fromMs)
      const broken = samples.findLast(({ kind }) => kind !== 'live')?.atMs ?? fromMs
      return (samples.at(-1)?.atMs ?? 0) - broken >= ms
    },
    { timeoutMs: 25_000, message: `${ms} ms of live pictures` },
  )
}
/** The lower half of every picture is grey on the whole; nothing, or a background, is nearly black. */
const isAlwaysSeen = (brightness: readonly number[]) => {
  expect(brightness.length).toBeGreaterThan(20)
  expect(Math.min(...brightness)).toBeGreaterThan(90)
}
const quantile = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN

describe('in a real browser', () => {
  test('shows the keyframe of a ten-second group at once, says that it is late, then the newest picture', async () => {
    const { tile } = await play({ sub: clips.longGop }, {}, 6)
    await liveFor(tile, 3_000)
    const states = await tile.states()
    const firstShown = states.find(({ state }) => state.kind === 'late' || state.kind === 'live')
    expect(firstShown?.state).toMatchObject({ kind: 'late' })
    expect(firstShown?.atMs).toBeLessThan(300)
    const samples = (await tile.samples()).filter(({ kind }) => kind === 'live')
    expect(
      quantile(
        samples.map(({ trueAgeMs }) => trueAgeMs ?? Number.NaN),
        0.95,
      ),
    ).toBeLessThan(300)
    const { step, fps, gopMs, bFrames, presented, lagMs, rebuilds } = await tile.details()
    expect({ step, bFrames, rebuilds }).toEqual({ step: 'sub', bFrames: false, rebuilds: 0 })
    expect(fps).toBeGreaterThan(14)
    expect(fps).toBeLessThan(16)
    expect(lagMs).toBeGreaterThan(0)
    expect(presented).toBeGreaterThan(30)
    expect(gopMs === null || gopMs === 10_000).toBe(true)
  })

  test.each(['plain', 'bFrames'] as const)('the age is that of the very picture on the screen: %s', async (name) => {
    const { tile } = await play({ sub: clips[name] }, {}, 1)
    await liveFor(tile, 6_000)
    const frames = (await tile.frames()).filter(({ ageMs, trueAgeMs }) => ageMs !== null && trueAgeMs !== null)
    expect(frames.length).toBeGreaterThan(60)
    const off = frames.map(({ ageMs, trueAgeMs }) => Math.abs((ageMs ?? 0) - (trueAgeMs ?? 0)))
    // A frame more may have come to the element before it could be drawn here.
    expect(quantile(off, 0.9)).toBeLessThan(5)
    expect((await tile.details()).bFrames).toBe(name === 'bFrames')
    // The picture moves on evenly: nothing is shown twice in a row for long.
    const numbers = (await tile.samples()).slice(-30).map(({ picture }) => picture ?? 0)
    expect((numbers.at(-1) ?? 0) - (numbers[0] ?? 0)).toBeGreaterThan(35)
  })

  test('other parameter sets, size and profile: the picture goes on, nothing is built anew', async () => {
    const { camera, tile } = await play({ sub: clips.plain })
    await liveFor(tile, 2_000)
    const film = await filmPage(page, context)
    const before = await tile.look((one) => one.host.querySelectorAll('video').length)
    camera.offer({ sub: clips.other })
    await until('the new size', async () => (await tile.details()).shown?.heightPx === 240)
    await until('a picture of the new size', () =>
      tile.look((one) => one.host.querySelector<HTMLVideoElement>('.layer-shown video')?.videoHeight === 240),
    )
    await liveFor(tile, 2_000)
    camera.offer({ sub: clips.bFrames })
    await until('B-frames', async () => (await tile.details()).bFrames)
    await liveFor(tile, 2_000)
    expect(await tile.details()).toMatchObject({ rebuilds: 0, stalls: 0, errors: { quota: 0, decode: 0, network: 0 } })
    expect(await tile.look((one) => one.host.querySelectorAll('video').length)).toBe(before)
    isAlwaysSeen(await film())
  })

  test('an H.265 stream that the browser refuses: named to the server, MPEG-1, then JPEG', async () => {
    const h265 = filmClip({ codec: 'libx265', seconds: 4 })
    const { camera, tile } = await play({ sub: h265, mpeg1: filmMpeg1(40), jpeg: filmJpegs(40) })
    await until('MPEG-1', async () => (await tile.details()).step === 'mpeg1')
    await is(tile, 'live')
    expect(camera.hellos().map(({ failed }) => failed)).toEqual([undefined, ['sub']])
    const { failed, errors } = await tile.details()
    expect({ failed, decode: errors.decode }).toEqual({ failed: ['sub'], decode: 1 })
    expect(await tile.look((one) => one.host.querySelector('.layer-shown canvas')?.clientWidth)).toBe(320)
    camera.offer({ jpeg: filmJpegs(60) })
    await until('JPEG', async () => (await tile.details()).step === 'jpeg')
    await liveFor(tile, 2_500)
    expect(await tile.look((one) => one.host.querySelectorAll('canvas').length)).toBe(1)
  })

  test('damaged pictures: built anew behind what is seen, and healed', async () => {
    const { camera, tile } = await play({ sub: clips.plain })
    await liveFor(tile, 1_000)
    const film = await filmPage(page, context)
    camera.damage(1)
    await until('a new picture', async () => (await tile.details()).rebuilds > 0)
    await liveFor(tile, 2_000)
    expect((await tile.details()).errors.decode).toBeGreaterThan(0)
    isAlwaysSeen(await film())
    expect(staleAsLiveMs(await tile.samples())).toBeLessThanOrEqual(2_000)
  })

  test('a socket frozen for 10 s: says since when the picture stands, and heals', async () => {
    const { camera, tile } = await play({ sub: clips.plain })
    await liveFor(tile, 1_000)
    camera.freeze(true)
    await is(tile, 'stalled')
    const stood = await tile.state()
    await new Promise((resolve) => setTimeout(resolve, 8_000))
    camera.freeze(false)
    await liveFor(tile, 2_000)
    const samples = await tile.samples()
    expect(staleAsLiveMs(samples)).toBeLessThanOrEqual(2_000)
    expect(stood?.kind === 'stalled' && camera.captures().some((utcMs) => Math.abs(utcMs - stood.sinceUtcMs) < 1)).toBe(
      true,
    )
    expect((await tile.details()).stalls).toBe(1)
  })

  test('the server gone for longer than the picture may stand, and back', async () => {
    const { tile } = await play({ sub: clips.plain })
    await liveFor(tile, 1_000)
    server.down(true)
    await is(tile, 'offline')
    expect(await tile.state()).toMatchObject({ reason: 'gateway-lost' })
    server.down(false)
    await is(tile, 'live')
    expect(staleAsLiveMs(await tile.samples())).toBeLessThanOrEqual(2_000)
    expect((await tile.details()).errors.network).toBeGreaterThan(0)
  })

  test('from sub to main and back: a picture is seen all the time, one socket is left', async () => {
    const { camera, tile } = await play({ sub: clips.plain, main: clips.main })
    await liveFor(tile, 1_000)
    const film = await filmPage(page, context)
    await tile.set({ heightPx: 700 })
    await until('main', async () => (await tile.details()).step === 'main')
    const open = () => camera.viewers.filter((viewer) => viewer.isOpen()).length
    await until('the old socket to be closed', () => open() === 1)
    await tile.set({ heightPx: 150 })
    await until('sub', async () => (await tile.details()).step === 'sub')
    await until('the old socket to be closed', () => open() === 1)
    isAlwaysSeen(await film())
    expect((await tile.states()).filter(({ state }) => state.kind === 'stalled' || state.kind === 'late')).toEqual([])
  })

  test('scrolled away: paused after 2 s; back: a fresh picture within a second', async () => {
    const { camera, tile } = await play({ sub: clips.plain })
    await liveFor(tile, 1_000)
    const last = (type: string) => () => camera.viewers[0]?.requests.at(-1)?.type === type
    await page.evaluate(() => document.body.style.setProperty('padding-top', '3000px'))
    await until('the pause', last('pause'))
    expect((await tile.state())?.kind).toBe('paused')
    await new Promise((resolve) => setTimeout(resolve, 4_000))
    const backAtMs = await tile.look((one) => {
      document.body.style.removeProperty('padding-top')
      return one.samples.at(-1)?.atMs ?? 0
    })
    await liveFor(tile, 1_000)
    const samples = (await tile.samples()).filter(({ atMs }) => atMs > backAtMs)
    const live = samples.find(({ kind }) => kind === 'live')
    expect((live?.atMs ?? Number.NaN) - backAtMs).toBeLessThan(1_000)
    expect(samples.every(({ kind, trueAgeMs }) => kind !== 'live' || (trueAgeMs ?? 0) < 1_000)).toBe(true)
  })

  test('tab hidden for longer than 10 s: paused; back: a fresh picture within a second, never a backlog', async () => {
    const { camera, tile } = await play({ sub: clips.plain })
    await liveFor(tile, 1_000)
    // A window without a screen is never hidden: the page is told so.
    const turn = (visibility: string) =>
      page.evaluate((state) => {
        Object.defineProperty(document, 'visibilityState', { value: state, configurable: true })
        document.dispatchEvent(new Event('visibilitychange'))
      }, visibility)
    await turn('hidden')
    await until('the pause', () => camera.viewers[0]?.requests.at(-1)?.type === 'pause')
    const backAtMs = (await tile.samples()).at(-1)?.atMs ?? 0
    await turn('visible')
    await liveFor(tile, 1_000)
    const samples = (await tile.samples()).filter(({ atMs }) => atMs > backAtMs)
    expect((samples.find(({ kind }) => kind === 'live')?.atMs ?? Number.NaN) - backAtMs).toBeLessThan(1_000)
    expect(staleAsLiveMs(samples)).toBeLessThanOrEqual(200)
    expect(camera.viewers).toHaveLength(1)
  })

  test('together: tiles of cameras with different delays show the same moment', async () => {
    const quick = await play({ sub: clips.plain })
    const slow = await play({ sub: clips.bFrames }, { lateMs: 900 })
    const far = await play({ sub: clips.longGop }, { lateMs: 6_000 })
    for (const { tile } of [quick, slow, far]) await tile.set({ together: true })
    const ages = async () =>
      await Promise.all([quick, slow].map(({ tile }) => tile.look((one) => one.samples.at(-1)?.trueAgeMs ?? 0)))
    const drifts: number[] = []
    await until(
      'both to show the same moment for three seconds',
      async () => {
        const [one = 0, two = 0] = await ages()
        drifts.push(Math.abs(one - two))
        return drifts.length > 60 && drifts.slice(-60).every((drift) => drift <= 300)
      },
      30_000,
    )
    expect((await quick.tile.details()).together).toBe('in')
    expect((await far.tile.details()).together).toBe('apart')
    expect((await far.tile.state())?.apart).toBe(true)
  })

  test('only keyframes: each is shown as it comes, honestly late', async () => {
    const { tile } = await play({ sub: clips.plain }, { keyframesOnly: true }, 1)
    await until('three keyframes', async () => new Set((await tile.samples()).map(({ picture }) => picture)).size > 3)
    expect((await tile.details()).rebuilds).toBe(0)
    expect(staleAsLiveMs(await tile.samples())).toBeLessThanOrEqual(200)
    expect((await tile.states()).map(({ state }) => state.kind)).not.toContain('stalled')
  })

  test('opened and closed fifty times: no node, listener or video is left', async () => {
    const cdp = await context.newCDPSession(page)
    const counts = async () => {
      await cdp.send('HeapProfiler.collectGarbage')
      const { nodes, jsEventListeners } = await cdp.send('Memory.getDOMCounters')
      return { nodes, jsEventListeners }
    }
    const id = `cam-${++named}`
    const camera: ServedCamera = server.camera(id, { sub: clips.plain })
    const openAndClose = async () => {
      const tile = await openTile(page, id)
      await until('a picture', async () => (await tile.state())?.kind === 'live')
      await tile.end()
    }
    for (let warm = 0; warm < 5; warm++) await openAndClose()
    const before = await counts()
    for (let times = 0; times < 50; times++) await openAndClose()
    await until('the sockets to be closed', () => camera.viewers.every((viewer) => !viewer.isOpen()))
    await waitFor(
      async () => {
        const after = await counts()
        return after.nodes <= before.nodes + 5 && after.jsEventListeners <= before.jsEventListeners + 5
      },
      { message: () => `as few as ${JSON.stringify(before)}` },
    )
    expect(await page.evaluate(() => document.querySelectorAll('video, canvas').length)).toBe(0)
  })
})
