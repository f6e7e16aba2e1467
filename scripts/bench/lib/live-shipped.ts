import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { printTable, rounded } from './live-figures.ts'
import { allLive } from './live-stage.ts'

/** Opens the wall of `origin` in `page` and weighs the scripts that it loaded until all tiles are live. @returns thousands of bytes, compressed with gzip */
export async function shippedKb(page: Page, origin: string, tiles = 16): Promise<number> {
  const bodies = new Map<string, Promise<Buffer>>()
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') bodies.set(new URL(response.url()).pathname, response.body())
  })
  await page.goto(origin)
  await allLive(page, tiles)
  const files = await Promise.all(
    [...bodies].map(async ([script, body]) => ({ script, bytes: gzipSync(await body).length })),
  )
  console.log('\nscripts of the wall, compressed')
  printTable(files.map(({ script, bytes }) => ({ script, kB: rounded(bytes / 1_000, 1) })))
  return rounded(files.reduce((sum, { bytes }) => sum + bytes, 0) / 1_000, 1)
}
