import type { Millis } from '../../gateway/domain/units.ts'
import { emptyVideo } from './browser-video.ts'

/** One layer of a tile: a `<video>`, and a canvas for pictures that are drawn. Only one layer of a stage is seen. */
export interface Layer {
  readonly video: HTMLVideoElement
  /** Made when it is first asked for; the layer then shows it instead of the video. */
  canvas(): HTMLCanvasElement
  /** Brings this layer to the front; the one before is emptied. */
  show(): void
  /** Nothing will be drawn here any more. What is seen stays until another layer is shown. */
  retire(): void
}

export interface Stage {
  /** A free layer, behind the one that is seen. */
  open(): Layer
  /** Takes what is seen away, when it is not played any more. */
  blank(): void
  close(): void
}

interface Place extends Layer {
  readonly element: HTMLElement
  state: 'playing' | 'retired' | 'empty'
  empty(): void
}

const fill = { position: 'absolute', inset: '0', width: '100%', height: '100%' } as const
const fit = { ...fill, objectFit: 'contain' } as const
/** A layer that comes to the front may be painted a little later than the one before is taken away: that one stays beneath so long. */
const beneathMs: Millis = 300
/** Elements kept for the next picture: a browser's players are few. */
const spare = 2

/** The layers of a tile inside `host`. Elements are used again and again. */
export function stage(host: HTMLElement): Stage {
  let places: Place[] = []
  let front: Place | undefined
  // The order of the layers is nobody else's matter.
  host.style.isolation = 'isolate'

  const make = (): Place => {
    const element = document.createElement('div')
    element.className = 'layer'
    Object.assign(element.style, fill, { zIndex: '0', opacity: '1' })
    const video = document.createElement('video')
    video.className = 'layer-video'
    video.muted = true
    video.playsInline = true
    video.disablePictureInPicture = true
    video.tabIndex = -1
    video.ariaHidden = 'true'
    Object.assign(video.style, fit)
    element.append(video)
    let canvas: HTMLCanvasElement | undefined

    const place: Place = {
      element,
      video,
      state: 'playing',
      canvas() {
        canvas ??= document.createElement('canvas')
        canvas.className = 'layer-canvas'
        Object.assign(canvas.style, fit)
        video.hidden = true
        element.append(canvas)
        return canvas
      },
      show() {
        if (front === place || !places.includes(place)) return
        const before = front
        front = place
        look(place, true)
        if (!before) return
        look(before, false)
        emptySoon(before)
      },
      retire() {
        if (place.state === 'playing') place.state = 'retired'
        emptySoon(place)
      },
      empty() {
        place.state = 'empty'
        emptyVideo(video)
        video.hidden = false
        canvas?.remove()
        canvas = undefined
      },
    }
    host.append(element)
    return place
  }

  const look = ({ element }: Place, seen: boolean) => {
    element.classList.toggle('layer-shown', seen)
    element.style.zIndex = seen ? '1' : '0'
  }
  const emptyNow = (place: Place) => {
    if (place.state === 'retired' && front !== place) place.empty()
    const free = places.filter(({ state }) => state === 'empty')
    for (const gone of free.slice(spare)) {
      gone.element.remove()
      places = places.filter((one) => one !== gone)
    }
  }
  const emptySoon = (place: Place) => {
    if (place.state === 'retired' && front !== place) setTimeout(() => emptyNow(place), beneathMs)
  }

  return {
    open() {
      const free = places.find(({ state }) => state === 'empty')
      const place = free ?? make()
      place.state = 'playing'
      if (!free) places.push(place)
      return place
    },
    blank() {
      if (!front) return
      look(front, false)
      front = undefined
      for (const place of Array.from(places)) emptyNow(place)
    },
    close() {
      front = undefined
      for (const place of places) {
        place.empty()
        place.element.remove()
      }
      places = []
      host.style.removeProperty('isolation')
    },
  }
}
