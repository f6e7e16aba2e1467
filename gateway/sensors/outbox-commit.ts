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
/** When so many came together they come fast: larger commits cost the disk less, and wait a few milliseconds more for each other. */
const manyInCommit = 200
const fullBusyCommit = 2_000
const longestBusyGatherMs: Millis = 12

/**
 * Many small writes as one transaction: all of them are told how it ended.
 * @param commit does all of the works in one transaction, or throws
 */
export function groupCommit(clock: Clock, commit: (works: readonly (() => void)[]) => void) {
  let waiting: Waiting[] = []
  let running: Promise<void> | undefined
  let lastTookMs: Millis = 0
  let isBusy = false
  /** Ends the gathering of the commit that is being filled. */
  let full: AbortController | undefined

  function commitAll() {
    const batch = waiting
    waiting = []
    isBusy = batch.length >= manyInCommit
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

  const enough = () => (isBusy ? fullBusyCommit : fullCommit)
  function gather(): Millis {
    const wantedMs = Math.max(
      gatherMs,
      isBusy ? Math.min(lastTookMs * 4, Math.max(longestBusyGatherMs, lastTookMs)) : lastTookMs,
    )
    return Math.min(wantedMs, longestGatherMs)
  }

  async function drain() {
    while (waiting.length > 0) {
      if (waiting.length < enough()) {
        full = new AbortController()
        await clock.sleep(gather(), full.signal)
        full = undefined
      } else await new Promise((resolve) => setImmediate(resolve))
      commitAll()
    }
    running = undefined
  }

  return {
    /** `done` or `failed` is called when the commit that `work` was part of has ended. */
    write(work: () => void, done: () => void, failed: (cause: unknown) => void): void {
      waiting.push({ work, done, failed })
      if (waiting.length === enough()) full?.abort()
      running ??= drain()
    },
    idle: async (): Promise<void> => running,
  }
}
