import { expect, test } from 'vitest'
import { axisNumbers } from '../../dashboard/i18n/numbers.ts'
import { sparkPath, sparkRange, summary, usualStepMs, withHoles } from '../../dashboard/sensors/series.ts'

const bucket = (utcMs: number, mean: number, count = 1) => ({ utcMs, min: mean - 1, max: mean + 1, mean, count })
const minute = 60_000

test('readings once a minute in narrow buckets are one line, and three missing ones are a hole', () => {
  const at = [0, 1, 2, 3, 7, 8].map((n) => bucket(n * minute, n))
  const series = withHoles(at, 4_000)
  expect(series.mean).toEqual([0, 1, 2, 3, null, 7, 8])
  expect(series.min[4]).toBeNull()
  expect(series.x[4]).toBe((3 * minute + 4_000) / 1_000)
  expect(series.x).toEqual(series.x.toSorted((a, b) => a - b))
})

test.each([
  ['two intervals are no hole yet', [0, 1, 2, 4], [0, 1, 2, 4]],
  ['three are just none', [0, 1, 2, 5], [0, 1, 2, 5]],
  ['four are one', [0, 1, 2, 6], [0, 1, 2, null, 6]],
  ['nothing', [], []],
])('%s', (_, minutes, means) => {
  expect(
    withHoles(
      minutes.map((n) => bucket(n * minute, n)),
      minute,
    ).mean,
  ).toEqual(means)
})

test('the usual step does not go below the width of a bucket', () => {
  expect(usualStepMs([], minute)).toBe(minute)
  expect(usualStepMs([bucket(0, 1), bucket(10, 1)], minute)).toBe(minute)
})

test('the mean counts readings, not buckets', () => {
  expect(summary([bucket(0, 10, 3), bucket(1, 20, 1)])).toEqual({ min: 9, max: 21, mean: 12.5 })
  expect(summary([])).toBeNull()
})

test('a sparkline starts anew after a hole; a flat one lies in the middle', () => {
  const box = { fromUtcMs: 0, toUtcMs: 10 * minute, widthPx: 100, heightPx: 22 }
  const path = (minutes: number[], value: (n: number) => number) =>
    sparkPath({ bucketMs: minute, buckets: minutes.map((n) => bucket(n * minute, value(n))) }, box)
  expect(path([0, 1, 2, 9, 10], (n) => n)).toBe('M0.0 21.0L10.0 19.0L20.0 17.0M90.0 3.0L100.0 1.0')
  expect(path([0, 1], () => 5)).toBe('M0.0 11.0L10.0 11.0')
  expect(path([], () => 5)).toBe('')
})

test.each([
  ['a fresh system: ten minutes', 58, 50],
  ['half an hour of readings: from the first one', 30, 30],
  ['an hour and more: the hour', 0, 0],
])('the range of a sparkline; %s', (_, firstMinute, fromMinute) => {
  const hour = { fromUtcMs: 0, toUtcMs: 60 * minute }
  expect(sparkRange([bucket(firstMinute * minute, 1), bucket(59 * minute, 1)], hour)).toEqual({
    ...hour,
    fromUtcMs: fromMinute * minute,
  })
  expect(sparkRange([], hour)).toEqual(hour)
})

test.each([
  [
    [2.5, 5, 7.5, 10],
    ['2.5', '5.0', '7.5', '10.0'],
  ],
  [
    [80, 85, 90],
    ['80', '85', '90'],
  ],
  [
    [-0.1, -0.05, 0],
    ['−0.10', '−0.05', '0.00'],
  ],
  [[7], ['7']],
  [[], []],
])('numbers of an axis have the same digits: %j', (splits, labels) => {
  expect(axisNumbers(splits)).toEqual(labels)
})
