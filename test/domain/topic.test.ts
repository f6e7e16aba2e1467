import { describe, expect, test } from 'vitest'
import { filterMatches, leanFilters, topicTemplate } from '../../gateway/domain/topic.ts'

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
})
