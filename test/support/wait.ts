import { setTimeout as sleep } from 'node:timers/promises'

export interface WaitOptions {
  timeoutMs?: number
  everyMs?: number
  /** What was waited for, for the error; a function sees the last value. */
  message?: string | (() => string)
}

/**
 * Asks until the answer is truthy, and returns it. A condition that throws counts as not yet; its last error is the cause.
 * @throws Error after `timeoutMs` (default 10 s)
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 10_000, everyMs = 25, message = 'the condition' }: WaitOptions = {},
): Promise<NonNullable<T>> {
  const deadline = performance.now() + timeoutMs
  let cause: unknown
  do {
    try {
      const answer = await condition()
      if (answer) return answer
      cause = undefined
    } catch (thrown) {
      cause = thrown
    }
    await sleep(everyMs)
  } while (performance.now() < deadline)
  const what = typeof message === 'string' ? message : message()
  throw new Error(`waited ${timeoutMs} ms in vain for ${what}`, { cause })
}

/** The same with what is waited for in front. */
export const until = (what: string, isTrue: () => unknown, timeoutMs = 15_000): Promise<unknown> =>
  waitFor(isTrue, { timeoutMs, message: what })
