import type { Clock } from '../../gateway/lib/clock.ts'

export interface ManualClock extends Clock {
  /** Moves both clocks on, waking every sleeper whose time has come, in order, and lets them work. */
  advance(ms: number): Promise<void>
  /** Moves both clocks on at once, as when the machine slept: each sleeper whose time has come wakes once. */
  jump(ms: number): Promise<void>
}

/** A clock that only moves when the test says so. */
export function manualClock(startUtcMs = Date.UTC(2026, 10, 3, 2)): ManualClock {
  let passedMs = 0
  const sleepers = new Set<{ atMs: number; wake: () => void }>()
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  const due = (untilMs: number) => [...sleepers].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)
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
        const [next] = due(untilMs)
        if (next === undefined) break
        passedMs = Math.max(passedMs, next.atMs)
        next.wake()
      }
      passedMs = untilMs
      await settle()
    },
    async jump(ms) {
      passedMs += ms
      for (const sleeper of due(passedMs)) sleeper.wake()
      await settle()
    },
  }
}
