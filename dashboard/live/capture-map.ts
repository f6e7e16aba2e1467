/** Finds the capture stamp of the frame that the browser presents, by its time on the element's timeline. Seconds. */
export interface CaptureMap {
  add(mediaS: number, captureUnixMicros: number): void
  /** @returns the stamp of the nearest frame within half a second, or null */
  at(mediaS: number): number | null
  forgetBefore(mediaS: number): void
  clear(): void
}

const reachS = 0.5

export function captureMap(): CaptureMap {
  let frames: { mediaS: number; captureUnixMicros: number }[] = []
  return {
    add: (mediaS, captureUnixMicros) => void frames.push({ mediaS, captureUnixMicros }),
    at(mediaS) {
      let nearest: number | null = null
      let distanceS = reachS
      // Newest first: a frame that was sent again after a new start counts with its newer stamp.
      for (let index = frames.length - 1; index >= 0; index--) {
        const frame = frames[index]
        if (!frame) break
        const away = Math.abs(frame.mediaS - mediaS)
        if (away < distanceS) {
          nearest = frame.captureUnixMicros
          distanceS = away
        }
      }
      return nearest
    },
    forgetBefore(mediaS) {
      if (frames.length > 0 && (frames[0]?.mediaS ?? mediaS) < mediaS - 4) {
        frames = frames.filter((frame) => frame.mediaS >= mediaS)
      }
    },
    clear() {
      frames = []
    },
  }
}
