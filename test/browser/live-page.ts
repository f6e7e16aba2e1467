import type { BrowserContext, Page } from 'playwright-core'
import type { PlayState } from '../../dashboard/live/play-state.ts'
import type { TileDetails } from '../../dashboard/live/tile-details.ts'
import type * as live from '../../dashboard/live/play.ts'
import type { handshakeGate } from '../../dashboard/live/gate.ts'
import type { togetherGroup } from '../../dashboard/live/together.ts'
import { cells } from '../support/live-clips.ts'

/** What the page of the picture server holds, and what `openTile` puts beside it. */
interface Live {
  playTile: typeof live.playTile
  handshakeGate: typeof handshakeGate
  togetherGroup: typeof togetherGroup
}
interface TileOnPage {
  readonly host: HTMLElement
  readonly states: { atMs: number; state: PlayState }[]
  readonly samples: Sample[]
  /** The same at the very moment that the browser tells of a presented frame. */
  readonly frames: Pick<Sample, 'picture' | 'trueAgeMs' | 'ageMs'>[]
  readonly wish: { wants: 'auto' | 'main' | 'sub'; heightPx: number; together: boolean }
  details(): TileDetails
  end(): Promise<void>
}
/** What is on the screen, ten times a second. */
export interface Sample {
  readonly atMs: number
  readonly kind: PlayState['kind']
  /** The number that the picture carries; null while nothing is shown. */
  readonly picture: number | null
  /** By that number and the camera's own list; null when it is not known. */
  readonly trueAgeMs: number | null
  readonly ageMs: number | null
}
declare global {
  interface Window {
    live: Live
    tiles: Record<string, TileOnPage>
  }
}

/** Plays a camera of the picture server in a new tile, and keeps what it says and what is seen. */
export async function openTile(page: Page, id: string, captures: readonly number[] = [], heightPx = 180) {
  await page.evaluate(
    ([camera, utcOf, height, cellCount]) => {
      window.tiles ??= {}
      const gate = ((window as { gate?: ReturnType<typeof handshakeGate> }).gate ??= window.live.handshakeGate())
      const shared = ((window as { group?: ReturnType<typeof togetherGroup> }).group ??= window.live.togetherGroup())
      const host = document.createElement('div')
      host.className = 'host'
      host.dataset.camera = camera
      Object.assign(host.style, { width: '320px', height: '180px' })
      document.body.append(host)
      const stop = new AbortController()
      const begunMs = performance.now()
      const states: TileOnPage['states'] = []
      const samples: Sample[] = []
      const frames: TileOnPage['frames'] = []
      const canvas = document.createElement('canvas')
      canvas.width = cellCount * 8
      canvas.height = 8
      const brush = canvas.getContext('2d', { willReadFrequently: true })
      const lastOf = new WeakMap<HTMLVideoElement, number>()
      const pictureShown = (): number | null => {
        const video = host.querySelector<HTMLVideoElement>('.layer-shown video')
        if (!video || video.hidden || !brush) return null
        // While it seeks the element shows the picture before, and lets nobody draw it.
        if (video.readyState < 2) return lastOf.get(video) ?? null
        brush.drawImage(video, 0, 0, video.videoWidth, video.videoHeight / 4, 0, 0, canvas.width, canvas.height)
        const { data } = brush.getImageData(0, 4, canvas.width, 1)
        let number = 0
        for (let cell = 0; cell < cellCount; cell++) if ((data[(cell * 8 + 4) * 4] ?? 0) > 128) number |= 1 << cell
        lastOf.set(video, number)
        return number
      }
      const wish = { wants: 'auto' as TileOnPage['wish']['wants'], heightPx: height, together: false }
      const player = window.live.playTile(
        host,
        {
          cameraId: camera,
          size: () => ({ widthPx: wish.heightPx * 2, heightPx: wish.heightPx }),
          wants: () => wish.wants,
          mayMain: () => true,
          together: () => (wish.together ? shared : null),
          gate,
          serverOffsetMs: () => 0,
          say: (state) => states.push({ atMs: performance.now() - begunMs, state }),
        },
        stop.signal,
      )
      const seen = () => {
        const picture = pictureShown()
        const captured = picture === null ? undefined : utcOf[picture]
        const trueAgeMs = captured === undefined ? null : Date.now() - captured
        return { picture, trueAgeMs, ageMs: player.details().ageMs }
      }
      const watched = new WeakSet<HTMLVideoElement>()
      const timer = setInterval(() => {
        samples.push({
          atMs: performance.now() - begunMs,
          kind: states.at(-1)?.state.kind ?? 'connecting',
          ...seen(),
        })
        const video = host.querySelector<HTMLVideoElement>('.layer-shown video')
        if (!video || watched.has(video)) return
        watched.add(video)
        // Called behind the player, which asked for it earlier.
        const told = () => {
          frames.push(seen())
          video.requestVideoFrameCallback(told)
        }
        video.requestVideoFrameCallback(told)
      }, 100)
      const tile: TileOnPage = {
        host,
        states,
        samples,
        frames,
        wish,
        details: () => player.details(),
        async end() {
          clearInterval(timer)
          stop.abort()
          await player.ended
          host.remove()
          delete window.tiles[camera]
        },
      }
      window.tiles[camera] = tile
    },
    [id, captures, heightPx, cells] as const,
  )
  // A function of the test, spelled out in the page.
  const tile = <T>(look: (tile: TileOnPage) => T): Promise<Awaited<T>> =>
    page.evaluate<Awaited<T>>(`(${look.toString()})(window.tiles[${JSON.stringify(id)}])`)
  return {
    look: tile,
    details: () => tile((one) => one.details()),
    states: () => tile((one) => one.states),
    samples: () => tile((one) => one.samples),
    frames: () => tile((one) => one.frames),
    state: async () => (await tile((one) => one.states.at(-1)))?.state,
    set: (wish: Partial<TileOnPage['wish']>) =>
      page.evaluate(([camera, given]) => void Object.assign(window.tiles[camera]?.wish ?? {}, given), [
        id,
        wish,
      ] as const),
    end: () => tile((one) => one.end()),
  }
}

/** Longest time that a tile said live while what was seen was older than 2 s. */
export function staleAsLiveMs(samples: readonly Sample[]): number {
  let longest = 0
  let sinceMs: number | undefined
  for (const { atMs, kind, trueAgeMs } of samples) {
    const isFalse = kind === 'live' && trueAgeMs !== null && trueAgeMs > 2_000
    sinceMs = isFalse ? (sinceMs ?? atMs) : undefined
    if (sinceMs !== undefined) longest = Math.max(longest, atMs - sinceMs)
  }
  return longest
}

/** Films the top left corner of the page, where the first tile is. @returns how bright the lower half of the tile was in every painted frame, 0 ... 255 */
export async function filmPage(page: Page, context: BrowserContext): Promise<() => Promise<number[]>> {
  const cdp = await context.newCDPSession(page)
  const painted: string[] = []
  const acknowledged: Promise<unknown>[] = []
  cdp.on('Page.screencastFrame', ({ data, sessionId }) => {
    painted.push(data)
    acknowledged.push(cdp.send('Page.screencastFrameAck', { sessionId }))
  })
  await cdp.send('Page.startScreencast', { format: 'jpeg', quality: 50, everyNthFrame: 1 })
  return async () => {
    await cdp.send('Page.stopScreencast')
    await Promise.all(acknowledged)
    return await page.evaluate(async (frames) => {
      const canvas = document.createElement('canvas')
      canvas.width = 280
      canvas.height = 60
      const brush = canvas.getContext('2d', { willReadFrequently: true })
      const brightness: number[] = []
      for (const frame of frames) {
        const bytes = Uint8Array.from(atob(frame), (letter) => letter.charCodeAt(0))
        const picture = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }))
        brush?.drawImage(picture, -20, -110)
        picture.close()
        const data = brush?.getImageData(0, 0, canvas.width, canvas.height).data ?? new Uint8ClampedArray()
        let sum = 0
        for (let at = 1; at < data.length; at += 4) sum += data[at] ?? 0
        brightness.push((sum * 4) / data.length)
      }
      return brightness
    }, painted)
  }
}
