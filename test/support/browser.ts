import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Debian's Chromium: unlike Playwright's own it decodes H.264. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? candidates.find((path) => existsSync(path))
  if (executablePath === undefined) throw new Error('Chromium is missing: sh scripts/setup.sh test installs it')
  return await chromium.launch({
    executablePath,
    args: [
      // Root in a container has no sandbox to use.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      // Video must start without a click, and go on in a window that no one looks at.
      '--autoplay-policy=no-user-gesture-required',
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
