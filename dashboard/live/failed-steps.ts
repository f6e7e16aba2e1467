import type { LadderStep } from '../../gateway/domain/words.ts'
import type { Millis } from '../../gateway/domain/units.ts'
import type { FailedSteps } from './ports.ts'

const firstRestMs: Millis = 60_000
const longestRestMs: Millis = 600_000
const rebuildsPerMinute = 3

/** A step that failed rests for a minute, and twice as long each time it fails again, up to ten minutes. */
export function failedSteps(): FailedSteps {
  const known = new Map<LadderStep, { times: number; untilMs: Millis }>()
  return {
    add(step, atMs) {
      const before = known.get(step)
      if (before && before.untilMs > atMs) return
      const times = (before?.times ?? 0) + 1
      known.set(step, { times, untilMs: atMs + Math.min(longestRestMs, firstRestMs * 2 ** (times - 1)) })
    },
    list: (atMs) => [...known].filter(([, { untilMs }]) => untilMs > atMs).map(([step]) => step),
    // On trial a step must do well at once: nobody wants to see it fail three times more.
    allowance: (step) => (step !== null && known.has(step) ? 1 : rebuildsPerMinute),
  }
}
