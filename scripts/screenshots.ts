/**
 * `npm run screenshots`: takes the pictures of the README from a running demo zone, into dashboard/screenshots.
 *
 *   npm run screenshots                            starts the demo, waits some minutes for its story, stops it
 *   npm run screenshots -- --minutes 1             less of the story
 *   npm run screenshots -- --origin URL            a gateway that runs; the password of `admin` comes from ZONE_GATEWAY_ADMIN_PASSWORD
 */
import { mkdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import type { Camera, Span } from '../gateway/contract/camera.ts'
import type { Sensor } from '../gateway/contract/sensor.ts'
import { openBrowser } from '../test/support/browser.ts'
import { buildDashboard } from './dashboard.ts'
import { openDemo } from './demo-instance.ts'
import { folder, save, until } from './screenshots/save.ts'
import { takeTileStates } from './screenshots/tile-states.ts'

type Language = 'zh-CN' | 'en'
type Theme = 'dark' | 'light'

const { values } = parseArgs({ options: { origin: { type: 'string' }, minutes: { type: 'string', default: '6' } } })

if (values.origin !== undefined) {
  await takeAll(values.origin, process.env.ZONE_GATEWAY_ADMIN_PASSWORD ?? '')
} else {
  await buildDashboard()
  const demo = await openDemo()
  try {
    await demo.startGateway()
    console.log(`the demo runs; pictures in ${values.minutes} minutes`)
    await sleep(Number(values.minutes) * 60_000)
    await takeAll(demo.origin, demo.password)
  } finally {
    await demo.stop()
  }
}

async function takeAll(origin: string, password: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const browser = await openBrowser()
  const open = async (language: Language, theme?: Theme) => {
    const context = await browser.newContext({
      baseURL: origin,
      viewport: { width: 1_440, height: 900 },
      locale: language,
      timezoneId: 'Asia/Shanghai',
      colorScheme: 'light',
    })
    if (theme !== undefined) await context.addInitScript(`localStorage.setItem('zone-gateway.theme', '${theme}')`)
    return await context.newPage()
  }
  try {
    const page = await open('zh-CN')
    await page.goto('/login')
    await page.locator('input[type=password]').waitFor()
    await save(page, 'login')
    await signIn(page, password)
    await takeWall(page, 'wall')
    await takePlayback(page)
    await takeSensors(page)
    // The demo is minutes old: hours show it better than days.
    for (const name of ['alerts', 'devices', 'system', 'coverage?period=day']) {
      await page.goto(`/${name}`)
      await settled(page)
      await save(page, name.split('?')[0] ?? name)
    }
    await page.context().close()

    const others = [
      ['en', 'dark', 'wall-en'],
      ['zh-CN', 'light', 'wall-light'],
      ['en', 'light', 'wall-en-light'],
    ] as const
    for (const [language, theme, name] of others) {
      const other = await open(language, theme)
      await signIn(other, password)
      await takeWall(other, name)
      await other.context().close()
    }
    for (const [language, theme, name] of [
      ['zh-CN', 'dark', 'tile-states'],
      ['en', 'light', 'tile-states-en'],
    ] as const) {
      const other = await open(language, theme)
      await signIn(other, password)
      await takeTileStates(other, name)
      await other.context().close()
    }
  } finally {
    await browser.close()
  }
}

async function signIn(page: Page, password: string): Promise<void> {
  const answer = await page.request.post('/api/session', { data: { user: 'admin', password } })
  if (!answer.ok()) throw new Error(`login answered ${answer.status()}`)
}

/** Every camera that records must be seen live first; the odd ones say why they are not. */
async function takeWall(page: Page, name: string): Promise<void> {
  const { cameras } = await read<{ cameras: Camera[] }>(page, '/api/cameras')
  const recording = cameras.filter(({ state }) => state.status === 'recording').length
  await page.goto('/wall')
  const live = page.locator('[data-camera]:is([data-state=live], [data-state=late])')
  const connecting = page.locator('[data-camera][data-state=connecting]')
  // One camera freezes and one reconnects each minute by plan, so at this moment two may be missing.
  const complete = async () => (await connecting.count()) === 0 && (await live.count()) >= recording - 2
  await until(complete, `${recording} live tiles`, 60_000)
  await save(page, name)
}

/** The camera with the most gaps beside two others: what happened to each of them is what this page is for. */
async function takePlayback(page: Page): Promise<void> {
  const { cameras } = await read<{ cameras: Camera[] }>(page, '/api/cameras')
  const now = Date.now()
  const range = `fromUtcMs=${now - 3_600_000}&toUtcMs=${now}`
  let best: { id: string; gaps: number } | undefined
  for (const { id, state, main } of cameras) {
    if (state.status !== 'recording' || main?.codec !== 'H264') continue
    const { spans } = await read<{ spans: Span[] }>(page, `/api/cameras/${id}/spans?${range}`)
    const gaps = spans.filter(({ kind }) => kind === 'gap').length
    if (best === undefined || gaps > best.gaps) best = { id, gaps }
  }
  if (best === undefined) throw new Error('no camera records')
  const moment = new Date(now - 90_000).toISOString()
  // Tall enough for the list of gaps.
  await page.setViewportSize({ width: 1_440, height: 1_200 })
  const others = cameras.filter(
    (one) => one.id !== best?.id && one.state.status === 'recording' && one.main?.codec === 'H264',
  )
  const shown = [best, ...others.slice(0, 2)].map(({ id }) => id).join(',')
  await page.goto(`/playback?camera=${shown}&t=${encodeURIComponent(moment)}`)
  await until(
    () => page.evaluate<boolean>(`(document.querySelector('video')?.readyState ?? 0) >= 3`),
    'a recorded picture',
    30_000,
  )
  await page.locator('tr[data-reason]').first().waitFor()
  await save(page, 'playback')
  await page.setViewportSize({ width: 1_440, height: 900 })
}

async function takeSensors(page: Page): Promise<void> {
  await page.goto('/sensors')
  await settled(page)
  await save(page, 'sensors')
  const { sensors } = await read<{ sensors: Sensor[] }>(page, '/api/sensors')
  const sensor = sensors.find(({ metrics }) => metrics.some(({ kind }) => kind === 'temperature')) ?? sensors[0]
  if (sensor === undefined) throw new Error('no sensor is there')
  await page.goto(`/sensors?sensor=${sensor.id}`)
  await page.locator('canvas').first().waitFor()
  // The demo is minutes old: the shortest range shows it best.
  await page.getByRole('button', { name: /^1\s*小时$/ }).click()
  await settled(page)
  await save(page, 'sensor')
  // The same metric of a few sensors, and a stretch of it chosen: what the chart page is for.
  const warm = sensors.flatMap(({ id, metrics }) =>
    metrics.filter(({ kind }) => kind === 'temperature').map(({ key }) => `${id}/${key}`),
  )
  // The demo is minutes old.
  const [from, to] = [Date.now() - 240_000, Date.now()].map((utcMs) => new Date(utcMs).toISOString())
  const series = warm.slice(0, 2).map((key) => `series=${encodeURIComponent(key)}`)
  await page.goto(`/sensors/chart?${series.join('&')}&from=${from}&to=${to}`)
  await page.locator('[data-series]').first().waitFor()
  await settled(page)
  await dragOver(page, '.u-over', 0.3, 0.6)
  await page.locator('.selection-menu').waitFor()
  await save(page, 'sensor-chart')
  await page.goto('/sensors/ledger')
  await settled(page)
  await save(page, 'sensor-ledger')
  await takeInbox(page)
}

/** The devices that wait, and the form that places the first of them, when the zone has any. */
async function takeInbox(page: Page): Promise<void> {
  await page.goto('/devices?part=sensors')
  await settled(page)
  await save(page, 'sensor-inbox')
  const approve = page.locator('tr[data-candidate] .button-main').first()
  if ((await approve.count()) === 0) return
  await approve.click()
  const area = page.getByRole('dialog').locator('select[name=areaId]')
  if ((await area.inputValue()) === '') await area.selectOption({ index: 1 })
  await settled(page)
  await save(page, 'sensor-approve')
}

async function dragOver(page: Page, selector: string, from: number, to: number): Promise<void> {
  const box = await page.locator(selector).boundingBox()
  if (box === null) throw new Error(`${selector} is not there`)
  const y = box.y + box.height / 2
  await page.mouse.move(box.x + box.width * from, y)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * to, y, { steps: 6 })
  await page.mouse.up()
}

async function read<T>(page: Page, path: string): Promise<T> {
  const answer = await page.request.get(path)
  if (!answer.ok()) throw new Error(`${path} answered ${answer.status()}`)
  return (await answer.json()) as T
}

/** Lists and charts are there when nothing was asked for half a second. */
async function settled(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle')
}
