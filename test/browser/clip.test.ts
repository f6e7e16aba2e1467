import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { ClipPlan } from '../../gateway/contract/footage.ts'
import type { FootagePart } from '../../gateway/http/parts.ts'
import { listen } from '../../gateway/http/listen.ts'
import { openGateway } from '../http/fixture.ts'
import { bFrames, film, minusGap, plain, playing } from '../playback/filmed.ts'
import { openBrowser } from '../support/browser.ts'
import { type Encoded, encodeInBand, x264 } from '../support/encode.ts'
import { tempFolder } from '../support/temp.ts'
import { waitFor } from '../support/wait.ts'

const cameraId = 'cam-1'
const midnight = Date.UTC(2026, 10, 4)
const at = (seconds: number) => midnight + seconds * 1_000
const range = { fromUtcMs: at(-60), toUtcMs: at(60) }
const query = `fromUtcMs=${range.fromUtcMs}&toUtcMs=${range.toUtcMs}`

/** A picture that the browser presented. */
interface Shown {
  readonly mediaS: number
  readonly widthPx: number
  /** By the playlist; null in a clip. */
  readonly utcMs: number | null
}
/** What `player.js` puts on the page. */
interface Stage {
  readonly shown: Shown[]
  readonly errors: string[]
  readonly ended: boolean
}

/** Plays with the hls.js of the dashboard and its options, or with the video element alone; keeps what was presented. */
const playerJs = `
import Hls from './hls.js'
const video = document.querySelector('video')
const stage = { shown: [], errors: [], ended: false }
let fragments = []
const utcOf = (mediaS) => {
  const one = fragments.findLast(({ start }) => start <= mediaS + 0.001)
  return one ? one.programDateTime + (mediaS - one.start) * 1000 : null
}
const watch = (_now, { mediaTime, width }) => {
  stage.shown.push({ mediaS: mediaTime, widthPx: width, utcMs: utcOf(mediaTime) })
  video.requestVideoFrameCallback(watch)
}
video.requestVideoFrameCallback(watch)
video.addEventListener('ended', () => { stage.ended = true })
video.addEventListener('error', () => stage.errors.push(String(video.error?.message)))
window.stage = stage
window.playFile = (src) => { video.src = src }
window.playWindow = (src) => {
  const hls = new Hls({ enableWorker: false, backBufferLength: 30, maxBufferLength: 20, maxMaxBufferLength: 60 })
  hls.on(Hls.Events.LEVEL_UPDATED, (_, { details }) => { fragments = details.fragments })
  hls.on(Hls.Events.ERROR, (_, { fatal, details, error }) => stage.errors.push((fatal ? 'fatal ' : '') + details + ' ' + error?.message))
  hls.loadSource(src)
  hls.attachMedia(video)
}
window.start = (rate) => {
  video.playbackRate = rate
  video.play().catch((cause) => stage.errors.push(String(cause)))
}
`

let browser: Browser
let sources: { usual: Encoded; reordered: Encoded; larger: Encoded }
beforeAll(async () => {
  const larger = encodeInBand([...x264('high')], '480x272', 3)
  sources = { usual: plain(6), reordered: bFrames(6), larger }
  browser = await openBrowser()
})
afterAll(() => browser.close())

let page: Page
let address: string
let requests: { path: string; status: number }[]

/** A gap, midnight (and a new file) in the middle of a run, and then other video parameters. */
function filmed(root: string, usual: Encoded) {
  const files = [
    ...film(root, usual, { cameraId, runId: 1, startUtcMs: at(-12), linked: false }),
    ...film(root, usual, { cameraId, runId: 2, startUtcMs: at(-3), files: [3, 3] }),
    ...film(root, sources.larger, { cameraId, runId: 3, startUtcMs: at(3) }),
  ]
  return playing(files, [minusGap(at(-6), at(-3))])
}

async function open(usual: Encoded): Promise<void> {
  const folder = tempFolder('clip-page')
  mkdirSync(folder, { recursive: true })
  copyFileSync(join(import.meta.dirname, '../../node_modules/hls.js/dist/hls.light.min.mjs'), join(folder, 'hls.js'))
  writeFileSync(join(folder, 'player.js'), playerJs)
  writeFileSync(join(folder, 'index.html'), '<video muted></video><script type="module" src="/player.js"></script>')
  const play = filmed(join(folder, 'recordings'), usual)
  const gateway = await openGateway({ dashboardFolder: folder })
  const footage: FootagePart = {
    ...gateway.parts.footage,
    ...play,
    async clip(id, asked) {
      const { startUtcMs, endUtcMs, ...clip } = await play.clip(id, asked)
      return { ...clip, fromUtcMs: startUtcMs, toUtcMs: endUtcMs }
    },
  }
  Object.assign(gateway.parts.footage, footage)
  const { port } = await listen(gateway.app, { host: '127.0.0.1', port: 0 })
  address = `http://127.0.0.1:${port}`
  const context = await browser.newContext()
  onTestFinished(() => context.close())
  const [name = '', value = ''] = (await gateway.cookie('office')).split('=')
  await context.addCookies([{ name, value, url: address }])
  page = await context.newPage()
  requests = []
  page.on('response', (answer) => requests.push({ path: new URL(answer.url()).pathname, status: answer.status() }))
  await page.goto(address)
  await page.waitForFunction(() => 'stage' in window)
}

const stage = () => page.evaluate(() => (window as unknown as { stage: Stage }).stage)
const call = (name: 'playFile' | 'playWindow', src: string) =>
  page.evaluate(
    ([fn = '', from = '']) => (window as unknown as Record<string, (src: string) => void>)[fn]?.(from),
    [name, src],
  )
const start = (rate: number) =>
  page.evaluate((by) => (window as unknown as { start: (rate: number) => Promise<void> }).start(by), rate)
let last: Stage | undefined
const playedOut = () =>
  waitFor(async () => (last = await stage()).ended, {
    timeoutMs: 30_000,
    message: () => `the end of the video: ${JSON.stringify(last)} ${JSON.stringify(requests)}`,
  })

describe.each(['usual', 'reordered'] as const)('footage of %s frames', (kind) => {
  beforeEach(() => open(sources[kind]))

  test('an HLS window plays over a gap, midnight and new parameters, to its end', async () => {
    await call('playWindow', `/api/cameras/cam-1/playlist.m3u8?${query}`)
    await start(2)
    await playedOut()
    const { shown, errors } = await stage()
    // With B-frames the first picture of a run comes later than its decoding time: hls.js steps over that much at the seam of two runs.
    const steps = kind === 'reordered' ? /^buffer(StalledError|SeekOverHole)/ : /^$/
    expect(errors.filter((error) => !steps.test(error))).toEqual([])
    const between = (from: number, to: number, widthPx: number) =>
      shown.filter((one) => (one.utcMs ?? 0) >= at(from) && (one.utcMs ?? 0) < at(to) && one.widthPx === widthPx).length
    // Pictures of every stretch were really presented, in the size that was filmed, and none of the gap.
    const stretches = [between(-12, -6, 320), between(-3, 0, 320), between(0, 3, 320), between(3, 6, 480)]
    expect(stretches.every((pictures) => pictures > 5)).toBe(true)
    expect(shown.filter(({ utcMs }) => (utcMs ?? 0) > at(-5.8) && (utcMs ?? 0) < at(-3.1))).toEqual([])
    expect(shown.map(({ mediaS }) => mediaS)).toEqual(shown.map(({ mediaS }) => mediaS).toSorted((a, b) => a - b))
  })

  test('each file of the plan plays by itself, knows its length, and jumps by byte range', async () => {
    const answer = await page.request.get(`${address}/api/cameras/cam-1/clips?${query}`)
    const plan = (await answer.json()) as ClipPlan
    expect(plan.parts.map(({ widthPx, gaps }) => [widthPx, gaps.map(({ reason }) => reason)])).toEqual([
      [320, ['camera-lost']],
      [480, []],
    ])
    const refused = await page.request.get(`${address}/api/cameras/cam-1/clip.mp4?${query}`)
    expect([refused.status(), ((await refused.json()) as { code: string }).code]).toEqual([409, 'clip-codec-change'])

    for (const [{ href, widthPx }, seconds] of [
      [plan.parts[0] ?? { href: '', widthPx: 0 }, 12],
      [plan.parts[1] ?? { href: '', widthPx: 0 }, 3],
    ] as const) {
      await page.reload()
      await page.waitForFunction(() => 'stage' in window)
      await call('playFile', href)
      await start(4)
      await playedOut()
      const { shown, errors } = await stage()
      expect(errors).toEqual([])
      expect(shown.every((one) => one.widthPx === widthPx)).toBe(true)
      const first = shown[0]?.mediaS ?? Number.NaN
      // Before, in and behind the closed gap, and of the last second.
      for (let second = 0; second < seconds; second++)
        expect(shown.some(({ mediaS }) => mediaS - first >= second - 0.25 && mediaS - first < second + 1.25)).toBe(true)
      const durationS = await page.evaluate(() => document.querySelector('video')?.duration)
      expect(Math.abs((durationS ?? 0) - seconds)).toBeLessThan(0.35)
      await page.evaluate((target) => void (document.querySelector('video')!.currentTime = target), seconds / 2)
      await waitFor(async () => {
        const mediaS = (await stage()).shown.at(-1)?.mediaS ?? 0
        return mediaS > seconds / 2 - 0.3 && mediaS < seconds / 2 + 0.3
      })
    }
    expect(requests.filter(({ path, status }) => path.endsWith('clip.mp4') && status === 206).length).toBeGreaterThan(1)
  })
})
