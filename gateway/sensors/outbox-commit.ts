import { toFailure } from '../domain/failure.ts'
import type { Millis } from '../domain/units.ts'
import type { Clock } from '../lib/clock.ts'

interface Waiting {
  readonly work: () => void
  readonly done: () => void
  readonly failed: (cause: unknown) => void
}

/** So many share a commit, or those of so long. */
const fullCommit = 500
const gatherMs: Millis = 2
/** After a commit that took long (flash cards), the next one waits as long, so that more share it. */
const longestGatherMs: Millis = 100

/**
 * Many small writes as one transaction: all of them are told how it ended.
 * @param commit does all of the works in one transaction, or throws
 */
export function groupCommit(clock: Clock, commit: (works: readonly (() => void)[]) => void) {
  let waiting: Waiting[] = []
  let running: Promise<void> | undefined
  let lastTookMs: Millis = 0
  /** Ends the gathering of the commit that is being filled. */
  let full: AbortController | undefined

  function commitAll() {
    const batch = waiting
    waiting = []
    const startedMs = clock.monotonic()
    try {
      commit(batch.map(({ work }) => work))
    } catch (cause) {
      const failure = toFailure(cause)
      for (const { failed } of batch) failed(failure)
      return
    }
    lastTookMs = clock.monotonic() - startedMs
    for (const { done } of batch) done()
  }

  async function drain() {
    while (waiting.length > 0) {
      if (waiting.length < fullCommit) {
        full = new AbortController()
        await clock.sleep(Math.min(Math.max(gatherMs, lastTookMs), longestGatherMs), full.signal)
        full = undefined
      } else await new Promise((resolve) => setImmediate(resolve))
      commitAll()
    }
    running = undefined
  }

  return {
    write(work: () => void): Promise<void> {
      return new Promise((resolve, reject) => {
        waiting.push({ work, done: resolve, failed: reject })
        if (waiting.length === fullCommit) full?.abort()
        running ??= drain()
      })
    },
    idle: async (): Promise<void> => running,
  }
}
