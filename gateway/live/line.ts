/** Work of which only so much may run at once; the rest waits in line. */
export function lineOf(atOnce: number) {
  let free = atOnce
  const waiting: (() => void)[] = []
  const enter = async () => {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
  }
  /** Whoever waits longest takes the place over. */
  const leave = () => {
    const next = waiting.shift()
    if (next) next()
    else free++
  }
  /** @throws whatever `work` throws, or `signal` aborts with while it waits */
  return async <T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> => {
    await enter()
    try {
      signal.throwIfAborted()
      return await work()
    } finally {
      leave()
    }
  }
}
