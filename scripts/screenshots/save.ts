import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { root, runToEnd } from '../programs.ts'

export const folder = join(root, 'dashboard/screenshots')
const largestBytes = 300_000

/** Tries again and again. @throws Error when it never came true */
export async function until(condition: () => Promise<boolean>, what: string, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`)
    await sleep(200)
  }
}

/** As a PNG with a palette: a third of the size, and the eye sees no difference on a page. */
export async function save(page: Page, name: string): Promise<void> {
  const temp = mkdtempSync(join(tmpdir(), 'zone-gateway-picture-'))
  const whole = join(temp, 'whole.png')
  const file = join(folder, `${name}.png`)
  try {
    // A picture without its logo looks broken.
    await page.waitForFunction('[...document.images].every((image) => image.complete && image.naturalWidth > 0)')
    await page.screenshot({ path: whole, animations: 'disabled' })
    for (const colors of [256, 128, 64]) {
      const palette = `split[a][b];[a]palettegen=max_colors=${colors}:stats_mode=full[p];[b][p]paletteuse=dither=none`
      const args = ['-v', 'error', '-y', '-i', whole, '-vf', palette, '-compression_level', '100', file]
      const { code, output } = await runToEnd('ffmpeg', args)
      if (code !== 0) throw new Error(`ffmpeg: ${output}`)
      if (statSync(file).size <= largestBytes) break
    }
    console.log(`${name}.png ${Math.round(statSync(file).size / 1_000)} kB`)
  } finally {
    rmSync(temp, { recursive: true, force: true })
  }
}
