import { setTimeout as sleep } from 'node:timers/promises'
import type { CDPSession, Page } from 'playwright-core'
import type { FrameCounts, Tally } from '../../../test/support/live-page/types.ts'
import { readProcess } from '../../processes.ts'
import { wallSources } from './live-age.ts'
import {
  type FaultResult,
  type LiveFault,
  liveFaults,
  runLiveFault,
  shortLengths,
  wholeLengths,
} from './live-faults.ts'
import { droppedPercent, median, printTable, quantileOfSteps, rounded, sumOfSteps } from './live-figures.ts'
import type { LiveSource } from './live-zone.ts'
import { allLive, devTools, type LiveStage, openStage } from './live-stage.ts'

export interface SoakFigures {
  readonly droppedPercent: number
  readonly droppedWorstPercent: number
  /** Apart from the faults and their healing. */
  readonly droppedCalmPercent: number
  readonly leftOutCalm: number
  readonly heapGrowthMb: number
  readonly staleAsLiveMs: number
  readonly faultsHealed: string
  readonly healedSecondsMax: number
  readonly ageSoakMsP95: number
}

/** The first and the last camera can be cut; the first one changes its parameter sets. */
const soakSources = wallSources.map((source, n) =>
  n === 0 ? { name: 'changing', gopSeconds: 1, changes: true } : source,
)
const cuttable = ['c001', 'c008', 'c016']
const faults: readonly LiveFault[] = Object.values(liveFaults)
const warmUpMs = 20_000
const heapEveryMs = 15_000

/** Sixteen tiles of the real wall for so long, and everything that goes wrong in a year, one after the other. */
export async function soak(minutes: number, sources: readonly LiveSource[] = soakSources): Promise<SoakFigures> {
  await using stage = await openStage(sources, cuttable)
  await stage.keepWall()
  const page = await stage.observedPage()
  page.on('pageerror', (cause) => console.log(`error in the page: ${cause.message}`))
  await page.goto(stage.origin)
  await allLive(page, sources.length, 120_000)
  await sleep(warmUpMs)
  const tools = await devTools(page)
  await page.evaluate(() => globalThis.liveObserver.reset())

  const calmMs = Math.max(5_000, (minutes * 60_000) / (faults.length + 1))
  const calm: Tally[] = []
  const rough: Tally[] = []
  const results: FaultResult[] = []
  const heap: number[] = []
  for (const fault of [...faults, undefined]) {
    const calmUntilMs = performance.now() + (fault ? Math.max(5_000, calmMs - lengthOf(fault, minutes)) : calmMs)
    while (performance.now() < calmUntilMs) {
      heap.push(await heapMb(tools))
      await sleep(Math.max(0, Math.min(heapEveryMs, calmUntilMs - performance.now())))
    }
    calm.push(await taken(page))
    if (!fault) continue
    const result = await runLiveFault(stage, page, fault, lengthsOf(minutes))
    results.push(result)
    rough.push(await taken(page))
    console.log(`${fault.name}: healed after ${result.healedSeconds} s, lied for ${result.lyingMs} ms ${result.left}`)
  }
  console.log(`\n${minutes} minutes of the wall of ${sources.length}`)
  printTable(results.map((result) => ({ ...result })))
  tellTraffic(stage, heap)
  return figuresOf(calm, rough, results, heap)
}

const lengthsOf = (minutes: number) => (minutes >= 10 ? wholeLengths : shortLengths)
const lengthOf = (fault: LiveFault, minutes: number) =>
  fault === liveFaults.tabHidden ? lengthsOf(minutes).hiddenMs : lengthsOf(minutes).cutMs

/** What the observer counted since the last time. */
async function taken(page: Page): Promise<Tally> {
  return await page.evaluate(() => {
    const tally = globalThis.liveObserver.tally()
    globalThis.liveObserver.reset()
    return tally
  })
}

/** What JavaScript holds after everything that may go went. */
async function heapMb(tools: CDPSession): Promise<number> {
  await tools.send('HeapProfiler.collectGarbage')
  return (await tools.send('Runtime.getHeapUsage')).usedSize / 1e6
}

function figuresOf(calm: Tally[], rough: Tally[], results: FaultResult[], heap: readonly number[]): SoakFigures {
  const all = [...calm, ...rough]
  const cameras = [...new Set(all.flatMap(({ frames }) => Object.keys(frames)))]
  const countsOf = (cameraId: string): FrameCounts[] => all.flatMap(({ frames }) => frames[cameraId] ?? [])
  const third = Math.max(1, Math.floor(heap.length / 3))
  const healed = results.filter(({ healedSeconds }) => Number.isFinite(healedSeconds))
  return {
    droppedPercent: rounded(droppedPercent(cameras.flatMap(countsOf)), 3),
    droppedWorstPercent: rounded(Math.max(...cameras.map((camera) => droppedPercent(countsOf(camera)))), 3),
    droppedCalmPercent: rounded(droppedPercent(calm.flatMap(({ frames }) => Object.values(frames))), 3),
    leftOutCalm: calm.reduce((sum, { leftOut }) => sum + leftOut, 0),
    heapGrowthMb: rounded(median(heap.slice(-third)) - median(heap.slice(0, third)), 2),
    staleAsLiveMs: Math.max(0, ...all.flatMap(({ lies }) => lies.map(({ forMs }) => forMs))),
    faultsHealed: `${healed.length}/${results.length}`,
    healedSecondsMax: Math.max(...healed.map(({ healedSeconds }) => healedSeconds)),
    ageSoakMsP95: quantileOfSteps(sumOfSteps(calm.flatMap(({ ages }) => Object.values(ages))), 0.95),
  }
}

function tellTraffic({ gateway }: LiveStage, heap: readonly number[]): void {
  const rss = readProcess(gateway.pid)?.rssMb ?? Number.NaN
  console.log(`heap of the page: ${heap.map((mb) => rounded(mb, 1)).join(' ')} MB; gateway now ${rounded(rss)} MB`)
}
