import { cellCount, readCells } from '../clock-cells.ts'

const pxPerCell = 4
const canvas = document.createElement('canvas')
canvas.width = cellCount * pxPerCell
canvas.height = pxPerCell
// Read back all the time: a canvas in the main memory.
const context = canvas.getContext('2d', { willReadFrequently: true, alpha: false })

export type Media = HTMLVideoElement | HTMLCanvasElement | HTMLImageElement

export function sizeOf(media: Media): { readonly widthPx: number; readonly heightPx: number } {
  if (media instanceof HTMLVideoElement) return { widthPx: media.videoWidth, heightPx: media.videoHeight }
  if (media instanceof HTMLImageElement) return { widthPx: media.naturalWidth, heightPx: media.naturalHeight }
  return { widthPx: media.width, heightPx: media.height }
}

/** @returns the time in the picture that `media` shows now; null when it cannot be read */
export function readClock(media: Media): number | null {
  const { widthPx } = sizeOf(media)
  if (!context || widthPx === 0) return null
  const cellPx = widthPx / cellCount
  // A video without a frame draws nothing: the last picture must not stand there for it.
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(media, 0, 0, widthPx, cellPx, 0, 0, canvas.width, canvas.height)
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
  const levels = Array.from({ length: cellCount }, (_, cell) => levelAt(data, cell))
  return readCells(levels, Date.now()) ?? null
}

/** The mean of the four pixels in the middle of a cell. */
function levelAt(data: Uint8ClampedArray, cell: number): number {
  let sum = 0
  for (const y of [1, 2]) for (const x of [1, 2]) sum += data[4 * (y * canvas.width + cell * pxPerCell + x) + 1] ?? 0
  return sum / 4
}

/** Of the pictures in an element the one that is seen: the topmost visible one in its middle. */
export function seenIn(element: Element): Media | undefined {
  const all = [...element.querySelectorAll<Media>('video, canvas, img')].filter(isSeen)
  if (all.length < 2) return all[0]
  const box = element.getBoundingClientRect()
  const stack = document.elementsFromPoint(box.x + box.width / 2, box.y + box.height / 2)
  return all.find((media) => stack.find((each) => all.some((one) => one === each)) === media) ?? all.at(-1)
}

function isSeen(media: Media): boolean {
  const box = media.getBoundingClientRect()
  // A small picture in the tile's bar is not the camera's.
  const large = box.width >= 60 && box.height >= 30
  return (
    large && media.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && sizeOf(media).widthPx > 0
  )
}
