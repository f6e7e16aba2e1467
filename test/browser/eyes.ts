import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'
import { desk } from './scene.ts'

export type Language = 'zh-CN' | 'en'

/** A tab, and everything its console complained about. */
export interface Tab extends AsyncDisposable {
  readonly context: BrowserContext
  readonly page: Page
  /** Errors of the page and of its console, violations of its policy among them, since the last call. */
  complaints(): string[]
}

export async function openTab(browser: Browser, origin: string, language: Language): Promise<Tab> {
  const context = await browser.newContext({
    baseURL: origin,
    locale: language,
    // The page must show the zone's time, wherever the browser stands.
    timezoneId: 'America/New_York',
    viewport: { width: 1_280, height: 800 },
  })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  let heard: string[] = []
  page.on('pageerror', (error) => heard.push(`${error.message}\n${error.stack}`))
  page.on('console', (message) => {
    if (message.type() === 'error') heard.push(`${message.text()} (${message.location().url})`)
  })
  return {
    context,
    page,
    complaints: () => {
      const said = heard
      heard = []
      return said
    },
    [Symbol.asyncDispose]: () => context.close(),
  }
}

/** By the form, as a person does. */
export async function logIn(page: Page, who: { user: string; password: string } = desk): Promise<void> {
  await page.locator('input[name=user]').fill(who.user)
  await page.locator('input[name=password]').fill(who.password)
  await page.keyboard.press('Enter')
}

/** Looking who is logged in answers 401 on the first visit: that line, and nothing else, belongs to a console. */
export const notLoggedIn = (line: string): boolean => /status of 401 .*\/api\/session\)$/.test(line)

export interface Presented {
  readonly frames: number
  /** How far the time of the presented frames moved, in seconds. */
  readonly advancedS: number
}

/** Frames that the shown `<video>` inside `selector` really put on the screen within `ms`. */
export async function presented(page: Page, selector: string, ms: number): Promise<Presented> {
  return await page.locator(selector).evaluate(
    (video, forMs) =>
      new Promise<Presented>((resolve) => {
        if (!(video instanceof HTMLVideoElement)) throw new Error('this is not a video')
        const times: number[] = []
        const frame: VideoFrameRequestCallback = (_, { mediaTime }) => {
          times.push(mediaTime)
          video.requestVideoFrameCallback(frame)
        }
        video.requestVideoFrameCallback(frame)
        setTimeout(() => {
          const [first = 0] = times
          resolve({ frames: times.length, advancedS: (times.at(-1) ?? 0) - first })
        }, forMs)
      }),
    ms,
  )
}

/** No serious or critical finding of axe, in both themes. The theme is chosen as the page itself stores it. */
export async function seesNoBarrier(page: Page, path: string, ready: string): Promise<void> {
  for (const theme of ['dark', 'light']) {
    await page.evaluate((name) => localStorage.setItem('zone-gateway.theme', name), theme)
    await page.goto(path)
    await page.locator(ready).first().waitFor()
    expect(await page.locator('html').getAttribute('data-theme')).toBe(theme)
    const { violations } = await new AxeBuilder({ page }).analyze()
    const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    const told = grave.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`))
    expect(told, `${path} ${theme}`).toEqual([])
  }
  await page.evaluate(() => localStorage.removeItem('zone-gateway.theme'))
}
