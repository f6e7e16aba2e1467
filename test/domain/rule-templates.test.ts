import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RuleProposal } from '../../gateway/contract/sensor.ts'
import { proposeRules, type TemplateMetric, type TemplatePlace } from '../../gateway/domain/rule-templates.ts'
import { areaKinds } from '../../gateway/domain/words.ts'

const metric = (change: Partial<TemplateMetric>): TemplateMetric => ({
  key: 't',
  name: '温度',
  kind: 'temperature',
  unit: '°C',
  type: 'number',
  periodMs: 60_000,
  value: null,
  ...change,
})
const place = (areaKind: TemplatePlace['areaKind'], product: string | null = null): TemplatePlace => ({
  areaKind,
  product,
})
/** `above -18 30min warning`, without the silence. */
const limits = (one: TemplateMetric, at: TemplatePlace) =>
  proposeRules([one], at)
    .filter(({ condition }) => condition !== 'silent')
    .map(({ condition, threshold, forMs, severity }) => `${condition} ${threshold} ${forMs / 60_000}min ${severity}`)

describe('the rules that are proposed', () => {
  test.each([
    ['a frozen store', metric({ value: -21 }), place('store'), ['above -18 30min warning', 'above -15 60min critical']],
    [
      'a chilled store for meat',
      metric({ value: 2.5 }),
      place('store', '腊肉'),
      ['above 4 15min warning', 'above 7 30min critical', 'below -1 30min warning'],
    ],
    [
      'a chilled store for others',
      metric({ value: 8 }),
      place('store', '酱菜'),
      ['above 10 15min warning', 'above 12 30min critical', 'below 0 30min warning'],
    ],
    ['a dry store', metric({ value: 22 }), place('store'), ['above 30 60min warning']],
    ['a store whose value nobody knows yet', metric({ value: null }), place('store'), ['above 30 60min warning']],
    [
      'the room of raw meat',
      metric({ value: 11 }),
      place('raw', '香肠'),
      ['above 12 30min warning', 'above 15 30min critical'],
    ],
    [
      'wet rice noodles',
      metric({ value: 20 }),
      place('pack', '湿米粉'),
      ['above 25 20min warning', 'above 26 60min critical'],
    ],
    [
      'tea',
      metric({ kind: 'humidity', unit: '%' }),
      place('store', '绿茶'),
      ['above 50 120min warning', 'above 55 120min critical'],
    ],
    [
      'packaging',
      metric({ kind: 'humidity', unit: '%' }),
      place('pack'),
      ['above 75 60min warning', 'above 80 60min critical'],
    ],
    [
      'an incubator',
      metric({ value: 36.2 }),
      place('lab'),
      ['above 37 15min warning', 'above 37 60min critical', 'below 35 15min warning', 'below 35 60min critical'],
    ],
    [
      'the door of a store',
      metric({ kind: 'door', unit: null, type: 'binary', periodMs: null }),
      place('store'),
      ['above 0.5 3min warning', 'above 0.5 10min critical'],
    ],
    ['a door to the road', metric({ kind: 'door', unit: null, type: 'binary', periodMs: null }), place('road'), []],
    [
      'gas in per cent of its limit',
      metric({ kind: 'gas', unit: '%LEL' }),
      place('process'),
      ['above 10 0min warning', 'above 25 0min critical'],
    ],
    ['a gas alarm', metric({ kind: 'gas', unit: null, type: 'binary' }), place('process'), ['above 0.5 0min critical']],
    [
      'treated wastewater',
      metric({ kind: 'ph', unit: 'pH' }),
      place('outfall'),
      ['above 9 15min critical', 'below 6 15min critical'],
    ],
    ['what nobody knows a limit for', metric({ kind: 'illuminance', unit: 'lx' }), place('gate'), []],
    ['no kind at all', metric({ kind: null }), place('store'), []],
  ])('%s', (_name, one, at, expected) => {
    expect(limits(one, at)).toEqual(expected)
  })

  test('silence is three periods, at least five minutes; what only speaks on change has none', () => {
    const silence = (one: Partial<TemplateMetric>) =>
      proposeRules([metric(one)], place('gate'))
        .filter(({ condition }) => condition === 'silent')
        .map(({ forMs }) => forMs / 60_000)
    expect(silence({ periodMs: 600_000 })).toEqual([30])
    expect(silence({ periodMs: 10_000 })).toEqual([5])
    expect(silence({ periodMs: null })).toEqual([15])
    expect(silence({ type: 'binary', periodMs: null })).toEqual([])
  })

  test('each can be kept as a rule, whatever the metric', () => {
    const anyMetric = fc.record({
      key: fc.string({ minLength: 1, maxLength: 80 }),
      name: fc.string({ minLength: 1, maxLength: 60 }).filter((name) => name.trim() !== ''),
      kind: fc.constantFrom('temperature', 'humidity', 'door', 'gas', 'ph', 'battery', 'level', null),
      unit: fc.constantFrom('°C', '%', '%LEL', 'pH', null),
      type: fc.constantFrom('number' as const, 'binary' as const),
      periodMs: fc.option(fc.integer({ min: 1, max: 86_400_000 })),
      value: fc.option(fc.double({ noNaN: true, min: -60, max: 150 })),
    })
    fc.assert(
      fc.property(fc.array(anyMetric, { maxLength: 5 }), fc.constantFrom(...areaKinds), (metrics, areaKind) => {
        for (const rule of proposeRules(metrics, place(areaKind)))
          expect(RuleProposal.safeParse(rule).error).toBeUndefined()
      }),
    )
  })
})
