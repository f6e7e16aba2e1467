import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Walls, WallSettings } from '../../gateway/contract/wall.ts'
import { startSettings } from '../../dashboard/wall/settings.ts'
import { openBrowser } from '../support/browser.ts'
import { waitFor } from '../support/wait.ts'
import { type Language, logIn, notLoggedIn, openTab, type Tab } from './eyes.ts'
import { cameraIds, desk, openScene, type Scene } from './scene.ts'

const admin = { user: 'admin', password: 'admin-password-of-tests' }
const all = Object.values(cameraIds)
const good = all.filter((id) => id !== cameraIds.denied)

let scene: Scene
let browser: Browser
let cookie = ''
beforeAll(async () => {
  scene = await openScene()
  browser = await openBrowser()
  const answer = await fetch(`${scene.gateway.origin}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: scene.gateway.origin },
    body: JSON.stringify({ user: desk.user, password: desk.password }),
  })
  cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
})
afterAll(async () => {
  await browser?.close()
  await scene?.[Symbol.asyncDispose]()
})
beforeEach(() => arrange({}))

/** As the person at the desk, over HTTP. */
const asDesk = (path: string, init: RequestInit = {}) =>
  fetch(`${scene.gateway.origin}${path}`, {
    ...init,
    headers: { cookie, origin: scene.gateway.origin, 'content-type': 'application/json' },
  })
async function arrange(settings: Partial<WallSettings>): Promise<void> {
  const body = JSON.stringify({ ...startSettings, alertsToFront: false, ...settings })
  expect((await asDesk('/api/walls/current', { method: 'PUT', body })).status).toBe(200)
}
const kept = async () => ((await (await asDesk('/api/walls')).json()) as Walls).current

const tile = (page: Page, id: string) => page.locator(`[data-camera="${id}"]`)
const stateOf = (page: Page, id: string) => tile(page, id).getAttribute('data-state')
const isLive = (page: Page, id: string) =>
  waitFor(async () => (await stateOf(page, id)) === 'live', { timeoutMs: 30_000, message: `${id} to be live` })

/** Live with its sub stream, which took over from what was shown first: from here on only a touch changes what plays. */
async function isSettled(page: Page, id: string): Promise<void> {
  await isLive(page, id)
  const seen = page.locator(`[data-camera="${id}"][data-stream=sub] .layer-shown video:not([hidden])`)
  await waitFor(async () => (await seen.count()) === 1, { timeoutMs: 30_000, message: `${id} to play its sub stream` })
}

interface Wall extends Tab {
  /** Addresses of the live sockets that the page opened since the last call. */
  sockets(): string[]
}
async function openWall(language: Language = 'zh-CN', who: { user: string; password: string } = desk): Promise<Wall> {
  const tab = await openTab(browser, scene.gateway.origin, language)
  let opened: string[] = []
  tab.page.on('websocket', (socket) => {
    if (socket.url().includes('/api/live/')) opened.push(socket.url().split('/').at(-1) ?? '')
  })
  await tab.page.goto('/wall')
  await logIn(tab.page, who)
  await tab.page.locator('.wall-grid').waitFor()
  return {
    ...tab,
    sockets() {
      const told = opened
      opened = []
      return told
    },
  }
}

/** Cameras in the order in which their tiles lie on the screen, row by row. */
const onScreen = (page: Page) =>
  page.locator('.tile-shown').evaluateAll((tiles) =>
    tiles
      .map((one) => ({ id: one.getAttribute('data-camera') ?? '', box: one.getBoundingClientRect() }))
      .toSorted((a, b) => a.box.top - b.box.top || a.box.left - b.box.left)
      .map(({ id }) => id),
  )
/** Marks the playing elements, so that another one is told from the same. */
const mark = (page: Page, id: string) =>
  page.locator(`[data-camera="${id}"] .layer-shown video`).evaluate((video) => video.setAttribute('data-mark', 'same'))
const isMarked = (page: Page, id: string) =>
  page.locator(`[data-camera="${id}"] .layer-shown video[data-mark=same]`).count()

test('a layout is chosen by keyboard, kept by the gateway, and there again in another browser', async () => {
  await using wall = await openWall()
  const { page } = wall
  await page.keyboard.press('g')
  const choices = page.locator('.layout-choice')
  await choices.first().waitFor()
  await choices.filter({ hasText: '1 大 5 小' }).focus()
  await page.keyboard.press('Enter')
  await waitFor(async () => (await kept())?.layout === '1+5', { message: 'the gateway to have the layout' })
  const large = await tile(page, all[0] ?? '').boundingBox()
  const small = await tile(page, all[1] ?? '').boundingBox()
  expect((large?.width ?? 0) / (small?.width ?? 1)).toBeCloseTo(2, 1)

  await using other = await openWall('en')
  await waitFor(async () => (await other.page.locator('#wall-layout').innerText()).includes('1 large, 5'))
  expect(wall.complaints().filter((line) => !notLoggedIn(line))).toEqual([])
})

test('two tiles change places by dragging, by keys and by two clicks; nothing is played anew', async () => {
  await using wall = await openWall()
  const { page } = wall
  await Promise.all(good.map((id) => isSettled(page, id)))
  const [a = '', b = '', c = ''] = await onScreen(page)
  for (const id of good) await mark(page, id)
  wall.sockets()

  const centre = async (id: string) => {
    const box = await tile(page, id).boundingBox()
    return { x: (box?.x ?? 0) + (box?.width ?? 0) / 2, y: (box?.y ?? 0) + (box?.height ?? 0) / 2 }
  }
  const [from, to] = [await centre(a), await centre(c)]
  await page.mouse.move(from.x, from.y)
  await page.mouse.down()
  await page.mouse.move(to.x, to.y, { steps: 5 })
  expect(await tile(page, c).getAttribute('data-drag')).toBe('onto')
  await page.mouse.up()
  await waitFor(async () => (await onScreen(page)).slice(0, 3).join() === [c, b, a].join(), {
    message: 'a dragged tile',
  })
  // The drag was no click.
  expect(await page.locator('.tile-large').count()).toBe(0)

  await tile(page, c).locator('.tile-open').focus()
  await page.keyboard.press('Shift+ArrowRight')
  await waitFor(async () => (await onScreen(page)).slice(0, 3).join() === [b, c, a].join(), {
    message: 'a tile moved by keys',
  })
  expect(await page.evaluate(() => document.activeElement?.closest('[data-camera]')?.getAttribute('data-camera'))).toBe(
    c,
  )

  await page.getByRole('button', { name: '更多' }).click()
  await page.getByRole('button', { name: '调换位置…' }).click()
  await tile(page, b).locator('.tile-open').click()
  await tile(page, a).locator('.tile-open').click()
  await waitFor(async () => (await onScreen(page)).slice(0, 3).join() === [a, c, b].join(), {
    message: 'a tile moved by clicks',
  })
  await page.keyboard.press('Escape')
  await waitFor(async () => (await kept())?.sequence.slice(0, 3).join() === [a, c, b].join(), {
    message: 'the order kept',
  })

  for (const id of good) {
    expect(await isMarked(page, id), id).toBe(1)
    // It plays on; how late it is, is the matter of a machine that may be busy.
    expect(await stateOf(page, id), id).toMatch(/^(live|late)$/)
  }
  expect(wall.sockets()).toEqual([])

  // Where trouble decides the places, dragging says so and does nothing.
  await arrange({ troubleFirst: true })
  await page.reload()
  await isLive(page, a)
  const before = await onScreen(page)
  expect(before[0]).toBe(cameraIds.denied)
  const last = await centre(before[2] ?? '')
  await page.mouse.move(last.x, last.y)
  await page.mouse.down()
  await page.mouse.move(from.x, from.y, { steps: 5 })
  await page.mouse.up()
  await page.locator('.wall-say', { hasText: '异常优先' }).waitFor()
  expect(await onScreen(page)).toEqual(before)
})

test('a tile that is enlarged never goes black, and ends with the main stream', async () => {
  await arrange({ layout: '4' })
  await using wall = await openWall()
  const { page } = wall
  await isLive(page, cameraIds.plain)
  const dark = page.evaluate(
    (id) =>
      new Promise<{ frames: number; dark: number }>((resolve) => {
        const canvas = new OffscreenCanvas(16, 9)
        const context = canvas.getContext('2d', { willReadFrequently: true })
        const seen = { frames: 0, dark: 0 }
        const look = () => {
          const host = document.querySelector(`[data-camera="${id}"]`)
          const video = host?.querySelector<HTMLVideoElement>('.layer-shown video')
          if (context && video) {
            context.clearRect(0, 0, 16, 9)
            context.drawImage(video, 0, 0, 16, 9)
            const { data } = context.getImageData(0, 0, 16, 9)
            seen.frames++
            if (data.reduce((sum, value, at) => sum + (at % 4 === 3 ? 0 : value), 0) / (16 * 9 * 3) < 20) seen.dark++
          } else seen.dark++
          if (host?.getAttribute('data-stream') === 'main' && seen.frames > 20) resolve(seen)
          else requestAnimationFrame(look)
        }
        requestAnimationFrame(look)
      }),
    cameraIds.plain,
  )
  await tile(page, cameraIds.plain).locator('.tile-open').click()
  const seen = await dark
  expect(seen.frames).toBeGreaterThan(20)
  expect(seen.dark).toBe(0)
  await page.keyboard.press('Escape')
  await waitFor(async () => (await page.locator('.tile-large').count()) === 0)
  expect(await page.evaluate(() => document.activeElement?.closest('[data-camera]')?.getAttribute('data-camera'))).toBe(
    cameraIds.plain,
  )
})

test('the tour opens the next page behind the one that is shown, turns when its pictures are there, and stands while somebody is there', async () => {
  const sequence = [...all.filter((id) => id !== cameraIds.plain), cameraIds.plain]
  await arrange({ layout: '4', tourSeconds: 5, sequence })
  await using wall = await openWall()
  const { page } = wall
  await page.evaluate(() => {
    const seen: string[] = []
    Object.assign(globalThis, { turned: seen })
    const watch = new MutationObserver((records) => {
      for (const { target, oldValue } of records)
        if (target instanceof Element && oldValue?.includes('tile-ahead') && target.classList.contains('tile-shown'))
          seen.push(`${target.getAttribute('data-camera')} ${target.getAttribute('data-state')}`)
    })
    watch.observe(document.body, { subtree: true, attributeFilter: ['class'], attributeOldValue: true })
  })
  const pageNow = () => page.locator('.wall-pages span').first().innerText()
  expect(await pageNow()).toContain('1 / 2')
  await page.locator('.tile-ahead').first().waitFor({ state: 'attached', timeout: 30_000 })
  expect(await page.locator('.tile-ahead').first().getAttribute('inert')).not.toBeNull()
  await waitFor(async () => (await pageNow()).includes('2 / 2'), {
    timeoutMs: 30_000,
    message: 'the page to be turned',
  })
  const turned = await page.evaluate(() => (globalThis as unknown as { turned: string[] }).turned)
  expect(turned).toEqual([`${cameraIds.plain} live`])
  await waitFor(async () => (await pageNow()).includes('1 / 2'), { timeoutMs: 30_000, message: 'the first page again' })

  // A pointer that moves is somebody.
  await page.mouse.move(300, 300)
  await page.mouse.move(320, 320)
  await page.locator(`.wall-tour[title="轮巡暂停：有人在操作"]`).waitFor()
  await page.keyboard.press('t')
  await waitFor(async () => (await kept())?.tourSeconds === null, { message: 'the tour to be off' })
})

test('what is private, switched off or not the person’s says so, and no socket is opened for it', async () => {
  const visitor = { user: 'visitor', name: '访客', role: 'regulator', password: 'visitor-password-of-tests' }
  const account = { ...visitor, areaIds: ['w01-store'] }
  const added = await scene.gateway.fetch('/api/accounts', { method: 'POST', body: JSON.stringify(account) })
  expect(added.status).toBe(201)
  const change = async (id: string, fields: object) => {
    const answer = await scene.gateway.fetch(`/api/cameras/${id}`, { method: 'PATCH', body: JSON.stringify(fields) })
    expect(answer.status).toBe(200)
  }
  await change(cameraIds.h265, { privacy: true })
  await using wall = await openWall('zh-CN', visitor)
  const { page } = wall
  await isLive(page, cameraIds.bFrames)
  const looks = Object.fromEntries(
    await Promise.all(all.map(async (id) => [id, await tile(page, id).getAttribute('data-look')] as const)),
  )
  // The gate and the hall are not the visitor's.
  expect(looks).toMatchObject({
    [cameraIds.plain]: 'forbidden',
    [cameraIds.plainToo]: 'forbidden',
    [cameraIds.h265]: 'privacy',
    [cameraIds.bFrames]: 'live',
  })
  expect(await tile(page, cameraIds.plain).innerText()).toContain('没有查看权限')
  expect(await tile(page, cameraIds.h265).innerText()).toContain('隐私遮挡')
  expect(new Set(wall.sockets())).toEqual(new Set([cameraIds.bFrames, cameraIds.denied]))
  // The denied camera is meant to be live, and is not; the others are not counted.
  await waitFor(async () => (await page.locator('.wall-live').innerText()) === '直播 1/2')

  // When it may be seen again it is, without a touch.
  await change(cameraIds.h265, { privacy: false })
  await isLive(page, cameraIds.h265)
  await change(cameraIds.h265, { privacy: true })
  await waitFor(async () => (await tile(page, cameraIds.h265).getAttribute('data-look')) === 'privacy')
  await waitFor(async () => (await tile(page, cameraIds.h265).locator('video').count()) === 0)
  await change(cameraIds.h265, { privacy: false })
})

describe.each<Language>(['zh-CN', 'en'])('a tile tells why it looks as it does, in %s', (language) => {
  test('codec, size, age, and each better step with its reason', async () => {
    await using wall = await openWall(language)
    const { page } = wall
    await isLive(page, cameraIds.h265)
    await tile(page, cameraIds.h265).locator('.tile-open').click()
    await page.keyboard.press('i')
    const card = page.locator('.wall-details')
    const words =
      language === 'en'
        ? [
            /Sub stream/,
            /Main stream\s*The main stream is H\.265/,
            /Codec\s*avc1\./,
            /Size\s*\d+ × \d+/,
            /kbit\/s/,
            /Age of the picture\s*\d\.\d\d s/,
          ]
        : [
            /子码流/,
            /主码流\s*主码流是 H\.265，此浏览器不能播放/,
            /编码\s*avc1\./,
            /尺寸\s*\d+ × \d+/,
            /kbit\/s/,
            /画面距今\s*\d\.\d\d s/,
          ]
    let text = ''
    await waitFor(
      async () => {
        text = await card.innerText()
        return words.every((word) => word.test(text))
      },
      { timeoutMs: 20_000, message: () => `${words.map(String).join(' ')} in ${text}` },
    )
    await page.keyboard.press('Escape')
    await card.waitFor({ state: 'detached' })
    expect(await page.locator('.tile-large').count()).toBe(1)
  })
})

test('groups show their cameras, and the one that was chosen is kept', async () => {
  await using wall = await openWall()
  const { page } = wall
  const group = page.locator('select.wall-group')
  await group.selectOption('workshop:w01')
  await waitFor(async () => (await onScreen(page)).join() === all.filter((id) => id !== cameraIds.plain).join())
  await group.selectOption('trouble')
  await waitFor(async () => (await onScreen(page)).includes(cameraIds.denied))
  expect(await onScreen(page)).not.toContain(cameraIds.plain)
  await waitFor(async () => (await kept())?.group.by === 'trouble', { message: 'the group kept' })
})

test('settings that cannot be saved are told, kept in this browser, and saved when it works again', async () => {
  await using wall = await openWall()
  const { page } = wall
  await page.route('**/api/walls/current', (route) => route.abort())
  await page.locator('select.wall-group').selectOption('kind:store')
  await page.locator('.wall-unsaved').waitFor()
  // Another visit, and nothing of /api/walls answers: the wall stands as it was left.
  await page.route('**/api/walls', (route) => route.abort())
  await page.reload()
  await page.locator('.wall-unsaved').waitFor()
  expect(await page.locator('select.wall-group').inputValue()).toBe('kind:store')
  expect((await kept())?.group.by).toBe('all')
  await page.unroute('**/api/walls/current')
  await page.unroute('**/api/walls')
  await page.locator('.wall-unsaved button').click()
  await page.locator('.wall-unsaved').waitFor({ state: 'detached' })
  expect((await kept())?.group).toEqual({ by: 'kind', kind: 'store' })
})

test('a view is kept under a name and opened again; a role finds what an administrator keeps for it', async () => {
  await using wall = await openWall()
  const { page } = wall
  const views = () => page.getByRole('button', { name: '视图' })
  await page.locator('select.wall-group').selectOption('kind:store')
  await views().click()
  await page.getByRole('button', { name: '另存为…' }).click()
  const dialog = page.getByRole('dialog')
  // Letters that are keys of the wall are letters here.
  await dialog.locator('input').fill('')
  await dialog.locator('input').pressSequentially('gist 库房')
  expect(await dialog.locator('select').count()).toBe(0)
  await page.keyboard.press('Enter')
  await dialog.waitFor({ state: 'detached' })
  await waitFor(async () => (await views().innerText()).includes('gist 库房'))
  await page.locator('select.wall-group').selectOption('all')
  await views().click()
  await page.locator('.views-open', { hasText: 'gist 库房' }).click()
  await waitFor(async () => (await page.locator('select.wall-group').inputValue()) === 'kind:store')

  await using office = await openWall('en', admin)
  await office.page.getByRole('button', { name: 'Views' }).click()
  await office.page.getByRole('button', { name: 'Save as…' }).click()
  await office.page.getByRole('dialog').locator('input').fill('Shift wall')
  await office.page.getByRole('dialog').locator('select').selectOption('office')
  await office.page.keyboard.press('Tab')
  await office.page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await office.page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.reload()
  await page.locator('.wall-grid').waitFor()
  await views().click()
  await page.locator('.views-open', { hasText: 'Shift wall' }).waitFor()
  // It is the administrator's to change.
  expect(await page.locator('.views-actions').count()).toBe(1)
  expect(wall.complaints().filter((line) => !notLoggedIn(line) && !line.includes('ERR_FAILED'))).toEqual([])
})
