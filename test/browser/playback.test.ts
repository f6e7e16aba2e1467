import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page, Response } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Span } from '../../gateway/contract/camera.ts'
import type { Hold } from '../../gateway/contract/footage.ts'
import { openBrowser } from '../support/browser.ts'
import { waitFor } from '../support/wait.ts'
import { logIn, notLoggedIn, openTab, presented, seesNoBarrier, type Tab } from './eyes.ts'
import { filmedAt, shownUtcMs, zoneClock } from './recorded.ts'
import { cameraIds, desk, openScene, type Scene } from './scene.ts'

const run = promisify(execFile)
const [first, second] = [cameraIds.plain, cameraIds.plainToo]

let scene: Scene
let browser: Browser
/** Where one camera has nothing, and then both: the first gap of each, made by switching them off. */
let gaps: Record<string, Span>
beforeAll(async () => {
  scene = await openScene()
  browser = await openBrowser()
  gaps = await makeGaps()
}, 180_000)
afterAll(async () => {
  await browser?.close()
  await scene?.[Symbol.asyncDispose]()
})

const spansOf = async (id: string): Promise<Span[]> => {
  const now = Date.now()
  const answer = await scene.gateway.fetch(`/api/cameras/${id}/spans?fromUtcMs=${now - 600_000}&toUtcMs=${now}`)
  return ((await answer.json()) as { spans: Span[] }).spans
}
const recordedSince = async (id: string, fromUtcMs: number, ms: number) =>
  await waitFor(
    async () =>
      (await spansOf(id)).some(
        (one) => one.kind === 'recorded' && one.endUtcMs - Math.max(one.startUtcMs, fromUtcMs) > ms,
      ),
    { timeoutMs: 60_000, everyMs: 250, message: `${ms} ms of ${id}` },
  )

/** The second camera off, six seconds later the first one too; then the second one comes back, and then the first. */
async function makeGaps(): Promise<Record<string, Span>> {
  const turn = async (id: string, enabled: boolean) => {
    const answer = await scene.gateway.fetch(`/api/cameras/${id}`, {
      method: 'PATCH',
      body: JSON.stringify({ enabled }),
    })
    expect(answer.status).toBe(200)
    return Date.now()
  }
  await Promise.all([recordedSince(first, 0, 18_000), recordedSince(second, 0, 18_000)])
  const offUtcMs = await turn(second, false)
  await recordedSince(first, offUtcMs, 6_000)
  const bothOffUtcMs = await turn(first, false)
  await waitFor(() => Date.now() - bothOffUtcMs > 4_000)
  const onUtcMs = await turn(second, true)
  await recordedSince(second, onUtcMs, 4_000)
  const bothOnUtcMs = await turn(first, true)
  await Promise.all([recordedSince(first, bothOnUtcMs, 8_000), recordedSince(second, bothOnUtcMs, 8_000)])
  const found: Record<string, Span> = {}
  for (const id of [first, second]) {
    const gap = (await spansOf(id)).find(({ reason }) => reason === 'disabled')
    if (gap === undefined) throw new Error(`${id} has no gap`)
    found[id] = gap
  }
  return found
}
const gapOf = (id: string): Span => gaps[id] as Span

/** The page of both cameras at a moment, playing unless told otherwise. */
async function openPlayback(tab: Tab, utcMs: number, more = ''): Promise<Page> {
  const { page } = tab
  await page.goto('/alerts')
  await logIn(page)
  await page.locator('.top-user-button').waitFor()
  const t = new Date(utcMs).toISOString()
  await page.goto(`/playback?camera=${first},${second}&t=${t}${more}`)
  await page.locator('.screen').first().waitFor()
  return page
}
const screen = (page: Page, id: string) => page.locator(`.screen[data-camera="${id}"]`)
const state = async (page: Page, id: string) => await screen(page, id).getAttribute('data-state')
const is = (page: Page, id: string, wanted: string) =>
  waitFor(async () => (await state(page, id)) === wanted, { timeoutMs: 20_000, message: `${id} to be ${wanted}` })

describe('two cameras on one clock', () => {
  test('both present frames of the same moment, and the page says which', async () => {
    await using tab = await openTab(browser, scene.gateway.origin, 'zh-CN')
    const playlists = new Map<string, Response>()
    tab.page.on('response', (answer) => {
      const id = /cameras\/(\w+)\/playlist/.exec(answer.url())?.[1]
      if (id !== undefined) playlists.set(id, answer)
    })
    const page = await openPlayback(tab, gapOf(second).startUtcMs - 9_000)
    await Promise.all([is(page, first, 'showing'), is(page, second, 'showing')])
    const seen = await Promise.all(
      [first, second].map((id) => presented(page, `.screen[data-camera="${id}"] video`, 2_500)),
    )
    for (const { frames, advancedS } of seen) {
      expect(frames).toBeGreaterThan(12)
      expect(advancedS).toBeGreaterThan(1.5)
    }
    const texts = await Promise.all([first, second].map(async (id) => (await playlists.get(id)?.text()) ?? ''))
    for (let look = 0; look < 5; look++) {
      const at = await page.evaluate(() => ({
        headUtcMs: Number(document.querySelector<HTMLElement>('.filmed-at')?.dataset.utcMs),
        mediaS: [...document.querySelectorAll<HTMLVideoElement>('.screen video')].map((video) => video.currentTime),
      }))
      const [one = Number.NaN, two = Number.NaN] = at.mediaS.map((mediaS, index) =>
        filmedAt(texts[index] ?? '', mediaS),
      )
      expect(Math.abs(one - two)).toBeLessThan(250)
      // The text follows ten times a second.
      expect(Math.abs(one - at.headUtcMs)).toBeLessThan(500)
      await page.waitForTimeout(100)
    }
    expect(tab.complaints().filter((line) => !notLoggedIn(line))).toEqual([])
  })

  test('a camera with a gap says so and waits; when neither has footage it goes on after the hole and says so', async () => {
    await using tab = await openTab(browser, scene.gateway.origin, 'zh-CN')
    const page = await openPlayback(tab, gapOf(second).startUtcMs - 4_000)
    await is(page, second, 'waiting')
    const words = await screen(page, second).innerText()
    expect(words).toContain('此时无录像')
    expect(words).toContain('无录像：已人工停用')
    expect(words).toMatch(new RegExp(`${zoneClock(gapOf(second).endUtcMs).time.slice(0, 5)}.* 起又有录像`))
    expect(await state(page, first)).toBe('showing')
    expect((await presented(page, `.screen[data-camera="${first}"] video`, 1_000)).frames).toBeGreaterThan(5)

    await page.locator('.screen-notice').waitFor({ timeout: 20_000 })
    expect(await page.locator('.screen-notice').innerText()).toMatch(/无录像（已人工停用），已跳到其后/)
    await is(page, second, 'showing')
    expect(await state(page, first)).toBe('waiting')
    expect(await shownUtcMs(page)).toBeGreaterThan(gapOf(first).startUtcMs + 3_000)
    // And then both again.
    await is(page, first, 'showing')
    expect(await shownUtcMs(page)).toBeGreaterThan(gapOf(first).endUtcMs - 500)
    expect(tab.complaints().filter((line) => !notLoggedIn(line))).toEqual([])
  })
})

describe('the timeline', () => {
  test('an address gives back the whole page, and the page writes the same address', async () => {
    await using tab = await openTab(browser, scene.gateway.origin, 'en')
    const at = Math.floor(gapOf(second).startUtcMs / 1_000) * 1_000 - 8_000
    const iso = (utcMs: number) => new Date(utcMs).toISOString()
    const state = `&from=${iso(at - 60_000)}&z=120&speed=2&paused=1&in=${iso(at - 5_000)}&out=${iso(at + 5_000)}&readings=`
    const page = await openPlayback(tab, at, state)
    await Promise.all([is(page, first, 'showing'), is(page, second, 'showing')])
    await waitFor(async () => Math.abs((await shownUtcMs(page)) - at) < 200)
    expect(await page.locator('.transport-play').getAttribute('aria-pressed')).toBe('false')
    expect(await page.getByRole('button', { name: '2×', exact: true }).getAttribute('aria-pressed')).toBe('true')
    expect(await page.locator('.marked').innerText()).toContain(zoneClock(at + 5_000).time)
    const slider = page.getByRole('slider')
    expect(await slider.getAttribute('aria-valuemin')).toBe(String((at - 60_000) / 1_000))
    expect(await slider.getAttribute('aria-valuetext')).toContain(`${zoneClock(at).date} ${zoneClock(at).time}`)

    // Standing still it stays where it is; a frame is a frame.
    await page.keyboard.press('.')
    await waitFor(async () => (await shownUtcMs(page)) > at + 20)
    expect((await shownUtcMs(page)) - at).toBeLessThan(200)
    await page.keyboard.press('ArrowLeft')
    await waitFor(async () => Math.abs((await shownUtcMs(page)) - at + 5_000) < 300)
    await waitFor(() => decodeURIComponent(page.url()).includes(`t=${zoneClock(at - 5_000).date}T`))
    const { searchParams } = new URL(page.url())
    expect(searchParams.get('camera')).toBe(`${first},${second}`)
    expect([searchParams.get('speed'), searchParams.get('paused'), searchParams.get('z')]).toEqual(['2', '1', '120'])
    await waitFor(
      async () => Math.abs(Date.parse(new URL(page.url()).searchParams.get('t') ?? '') - (at - 5_000)) <= 1_000,
    )
    expect(tab.complaints().filter((line) => !notLoggedIn(line))).toEqual([])
  })

  test('wheel, drag and double click move it; dragging the playhead shows pictures at once; the slider says what is known', async () => {
    await using tab = await openTab(browser, scene.gateway.origin, 'zh-CN')
    const at = gapOf(second).startUtcMs - 8_000
    const page = await openPlayback(tab, at, `&from=${new Date(at - 60_000).toISOString()}&z=120&paused=1`)
    await Promise.all([is(page, first, 'showing'), is(page, second, 'showing')])
    const surface = page.locator('.timeline-surface')
    await surface.scrollIntoViewIfNeeded()
    const box = await surface.boundingBox()
    if (box === null) throw new Error('no timeline')
    const slider = page.getByRole('slider')
    const span = async () =>
      Number(await slider.getAttribute('aria-valuemax')) - Number(await slider.getAttribute('aria-valuemin'))
    const xOf = async (utcMs: number) => {
      const from = Number(await slider.getAttribute('aria-valuemin')) * 1_000
      return box.x + ((utcMs - from) / ((await span()) * 1_000)) * box.width
    }
    // The playhead, by its handle in the axis.
    const target = at - 6_000
    await page.mouse.move(await xOf(at), box.y + 14)
    await page.mouse.down()
    await page.mouse.move(await xOf(target), box.y + 14, { steps: 6 })
    await screen(page, first).locator('img.screen-scrub').waitFor()
    await page.locator('.hover-card img').waitFor()
    expect(await page.locator('.hover-card').innerText()).toContain('有录像')
    const size = await screen(page, second)
      .locator('img.screen-scrub')
      .evaluate((image: HTMLImageElement) => image.naturalWidth)
    expect(size).toBeGreaterThan(100)
    await page.mouse.up()
    await waitFor(async () => Math.abs((await shownUtcMs(page)) - target) < 1_500)
    expect(await page.locator('img.screen-scrub').count()).toBe(0)

    // A click into the gap stays there, for it stands still, and says why.
    const inside = (gapOf(first).startUtcMs + gapOf(first).endUtcMs) / 2
    await page.mouse.click(await xOf(inside), box.y + 45)
    await is(page, first, 'waiting')
    await waitFor(async () => (await slider.getAttribute('aria-valuetext'))?.includes('无录像：已人工停用'))
    const before = await span()
    await page.mouse.dblclick(await xOf(inside), box.y + 45)
    const gapS = (gapOf(first).endUtcMs - gapOf(first).startUtcMs) / 1_000
    await waitFor(async () => Math.abs((await span()) - Math.max(10, gapS * 1.4)) <= 2)
    await page.mouse.wheel(0, 600)
    await waitFor(async () => (await span()) > gapS * 2)
    // Buttons do what the wheel does.
    const zoomed = await span()
    await page.getByRole('button', { name: '放大时间线' }).click()
    await waitFor(async () => Math.abs((await span()) - zoomed / 2) <= 2)
    expect(before).toBe(120)
    expect(tab.complaints().filter((line) => !notLoggedIn(line))).toEqual([])
  })

  test('no serious barrier with two cameras, curves and a dialog, in either theme', async () => {
    await using tab = await openTab(browser, scene.gateway.origin, 'zh-CN')
    const at = gapOf(second).startUtcMs - 8_000
    const page = await openPlayback(tab, at)
    const path = `/playback?camera=${first},${second}&t=${new Date(at).toISOString()}&paused=1&readings=cold:temperature`
    await seesNoBarrier(page, path, '.screen[data-state=showing]')
    await page.goto(path)
    await is(page, first, 'showing')
    await page.keyboard.press('e')
    await page.getByRole('dialog').getByRole('link').first().waitFor()
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([])
  })

  test('a time before there were cameras says so', async () => {
    await using tab = await openTab(browser, scene.gateway.origin, 'en')
    const page = await openPlayback(tab, Date.now() - 5 * 86_400_000, '&z=3600')
    await is(page, first, 'waiting')
    expect(await screen(page, first).innerText()).toContain('not expected: before the camera was added')
    expect(await page.locator('.missing').innerText()).toMatch(
      /has no footage in this period: not expected: before the camera was added \(1 h\)/,
    )
    await screen(page, first).getByRole('button', { name: 'Play what follows' }).click()
    await waitFor(async () => (await shownUtcMs(page)) > Date.now() - 600_000)
  })
})

describe('keeping footage', () => {
  test('a marked span is held with a reason, shown and released; another person’s is not released', async () => {
    const range = { fromUtcMs: gapOf(second).startUtcMs - 8_000, toUtcMs: gapOf(second).startUtcMs - 4_000 }
    const others = await scene.gateway.fetch('/api/holds', {
      method: 'POST',
      body: JSON.stringify({ cameraIds: [first], ...range, reason: 'of the administrator' }),
    })
    expect(others.status).toBe(201)
    await using tab = await openTab(browser, scene.gateway.origin, 'zh-CN')
    const mark = (name: string, utcMs: number) => `&${name}=${new Date(utcMs).toISOString()}`
    const marks = mark('in', range.fromUtcMs) + mark('out', range.toUtcMs)
    const page = await openPlayback(tab, range.fromUtcMs, `${marks}&paused=1`)
    await page.keyboard.press('h')
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: '保全录像' }).click()
    await dialog.getByText('请写明原因。').waitFor()
    await dialog.locator('textarea').fill('投诉 2026-118')
    await dialog.getByRole('button', { name: '保全录像' }).click()
    await dialog.waitFor({ state: 'detached' })

    await page.getByRole('tab', { name: /保全/ }).click()
    const mine = page.locator('tr', { hasText: '投诉 2026-118' })
    await mine.waitFor()
    expect(await mine.innerText()).toContain(desk.name)
    const { holds } = (await (await scene.gateway.fetch('/api/holds?state=active')).json()) as { holds: Hold[] }
    const placed = holds.find(({ reason }) => reason === '投诉 2026-118')
    expect(placed).toMatchObject({ cameraIds: [first, second], untilUtcMs: null, owner: desk.user })
    expect(Math.abs((placed?.fromUtcMs ?? 0) - range.fromUtcMs)).toBeLessThan(1_000)

    const theirs = page.locator('tr', { hasText: 'of the administrator' })
    expect(await theirs.innerText()).toContain('只有管理员可以解除')
    expect(await theirs.getByRole('button', { name: '解除' }).count()).toBe(0)
    await mine.getByRole('button', { name: '解除' }).click()
    await dialog.locator('textarea').fill('办结')
    await dialog.getByRole('button', { name: '解除', exact: true }).click()
    await mine.waitFor({ state: 'detached' })
    const all = (await (await scene.gateway.fetch('/api/holds?state=all')).json()) as { holds: Hold[] }
    expect(all.holds.find(({ id }) => id === placed?.id)).toMatchObject({ active: false, releaseReason: '办结' })
    expect(tab.complaints().filter((line) => !notLoggedIn(line))).toEqual([])
  })

  test('a download says what is missing and how the camera’s clock stood, and plays', async () => {
    await using tab = await openTab(browser, scene.gateway.origin, 'en')
    const { startUtcMs, endUtcMs } = gapOf(second)
    const marks = `&in=${new Date(startUtcMs - 5_000).toISOString()}&out=${new Date(endUtcMs + 3_000).toISOString()}`
    const page = await openPlayback(tab, startUtcMs - 5_000, `${marks}&paused=1`)
    await page.keyboard.press('e')
    const plan = page.getByRole('dialog').locator('.plan').nth(1)
    await plan.getByRole('link').first().waitFor()
    const said = await plan.innerText()
    expect(said).toMatch(/gaps? in it: .*Disabled by an operator/)
    expect(said).toMatch(/The camera’s own clock/)
    const download = page.waitForEvent('download')
    await plan.getByRole('link').first().click()
    const file = await (await download).path()
    const asked = ['-v', 'error', '-show_entries', 'stream=codec_name', '-of', 'csv=p=0', file]
    expect((await run('ffprobe', asked)).stdout.trim()).toBe('h264')
  })
})
