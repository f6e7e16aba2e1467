import { setTimeout as sleepTimer } from 'node:timers/promises'
import type { Millis, UtcMs } from '../domain/units.ts'

/** The only door to time, so that tests can own it. */
export interface Clock {
  /** Wall clock, UTC. May step. */
  now(): UtcMs
  /** Never steps; only differences mean something. */
  monotonic(): Millis
  /** Resolves after `ms`, or at once when `signal` aborts. Never rejects. */
  sleep(ms: Millis, signal?: AbortSignal): Promise<'slept' | 'aborted'>
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(ms, signal) {
    if (signal?.aborted) return 'aborted'
    try {
      await sleepTimer(ms, undefined, { signal })
      return 'slept'
    } catch (cause) {
      if (signal?.aborted) return 'aborted'
      throw cause
    }
  },
}

/** Calls `tick` every `ms` until `signal` aborts; waits for each call, so that ticks never overlap. */
export async function every(clock: Clock, ms: Millis, signal: AbortSignal, tick: () => unknown): Promise<void> {
  while ((await clock.sleep(ms, signal)) === 'slept') await tick()
}
