import type { Millis } from '../../gateway/domain/units.ts'

export type Drift = 'unknown' | 'fine' | 'off' | 'wrong'

/** How far a camera's clock is off: above 2 s it is told, above 30 s the time in its picture is not to be trusted. */
export function driftOf(offsetMs: Millis | null): Drift {
  if (offsetMs === null) return 'unknown'
  const size = Math.abs(offsetMs)
  if (size > 30_000) return 'wrong'
  return size > 2_000 ? 'off' : 'fine'
}
