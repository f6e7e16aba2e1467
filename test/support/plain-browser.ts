import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'
import { startChild } from './children.ts'
import { openTempFolder } from './temp.ts'

export interface PlainBrowser extends AsyncDisposable {
  /** Its first context is the browser's own: pages there can be hidden, frozen and throttled. */
  readonly browser: Browser
  readonly pid: number
}

const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/**
 * Chromium as somebody at a desk has it: a tab that is not in front is hidden and slowed down, and may be frozen. A browser that
 * Playwright launches keeps every page in the belief that it is looked at.
 */
export async function openPlainBrowser(): Promise<PlainBrowser> {
  const program = process.env.CHROMIUM ?? candidates.find((path) => existsSync(path))
  if (program === undefined) throw new Error('Chromium is missing: sh scripts/setup.sh test installs it')
  const profile = openTempFolder('chromium')
  const child = startChild(program, [
    '--headless=new',
    '--remote-debugging-port=0',
    `--user-data-dir=${profile.path}`,
    '--no-first-run',
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    '--autoplay-policy=no-user-gesture-required',
    '--disable-dev-shm-usage',
    '--disable-gpu',
    '--mute-audio',
    '--window-size=1920,1080',
    // For exact figures of the heap.
    '--enable-precise-memory-info',
  ])
  const close = async () => {
    await child.stop(3_000)
    profile.remove()
  }
  try {
    const [, address = ''] = await child.line(/^DevTools listening on (ws:\S+)$/)
    const browser = await chromium.connectOverCDP(address, { noDefaults: true })
    return {
      browser,
      pid: child.pid,
      async [Symbol.asyncDispose]() {
        await browser.close()
        await close()
      },
    }
  } catch (cause) {
    await close()
    throw cause
  }
}
