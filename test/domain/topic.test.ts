import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { filterCovers, filterMatches, leanFilters, topicTemplate } from '../../gateway/domain/topic.ts'

test.each([
  ['zone/{sensor}', 'zone/boiler', { sensorTopic: 'zone/boiler', sensor: 'boiler', metric: null }],
  ['zone/{sensor}', 'zone/w1/boiler', undefined],
  ['zone/{sensor}', 'zone/', undefined],
  ['zone/{sensor}', 'other/boiler', undefined],
  [
    'zone/+/{sensor}/{metric}',
    'zone/w2/boiler/temp',
    { sensorTopic: 'zone/w2/boiler', sensor: 'boiler', metric: 'temp' },
  ],
  ['{metric}/of/{sensor}', 'temp/of/a', { sensorTopic: 'temp/of/a', sensor: 'a', metric: 'temp' }],
  ['zone/{sensor}/state', 'zone/a/state', { sensorTopic: 'zone/a', sensor: 'a', metric: null }],
  ['zone/{sensor}/state', 'zone/a/status', undefined],
])('%s on %s', (template, topic, expected) => {
  expect(topicTemplate(template).match(topic)).toEqual(expected)
})

test('the filter of a template', () => {
  expect(topicTemplate('zone/+/{sensor}/{metric}').filter).toBe('zone/+/+/+')
})

test.each(['zone/boiler', 'zone/#', 'zone/{sensor}/{sensor}', 'zone/{room}/{sensor}', 'zone/a{sensor}'])(
  'the template %s is refused',
  (template) => {
    expect(() => topicTemplate(template)).toThrowError(expect.objectContaining({ code: 'topic-template' }))
  },
)

describe('filters', () => {
  test.each([
    ['a/+/c', 'a/b/c', true],
    ['a/+/c', 'a/b/d', false],
    ['a/#', 'a/b/c', true],
    ['a/#', 'a', true],
    ['#', '$SYS/x', false],
    ['+/x', '$SYS/x', false],
    ['a/+', 'a/b/c', false],
    ['a/b', 'a/b', true],
  ])('%s receives %s: %s', (filter, topic, expected) => {
    expect(filterMatches(filter, topic)).toBe(expected)
  })

  test('a topic that a wildcard receives already is left out', () => {
    expect(leanFilters(['zone/+', 'zone/a', 'zone/a/b', 'zone/a', 'x'])).toEqual(['zone/+', 'zone/a/b', 'x'])
  })

  test.each([
    ['zone/#', 'zone/a/b', true],
    ['zone/#', 'zone/+/b', true],
    ['zone/#', 'zone/#', true],
    ['zone/#', 'zone', true],
    ['zone/+', 'zone/a', true],
    ['zone/+', 'zone/+', true],
    ['zone/+', 'zone/#', false],
    ['zone/+', 'zone/a/b', false],
    ['zone/a', 'zone/+', false],
    ['zone/a', 'zone/a', true],
    ['#', '#', true],
    ['#', '$SYS/#', false],
    ['+/x', '$SYS/x', false],
    ['$SYS/#', '$SYS/x', true],
    ['zone/a/b', 'zone/a', false],
  ])('%s covers %s: %s', (allowed, wanted, expected) => {
    expect(filterCovers(allowed, wanted)).toBe(expected)
  })

  test('what is covered receives nothing that is not allowed', () => {
    const parts = (words: readonly string[]) => fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 4 })
    const filter = parts(['a', 'b', '+', '$s', '#']).map((some) => {
      const end = some.indexOf('#')
      return (end < 0 ? some : some.slice(0, end + 1)).join('/')
    })
    const topic = parts(['a', 'b', '', '$s']).map((some) => some.join('/'))
    fc.assert(
      fc.property(filter, filter, topic, (allowed, wanted, found) => {
        if (filterCovers(allowed, wanted) && filterMatches(wanted, found))
          expect(filterMatches(allowed, found)).toBe(true)
      }),
      { numRuns: 5_000 },
    )
  })
})

test('filters are left out exactly where another one receives what they would', () => {
  const part = fc.constantFrom('a', 'b', 'ab', '+', '')
  const filter = fc
    .tuple(fc.array(part, { minLength: 1, maxLength: 4 }), fc.boolean())
    .map(([parts, isOpen]) => [...parts, ...(isOpen ? ['#'] : [])].join('/'))
  fc.assert(
    fc.property(fc.array(filter, { maxLength: 12 }), (filters) => {
      const all = [...new Set(filters)]
      const wild = all.filter((one) => /[+#]/.test(one))
      expect(leanFilters(filters)).toEqual(
        all.filter((one) => !wild.some((other) => other !== one && filterMatches(other, one))),
      )
    }),
  )
})
