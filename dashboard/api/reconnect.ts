import type { Millis } from '../../gateway/domain/units.ts'

/**
 * Full-jitter back-off of every socket of the page: uniform in 0..min(5 s, 0.5 s * 2^attempt), at least 0.1 s. `random` is in [0, 1).
 * A gateway has a few browsers, not thousands: a wall shall be back five seconds after the gateway is.
 */
export function reconnectMs(attempt: number, random: number): Millis {
  return Math.max(100, Math.min(5_000, 500 * 2 ** Math.min(attempt, 10)) * random)
}
