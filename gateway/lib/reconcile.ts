import { toFailure } from '../domain/failure.ts'
import type { Millis } from '../domain/units.ts'
import { every } from './clock.ts'
import { LogKey } from './log.ts'
import type { Tools } from './supervise.ts'

/**
 * Compares what is intended with what is, and repairs the difference: every `everyMs`, and at once when somebody says so. Calls of
 * `repair` never overlap, and none begins before `run` or after its end. One that fails is logged; the next one does its work.
 */
export function reconciler(name: string, repair: () => Promise<void>, everyMs: Millis, { clock, log }: Tools) {
  let turn: Promise<void> = Promise.resolve()
  let running = false
  const repairOnce = async () => {
    if (!running) return
    try {
      await repair()
    } catch (cause) {
      const failure = toFailure(cause)
      log.error({ [LogKey.task]: name, [LogKey.code]: failure.code, err: failure.cause ?? failure }, failure.message)
    }
  }
  const soon = (): Promise<void> => {
    turn = turn.then(repairOnce)
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
