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
  inUse: boolean
  empty(): void
}

const fill = { position: 'absolute', inset: '0', width: '100%', height: '100%' } as const
const fit = { ...fill, objectFit: 'contain' } as const
/** Elements kept for the next picture: a browser's players are few. */
const spare = 2

/** The layers of a tile inside `host`. Elements are used again and again. */
export function stage(host: HTMLElement): Stage {
  let places: Place[] = []
  let front: Place | undefined

  const make = (): Place => {
    const element = document.createElement('div')
    element.className = 'layer'
    Object.assign(element.style, fill, { opacity: '0' })
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
      inUse: true,
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
        if (before) look(before, false)
        if (before && !before.inUse) before.empty()
        tidy()
      },
      retire() {
        place.inUse = false
        if (front !== place) place.empty()
        tidy()
      },
      empty() {
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
    element.style.opacity = seen ? '1' : '0'
  }
  const tidy = () => {
    const free = places.filter((place) => !place.inUse && place !== front)
    for (const place of free.slice(spare)) place.element.remove()
    const gone = new Set(free.slice(spare))
    places = places.filter((place) => !gone.has(place))
  }

  return {
    open() {
      const free = places.find((place) => !place.inUse && place !== front)
      const place = free ?? make()
      place.inUse = true
      if (!free) places.push(place)
      return place
    },
    blank() {
      if (!front) return
      const before = front
      look(before, false)
      front = undefined
      if (!before.inUse) before.empty()
    },
    close() {
      front = undefined
      for (const place of places) {
        place.empty()
        place.element.remove()
      }
      places = []
    },
  }
}
