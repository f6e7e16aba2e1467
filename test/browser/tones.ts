import type { BrowserContext, Page } from 'playwright-core'
import { notesOf, type Pattern, patterns } from '../../dashboard/watch/patterns.ts'

interface Tone {
  /** Of the page's monotonic clock. */
  readonly atMs: number
  readonly hz: number
}
interface Heard {
  readonly tones: readonly Tone[]
  readonly nowMs: number
}

/** Notes each tone that a page lets its browser's oscillators sound. To be called before the page is opened. */
export async function listenTo(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const tones: { atMs: number; hz: number }[] = []
    Object.assign(window, { heardTones: tones })
    const start = Reflect.get(OscillatorNode.prototype, 'start')
    OscillatorNode.prototype.start = function (whenS) {
      tones.push({ atMs: performance.now(), hz: this.frequency.value })
      start.call(this, whenS)
    }
  })
}

const heardOf = (page: Page): Promise<Heard> =>
  page.evaluate(() => ({ tones: [...(Reflect.get(window, 'heardTones') as Tone[])], nowMs: performance.now() }))

/** The patterns that a page sounded, in order; a tone that belongs to none is an error. */
export async function patternsHeard(page: Page): Promise<Pattern[]> {
  const { tones } = await heardOf(page)
  const heard: Pattern[] = []
  for (let at = 0; at < tones.length; ) {
    const found = patterns.find((one) => notesOf[one].every(({ hz }, index) => tones[at + index]?.hz === hz))
    if (found === undefined)
      throw new Error(
        `tones of no pattern: ${tones
          .slice(at)
          .map(({ hz }) => hz)
          .join(' ')}`,
      )
    heard.push(found)
    at += notesOf[found].length
  }
  return heard
}

/** How long ago the last tone began. */
export async function silentForMs(page: Page): Promise<number> {
  const { tones, nowMs } = await heardOf(page)
  return nowMs - (tones.at(-1)?.atMs ?? Number.NEGATIVE_INFINITY)
}
