import type { MediaFrame, Picture, PictureEvents } from './ports.ts'

/** The last step: JPEGs, one after the other, on a canvas. Only the newest one that came is drawn. */
export function jpegPicture(canvas: HTMLCanvasElement, events: PictureEvents): Picture {
  const stop = new AbortController()
  let next: MediaFrame | undefined
  let drawing = false
  let shown = 0

  const draw = async ({ payload, captureUnixMicros }: MediaFrame) => {
    const picture = await createImageBitmap(new Blob([new Uint8Array(payload)], { type: 'image/jpeg' }))
    if (!stop.signal.aborted) {
      if (canvas.width !== picture.width) canvas.width = picture.width
      if (canvas.height !== picture.height) canvas.height = picture.height
      canvas.getContext('2d')?.drawImage(picture, 0, 0)
      shown++
      requestAnimationFrame(() => !stop.signal.aborted && events.presented(captureUnixMicros, 1))
    }
    picture.close()
  }
  const drawAll = async () => {
    drawing = true
    for (let frame = next; frame && !stop.signal.aborted; frame = next) {
      next = undefined
      try {
        await draw(frame)
      } catch {
        // One that cannot be decoded is counted, and the next one tried.
        events.healed('decode')
      }
    }
    drawing = false
  }

  return {
    begin: () => undefined,
    media(frame) {
      next = frame
      if (!drawing) void drawAll()
    },
    tick: () => undefined,
    nudge: () => undefined,
    readings: () => ({ lagMs: null, targetMs: null, dropped: 0, decoded: shown, isJumping: false }),
    ownAgeMs: () => null,
    close: () => stop.abort(),
  }
}
