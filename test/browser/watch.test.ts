/** What the wall does about alerts and what one can do with a camera: real gateway, real cameras, real Chromium. */
import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuditEntry } from '../../gateway/contract/access.ts'
import type { Span } from '../../gateway/contract/camera.ts'
import type { ScreenLink } from '../../gateway/contract/wall.ts'
import { buildDashboard } from '../../scripts/dashboard.ts'
import { demoPassword, demoUser } from '../../scripts/simulate-zone/cameras.ts'
import { ask, type Cam, connect } from '../simulate-zone/onvif-client.ts'
import { openBrowser } from '../support/browser.ts'
import { waitFor } from '../support/wait.ts'
import { logIn, openTab, presented, seesNoBarrier, type Tab } from './eyes.ts'
import { desk, openScene, type Scene } from './scene.ts'
import { listenTo, patternsHeard, silentForMs } from './tones.ts'

const turning = 'c02'
const boss = { user: 'boss', name: '主任', role: 'office', password: 'boss-password-of-tests' }
const auditor = { user: 'auditor', name: '监管员', role: 'regulator', password: 'auditor-password-of-tests' }

let scene: Scene
let browser: Browser
beforeAll(async () => {
  await buildDashboard()
  scene = await openScene([turning])
  await scene.addAccount(boss)
  await scene.addAccount(auditor)
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await scene?.[Symbol.asyncDispose]()
})

const tile = (page: Page, id: string) => page.locator(`[data-camera="${id}"]`)
const silence = (page: Page) => page.locator('.silence')

async function openPage(path: string, on = browser): Promise<Tab> {
  const tab = await openTab(on, scene.gateway.origin, 'zh-CN')
  await listenTo(tab.context)
  await tab.page.goto(path)
  return tab
}
async function openWall(who: { user: string; password: string } = desk, on = browser): Promise<Tab> {
  const tab = await openPage('/wall', on)
  await logIn(tab.page, who)
  await tab.page.locator('.wall-grid').waitFor()
  return tab
}
async function beginShift(page: Page): Promise<void> {
  await silence(page).getByRole('button', { name: '开始值班' }).click()
  await page.locator('.shift[data-asked=true]').waitFor()
  await page.getByRole('button', { name: '都听到了' }).click()
}
/** Large, and presenting. */
async function enlarge(page: Page, id: string): Promise<void> {
  await tile(page, id).locator('.tile-open').click()
  await waitFor(async () => (await tile(page, id).getAttribute('data-state')) === 'live', {
    timeoutMs: 20_000,
    message: `${id} to be live`,
  })
}
async function auditOf(action: string): Promise<AuditEntry[]> {
  const answer = await scene.gateway.fetch('/api/audit?limit=200')
  return ((await answer.json()) as { entries: AuditEntry[] }).entries.filter((one) => one.action === action)
}
const warm = () => scene.say({ temperature: 9.5, door: 'closed' })
const cold = () => scene.say({ temperature: 3, door: 'closed' })
/** Nobody has acknowledged what went before, and it is over. */
async function calm(): Promise<void> {
  await cold()
  await waitFor(async () => {
    const answer = await scene.gateway.fetch('/api/alerts?state=open')
    const { alerts } = (await answer.json()) as {
      alerts: { id: string; sensorId: string | null; acknowledgedUtcMs: number | null }[]
    }
    const ours = alerts.filter((one) => one.sensorId === 'cold')
    for (const one of ours.filter(({ acknowledgedUtcMs }) => acknowledgedUtcMs === null))
      await scene.gateway.fetch(`/api/alerts/${one.id}/acknowledge`, { method: 'POST', body: '{}' })
    return ours.length === 0
  })
}

describe('sounds', () => {
  test('the shift begins with a test of the three patterns; until then, and while muted, the wall says that it is silent', async () => {
    await using tab = await openWall()
    const { page } = tab
    await silence(page).waitFor()
    expect(await silence(page).getAttribute('data-silence')).toBe('not-started')
    await silence(page).getByRole('button', { name: '开始值班' }).click()
    await page.locator('.shift[data-asked=true]').waitFor()
    expect(await patternsHeard(page)).toEqual(['critical', 'warning', 'lost'])

    await page.getByRole('button', { name: '没有听到' }).click()
    await page.locator('.shift-checks').waitFor()
    expect(await silence(page).getAttribute('data-silence')).toBe('not-heard')
    await page.getByRole('button', { name: '再放一次' }).click()
    await page.locator('.shift[data-asked=true]').waitFor()
    await page.getByRole('button', { name: '都听到了' }).click()
    await silence(page).waitFor({ state: 'detached' })

    await page.keyboard.press('m')
    await silence(page).waitFor()
    expect(await silence(page).innerText()).toMatch(/已静音。\s*(2 分钟|1 分钟 5\d 秒) 后恢复/)
    await page.keyboard.press('m')
    await silence(page).waitFor({ state: 'detached' })
  })

  test('a browser that blocks sound in the midst of a shift is told, as in a tab that it opened again; a click is enough', async () => {
    const strict = await openBrowser('after a click')
    try {
      await using tab = await openTab(strict, scene.gateway.origin, 'zh-CN')
      const { context, page } = tab
      // Nobody has clicked or typed anything in this browser.
      const { origin } = scene.gateway
      await context.request.post('/api/session', {
        data: { user: desk.user, password: desk.password },
        headers: { origin },
      })
      await page.addInitScript((user) => {
        sessionStorage.setItem('zone-gateway.shift', `${Date.now()} heard ${user}`)
        globalThis.AudioContext = class extends AudioContext {
          constructor(options?: AudioContextOptions) {
            super(options)
            console.log('the page opened its sound')
          }
        }
      }, desk.user)
      // Whatever Playwright evaluates in a page counts as a click: not before the page has asked for sound.
      const opened = page.waitForEvent('console', (message) => message.text() === 'the page opened its sound')
      await page.goto('/wall')
      await opened
      await silence(page).waitFor()
      expect(await silence(page).getAttribute('data-silence')).toBe('blocked')
      await silence(page).getByRole('button', { name: '恢复声音' }).click()
      await silence(page).waitFor({ state: 'detached' })
    } finally {
      await strict.close()
    }
  })

  test('who cannot acknowledge hears nothing and is not asked to', async () => {
    await using tab = await openWall(auditor)
    await tile(tab.page, turning).waitFor()
    expect(await silence(tab.page).count()).toBe(0)
    expect(await tab.page.getByRole('button', { name: '开始值班' }).count()).toBe(0)
  })

  test('a critical alert is offered to a person who is busy, repeats, and is silent once acknowledged', async () => {
    await calm()
    await using tab = await openWall()
    const { page } = tab
    await beginShift(page)
    await waitFor(async () => (await silentForMs(page)) > 1_000)
    const before = (await patternsHeard(page)).length
    const since = async () => (await patternsHeard(page)).slice(before)
    await page.mouse.move(300, 300)
    await page.mouse.move(310, 310)
    await warm()
    const offer = page.locator('.front-offer')
    await offer.waitFor()
    expect(await offer.innerText()).toContain('冷库超温')
    expect(await page.locator('.tile-large').count()).toBe(0)
    await offer.click()
    const note = page.locator('.tile-large .front-note')
    await note.waitFor()
    // A camera of the cold store's own area.
    expect(await page.locator('.tile-large').getAttribute('data-camera')).toBe('c08')
    expect(await note.innerText()).toContain('9.5')
    await waitFor(async () => (await since()).length >= 2, { message: 'the pattern to repeat' })
    expect(new Set(await since())).toEqual(new Set(['critical']))

    await note.getByRole('button', { name: '确认' }).click()
    await page.locator('.tile-large').waitFor({ state: 'detached' })
    await waitFor(async () => (await silentForMs(page)) > 7_000, { timeoutMs: 20_000, message: 'silence' })
  })
})

describe('a camera in somebody’s hands', () => {
  let eye: Cam
  beforeAll(async () => {
    const port = scene.cameras.find(({ id }) => id === turning)?.onvifPort ?? 0
    eye = await connect({ hostname: '127.0.0.1', port, username: demoUser, password: demoPassword })
  })
  const pose = async () => (await ask<{ position: { x: number; y: number; zoom: number } }>(eye, 'getStatus')).position
  const isMoving = async () => {
    const { moveStatus } = await ask<{ moveStatus: { panTilt: string; zoom: string } }>(eye, 'getStatus')
    return moveStatus.panTilt === 'MOVING' || moveStatus.zoom === 'MOVING'
  }
  const stands = () => waitFor(async () => !(await isMoving()), { message: 'the camera to stand' })
  async function openPad(who = desk): Promise<Tab> {
    const tab = await openWall(who)
    await enlarge(tab.page, turning)
    await tab.page.locator('.tile-actions').getByRole('button', { name: '云台' }).click()
    await tab.page.locator('.ptz-presets').waitFor()
    return tab
  }

  test('turns while the pad is held, faster further out, and stands on release; so do keys, and when the window is left', async () => {
    await ask(eye, 'absoluteMove', { x: 0, y: 0, zoom: 0 })
    await using tab = await openPad()
    const { page } = tab
    const box = await page.locator('.ptz-pad').boundingBox()
    if (box === null) throw new Error('no pad')
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    await page.mouse.move(x + box.width * 0.45, y)
    await page.mouse.down()
    // Longer than the gateway's own 1.5 s: it is renewed.
    await waitFor(async () => (await pose()).x > 0.9, { message: 'the camera to turn right' })
    await page.mouse.up()
    await stands()

    const before = (await pose()).x
    await page.keyboard.down('ArrowLeft')
    await waitFor(async () => (await pose()).x < before - 0.1, { message: 'the camera to turn left' })
    // The wall has not taken the arrow for its own.
    expect(await page.locator('.tile-large').getAttribute('data-camera')).toBe(turning)
    await page.keyboard.up('ArrowLeft')
    await stands()

    await page.keyboard.down('+')
    await waitFor(async () => (await pose()).zoom > 0.05, { message: 'the camera to zoom' })
    await page.evaluate(() => dispatchEvent(new Event('blur')))
    await stands()
    await page.keyboard.up('+')

    await page.keyboard.press('Escape')
    await page.locator('.ptz').waitFor({ state: 'detached' })
    expect(await page.locator('.tile-large').count()).toBe(1)
    const rows = await waitFor(async () => {
      const found = await auditOf('camera.ptz')
      return found.length >= 1 ? found : undefined
    })
    expect(rows.every(({ object, user }) => object === turning && user === desk.user)).toBe(true)
  })

  test('presets are gone to, kept and removed; who holds the camera is named to others', async () => {
    await using tab = await openPad()
    const { page } = tab
    await page.getByRole('button', { name: '道路东段', exact: true }).click()
    await waitFor(async () => Math.abs((await pose()).x - 0.5) < 0.01, { message: 'the preset' })
    await page.getByPlaceholder('预置位名称').fill('测试位')
    await page.getByRole('button', { name: '保存当前位置' }).click()
    await page.getByRole('button', { name: '测试位', exact: true }).waitFor()
    await page.getByRole('button', { name: '删除 测试位' }).click()
    await page.locator('.dialog').getByRole('button', { name: '删除', exact: true }).click()
    await page.getByRole('button', { name: '测试位', exact: true }).waitFor({ state: 'detached' })

    const cookie = await scene.gateway.login(boss.user, boss.password)
    const move = JSON.stringify({ pan: 0.1, tilt: 0, zoom: 0 })
    // Who went to the preset has the camera for three seconds more.
    await waitFor(async () => {
      const held = await scene.gateway.fetch(`/api/cameras/${turning}/ptz/move`, { method: 'POST', body: move, cookie })
      return held.status === 204
    })
    await page.keyboard.press('ArrowUp')
    await page.locator('.ptz-problem').getByText('主任 正在操作').waitFor()
    await page.locator('.ptz-problem').waitFor({ state: 'detached' })
    await stands()
  })

  test('a snapshot is a file under the camera and the time, and an audit row', async () => {
    await using tab = await openWall()
    const { page } = tab
    await enlarge(page, 'c01')
    const before = (await auditOf('footage.snapshot')).length
    const coming = page.waitForEvent('download')
    await page.locator('.tile-actions').getByRole('button', { name: '抓拍' }).click()
    const file = await coming
    expect(file.suggestedFilename()).toMatch(/^园区大门 \d{4}-\d\d-\d\d \d\d-\d\d-\d\d\.jpg$/)
    expect(
      readFileSync(await file.path())
        .subarray(0, 3)
        .toString('hex'),
    ).toBe('ffd8ff')
    const rows = await auditOf('footage.snapshot')
    expect(rows).toHaveLength(before + 1)
    expect(rows[0]).toMatchObject({ user: desk.user, object: 'c01', outcome: 'done' })
  })

  test('the last half minute plays in place, does not look live, and gives way to the live picture at its end', async () => {
    await waitFor(
      async () => {
        const now = Date.now()
        const answer = await scene.gateway.fetch(`/api/cameras/c01/spans?fromUtcMs=${now - 60_000}&toUtcMs=${now}`)
        const { spans } = (await answer.json()) as { spans: Span[] }
        return spans.some(({ kind, startUtcMs }) => kind === 'recorded' && startUtcMs < now - 33_000)
      },
      { timeoutMs: 60_000, everyMs: 500, message: 'half a minute of footage' },
    )
    await using tab = await openWall()
    const { page } = tab
    await enlarge(page, 'c01')
    await page.keyboard.press('r')
    const replay = page.locator('.replay[data-shown-utc-ms]')
    await replay.waitFor()
    const first = Number(await replay.getAttribute('data-shown-utc-ms'))
    expect(Date.now() - first).toBeGreaterThan(25_000)
    expect(Date.now() - first).toBeLessThan(35_000)
    const seen = await presented(page, '.replay video', 3_000)
    expect(seen.frames).toBeGreaterThan(10)
    expect(seen.advancedS).toBeGreaterThan(1.5)
    expect(await page.locator('.replay-head').innerText()).toContain('回看 -30 秒')
    expect(await tile(page, 'c01').locator('.tile-state').isVisible()).toBe(false)
    await page.keyboard.press('r')
    await page.locator('.replay').waitFor({ state: 'detached' })
    expect(await tile(page, 'c01').locator('.tile-state').isVisible()).toBe(true)

    await page.keyboard.press('r')
    await page.locator('.replay[data-shown-utc-ms]').waitFor()
    await page.locator('.replay').waitFor({ state: 'detached', timeout: 45_000 })
  })

  test('playback opens at the very moment of the picture that is seen', async () => {
    await using tab = await openWall()
    const { page } = tab
    await enlarge(page, 'c01')
    await page.locator('.tile-actions').getByRole('link', { name: '从此刻回放' }).click()
    const clickedUtcMs = Date.now()
    await page.waitForURL(/\/playback/)
    const url = new URL(page.url())
    expect(url.searchParams.get('camera')).toBe('c01')
    const behindMs = clickedUtcMs - Date.parse(url.searchParams.get('t') ?? '')
    expect(behindMs).toBeGreaterThan(0)
    expect(behindMs).toBeLessThan(3_000)
  })
})

describe('a big screen', () => {
  const addScreen = async (name: string): Promise<ScreenLink> => {
    const answer = await scene.gateway.fetch('/api/screens', { method: 'POST', body: JSON.stringify({ name }) })
    expect(answer.status).toBe(201)
    return (await answer.json()) as ScreenLink
  }

  test('sounds and brings an alert to the front without a hand; revoked, it says so and asks for no password', async () => {
    await calm()
    const { screen, path } = await addScreen('门厅大屏')
    await using tab = await openPage(path)
    const { page } = tab
    await page.locator('.big').waitFor()
    expect(new URL(page.url()).pathname).toBe('/screen')
    expect(await page.locator('.big-head h1').innerText()).toBe('线面加工区')
    // A kiosk opens its link with every start, used as it is.
    await page.goto(path)
    await page.locator('.big').waitFor()
    expect(new URL(page.url()).pathname).toBe('/screen')
    await waitFor(async () => (await tile(page, 'c01').getAttribute('data-state')) === 'live', { timeoutMs: 20_000 })
    expect(await page.locator('.shell, .silence').count()).toBe(0)
    await page.locator('.big-quiet').waitFor()

    await warm()
    await page.locator('.tile-large .front-note').waitFor()
    expect(await page.locator('.tile-large').getAttribute('data-camera')).toBe('c08')
    await waitFor(async () => (await patternsHeard(page)).filter((one) => one === 'critical').length >= 2)
    expect(await page.getByRole('button', { name: '确认' }).count()).toBe(0)
    await calm()
    await page.locator('.tile-large').waitFor({ state: 'detached' })

    await scene.gateway.fetch(`/api/screens/${screen.id}`, { method: 'DELETE' })
    const words = page.locator('.big-message[data-shut=revoked]')
    await words.waitFor()
    expect(await words.innerText()).toMatch(/此大屏已停用[^]*This screen was switched off/)
    expect(await page.locator('input').count()).toBe(0)
    await page.reload()
    await words.waitFor()
    await page.goto(path)
    await words.waitFor()
    expect(await page.locator('input').count()).toBe(0)
  })

  test('a gateway that does not answer is told with since when, and the wall comes by itself', async () => {
    const { path } = await addScreen('走廊大屏')
    await using tab = await openPage(path)
    const { page } = tab
    await page.locator('.big').waitFor()
    await page.route('**/api/session', (route) => route.abort())
    await page.reload()
    const words = page.locator('.big-message[data-shut=away]')
    await words.waitFor()
    expect(await words.innerText()).toMatch(/网关没有回应\s+自 \d\d:\d\d:\d\d 起/)
    await page.unroute('**/api/session')
    await page.locator('.big').waitFor()
  })

  test('takes a new version by itself, never while a critical alert waits', async () => {
    await calm()
    const { path } = await addScreen('检验室大屏')
    await using tab = await openPage('/screen')
    const { page } = tab
    await page.clock.install()
    await page.goto(path)
    await page.locator('.big').waitFor()
    await page.evaluate(() => Object.assign(window, { isOld: true }))
    const isOld = () => page.evaluate(() => Reflect.get(window, 'isOld') === true)
    await warm()
    await page.locator('.wall-alerts .wall-alert-critical').waitFor()
    let asked = 0
    await page.route(
      (url) => url.pathname === '/',
      (route) => {
        asked++
        return route.fulfill({
          contentType: 'text/html',
          body: '<script type="module" src="/assets/index-newer.js"></script>',
        })
      },
    )
    await page.clock.fastForward('10:01')
    await waitFor(() => asked === 1, { message: 'the page to ask for the version' })
    await page.clock.fastForward('00:31')
    expect(await isOld()).toBe(true)
    await calm()
    await page.locator('.wall-alerts .wall-alert-critical').waitFor({ state: 'detached' })
    const passes = async () => {
      await page.clock.fastForward('00:11')
      return !(await isOld())
    }
    await waitFor(passes, { everyMs: 200, message: 'the page to be loaded anew' })
  })

  test('opens from the wall for anybody, and Escape comes back', async () => {
    await using tab = await openWall()
    const { page } = tab
    await page.getByRole('button', { name: '大屏' }).click()
    await page.locator('.big').waitFor()
    expect(await page.locator('.shell').count()).toBe(0)
    await enlarge(page, 'c01')
    await page.keyboard.press('Escape')
    await page.locator('.tile-large').waitFor({ state: 'detached' })
    expect(await page.locator('.big').count()).toBe(1)
    await page.keyboard.press('Escape')
    await page.locator('.shell').waitFor()
    expect(new URL(page.url()).pathname).toBe('/wall')
  })
})

test('a gateway that goes away has a sound of its own; back, everything heals', async () => {
  await using tab = await openPage('/wall')
  const { page } = tab
  await logIn(page)
  await beginShift(page)
  await page.getByRole('button', { name: '大屏' }).click()
  await page.locator('.big').waitFor()
  const before = (await patternsHeard(page)).length
  await scene.gateway.stop()
  try {
    await page.locator('.big-lost').waitFor()
    await waitFor(async () => (await patternsHeard(page)).length > before, { timeoutMs: 20_000, message: 'its sound' })
    expect((await patternsHeard(page)).slice(before)).toEqual(['lost'])
  } finally {
    await scene.gateway.restart()
  }
  await page.locator('.big-lost').waitFor({ state: 'detached', timeout: 40_000 })
})

test('nobody is shut out: no grave barrier on the wall with its banner, and on the big screen', async () => {
  await using tab = await openWall()
  await seesNoBarrier(tab.page, '/wall', '.silence')
  await seesNoBarrier(tab.page, '/screen', '.big .tile')
})
