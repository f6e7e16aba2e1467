import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

const autoplay = '--autoplay-policy=no-user-gesture-required'

/** Debian's Chromium: unlike Playwright's own it decodes H.264. `sound`: as on a desk, after a click only; else at once, as on a screen. */
export async function openBrowser(sound: 'at once' | 'after a click' = 'at once'): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? candidates.find((path) => existsSync(path))
  if (executablePath === undefined) throw new Error('Chromium is missing: sh scripts/setup.sh test installs it')
  return await chromium.launch({
    executablePath,
    args: [
      // Root in a container has no sandbox to use.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      // Video must start without a click, and go on in a window that no one looks at.
      ...(sound === 'at once' ? [autoplay] : []),
      '--disable-background-timer-throttling',
      '--disable-renderer-backgrounding',
      '--disable-backgrounding-occluded-windows',
      // A container's /dev/shm is too small for sixteen players.
      '--disable-dev-shm-usage',
      '--disable-gpu',
      '--mute-audio',
    ],
  })
}
