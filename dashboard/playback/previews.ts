import { type Signal, signal } from '@preact/signals'
import { seconds, type Millis, type UtcMs } from '../../gateway/domain/units.ts'

/** A small picture, and the moment it was asked for. */
export interface Preview {
  readonly href: string
  readonly utcMs: UtcMs
}

interface PreviewOptions {
  readonly hrefOf: (utcMs: UtcMs) => string
  /** Was anything recorded then? Where not, nobody asks. */
  readonly has: (utcMs: UtcMs) => boolean
  readonly fetcher?: typeof fetch
  /** Makes a picture of bytes showable, and lets it go. */
  readonly urls?: Pick<typeof URL, 'createObjectURL' | 'revokeObjectURL'>
}

/** There is a picture every ten seconds: asking in much smaller steps brings nothing new. */
const stepMs: Millis = seconds(5)
const mostKept = 240
const busyStatus = 503
const busyMs: Millis = 250
const neighbours = [1, -1, 2, -2] as const

/**
 * The small pictures of one camera. Only one is asked for at a time: the newest that was wanted; what was wanted in between is
 * forgotten, and while nobody asks the neighbours are brought.
 */
export function previewsOf({ hrefOf, has, fetcher = fetch, urls = URL }: PreviewOptions) {
  const shown: Signal<Preview | null> = signal(null)
  /** Null: there is none. The oldest first. */
  const kept = new Map<UtcMs, string | null>()
  let wanted: { readonly utcMs: UtcMs; readonly apartMs: Millis } | null = null
  let asking = false
  let closed = false

  const slotOf = (utcMs: UtcMs): UtcMs => Math.floor(utcMs / stepMs) * stepMs
  const keep = (slot: UtcMs, href: string | null): void => {
    kept.set(slot, href)
    const [oldest] = kept
    if (kept.size <= mostKept || oldest === undefined) return
    kept.delete(oldest[0])
    if (oldest[1] !== null) urls.revokeObjectURL(oldest[1])
  }
  const bring = async (utcMs: UtcMs): Promise<void> => {
    const answer = await fetcher(hrefOf(utcMs), { credentials: 'same-origin' })
    if (closed) return
    // It makes few pictures at a time: what is wanted by then is asked for in a moment.
    if (answer.status === busyStatus) return await new Promise((resolve) => setTimeout(resolve, busyMs))
    keep(slotOf(utcMs), answer.ok ? urls.createObjectURL(await answer.blob()) : null)
  }
  const display = (utcMs: UtcMs): void => {
    const href = has(utcMs) ? kept.get(slotOf(utcMs)) : null
    if (href !== undefined) shown.value = href === null ? null : { href, utcMs }
  }
  /** The wanted one, else a neighbour that is not here yet. */
  const next = (): UtcMs | undefined => {
    if (wanted === null) return undefined
    const { utcMs, apartMs } = wanted
    const beside = neighbours.map((n) => utcMs + n * apartMs)
    return [utcMs, ...beside].find((one) => !kept.has(slotOf(one)) && has(one))
  }
  const work = async (): Promise<void> => {
    if (asking) return
    asking = true
    try {
      for (let utcMs = next(); utcMs !== undefined; utcMs = next()) {
        await bring(utcMs)
        if (wanted !== null) display(wanted.utcMs)
      }
    } catch (thrown) {
      // Without the gateway there is no picture; the page says elsewhere that it is away.
      console.debug('no preview', thrown)
    } finally {
      asking = false
    }
  }
  return {
    shown,
    /** Shows the picture of a moment as soon as it can be had. `apartMs` is how far the next one asked for may lie. */
    want(utcMs: UtcMs, apartMs: Millis): void {
      wanted = { utcMs, apartMs: Math.max(stepMs, apartMs) }
      display(utcMs)
      void work()
    },
    close(): void {
      closed = true
      wanted = null
      for (const href of kept.values()) if (href !== null) urls.revokeObjectURL(href)
      kept.clear()
    },
  }
}
export type Previews = ReturnType<typeof previewsOf>
