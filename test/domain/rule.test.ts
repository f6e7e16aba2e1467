import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  evaluate,
  freshRuleState,
  type RuleCondition,
  type RuleInput,
  type RuleState,
} from '../../gateway/domain/rule.ts'

const second = 1_000
/** Each step: seconds since the start, then a value, `late N`, or nothing for a tick. */
type Step = [atSeconds: number, value?: number | string]

function play(rule: Partial<RuleCondition>, steps: readonly Step[], start?: RuleState) {
  const full: RuleCondition = { condition: 'above', threshold: 0, forMs: 0, hysteresis: 0, ...rule }
  let state = start ?? freshRuleState(0)
  const changes: string[] = []
  for (const [at, value] of steps) {
    const input: RuleInput =
      value === undefined
        ? { kind: 'tick' }
        : typeof value === 'string'
          ? { kind: 'reading', value: Number(value.slice(5)), quality: 'late' }
          : { kind: 'reading', value, quality: 'ok' }
    const verdict = evaluate(full, state, input, at * second)
    state = verdict.state
    if (verdict.change) changes.push(`${at}:${verdict.change.kind}`)
  }
  return changes
}

describe('above and below', () => {
  test.each<[string, Partial<RuleCondition>, Step[], string[]]>([
    [
      'at once',
      { threshold: 4 },
      [
        [0, 4],
        [1, 4.1],
        [2, 4],
      ],
      ['1:raised', '2:cleared'],
    ],
    [
      'below',
      { condition: 'below', threshold: 95 },
      [
        [0, 95],
        [1, 94],
        [2, 95],
      ],
      ['1:raised', '2:cleared'],
    ],
    [
      'the worst value is told',
      { threshold: 4 },
      [
        [0, 5],
        [1, 7],
        [2, 6],
        [3, 8],
      ],
      ['0:raised', '1:worse', '3:worse'],
    ],
    [
      'worst below',
      { condition: 'below', threshold: 4 },
      [
        [0, 3],
        [1, 1],
        [2, 2],
      ],
      ['0:raised', '1:worse'],
    ],
    [
      'for is a wait',
      { threshold: 4, forMs: 10_000 },
      [
        [0, 5],
        [5, 5],
        [9.9, 5],
        [10, 5],
      ],
      ['10:raised'],
    ],
    [
      'a break starts the wait anew',
      { threshold: 4, forMs: 10_000 },
      [
        [0, 5],
        [9, 4],
        [10, 5],
        [19, 5],
        [20, 5],
      ],
      ['20:raised'],
    ],
    ['for elapses without a reading', { threshold: 4, forMs: 10_000 }, [[0, 5], [5], [10]], ['10:raised']],
    ['a tick alone raises nothing', { threshold: 4 }, [[0], [100]], []],
    [
      'hysteresis holds it',
      { threshold: 4, hysteresis: 1 },
      [
        [0, 5],
        [1, 3.5],
        [2, 3.1],
        [3, 3],
      ],
      ['0:raised', '3:cleared'],
    ],
    [
      'hysteresis below',
      { condition: 'below', threshold: 4, hysteresis: 1 },
      [
        [0, 3],
        [1, 4.5],
        [2, 5],
      ],
      ['0:raised', '2:cleared'],
    ],
    ['late readings never raise', { threshold: 4 }, [[0, 'late 9'], [1]], []],
    [
      'late readings never clear',
      { threshold: 4 },
      [
        [0, 9],
        [1, 'late 1'],
      ],
      ['0:raised'],
    ],
    ['late readings do not break a wait', { threshold: 4, forMs: 5_000 }, [[0, 9], [3, 'late 1'], [5]], ['5:raised']],
    [
      'a clock that steps back restarts the wait',
      { threshold: 4, forMs: 10_000 },
      [
        [100, 9],
        [50, 9],
        [59, 9],
        [60, 9],
      ],
      ['60:raised'],
    ],
  ])('%s', (_name, rule, steps, expected) => {
    expect(play(rule, steps)).toEqual(expected)
  })

  test('after a restart a waiting rule needs a reading before it fires, and keeps its wait', () => {
    const waiting: RuleState = { phase: 'pending', sinceUtcMs: 0, lastUtcMs: null, lastValue: 5, worstValue: null }
    expect(play({ threshold: 4, forMs: 10_000 }, [[20], [21, 5]], waiting)).toEqual(['21:raised'])
    expect(play({ threshold: 4, forMs: 10_000 }, [[20], [21, 3]], waiting)).toEqual([])
  })
})

describe('silent', () => {
  test.each<[string, Step[], string[]]>([
    ['no reading at all', [[9], [10]], ['10:raised']],
    ['readings keep it calm', [[5, 1], [14], [15, 1], [24]], []],
    ['silence, then a reading', [[5, 1], [15], [16], [17, 1], [18]], ['15:raised', '17:cleared']],
    ['late readings are no sign of life', [[5, 1], [14, 'late 1'], [15]], ['15:raised']],
  ])('%s', (_name, steps, expected) => {
    expect(play({ condition: 'silent', forMs: 10_000 }, steps)).toEqual(expected)
  })
})

const condition = fc.record({
  condition: fc.constantFrom('above' as const, 'below' as const, 'silent' as const),
  threshold: fc.integer({ min: -5, max: 5 }),
  forMs: fc.integer({ min: 0, max: 5_000 }),
  hysteresis: fc.integer({ min: 0, max: 3 }),
})
const event = fc.record({
  passMs: fc.integer({ min: -2_000, max: 4_000 }),
  input: fc.oneof(
    fc.constant<RuleInput>({ kind: 'tick' }),
    fc.record({
      kind: fc.constant('reading' as const),
      value: fc.integer({ min: -10, max: 10 }),
      quality: fc.constantFrom('ok' as const, 'suspect' as const, 'late' as const),
    }),
  ),
})

test('whatever happens: raised and cleared alternate, a wait is kept, a late reading changes nothing', () => {
  fc.assert(
    fc.property(condition, fc.array(event, { maxLength: 60 }), (rule, events) => {
      let now = 1_000_000
      let state = freshRuleState(now)
      let isRaised = false
      for (const { passMs, input } of events) {
        now += passMs
        const before = state
        const { state: after, change } = evaluate(rule, before, input, now)
        if (input.kind === 'reading' && input.quality === 'late') expect(after).toBe(before)
        if (change?.kind === 'raised') {
          expect(isRaised).toBe(false)
          // The wait is measured from before this step, unless there is none.
          if (rule.forMs > 0) expect(now - before.sinceUtcMs).toBeGreaterThanOrEqual(rule.forMs)
          isRaised = true
        }
        if (change?.kind === 'cleared') {
          expect(isRaised).toBe(true)
          expect(input.kind).toBe('reading')
          isRaised = false
        }
        if (change?.kind === 'worse') expect(isRaised).toBe(true)
        expect(after.phase === 'raised').toBe(isRaised)
        // A reading that is fine, with room to spare, always ends in calm.
        if (input.kind === 'reading' && input.quality !== 'late') {
          const distance = rule.condition === 'above' ? rule.threshold - input.value : input.value - rule.threshold
          if (rule.condition !== 'silent' && distance >= rule.hysteresis) expect(after.phase).toBe('ok')
        }
        state = after
      }
    }),
    { numRuns: 500 },
  )
})
