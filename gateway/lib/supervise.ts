import { type Failure, toFailure } from '../domain/failure.ts'
import { hours, type Millis, type UtcMs } from '../domain/units.ts'
import type { Clock } from './clock.ts'
import { type Log, LogKey } from './log.ts'

export interface Tools {
  readonly clock: Clock
  readonly log: Log
}

/** What is known about a supervised task: shown on /readyz and to operators. */
export interface Health {
  ok: boolean
  /** Why not ok: the code of the last failure. */
  code: string | null
  message: string | null
  sinceUtcMs: UtcMs
  nextTryUtcMs: UtcMs | null
}

export interface Task {
  readonly name: string
  /** One honest attempt. Resolves when there is nothing left to do, throws when the attempt failed. */
  runOnce(signal: AbortSignal): Promise<void>
}

export interface Retry {
  readonly firstMs: Millis
  readonly capMs: Millis
  /** An attempt that lasted this long counts as good: the pause starts small again. */
  readonly calmMs: Millis
}

export const defaultRetry: Retry = { firstMs: 500, capMs: 30_000, calmMs: 30_000 }

/** Full-jitter back-off in whole milliseconds: uniform in 0..min(cap, first * 2^attempt), never under a tenth of `firstMs`. `random` is in [0, 1). */
export function backoffMs(retry: Retry, attempt: number, random: number): Millis {
  const ceiling = Math.min(retry.capMs, retry.firstMs * 2 ** Math.min(attempt, 30))
  return Math.round(Math.max(retry.firstMs / 10, ceiling * random))
}

/** What ends again and again after a good while is said no more often than this. */
const sayAgainMs: Millis = hours(1)

export interface SuperviseOptions {
  /** One pace for all, or by what failed (undefined: it ended by itself). */
  readonly retry?: Retry | ((failure: Failure | undefined) => Retry)
  /** How to wait between attempts; the clock's sleep unless something may end the pause early. */
  readonly pause?: (ms: Millis, signal: AbortSignal) => Promise<unknown>
  readonly random?: () => number
  /** Told after each failed attempt, before the pause. */
  readonly onFailure?: (failure: Failure, nextTryUtcMs: UtcMs) => void
  /** What a normal end means: `again` (default) pauses and starts anew, `done` stops supervising. */
  readonly onEnd?: 'again' | 'done'
}

/** Keeps one task alive until `signal` aborts. Owns retry, back-off and the log line; never throws. */
export async function supervise(
  task: Task,
  { clock, log }: Tools,
  signal: AbortSignal,
  options: SuperviseOptions = {},
): Promise<void> {
  const { retry = defaultRetry, random = Math.random, onFailure, onEnd = 'again' } = options
  const { pause = clock.sleep } = options
  const tell = (failure: Failure, nextTryUtcMs: UtcMs) => {
    try {
      onFailure?.(failure, nextTryUtcMs)
    } catch (err) {
      // Who cannot be told (its disk is full, too) must not end what failed.
      log.error({ [LogKey.task]: task.name, [LogKey.code]: 'not-told', err }, 'a failure could not be told')
    }
  }
  let attempt = 0
  /** What was said of this outage, and when. */
  const said = new Map<string, Millis>()
  while (!signal.aborted) {
    const startedMs = clock.monotonic()
    let failure: Failure | undefined
    try {
      await task.runOnce(signal)
      if (onEnd === 'done') return
      said.clear()
    } catch (cause) {
      failure = toFailure(cause)
    }
    if (signal.aborted) return
    const pace = typeof retry === 'function' ? retry(failure) : retry
    if (clock.monotonic() - startedMs >= pace.calmMs) {
      attempt = 0
      for (const [code, atMs] of said) if (clock.monotonic() - atMs >= sayAgainMs) said.delete(code)
    }
    const pauseMs = backoffMs(pace, attempt++, random())
    if (failure) {
      tell(failure, clock.now() + pauseMs)
      const line = {
        [LogKey.task]: task.name,
        [LogKey.code]: failure.code,
        ...failure.facts,
        pauseMs,
      }
      if (failure.kind === 'bug') log.error({ ...line, err: failure.cause ?? failure }, failure.message)
      // What goes on for days is said once, also when two failures take turns.
      else log[said.has(failure.code) ? 'debug' : 'warn'](line, failure.message)
      if (!said.has(failure.code)) said.set(failure.code, clock.monotonic())
    }
    await pause(pauseMs, signal)
  }
}
