/** Work of which only so much may run at once; the rest waits in line. */
export function lineOf(atOnce: number) {
  let running = 0
  const waiting: (() => void)[] = []
  const next = () => {
    running--
    waiting.shift()?.()
  }
  /** @throws whatever `work` throws, or `signal` aborts with while it waits */
  return async <T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> => {
    while (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve))
    running++
    try {
      signal.throwIfAborted()
      return await work()
    } finally {
      next()
    }
  }
}
