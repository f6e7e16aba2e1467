import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import type { Tally } from '../../../test/support/live-page/types.ts'
import { waitFor } from '../../../test/support/wait.ts'
import { droppedPercent, median, printTable, quantileOfSteps, rounded, sumOfSteps } from './live-figures.ts'
import { allLive, type LiveStage, openStage } from './live-stage.ts'
import { shippedKb } from './live-shipped.ts'
import type { LiveSource, LiveZone } from './live-zone.ts'

export interface AgeFigures {
  readonly wall16Ms: number
  readonly wall16AllMs: number
  readonly ageMsP95: number
  readonly ageBFramesMsP95: number
  readonly driftMs: number
  readonly driftAloneMs: number
  readonly wallJsKb: number
}

/**
 * Twelve without B-frames and four with: these are later by the frames that must be turned around. Few encoders, because real cameras do
 * not share the processor with whoever watches them; other lengths of the group are `live-first.ts`'s matter.
 */
export const wallSources: readonly LiveSource[] = [
  ...Array.from({ length: 12 }, () => ({ name: 'plain', gopSeconds: 2 })),
  ...Array.from({ length: 4 }, () => ({ name: 'bframes', gopSeconds: 2, bFrames: 2 })),
]
const settleMs = 15_000
const coldAfterMs = 12_000

/** The real wall of sixteen: how fast it opens, how old its pictures are, how far apart its tiles, and what it loads. */
export async function measureAge(seconds: number, opens: number): Promise<AgeFigures> {
  await using stage = await openStage(wallSources)
  await stage.keepWall()
  await sleep(10_000)
  const loads = await openWalls(stage, opens)
  console.log('\nopening the wall of 16, the whole page: milliseconds until tiles have presented a picture')
  printTable(
    loads.map(({ warm, tilesMs, firstMs, allMs, last }) => ({
      streams: warm ? 'run' : 'cold',
      'tiles there': tilesMs,
      first: firstMs,
      all: allMs,
      last,
    })),
  )

  const page = await stage.observedPage()
  const wallJsKb = await shippedKb(page, stage.origin)
  const alone = await tallyOf(page, seconds)
  await stage.keepWall({ together: true })
  await page.reload()
  const together = await tallyOf(page, seconds)
  console.log('\nthe wall of 16: age of the picture on the screen and distance between tiles, in milliseconds')
  printTable([...ageRows('each alone', stage.zone, alone), ...ageRows('together', stage.zone, together)])
  const agesOf = (bFrames: boolean) => sumOfSteps(ofCameras(stage.zone, alone, bFrames))
  return {
    // The slower half decides: cold or not, it is the same wall to its user.
    wall16Ms: Math.max(
      ...[false, true].map((warm) => median(loads.filter((one) => one.warm === warm).map((one) => one.allMs))),
    ),
    wall16AllMs: Math.max(...loads.map(({ allMs }) => allMs)),
    ageMsP95: quantileOfSteps(agesOf(false), 0.95),
    ageBFramesMsP95: quantileOfSteps(agesOf(true), 0.95),
    driftMs: quantileOfSteps(together.drift, 0.95),
    driftAloneMs: quantileOfSteps(alone.drift, 0.95),
    wallJsKb,
  }
}

interface Load {
  readonly warm: boolean
  readonly tilesMs: number
  readonly firstMs: number
  readonly allMs: number
  /** Which kind of camera came last. */
  readonly last: string
}

/** Each load in a page of its own, cold and warm by turns. */
async function openWalls(stage: LiveStage, opens: number): Promise<Load[]> {
  const loads: Load[] = []
  for (let n = 0; n < opens * 2; n++) {
    const warm = n % 2 === 1
    if (!warm && n > 0) await sleep(coldAfterMs)
    const page = await stage.observedPage()
    await page.goto(stage.origin)
    const pictures = await firstPictures(page)
    const tilesMs = rounded((await page.evaluate(() => globalThis.liveObserver.tilesThereMs())) ?? Number.NaN)
    const byTime = Object.entries(pictures).sort(([, a], [, b]) => a - b)
    const [firstMs = 0, allMs = 0] = [byTime[0], byTime.at(-1)].map((one) => rounded(one?.[1] ?? Number.NaN))
    const last = stage.zone.cameras.find(({ id }) => id === byTime.at(-1)?.[0])?.source.name ?? ''
    loads.push({ warm, tilesMs, firstMs, allMs, last })
    // The next one finds the streams running.
    if (!warm) await sleep(settleMs)
    await page.close()
  }
  return loads
}

/** @returns milliseconds from the navigation to the first picture of each of the 16 tiles, by camera */
async function firstPictures(page: Page): Promise<Record<string, number>> {
  const found = await waitFor(
    async () => {
      const pictures = await page.evaluate(() => globalThis.liveObserver.firstPictures())
      return Object.keys(pictures).length >= 16 ? pictures : undefined
    },
    { timeoutMs: 60_000, everyMs: 50, message: 'a first picture of 16 tiles' },
  )
  return found
}

async function tallyOf(page: Page, seconds: number): Promise<Tally> {
  await allLive(page, 16)
  await sleep(settleMs)
  await page.evaluate(() => globalThis.liveObserver.reset())
  await sleep(seconds * 1_000)
  return await page.evaluate(() => globalThis.liveObserver.tally())
}

const ofCameras = (zone: LiveZone, tally: Tally, bFrames: boolean): (readonly number[])[] =>
  zone.cameras
    .filter(({ source }) => (source.bFrames ?? 0) > 0 === bFrames)
    .map(({ id }) => tally.ages[id])
    .filter((ages) => ages !== undefined)

function ageRows(name: string, zone: LiveZone, tally: Tally) {
  return [false, true].map((bFrames) => {
    const ages = sumOfSteps(ofCameras(zone, tally, bFrames))
    return {
      wall: name,
      cameras: bFrames ? 'B-frames' : 'no B-frames',
      median: quantileOfSteps(ages, 0.5),
      p95: quantileOfSteps(ages, 0.95),
      p99: quantileOfSteps(ages, 0.99),
      'drift p95': quantileOfSteps(tally.drift, 0.95),
      'unread %': rounded((100 * tally.unreadable) / tally.samples, 2),
      'dropped %': rounded(droppedPercent(Object.values(tally.frames)), 2),
      'left out': tally.leftOut,
    }
  })
}
