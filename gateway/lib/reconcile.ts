import type { Millis } from '../domain/units.ts'
import { type Clock, every } from './clock.ts'

/**
 * Compares what is intended with what is, and repairs the difference: every `everyMs`, and at once when somebody says so. Calls of
 * `repair` never overlap, and none begins before `run` or after its end.
 */
export function reconciler(repair: () => Promise<void>, everyMs: Millis, clock: Clock) {
  let turn: Promise<void> = Promise.resolve()
  let running = false
  const soon = (): Promise<void> => {
    turn = turn.then(() => (running ? repair() : undefined))
    return turn
  }
  return {
    soon,
    async run(signal: AbortSignal): Promise<void> {
      running = !signal.aborted
      await soon()
      await every(clock, everyMs, signal, soon)
      running = false
      await turn
    },
  }
}
