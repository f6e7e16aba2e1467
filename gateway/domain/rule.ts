import type { ReadingQuality } from './reading.ts'
import type { Millis, UtcMs } from './units.ts'

/** What of a rule decides; the rest is names. */
export interface RuleCondition {
  readonly condition: 'above' | 'below' | 'silent'
  readonly threshold: number
  readonly forMs: Millis
  readonly hysteresis: number
}

/** `pending`: the condition holds, but not yet for long enough. */
export interface RuleState {
  readonly phase: 'ok' | 'pending' | 'raised'
  /** Since when the phase lasts. */
  readonly sinceUtcMs: UtcMs
  /** The last reading that counted, by gateway time; null when none came since the start of the gateway. */
  readonly lastUtcMs: UtcMs | null
  readonly lastValue: number | null
  /** The value furthest beyond the threshold since it was raised. */
  readonly worstValue: number | null
}

export type RuleInput =
  | { readonly kind: 'reading'; readonly value: number; readonly quality: ReadingQuality }
  | { readonly kind: 'tick' }

export type RuleChange =
  | { readonly kind: 'raised'; readonly value: number | null }
  | { readonly kind: 'worse'; readonly value: number }
  | { readonly kind: 'cleared' }

export interface Verdict {
  readonly state: RuleState
  readonly change: RuleChange | null
}

export const freshRuleState = (nowUtcMs: UtcMs): RuleState => ({
  phase: 'ok',
  sinceUtcMs: nowUtcMs,
  lastUtcMs: null,
  lastValue: null,
  worstValue: null,
})

/** Is the value beyond the threshold? */
const beyond = (rule: RuleCondition, value: number): boolean =>
  rule.condition === 'above' ? value > rule.threshold : value < rule.threshold

/** Has the value come back far enough to clear? */
const back = (rule: RuleCondition, value: number): boolean =>
  rule.condition === 'above' ? value <= rule.threshold - rule.hysteresis : value >= rule.threshold + rule.hysteresis

/**
 * One step of a rule. A late reading changes nothing: it says what was, not what is. A clock that steps back restarts the wait.
 * Call with a tick about once a second, so that `for` elapses without a reading and silence is noticed.
 */
export function evaluate(rule: RuleCondition, before: RuleState, input: RuleInput, nowUtcMs: UtcMs): Verdict {
  if (input.kind === 'reading' && input.quality === 'late') return { state: before, change: null }
  const state = before.sinceUtcMs > nowUtcMs ? { ...before, sinceUtcMs: nowUtcMs } : before
  return rule.condition === 'silent' ? silence(rule, state, input, nowUtcMs) : level(rule, state, input, nowUtcMs)
}

function silence(rule: RuleCondition, state: RuleState, input: RuleInput, nowUtcMs: UtcMs): Verdict {
  if (input.kind === 'reading') {
    const heard = { lastUtcMs: nowUtcMs, lastValue: input.value, sinceUtcMs: nowUtcMs, worstValue: null }
    return { state: { ...heard, phase: 'ok' }, change: state.phase === 'raised' ? { kind: 'cleared' } : null }
  }
  // In phase ok, `sinceUtcMs` is the last reading, or the start of watching.
  if (state.phase === 'raised' || nowUtcMs - state.sinceUtcMs < rule.forMs) return { state, change: null }
  return {
    state: { ...state, phase: 'raised', sinceUtcMs: nowUtcMs },
    change: { kind: 'raised', value: state.lastValue },
  }
}

function level(rule: RuleCondition, before: RuleState, input: RuleInput, nowUtcMs: UtcMs): Verdict {
  if (input.kind === 'tick') {
    // After a restart a waiting rule needs a reading of today before it may fire.
    const due = before.phase === 'pending' && before.lastUtcMs !== null && nowUtcMs - before.sinceUtcMs >= rule.forMs
    return due && before.lastValue !== null
      ? raise(before, before.lastValue, nowUtcMs)
      : { state: before, change: null }
  }
  const { value } = input
  const state = { ...before, lastUtcMs: nowUtcMs, lastValue: value }
  if (state.phase === 'raised') {
    if (back(rule, value))
      return { state: { ...state, phase: 'ok', sinceUtcMs: nowUtcMs, worstValue: null }, change: { kind: 'cleared' } }
    const worst = state.worstValue
    const worse = worst === null || (rule.condition === 'above' ? value > worst : value < worst)
    return worse && beyond(rule, value)
      ? { state: { ...state, worstValue: value }, change: { kind: 'worse', value } }
      : { state, change: null }
  }
  if (!beyond(rule, value))
    return { state: state.phase === 'ok' ? state : { ...state, phase: 'ok', sinceUtcMs: nowUtcMs }, change: null }
  const sinceUtcMs = state.phase === 'pending' ? state.sinceUtcMs : nowUtcMs
  if (nowUtcMs - sinceUtcMs >= rule.forMs) return raise(state, value, nowUtcMs)
  return { state: { ...state, phase: 'pending', sinceUtcMs }, change: null }
}

function raise(state: RuleState, value: number, nowUtcMs: UtcMs): Verdict {
  return {
    state: { ...state, phase: 'raised', sinceUtcMs: nowUtcMs, worstValue: value },
    change: { kind: 'raised', value },
  }
}
