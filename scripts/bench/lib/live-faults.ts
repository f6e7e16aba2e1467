import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import type { SeenTile } from '../../../test/support/live-page/types.ts'
import { waitFor } from '../../../test/support/wait.ts'
import { allProcesses } from '../../processes.ts'
import type { LiveStage } from './live-stage.ts'

/** Something that goes wrong under a wall that is open, and is over when `strike` resolves. Nobody touches the page. */
export interface LiveFault {
  readonly name: string
  strike(stage: LiveStage, page: Page, lengths: FaultLengths): Promise<void>
  /** More than that all tiles are live again. */
  readonly healed?: (before: readonly SeenTile[], now: readonly SeenTile[]) => boolean
}

export interface FaultLengths {
  readonly cutMs: number
  readonly frozenMs: number
  readonly hiddenMs: number
  readonly asleepMs: number
}

/** As the issue asks. */
export const wholeLengths: FaultLengths = { cutMs: 20_000, frozenMs: 10_000, hiddenMs: 120_000, asleepMs: 30_000 }
/** Long enough that every reaction is due: paused after 10 s, closed as too slow after 5 s. */
export const shortLengths: FaultLengths = { cutMs: 8_000, frozenMs: 10_000, hiddenMs: 15_000, asleepMs: 12_000 }

const cut =
  (way: 'refused' | 'silent'): LiveFault['strike'] =>
  async ({ zone }, _page, { cutMs }) => {
    const ways = zone.cameras.flatMap((camera) => camera.way ?? [])
    if (ways.length === 0) throw new Error('no camera of this zone can be cut')
    for (const each of ways) each.set(way)
    await sleep(cutMs)
    for (const each of ways) each.set('open')
  }

export const liveFaults = {
  cameraCut: { name: 'camera cut and back', strike: cut('refused') },
  cableOut: { name: 'cable of a camera out and in', strike: cut('silent') },
  gatewayRestarted: {
    name: 'gateway restarted',
    async strike({ gateway }) {
      await gateway.stop()
      await gateway.restart()
    },
  },
  gatewayKilled: {
    name: 'gateway killed and started',
    async strike({ gateway }) {
      await gateway.kill9()
      await gateway.restart()
    },
  },
  socketFrozen: {
    name: 'way to the browser frozen',
    async strike({ way }, _page, { frozenMs }) {
      way.freeze()
      await sleep(frozenMs)
      way.thaw()
    },
  },
  tabHidden: {
    name: 'tab hidden',
    async strike({ context }, page, { hiddenMs }) {
      const other = await context.newPage()
      await other.bringToFront()
      await waitFor(() => page.evaluate<boolean>("document.visibilityState === 'hidden'"), {
        message: 'the tab to be hidden',
      })
      await sleep(hiddenMs)
      await page.bringToFront()
      await other.close()
    },
  },
  tabFrozen: {
    name: 'tab frozen by the browser',
    async strike({ context }, page, { asleepMs }) {
      const other = await context.newPage()
      await other.bringToFront()
      const tools = await context.newCDPSession(page)
      await tools.send('Page.setWebLifecycleState', { state: 'frozen' })
      await sleep(asleepMs)
      await tools.send('Page.setWebLifecycleState', { state: 'active' })
      await page.bringToFront()
      await tools.detach()
      await other.close()
    },
  },
  asleep: {
    name: 'computer of the browser asleep',
    async strike({ browserPid }, _page, { asleepMs }) {
      const pids = familyOf(browserPid)
      for (const pid of pids) process.kill(pid, 'SIGSTOP')
      await sleep(asleepMs)
      for (const pid of pids.toReversed()) process.kill(pid, 'SIGCONT')
    },
  },
  initChanged: {
    name: 'parameter sets changed',
    async strike({ zone }) {
      zone.changeSize()
    },
    healed: (before, now) =>
      now.some((tile) => before.some((old) => old.cameraId === tile.cameraId && old.widthPx !== tile.widthPx)),
  },
} satisfies Record<string, LiveFault>

/** A process and all that descend from it, the eldest first. */
function familyOf(pid: number): number[] {
  const all = allProcesses()
  const childrenOf = (parent: number): number[] =>
    all.filter(({ parentPid }) => parentPid === parent).flatMap((child) => [child.pid, ...childrenOf(child.pid)])
  return [pid, ...childrenOf(pid)]
}

export interface FaultResult {
  readonly fault: string
  /** From its end until every tile is live again with a picture younger than 2 s; NaN: not within the time. */
  readonly healedSeconds: number
  /** The longest time that a tile said live over a picture older than 2 s; whose, and how old it was. */
  readonly lyingMs: number
  readonly liar: string
  /** Tiles that were not live again in time, in words. */
  readonly left: string
}

/** Strikes, and waits until the wall is well again by itself. Counts of the observer begin anew. */
export async function runLiveFault(
  stage: LiveStage,
  page: Page,
  fault: LiveFault,
  lengths: FaultLengths,
  patienceMs = 60_000,
): Promise<FaultResult> {
  const look = () => page.evaluate(() => globalThis.liveObserver.now())
  const before = await look()
  await fault.strike(stage, page, lengths)
  const overMs = performance.now()
  let now: SeenTile[] = []
  let wellSinceMs = Number.NaN
  const isWell = (tile: SeenTile) => tile.state === 'live' && tile.ageMs !== null && tile.ageMs <= 2_000
  // A cut is only seen after a moment: well means well for two seconds.
  while (performance.now() - overMs < patienceMs) {
    now = await look()
    const well = now.length === before.length && now.every(isWell) && (fault.healed?.(before, now) ?? true)
    if (!well) wellSinceMs = Number.NaN
    else if (Number.isNaN(wellSinceMs)) wellSinceMs = performance.now()
    else if (performance.now() - wellSinceMs > 2_500) break
    await sleep(100)
  }
  const { lies } = await page.evaluate(() => globalThis.liveObserver.tally())
  const left = now
    .filter((tile) => !isWell(tile))
    .map(({ cameraId, state, ageMs }) => `${cameraId} ${state} ${ageMs ?? 'unread'}`)
  return {
    fault: fault.name,
    healedSeconds: Math.round((wellSinceMs - overMs) / 100) / 10,
    lyingMs: lies[0]?.forMs ?? 0,
    liar: lies[0] ? `${lies[0].cameraId}, ${lies[0].ageMs} ms old at the end` : '',
    left: left.join(', '),
  }
}
