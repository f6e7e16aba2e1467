import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Browser, Page, Response } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Span } from '../../gateway/contract/camera.ts'
import { openBrowser } from '../support/browser.ts'
import { waitFor } from '../support/wait.ts'
import { type Language, logIn, notLoggedIn, openTab, presented, seesNoBarrier } from './eyes.ts'
import { filmedAt, shownUtcMs, typeMoment, zoneClock } from './recorded.ts'
import { cameraIds, desk, openScene, type Scene } from './scene.ts'
import { words } from './words.ts'

const run = promisify(execFile)
const languages: readonly Language[] = ['zh-CN', 'en']
const minutesAgo = 2

let scene: Scene
let browser: Browser
beforeAll(async () => {
  scene = await openScene()
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await scene?.[Symbol.asyncDispose]()
})

const tile = (page: Page, id: string) => page.locator(`[data-camera="${id}"]`)
const open = (language: Language) => openTab(browser, scene.gateway.origin, language)
const isLive = (page: Page, id: string) =>
  waitFor(async () => (await tile(page, id).getAttribute('data-state')) === 'live', {
    timeoutMs: 20_000,
    message: `${id} to be live`,
  })

/** When the oldest footage begins. */
async function firstRecorded(): Promise<number | undefined> {
  const now = Date.now()
  const range = `fromUtcMs=${now - 600_000}&toUtcMs=${now}`
  const answer = await scene.gateway.fetch(`/api/cameras/${cameraIds.plain}/spans?${range}`)
  const { spans } = (await answer.json()) as { spans: Span[] }
  return spans.find(({ kind }) => kind === 'recorded')?.startUtcMs
}

describe.each(languages)('live, in %s', (language) => {
  const say = words[language]

  test('after login each camera presents frames on the wall, or says why not; a tile opens with the main stream', async () => {
    await using tab = await open(language)
    const { page } = tab
    await page.goto('/')
    await logIn(page)
    const good = [cameraIds.plain, cameraIds.plainToo, cameraIds.h265, cameraIds.bFrames]
    await Promise.all(good.map((id) => isLive(page, id)))
    // What plays first may be the main stream, until the sub stream is there; then another element takes over.
    for (const id of good)
      await waitFor(async () => (await tile(page, id).getAttribute('data-stream')) === 'sub', {
        timeoutMs: 20_000,
        message: `the sub stream of ${id}`,
      })
    const seen = await Promise.all(good.map((id) => presented(page, `[data-camera="${id}"] .layer-shown video`, 3_000)))
    for (const [index, { frames, advancedS }] of seen.entries()) {
      // Sub streams have ten and more frames a second; two cores draw four of them and run everything else.
      expect(frames, good[index]).toBeGreaterThan(12)
      expect(advancedS, good[index]).toBeGreaterThan(1.5)
    }

    let said = ''
    await waitFor(
      async () => {
        said = await tile(page, cameraIds.denied).innerText()
        return said.includes(say.deniedCamera)
      },
      { message: () => `${say.deniedCamera} on the tile that says ${said}` },
    )
    expect(await tile(page, cameraIds.denied).getAttribute('data-state')).toBe('offline')

    await tile(page, cameraIds.plain).locator('.tile-open').click()
    await waitFor(async () => (await tile(page, cameraIds.plain).getAttribute('data-stream')) === 'main', {
      message: 'the main stream on the large tile',
    })
    await isLive(page, cameraIds.plain)
    const large = await presented(page, `[data-camera="${cameraIds.plain}"] .layer-shown video`, 2_000)
    expect(large.frames).toBeGreaterThan(8)
    expect(
      await page.locator('.tile-large .layer-shown video').evaluate((video: HTMLVideoElement) => video.videoWidth),
    ).toBe(1_280)
    await page.keyboard.press('Escape')

    await tile(page, cameraIds.h265).locator('.tile-open').click()
    await waitFor(async () => (await tile(page, cameraIds.h265).innerText()).includes(say.mainIsH265), {
      message: say.mainIsH265,
    })
    expect(await tile(page, cameraIds.h265).getAttribute('data-stream')).toBe('sub')
    await isLive(page, cameraIds.h265)
    expect(tab.complaints().filter((line) => !notLoggedIn(line))).toEqual([])
  })

  test('a reading changes on the page; an alert arrives within a second and is acknowledged with a note, by keyboard', async () => {
    await using tab = await open(language)
    const { page } = tab
    await page.goto('/sensors?sensor=cold')
    await logIn(page)
    const now = page.locator('.metric-now').first()
    for (const temperature of [3.2, 3.7]) {
      await scene.say({ temperature, door: 'closed' })
      await waitFor(async () => (await now.innerText()) === `${temperature.toFixed(2)}\u202f°C`)
    }

    await page.goto('/alerts')
    const row = (name: string) => page.locator('tbody tr', { hasText: name }).filter({ hasNotText: /—/ }).first()
    await page.locator('main h1').waitFor()
    const sentMs = performance.now()
    await scene.say({ temperature: 8.4, door: 'open' })
    await page.locator('.row-critical', { hasText: '冷库超温' }).waitFor()
    expect(performance.now() - sentMs).toBeLessThan(1_000)
    expect(await row('冷库门未关').innerText()).toContain(say.doorOpen)

    const button = page.locator('.row-critical').getByRole('button', { name: say.acknowledge })
    await button.focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.waitFor()
    const note = `${language}: door shut`
    await dialog.locator('textarea').focus()
    await page.keyboard.type(note)
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(say.acknowledge)
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'detached' })
    const mine = page.locator('tbody tr', { hasText: note })
    await mine.waitFor()
    expect(await mine.innerText()).toMatch(say.acknowledgedBy)

    // The other one by a click on the wall, where the same alert stands beside the pictures.
    await page.goto('/wall')
    const card = page.locator('.wall-alert', { hasText: '冷库门未关' })
    await card.getByRole('button', { name: say.acknowledge }).click()
    await waitFor(async () => (await card.innerText()).includes(desk.name))

    await scene.say({ temperature: 3, door: 'closed' })
    // Cleared and acknowledged: closed, and no longer among the open ones.
    await card.waitFor({ state: 'detached' })
    expect(tab.complaints().filter((line) => !notLoggedIn(line))).toEqual([])
  })
})

test('the language is switched by its button, at once and for the next visit', async () => {
  await using tab = await open('zh-CN')
  const { page } = tab
  await page.goto('/alerts')
  await logIn(page)
  await page.getByRole('button', { name: 'English' }).click()
  await waitFor(async () => (await page.locator('main h1').innerText()) === 'Alerts')
  expect(await page.locator('html').getAttribute('lang')).toBe('en')
  expect(await page.title()).toBe('Alerts · Zone gateway')
  await page.reload()
  await waitFor(async () => (await page.locator('main h1').innerText()) === 'Alerts')
})

test('a session that ends, in another tab or because the account is disabled, leads to the login', async () => {
  const guest = { user: 'guest', name: '访客', role: 'regulator', password: 'guest-password-of-tests' }
  const id = await scene.addAccount(guest)
  await using mine = await open('zh-CN')
  await mine.page.goto('/alerts')
  await logIn(mine.page)
  await mine.page.locator('.top-user-button').waitFor()
  const other = await mine.context.newPage()
  await other.goto('/sensors')
  await other.locator('.top-user-button').waitFor()
  expect(await other.evaluate(async () => (await fetch('/api/session', { method: 'DELETE' })).status)).toBe(204)
  await mine.page.locator('input[type=password]').waitFor()

  await using theirs = await open('en')
  await theirs.page.goto('/alerts')
  await logIn(theirs.page, guest)
  await theirs.page.locator('.top-user-button').waitFor()
  const answer = await scene.gateway.fetch(`/api/accounts/${id}`, { method: 'PATCH', body: '{"disabled":true}' })
  expect(answer.status).toBe(200)
  await theirs.page.locator('input[type=password]').waitFor()
  expect(await theirs.page.locator('main').innerText()).toContain(words.en.expired)
})

test('no page has a serious barrier, in either theme', async () => {
  await using tab = await open('zh-CN')
  const { page } = tab
  await page.goto('/login')
  await page.locator('input[type=password]').waitFor()
  await seesNoBarrier(page, '/login', 'input[type=password]')
  await logIn(page, { user: 'admin', password: 'admin-password-of-tests' })
  await page.locator('.top-user-button').waitFor()
  const pages: readonly (readonly [string, string])[] = [
    ['/wall', '[data-camera][data-state=live]'],
    [`/playback?camera=${cameraIds.plain}`, '.screen[data-playing=true]'],
    ['/alerts', 'tbody tr'],
    ['/sensors', 'tbody tr'],
    ['/sensors?sensor=cold', '.plot canvas'],
    ['/coverage', 'td.cell'],
    ['/devices', 'tbody tr'],
    ['/system', 'tbody tr'],
  ]
  for (const [path, ready] of pages) await seesNoBarrier(page, path, ready)
  expect(tab.complaints().filter((line) => !notLoggedIn(line))).toEqual([])
})

test('a camera that stays away is an alert that says so in words', async () => {
  await using tab = await open('zh-CN')
  const { page } = tab
  await page.goto('/wall')
  await logIn(page)
  for (const [language, button] of [
    ['zh-CN', '中文'],
    ['en', 'English'],
  ] as const) {
    await page.getByRole('button', { name: button }).click()
    await page.locator('.wall-alert', { hasText: words[language].cameraOffline }).waitFor({ timeout: 40_000 })
  }
})

test('the gateway goes and comes back: a bar says so, and everything heals by itself', async () => {
  await using tab = await open('zh-CN')
  const { page } = tab
  await page.goto('/wall')
  await logIn(page)
  await isLive(page, cameraIds.plain)
  // Long enough to play two minutes ago for a while in each language.
  const first = await waitFor(
    async () => {
      const found = await firstRecorded()
      return found !== undefined && Date.now() - found > 60_000 ? found : undefined
    },
    { timeoutMs: 60_000, everyMs: 500 },
  )

  await scene.ageFootage(async () => {
    await page.locator('.connection').waitFor()
    expect(await page.locator('.connection').innerText()).toMatch(words['zh-CN'].connectionLost)
    // The first picture is then two minutes old a few seconds from now.
    return Math.max(0, first - Date.now() + minutesAgo * 60_000)
  })
  await page.locator('.connection').waitFor({ state: 'detached', timeout: 30_000 })
  await isLive(page, cameraIds.plain)
})

describe.each(languages)('recorded, in %s', (language) => {
  const say = words[language]

  test('two minutes ago is played; the shown time is true; gaps have their reason; a clip is downloaded', async () => {
    await using tab = await open(language)
    const { page } = tab
    const playlists: Response[] = []
    page.on('response', (answer) => {
      if (answer.url().includes('playlist.m3u8')) playlists.push(answer)
    })
    await page.goto(`/playback?camera=${cameraIds.plain}`)
    await logIn(page)
    await page.locator('.moment-time').waitFor()
    const wantedUtcMs = await typeMoment(page, Date.now() - minutesAgo * 60_000)
    await waitFor(async () => Math.abs((await shownUtcMs(page)) - wantedUtcMs) < 3_000)
    await waitFor(async () => (await presented(page, '.screen video', 500)).frames > 5)

    const before = await shownUtcMs(page)
    const seen = await presented(page, '.screen video', 3_000)
    const after = await shownUtcMs(page)
    expect(seen.frames).toBeGreaterThan(15)
    expect(seen.advancedS).toBeGreaterThan(2)
    expect((after - before) / 1_000).toBeGreaterThan(seen.advancedS - 1)
    expect((after - before) / 1_000).toBeLessThan(seen.advancedS + 1)
    await page.locator('.transport-play').click()
    await waitFor(async () => (await page.locator('.screen').getAttribute('data-playing')) === 'false')
    const paused = await shownUtcMs(page)
    const mediaS = await page.locator('.screen video').evaluate((video: HTMLVideoElement) => video.currentTime)
    expect(Math.abs(paused - filmedAt((await playlists.at(-1)?.text()) ?? '', mediaS))).toBeLessThan(1_000)
    expect(paused - wantedUtcMs).toBeLessThan(15_000)
    const { date, time } = zoneClock(paused)
    const shown = await page.locator('.filmed-at').innerText()
    expect(shown).toContain(date)
    expect(shown).toContain(time)

    await page.getByRole('button', { name: say.markIn }).click()
    await page.keyboard.press('ArrowRight')
    await waitFor(async () => Math.abs((await shownUtcMs(page)) - paused - 5_000) < 2_000)
    await page.getByRole('button', { name: say.markOut }).click()
    await page.getByRole('button', { name: say.toDownload }).click()
    const download = page.waitForEvent('download')
    await page.getByRole('dialog').getByRole('link', { name: say.download }).click()
    const file = await (await download).path()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    const asked = ['-v', 'error', '-show_entries', 'format=duration:stream=codec_name', '-of', 'json', file]
    const probed = JSON.parse((await run('ffprobe', asked)).stdout) as {
      format: { duration: string }
      streams: { codec_name: string }[]
    }
    expect(probed.streams.map(({ codec_name }) => codec_name)).toEqual(['h264'])
    // A clip begins at a keyframe, one second apart here.
    expect(Number(probed.format.duration)).toBeGreaterThan(3)
    expect(Number(probed.format.duration)).toBeLessThan(10)

    const gap = page.locator('tr[data-reason="gateway-stopped"]')
    expect(await gap.first().innerText()).toContain(say.gatewayStopped)
    await page.keyboard.press('Control+ArrowRight')
    // It was paused, and stays so.
    await page.keyboard.press('l')
    await page.locator('.screen-notice').waitFor()
    await waitFor(async () => say.jumped.test(await page.locator('.screen-notice').innerText()))

    // What this browser cannot decode says so, at each moment that is asked for.
    await page.locator('.playback-camera select').selectOption(cameraIds.h265)
    const refused = () => waitFor(async () => say.h265Recording.test(await page.locator('.screen').innerText()))
    await refused()
    await typeMoment(page, Date.now() - minutesAgo * 60_000)
    await waitFor(async () => Math.abs((await shownUtcMs(page)) - Date.now() + minutesAgo * 60_000) < 10_000)
    await refused()
    expect(tab.complaints().filter((line) => !notLoggedIn(line))).toEqual([])
  })
})
