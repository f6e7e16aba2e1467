import { browserVideo } from './browser-video.ts'
import { jpegPicture } from './jpeg-picture.ts'
import { mpeg1Picture } from './mpeg1-picture.ts'
import { msePicture } from './mse-picture.ts'
import type { OpenPicture, Picture, PictureEvents, PlayerClock } from './ports.ts'
import type { Stage } from './stage.ts'

/** A picture may come to the front while it is this much older than what is seen: it catches up, a jump back in time would be seen. */
const behindMs = 1_500
/** What is seen counts as standing after this. */
const standsMs = 1_000

/** Opens pictures on layers of a stage: each comes to the front with its first frame, and what was seen stays until then. */
export function stagePictures(on: Stage, clock: PlayerClock): (ready: () => void) => OpenPicture {
  let seen: { captureUnixMicros: number | null; atMs: number } | undefined

  const mayShow = (captureUnixMicros: number | null): boolean => {
    if (!seen || clock.monotonic() - seen.atMs > standsMs) return true
    if (captureUnixMicros === null || seen.captureUnixMicros === null) return true
    return captureUnixMicros >= seen.captureUnixMicros - behindMs * 1_000
  }

  return (ready) => (tier, events) => {
    const layer = on.open()
    let isFront = false
    const own: PictureEvents = {
      ...events,
      presented(captureUnixMicros, frames) {
        if (!isFront && !mayShow(captureUnixMicros)) return
        seen = { captureUnixMicros, atMs: clock.monotonic() }
        if (!isFront) {
          isFront = true
          layer.show()
          ready()
        }
        events.presented(captureUnixMicros, frames)
      },
    }
    const picture: Picture =
      tier === 'mse'
        ? msePicture(clock, browserVideo(layer.video), own)
        : tier === 'mpeg1'
          ? mpeg1Picture(layer.canvas(), own)
          : jpegPicture(layer.canvas(), own)
    return {
      ...picture,
      close() {
        picture.close()
        layer.retire()
      },
    }
  }
}
