import type { Millis } from '../domain/units.ts'
import type { Clock } from './clock.ts'

/** Sleeps that somebody may end early: what was waited for may have changed. One sleeper a key. */
export function pauses(clock: Clock) {
  const sleeping = new Map<string, AbortController>()
  return {
    async sleep(key: string, ms: Millis, signal: AbortSignal): Promise<void> {
      const woken = new AbortController()
      sleeping.set(key, woken)
      await clock.sleep(ms, AbortSignal.any([signal, woken.signal]))
      sleeping.delete(key)
    },
    wake: (key: string): void => sleeping.get(key)?.abort(),
  }
}
