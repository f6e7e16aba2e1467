import { minutes, type Millis, seconds } from '../domain/units.ts'
import type { Clock } from '../lib/clock.ts'

/** Wrong logins in a row before pauses begin: of one user at one address, and of all at an address. */
const limits = { pair: 3, address: 30 } as const
const firstPauseMs = seconds(2)
const longestPauseMs = minutes(1)
const forgetMs = minutes(10)
/** Beyond this many keys the oldest is forgotten: invented names fill no memory. */
const keptKeys = 5_000

interface Count {
  failures: number
  lastMs: Millis
  pausedUntilMs: Millis
}

/**
 * Slows down guessing, by address. A device with a wrong password slows down itself first, and the others behind the same address only
 * when very many are wrong; failures at another address slow down nobody here.
 */
export interface LoginPace {
  /** Whether this one is heard now. One that is not does not count as a failure. */
  mayTry(user: string, address: string): boolean
  failed(user: string, address: string): void
  succeeded(user: string, address: string): void
}

export function loginPace({ monotonic }: Pick<Clock, 'monotonic'>): LoginPace {
  const counts = new Map<string, Count>()
  const pair = (user: string, address: string) => `${address} ${user}`

  function count(key: string, limit: number) {
    const nowMs = monotonic()
    const was = counts.get(key)
    const failures = was !== undefined && nowMs - was.lastMs < forgetMs ? was.failures + 1 : 1
    const over = failures - limit
    const pauseMs = over < 0 ? 0 : Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(over, 20))
    // Deleted first, so that the map stays in order of use.
    counts.delete(key)
    counts.set(key, { failures, lastMs: nowMs, pausedUntilMs: nowMs + pauseMs })
  }

  return {
    mayTry(user, address) {
      const nowMs = monotonic()
      return [pair(user, address), address].every((key) => (counts.get(key)?.pausedUntilMs ?? 0) <= nowMs)
    },
    failed(user, address) {
      count(pair(user, address), limits.pair)
      count(address, limits.address)
      for (const oldest of counts.keys()) {
        if (counts.size <= keptKeys) break
        counts.delete(oldest)
      }
    },
    succeeded(user, address) {
      counts.delete(pair(user, address))
    },
  }
}
