import type { StreamEvent, StreamFrame } from './stream.ts'

/**
 * Passes each picture on when the next one has come: only then it is known to be whole. When a connection breaks in the middle of a
 * picture, ffmpeg gives what there is of it as the last one, and a file that ends with it is damaged.
 * @returns for one connection; what is held when that ends is forgotten with it
 */
export function wholePictures(put: (event: StreamEvent) => void): (event: StreamEvent) => void {
  let held: StreamFrame | undefined
  return (event) => {
    if (held) put({ frame: held })
    held = event.frame
    if (event.init) put(event)
  }
}
