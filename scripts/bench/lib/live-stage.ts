import type { BrowserContext, CDPSession, Page } from 'playwright-core'
import type { Camera } from '../../../gateway/contract/camera.ts'
import type { WallSettings } from '../../../gateway/contract/wall.ts'
import { type GatewayProcess, startGateway } from '../../../test/support/gateway-process.ts'
import '../../../test/support/live-page/types.ts'
import { openPlainBrowser } from '../../../test/support/plain-browser.ts'
import { freePorts } from '../../../test/support/ports.ts'
import { waitFor } from '../../../test/support/wait.ts'
import { buildDashboard } from '../../dashboard.ts'
import { memoryEnv, memoryFlags } from '../../demo.ts'
import { pageScript } from './live-scripts.ts'
import { type FreezableWay, startFreezableWay } from './live-way.ts'
import { type LiveSource, type LiveZone, openLiveZone } from './live-zone.ts'

/** A real gateway on cameras that carry the time, and a real browser in which its dashboard is open. */
export interface LiveStage extends AsyncDisposable {
  readonly zone: LiveZone
  readonly gateway: GatewayProcess
  readonly way: FreezableWay
  readonly browserPid: number
  readonly context: BrowserContext
  /** Of the dashboard, by the way that can be frozen. */
  readonly origin: string
  /** Opens an empty page of the gateway's origin that can open single tiles. */
  openerPage(): Promise<Page>
  /** A page that observes the tiles of whatever it shows. */
  observedPage(): Promise<Page>
  /** Keeps these as the settings of the wall. */
  keepWall(change?: Partial<WallSettings>): Promise<void>
}

export const wall16: WallSettings = {
  layout: '16',
  group: { by: 'all' },
  troubleFirst: false,
  sequence: [],
  tourSeconds: null,
  together: false,
  alertsToFront: false,
}

export async function openStage(sources: readonly LiveSource[], cuttable: readonly string[] = []): Promise<LiveStage> {
  await buildDashboard()
  await using started = new AsyncDisposableStack()
  const zone = started.use(await openLiveZone(sources, cuttable))
  const [port = 0] = await freePorts(1)
  const gateway = started.use(
    await startGateway({
      // The same address after a restart: the open page finds it again.
      config: { http: { port }, log: { level: 'info' } },
      zone: zone.zoneFile,
      env: { ...memoryEnv, NODE_OPTIONS: memoryFlags.join(' ') },
    }),
  )
  await allRecorded(gateway, zone.cameras.length)
  const way = started.use(await startFreezableWay(port))
  const plain = started.use(await openPlainBrowser())
  const [context] = plain.browser.contexts()
  if (context === undefined) throw new Error('the browser has no context')
  const origin = `http://127.0.0.1:${way.port}`
  await context.addCookies(cookiesOf(await gateway.login(), origin))
  const rest = started.move()
  return {
    zone,
    gateway,
    way,
    browserPid: plain.pid,
    context,
    origin,
    async openerPage() {
      const page = await context.newPage()
      // Any small document of the gateway: one that is made up here would be no page of this network, and may open no socket to it.
      await page.goto(`${origin}/healthz`)
      await page.evaluate(await pageScript('opener'))
      return page
    },
    async observedPage() {
      const page = await context.newPage()
      await page.addInitScript({ content: await pageScript('observer') })
      return page
    },
    async keepWall(change = {}) {
      const settings: WallSettings = { ...wall16, ...change }
      const answer = await gateway.fetch('/api/walls/current', { method: 'PUT', body: JSON.stringify(settings) })
      if (!answer.ok) throw new Error(`the wall's settings were not kept: ${answer.status} ${await answer.text()}`)
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  }
}

/** Resolves when every camera is recorded. */
export async function allRecorded(gateway: GatewayProcess, count: number): Promise<void> {
  await waitFor(
    async () => {
      const { cameras } = (await (await gateway.fetch('/api/cameras')).json()) as { cameras: Camera[] }
      return cameras.length === count && cameras.every(({ state }) => state.status === 'recording')
    },
    { timeoutMs: 60_000, message: () => `all cameras recorded: ${gateway.output().slice(-3_000)}` },
  )
}

function cookiesOf(header: string, url: string) {
  return header.split('; ').map((pair) => {
    const at = pair.indexOf('=')
    return { name: pair.slice(0, at), value: pair.slice(at + 1), url }
  })
}

/** Resolves when all tiles of the wall show a picture that is live. @returns milliseconds that it took */
export async function allLive(page: Page, count: number, timeoutMs = 60_000): Promise<number> {
  const startedMs = performance.now()
  let seen = ''
  await waitFor(
    async () => {
      const tiles = await page.evaluate(() => globalThis.liveObserver.now())
      seen = tiles.map(({ cameraId, state, ageMs }) => `${cameraId} ${state} ${ageMs}`).join(', ')
      return tiles.length === count && tiles.every(({ state, ageMs }) => state === 'live' && (ageMs ?? 9_999) < 2_000)
    },
    { timeoutMs, everyMs: 100, message: () => `${count} live tiles; there are: ${seen}` },
  )
  return performance.now() - startedMs
}

export const devTools = (page: Page): Promise<CDPSession> => page.context().newCDPSession(page)
