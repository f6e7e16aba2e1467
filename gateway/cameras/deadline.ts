import type { Millis } from '../domain/units.ts'
import type { Clock } from '../lib/clock.ts'

/**
 * Runs `work` with a signal that aborts after `ms`, or when `signal` does. `work` itself must end on that signal.
 */
export async function withDeadline<T>(
  clock: Clock,
  ms: Millis,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const finished = new AbortController()
  const late = new AbortController()
  const watching = clock.sleep(ms, finished.signal).then((outcome) => {
    if (outcome === 'slept') late.abort(new DOMException('the time ran out', 'TimeoutError'))
  })
  try {
    return await work(AbortSignal.any([signal, late.signal]))
  } finally {
    finished.abort()
    await watching
  }
}

/** `promise`, unless `signal` aborts first: then rejects with its reason. For waits that cannot be told to stop. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
