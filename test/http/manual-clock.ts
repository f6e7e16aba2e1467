import type { Clock } from '../../gateway/lib/clock.ts'

export interface ManualClock extends Clock {
  /** Moves both clocks on, waking every sleeper whose time has come, in order, and lets them work. */
  advance(ms: number): Promise<void>
}

/** A clock that only moves when the test says so. */
export function manualClock(startUtcMs = Date.UTC(2026, 10, 3, 2)): ManualClock {
  let passedMs = 0
  const sleepers = new Set<{ atMs: number; wake: () => void }>()
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  return {
    now: () => startUtcMs + passedMs,
    monotonic: () => passedMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve('aborted')
        const end = (how: 'slept' | 'aborted') => {
          sleepers.delete(sleeper)
          signal?.removeEventListener('abort', onAbort)
          resolve(how)
        }
        const onAbort = () => end('aborted')
        const sleeper = { atMs: passedMs + ms, wake: () => end('slept') }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', onAbort)
      }),
    async advance(ms) {
      const untilMs = passedMs + ms
      for (;;) {
        await settle()
        const [next] = [...sleepers].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)
        if (next === undefined) break
        passedMs = Math.max(passedMs, next.atMs)
        next.wake()
      }
      passedMs = untilMs
      await settle()
    },
  }
}
