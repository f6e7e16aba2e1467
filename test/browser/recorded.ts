import type { Page } from 'playwright-core'

/** What a clock in the zone shows. */
export function zoneClock(utcMs: number): { date: string; time: string } {
  // Swedish writes dates as ISO 8601 does.
  const [date = '', time = ''] = new Date(utcMs).toLocaleString('sv-SE', { timeZone: 'Asia/Shanghai' }).split(' ')
  return { date, time }
}

/** Types a moment into the playback form and submits it. @returns the moment asked for: whole seconds */
export async function typeMoment(page: Page, utcMs: number): Promise<number> {
  const wholeUtcMs = Math.floor(utcMs / 1_000) * 1_000
  const { date, time } = zoneClock(wholeUtcMs)
  await page.locator('.moment-date').fill(date)
  await page.locator('.moment-time').fill(time)
  await page.locator('.moment-time').press('Enter')
  return wholeUtcMs
}

/** The filming time that the page shows. */
export const shownUtcMs = async (page: Page): Promise<number> =>
  Number(await page.locator('.filmed-at').getAttribute('data-utc-ms'))

/** When the picture at `mediaS` was filmed, by the playlist: each piece has its date, and they follow each other. */
export function filmedAt(playlist: string, mediaS: number): number {
  let startS = 0
  let dateMs = Number.NaN
  for (const line of playlist.split('\n')) {
    const date = /^#EXT-X-PROGRAM-DATE-TIME:(.+)$/.exec(line)?.[1]
    const lengthS = Number(/^#EXTINF:([\d.]+)/.exec(line)?.[1] ?? Number.NaN)
    if (date !== undefined) dateMs = Date.parse(date)
    if (Number.isNaN(lengthS)) continue
    if (mediaS < startS + lengthS) return dateMs + (mediaS - startS) * 1_000
    startS += lengthS
    dateMs += lengthS * 1_000
  }
  return Number.NaN
}
