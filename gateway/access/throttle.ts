import { Failure } from '../domain/failure.ts'
import { hours, type Millis, minutes, seconds } from '../domain/units.ts'
import type { Clock } from '../lib/clock.ts'

/** Failures in a row before the first pause: for one user at one address, for an address, for a user wherever he is. */
const limits = { pair: 5, address: 20, user: 50 } as const
const firstPauseMs = seconds(30)
const longestPauseMs = minutes(15)
const forgetMs = hours(1)
/** Beyond this many keys the oldest is forgotten: a flood of invented names fills no memory. */
const keptKeys = 10_000

interface Count {
  failures: number
  lastMs: Millis
  blockedUntilMs: Millis
}

/** Slows down guessing. An attempt counts as failed from its start, so that many at once gain nothing; success takes it back. */
export interface Throttle {
  /** @throws Failure busy (`login-throttled`) with `retryAfterMs` */
  begin(user: string, address: string): void
  succeeded(user: string, address: string): void
}

export function loginThrottle({ monotonic }: Pick<Clock, 'monotonic'>): Throttle {
  const counts = new Map<string, Count>()
  const keysOf = (user: string, address: string): [string, number][] => [
    [`pair ${address} ${user}`, limits.pair],
    [`address ${address}`, limits.address],
    [`user ${user}`, limits.user],
  ]

  return {
    begin(user, address) {
      const nowMs = monotonic()
      const keys = keysOf(user, address)
      const retryAfterMs = Math.max(...keys.map(([key]) => (counts.get(key)?.blockedUntilMs ?? 0) - nowMs))
      if (retryAfterMs > 0)
        throw new Failure('busy', 'login-throttled', 'too many failed logins; wait before the next try', {
          retryAfterMs: Math.ceil(retryAfterMs),
        })
      for (const [key, limit] of keys) {
        const was = counts.get(key)
        const failures = was !== undefined && nowMs - was.lastMs < forgetMs ? was.failures + 1 : 1
        const pauseMs =
          failures < limit ? 0 : Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(failures - limit, 20))
        // Deleted first, so that the map stays in order of use.
        counts.delete(key)
        counts.set(key, { failures, lastMs: nowMs, blockedUntilMs: nowMs + pauseMs })
      }
      for (const key of counts.keys()) {
        if (counts.size <= keptKeys) break
        counts.delete(key)
      }
    },
    succeeded(user, address) {
      for (const [key] of keysOf(user, address)) {
        const count = counts.get(key)
        if (count === undefined) continue
        // Who knows one password is not thereby forgiven guessing others from the same address.
        if (key.startsWith('pair ')) counts.delete(key)
        else counts.set(key, { ...count, failures: count.failures - 1, blockedUntilMs: 0 })
      }
    },
  }
}
