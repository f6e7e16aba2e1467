import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import type { Opened, OpenRequest } from '../../../test/support/live-page/types.ts'
import { median, p95, printTable, rounded } from './live-figures.ts'
import { type LiveStage, openStage } from './live-stage.ts'
import type { LiveSource } from './live-zone.ts'

export interface FirstFigures {
  readonly firstPictureMsP95: number
  readonly firstFreshMsP95: number
  readonly firstNever: number
}

const gops = [1, 4, 10] as const
/** Cameras of each length of the group: each is opened cold once a round, while the others become cold again. */
const perGop = 4
const sources: LiveSource[] = gops.flatMap((gopSeconds) =>
  Array.from({ length: perGop }, () => ({ name: `gop${gopSeconds}`, gopSeconds })),
)
/** The gateway lets go of a sub stream 10 s after its last viewer. */
const coldAfterMs = 12_000
/** The longest group, and a second. */
const warmAfterMs = 11_000
const small = { widthPx: 480, heightPx: 270 }

/** How long a tile takes from its opening to its first presented picture: often, with streams that run and that do not. */
export async function measureFirst(rounds: number): Promise<FirstFigures> {
  await using stage = await openStage(sources)
  // Each main stream has filled its group.
  await sleep(Math.max(...gops) * 1_000)
  const page = await stage.openerPage()
  await page.evaluate((request) => globalThis.liveOpener.open(request), { cameraId: 'c001', ...small })
  const rows = []
  const all: Opened[] = []
  for (const warm of [false, true]) {
    for (const [n, gopSeconds] of gops.entries()) {
      const ids = stage.zone.cameras.slice(n * perGop, (n + 1) * perGop).map(({ id }) => id)
      const opened = warm ? await openWarm(page, ids, rounds) : await openCold(page, ids, rounds)
      all.push(...opened)
      rows.push({ stream: warm ? 'sub runs' : 'sub is cold', 'group s': gopSeconds, ...summary(opened) })
    }
  }
  console.log('\nopening a tile: milliseconds to its first picture, its age, and to a picture younger than a second')
  printTable(rows)
  await tellTrouble(stage)
  return {
    firstPictureMsP95: rounded(p95(firstOf(all))),
    firstFreshMsP95: rounded(p95(all.map(({ freshMs }) => freshMs ?? Number.POSITIVE_INFINITY))),
    firstNever: all.filter(({ firstMs }) => firstMs === null).length,
  }
}

const firstOf = (opened: readonly Opened[]) => opened.map(({ firstMs }) => firstMs ?? Number.POSITIVE_INFINITY)

function summary(opened: readonly Opened[]) {
  const fresh = opened.map(({ freshMs }) => freshMs ?? Number.POSITIVE_INFINITY)
  const ages = opened.flatMap(({ ageMs }) => (ageMs === null ? [] : [ageMs]))
  return {
    opened: opened.length,
    'first median': rounded(median(firstOf(opened))),
    'first p95': rounded(p95(firstOf(opened))),
    'age median': rounded(median(ages)),
    'age p95': rounded(p95(ages)),
    'fresh p95': rounded(p95(fresh)),
  }
}

const open = (page: Page, request: OpenRequest) => page.evaluate((asked) => globalThis.liveOpener.open(asked), request)

async function openCold(page: Page, ids: readonly string[], rounds: number): Promise<Opened[]> {
  const opened: Opened[] = []
  for (let round = 0; round < rounds; round++) {
    const roundMs = performance.now()
    for (const cameraId of ids) {
      opened.push(await open(page, { cameraId, ...small }))
      // Not in step with the keyframes.
      await sleep(Math.random() * 700)
    }
    if (round < rounds - 1) await sleep(Math.max(0, coldAfterMs - (performance.now() - roundMs)) + coldAfterMs / 6)
  }
  return opened
}

async function openWarm(page: Page, ids: readonly string[], rounds: number): Promise<Opened[]> {
  const opened: Opened[] = []
  for (const cameraId of ids) await page.evaluate((asked) => globalThis.liveOpener.hold(asked), { cameraId, ...small })
  // Each stream has its keyframe, and the tiles have left what stood in for it.
  await sleep(warmAfterMs)
  for (let n = 0; n < rounds * 3; n++) {
    for (const cameraId of ids) {
      opened.push(await open(page, { cameraId, ...small }))
      await sleep(Math.random() * 900)
    }
  }
  await page.evaluate(() => globalThis.liveOpener.release())
  return opened
}

async function tellTrouble(stage: LiveStage): Promise<void> {
  const text = await (await stage.gateway.fetch('/metrics')).text()
  const lines = text.split('\n').filter((line) => /^zone_gateway_live|^live_/.test(line))
  if (lines.length > 0) console.log(lines.join('\n'))
}
