/** Lets a few in at a time, the first come first: a wall must not begin sixteen handshakes at once. */
export interface Gate {
  /** Resolves with a function to leave, to be called exactly once more or less soon; with undefined when `signal` aborts first. */
  enter(signal: AbortSignal): Promise<(() => void) | undefined>
}

const handshakesAtOnce = 6

/** One for all tiles of a page. */
export function handshakeGate(places = handshakesAtOnce): Gate {
  let inside = 0
  let waiting: (() => void)[] = []

  const leaver = () => {
    let left = false
    return () => {
      if (left) return
      left = true
      inside--
      waiting.shift()?.()
    }
  }
  return {
    enter(signal) {
      if (signal.aborted) return Promise.resolve(undefined)
      if (inside < places) {
        inside++
        return Promise.resolve(leaver())
      }
      return new Promise((resolve) => {
        const aborted = () => {
          waiting = waiting.filter((one) => one !== called)
          resolve(undefined)
        }
        const called = () => {
          signal.removeEventListener('abort', aborted)
          inside++
          resolve(leaver())
        }
        waiting.push(called)
        signal.addEventListener('abort', aborted, { once: true })
      })
    },
  }
}
