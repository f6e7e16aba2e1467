/** Looks at the tiles of the wall as a person does, four times a second, because reading back costs the browser that is measured: what does each say, and how old is what it shows? */
import { type Media, readClock, seenIn, sizeOf } from './reader.ts'
import { ageStepMs, ageSteps, type FrameCounts, type Lie, type Observer, type SeenTile, type Tally } from './types.ts'

const everyMs = 250
const oldMs = 2_000
const mostLies = 100

let tiles: SeenTile[] = []
let ages = new Map<string, number[]>()
let drift = steps()
let [samples, unreadable, leftOut] = [0, 0, 0]
let lies: Lie[] = []
/** Since when a tile says live over an old picture. */
const lying = new Map<string, { readonly sinceMs: number; readonly lie: Lie }>()
let first: Record<string, number> = {}
let tilesThereMs: number | null = null
const awaited = new WeakSet<HTMLVideoElement>()
/** Frames of each element as counted last. */
const counted = new WeakMap<HTMLVideoElement, FrameCounts>()
let frames: Record<string, FrameCounts> = {}

function steps(): number[] {
  return Array.from({ length: ageSteps + 1 }, () => 0)
}
function count(histogram: number[], ms: number): void {
  const step = Math.min(ageSteps, Math.max(0, Math.floor(ms / ageStepMs)))
  histogram[step] = (histogram[step] ?? 0) + 1
}
const elements = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('article[data-camera]')]

function look(tile: HTMLElement): SeenTile {
  const { camera: cameraId = '', state = '' } = tile.dataset
  const media: Media | undefined = seenIn(tile)
  if (!media) return { cameraId, state, shownUtcMs: null, ageMs: null, pictured: false, widthPx: 0, heightPx: 0 }
  const shownUtcMs = readClock(media)
  const ageMs = shownUtcMs === null ? null : Date.now() - shownUtcMs
  return { cameraId, state, shownUtcMs, ageMs, pictured: true, ...sizeOf(media) }
}

function sample(): void {
  const looked = elements()
    .filter((tile) => tile.checkVisibility())
    .map(look)
  tiles = looked
  // Nobody sees a hidden page; what it shows counts from its return on.
  if (document.visibilityState === 'hidden') {
    lying.clear()
    return
  }
  for (const tile of looked) {
    if (!tile.pictured) continue
    samples++
    if (tile.ageMs === null) unreadable++
    else if (tile.state === 'live') {
      const histogram = ages.get(tile.cameraId) ?? steps()
      ages.set(tile.cameraId, histogram)
      count(histogram, tile.ageMs)
    }
  }
  const live = looked.filter((tile) => tile.state === 'live' && tile.shownUtcMs !== null)
  const shown = live.map((tile) => tile.shownUtcMs ?? 0)
  if (live.length === looked.length && live.length > 1) count(drift, Math.max(...shown) - Math.min(...shown))
  for (const tile of looked) judge(tile)
}

function judge(tile: SeenTile): void {
  const { cameraId, state, ageMs } = tile
  if (state !== 'live' || ageMs === null || ageMs <= oldMs) {
    lying.delete(cameraId)
    return
  }
  const nowMs = performance.now()
  const sinceMs = lying.get(cameraId)?.sinceMs ?? nowMs
  const forMs = Math.round(nowMs - sinceMs)
  const lie = { cameraId, fromUtcMs: Date.now() - forMs, forMs, ageMs }
  const told = lying.get(cameraId)?.lie
  lies = [...lies.filter((each) => each !== told), lie].sort((a, b) => b.forMs - a.forMs).slice(0, mostLies)
  lying.set(cameraId, { sinceMs, lie })
}

function countFrames(): void {
  for (const video of document.querySelectorAll<HTMLVideoElement>('article[data-camera] video')) {
    const { totalVideoFrames, droppedVideoFrames } = video.getVideoPlaybackQuality()
    const before = counted.get(video)
    counted.set(video, { frames: totalVideoFrames, dropped: droppedVideoFrames })
    // A new source begins at zero.
    const fresh = before === undefined || totalVideoFrames < before.frames
    const cameraId = cameraOf(video)
    const sum = frames[cameraId] ?? { frames: 0, dropped: 0 }
    frames[cameraId] = {
      frames: sum.frames + totalVideoFrames - (fresh ? 0 : before.frames),
      dropped: sum.dropped + Math.max(0, droppedVideoFrames - (fresh ? 0 : before.dropped)),
    }
    watchFirst(video)
  }
}

const cameraOf = (video: HTMLVideoElement): string =>
  video.closest<HTMLElement>('article[data-camera]')?.dataset.camera ?? ''

function watchFirst(video: HTMLVideoElement): void {
  if (awaited.has(video)) return
  awaited.add(video)
  video.requestVideoFrameCallback((_now, { presentationTime }) => {
    first[cameraOf(video)] ??= presentationTime
  })
}

function countLeftOut(): void {
  const Original = globalThis.WebSocket
  globalThis.WebSocket = class extends Original {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols)
      this.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        const [, dropped] = typeof data === 'string' ? (/^\{"type":"drop","frames":(\d+)/.exec(data) ?? []) : []
        leftOut += Number(dropped ?? 0)
      })
    }
  }
}

const observer: Observer = {
  now: () => tiles,
  tally: (): Tally => ({ ages: Object.fromEntries(ages), drift, unreadable, samples, lies, leftOut, frames }),
  reset() {
    ages = new Map()
    drift = steps()
    ;[samples, unreadable, leftOut] = [0, 0, 0]
    lies = []
    lying.clear()
    frames = {}
  },
  firstPictures: () => first,
  tilesThereMs: () => tilesThereMs,
}
globalThis.liveObserver = observer
countLeftOut()
// A frozen page looks at nothing. What it shows counts from the moment on that it looks again.
document.addEventListener('freeze', () => lying.clear())
document.addEventListener('resume', () => lying.clear())
setInterval(sample, everyMs)
const everyFrame = () => {
  if (tilesThereMs === null && elements().length > 0) tilesThereMs = performance.now()
  countFrames()
  requestAnimationFrame(everyFrame)
}
requestAnimationFrame(everyFrame)
