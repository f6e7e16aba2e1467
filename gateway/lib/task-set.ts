/**
 * Keeps one task running for every wanted key: what should run is compared with what runs, and the difference is repaired.
 * @param run must end soon after its signal aborts, and must not throw
 */
export function taskSet(run: (key: string, signal: AbortSignal) => Promise<void>) {
  const running = new Map<string, { stop: AbortController; ended: Promise<void> }>()

  const start = (key: string) => {
    const stop = new AbortController()
    const ended = run(key, stop.signal).finally(() => running.delete(key))
    running.set(key, { stop, ended })
  }

  return {
    /** Starts what is missing and ends what is not wanted any more. Resolves when the ended ones have ended. */
    async want(keys: ReadonlySet<string>): Promise<void> {
      const ending = [...running].filter(([key]) => !keys.has(key))
      for (const [, { stop }] of ending) stop.abort()
      for (const key of keys) if (!running.has(key)) start(key)
      await Promise.all(ending.map(([, { ended }]) => ended))
    },
    /** Ends one task; it is started again by the next `want` that names it. */
    async restart(key: string): Promise<void> {
      const task = running.get(key)
      task?.stop.abort()
      await task?.ended
    },
    has: (key: string) => running.has(key),
  }
}
