import { type Millis, minutes } from '../../gateway/domain/units.ts'

/** `unavailable`: this browser, or a page without TLS, has no way to keep a screen on. */
export type Awake = 'asking' | 'kept' | 'refused' | 'unavailable'

const againMs: Millis = minutes(1)

/** Keeps the screen on as long as the page is seen, until `signal` aborts: asks again whenever the browser took it back. */
export function keepAwake(tell: (awake: Awake) => void, signal: AbortSignal): void {
  // Without TLS it is not there, whatever its type says.
  const locks: WakeLock | undefined = navigator.wakeLock
  if (locks === undefined) {
    tell('unavailable')
    return
  }
  let held: WakeLockSentinel | null = null
  let asking = false
  const ask = async (): Promise<void> => {
    if (held !== null || asking || document.visibilityState !== 'visible' || signal.aborted) return
    asking = true
    try {
      const lock = await locks.request('screen')
      held = lock
      lock.addEventListener('release', () => {
        held = null
        if (!signal.aborted) void ask()
      })
      tell('kept')
      if (signal.aborted) await lock.release()
    } catch (thrown) {
      console.warn('the screen is not kept on', thrown)
      tell('refused')
    } finally {
      asking = false
    }
  }
  const timer = setInterval(() => void ask(), againMs)
  document.addEventListener('visibilitychange', () => void ask(), { signal })
  signal.addEventListener('abort', () => {
    clearInterval(timer)
    held?.release().catch((cause: unknown) => console.debug('the wake lock was gone', cause))
  })
  void ask()
}
