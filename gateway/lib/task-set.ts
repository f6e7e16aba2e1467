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

  const want = async (keys: ReadonlySet<string>): Promise<void> => {
    const ending = [...running].filter(([key]) => !keys.has(key))
    for (const [, { stop }] of ending) stop.abort()
    for (const key of keys) if (!running.has(key)) start(key)
    await Promise.all(ending.map(([, { ended }]) => ended))
  }

  return {
    /** Starts what is missing and ends what is not wanted any more. Resolves when the ended ones have ended. */
    want,
    /** Ends all and waits for them. */
    end: () => want(new Set()),
    has: (key: string) => running.has(key),
  }
}
