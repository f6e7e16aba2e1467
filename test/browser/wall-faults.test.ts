import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type LiveFault, liveFaults, runLiveFault, shortLengths } from '../../scripts/bench/lib/live-faults.ts'
import { allLive, type LiveStage, openStage } from '../../scripts/bench/lib/live-stage.ts'
import type { LiveSource } from '../../scripts/bench/lib/live-zone.ts'
import { cellsOf } from '../support/clock-cells.ts'
import { waitFor } from '../support/wait.ts'

/** A picture older than this is not live, and a tile may need as long again to notice. */
const oldMs = 2_000

const sources: readonly LiveSource[] = [
  { small: true, name: 'changing', gopSeconds: 1, changes: true },
  { small: true, name: 'plain', gopSeconds: 4 },
  { small: true, name: 'bframes', gopSeconds: 2, bFrames: 2 },
  { small: true, name: 'h265main', gopSeconds: 2, mainCodec: 'h265' },
  { small: true, name: 'h265', gopSeconds: 2, mainCodec: 'h265', subCodec: 'h265' },
  { small: true, name: 'bframes', gopSeconds: 2, bFrames: 2 },
]
const [changing, h265] = ['c001', 'c005']

let stage: LiveStage
let page: Page
const seen = () => page.evaluate(() => globalThis.liveObserver.now())
const liesOf = async () => (await page.evaluate(() => globalThis.liveObserver.tally())).lies

beforeAll(async () => {
  stage = await openStage(sources, ['c002', 'c003', h265])
  await stage.keepWall({ layout: '9' })
  page = await stage.observedPage()
  await page.goto(stage.origin)
}, 120_000)
afterAll(async () => await stage?.[Symbol.asyncDispose]())

test('every camera ends in a picture that is live, the one without any H.264 too', async () => {
  await allLive(page, sources.length)
  const tiles = await seen()
  expect(tiles.map(({ cameraId }) => cameraId).sort()).toEqual(stage.zone.cameras.map(({ id }) => id))
}, 90_000)

test('the observer finds a tile that lies', async () => {
  await page.evaluate((cells) => {
    const tile = document.createElement('article')
    tile.dataset.camera = 'liar'
    tile.dataset.state = 'live'
    const canvas = document.createElement('canvas')
    canvas.width = 640
    canvas.height = 360
    const context = canvas.getContext('2d')
    for (const [at, white] of cells.entries()) {
      if (context) context.fillStyle = white ? '#fff' : '#000'
      context?.fillRect(at * 16, 0, 16, 16)
    }
    tile.append(canvas)
    document.body.append(tile)
  }, cellsOf(Date.now()))
  const found = async () => (await liesOf()).find(({ cameraId, forMs }) => cameraId === 'liar' && forMs > oldMs)
  const lie = await waitFor(found, { timeoutMs: 15_000, message: 'the lie' })
  expect(lie.ageMs).toBeGreaterThan(2 * oldMs)
  await page.evaluate(() => document.querySelector('[data-camera=liar]')?.remove())
}, 30_000)

describe('no tile shows a picture older than 2 s as live for more than 2 s, and all heal untouched:', () => {
  beforeEach(async () => {
    await allLive(page, sources.length)
    await page.evaluate(() => globalThis.liveObserver.reset())
  }, 90_000)

  const faults: readonly LiveFault[] = Object.values(liveFaults)
  test.each(faults.map((fault) => [fault.name, fault] as const))(
    '%s',
    async (_name, fault) => {
      const result = await runLiveFault(stage, page, fault, shortLengths)
      expect(result).toMatchObject({ left: '', healedSeconds: expect.any(Number) })
      expect(result.healedSeconds).toBeGreaterThanOrEqual(0)
      expect(result.lyingMs, `camera ${result.liar}`).toBeLessThanOrEqual(oldMs)
      const { samples, unreadable } = await page.evaluate(() => globalThis.liveObserver.tally())
      // What could not be read was not watched.
      expect(unreadable).toBeLessThan(samples / 10)
    },
    150_000,
  )

  test('the camera whose parameter sets change shows its other size', async () => {
    const sizeOf = async () => (await seen()).find(({ cameraId }) => cameraId === changing)?.widthPx
    const before = await sizeOf()
    stage.zone.changeSize()
    await waitFor(async () => (await sizeOf()) !== before, { timeoutMs: 20_000, message: 'another size' })
  }, 60_000)
})
