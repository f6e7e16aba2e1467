/** Opens one tile after the other with the dashboard's own player, on an empty page of the gateway's origin. */
import { handshakeGate } from '../../../dashboard/live/gate.ts'
import { playTile } from '../../../dashboard/live/play.ts'
import { readClock, seenIn } from './reader.ts'
import type { Opened, Opener, OpenRequest } from './types.ts'

const patienceMs = 15_000
const freshMs = 1_000
const gate = handshakeGate()
// What the player's elements need of the dashboard's styles.
const styles = new CSSStyleSheet()
// Side by side: what lies below the window is not on the screen, and the player stops it.
styles.replaceSync(`body { margin: 0; display: flex; flex-wrap: wrap } .layer, .layer > video, .layer > canvas { position: absolute; inset: 0; width: 100%; height: 100% }
.layer { opacity: 0 } .layer-shown { opacity: 1 }`)
document.adoptedStyleSheets = [styles]
document.body.replaceChildren()
const held: AbortController[] = []

function place({ widthPx, heightPx }: OpenRequest): HTMLElement {
  const host = document.createElement('div')
  host.style.cssText = `position:relative;width:${widthPx}px;height:${heightPx}px`
  document.body.append(host)
  return host
}

function show(host: HTMLElement, { cameraId, widthPx, heightPx }: OpenRequest, signal: AbortSignal): Promise<void> {
  const player = playTile(
    host,
    {
      cameraId,
      size: () => ({ widthPx, heightPx }),
      wants: () => 'auto',
      mayMain: () => true,
      together: () => null,
      gate,
      // One machine, one clock.
      serverOffsetMs: () => 0,
      say: () => undefined,
    },
    signal,
  )
  return player.ended.finally(() => host.remove())
}

/** Calls back with each picture that a video in `host` presents, until told to stop. */
function eachPicture(host: HTMLElement, signal: AbortSignal, tell: (atMs: number, ageMs: number | null) => void): void {
  const known = new WeakSet<HTMLVideoElement>()
  const listen = (video: HTMLVideoElement) => {
    video.requestVideoFrameCallback((_now, { presentationTime }) => {
      if (signal.aborted) return
      const shown = seenIn(host) === video ? readClock(video) : null
      tell(presentationTime, shown === null ? null : Date.now() - shown)
      listen(video)
    })
  }
  const look = () => {
    if (signal.aborted) return
    for (const video of host.querySelectorAll('video')) {
      if (known.has(video)) continue
      known.add(video)
      listen(video)
    }
    requestAnimationFrame(look)
  }
  look()
}

const opener: Opener = {
  async open(request) {
    const closing = new AbortController()
    const host = place(request)
    const startMs = performance.now()
    const ended = show(host, request, closing.signal)
    const opened = await new Promise<Opened>((resolve) => {
      let first: { firstMs: number; ageMs: number | null } | undefined
      const settle = (fresh: number | null) => {
        resolve({ firstMs: first?.firstMs ?? null, ageMs: first?.ageMs ?? null, freshMs: fresh })
      }
      const tooLong = setTimeout(() => settle(null), patienceMs)
      eachPicture(host, closing.signal, (atMs, ageMs) => {
        first ??= { firstMs: atMs - startMs, ageMs }
        if (ageMs === null || ageMs > freshMs) return
        clearTimeout(tooLong)
        settle(atMs - startMs)
      })
    })
    closing.abort()
    await ended
    return opened
  },
  async hold(request) {
    const own = new AbortController()
    held.push(own)
    const host = place(request)
    show(host, request, own.signal).catch((cause: unknown) => console.error(cause))
    await new Promise<void>((resolve) => eachPicture(host, own.signal, () => resolve()))
  },
  release() {
    for (const each of held.splice(0)) each.abort()
  },
}
globalThis.liveOpener = opener
