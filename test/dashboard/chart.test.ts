import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type ChartAddress,
  keyText,
  mostSeries,
  readChartAddress,
  spans,
  writeChartAddress,
} from '../../dashboard/sensors/chart-address.ts'
import { typedRange } from '../../dashboard/sensors/chart-bar.tsx'
import {
  axesOf,
  bucketAt,
  gapsOf,
  hasAxisFor,
  holesOf,
  limitsOf,
  trimmed,
  withReading,
} from '../../dashboard/sensors/chart-lines.ts'
import { between, mostChartMs, pannedRange, zoomedRange } from '../../dashboard/sensors/chart-range.ts'
import { rowsOf } from '../../dashboard/sensors/chart-table.ts'
import { chartTicks } from '../../dashboard/sensors/chart-ticks.ts'
import { camerasNear, footageHref } from '../../dashboard/sensors/footage.ts'
import { placesOf } from '../../dashboard/api/places.ts'
import type { History } from '../../gateway/contract/sensor.ts'
import { camerasAt, rules, zone } from './fake-data.ts'
import { temperature } from './fake-sensors.ts'

const shanghai = 'Asia/Shanghai'
const minute = 60_000
const hour = 60 * minute
const now = Date.UTC(2026, 10, 22, 6)
const history = (minutes: readonly number[], bucketMs = minute): History => ({
  metric: 'temp',
  unit: '°C',
  bucketMs,
  buckets: minutes.map((n) => ({ utcMs: n * minute, min: n - 1, max: n + 1, mean: n, count: 2 })),
})
const read = (address: string) => readChartAddress(new URL(address, 'http://any').searchParams)

test('an address says the series and the period in the clock of the site, and is read as it was written', () => {
  const address: ChartAddress = {
    series: [
      { sensorId: 'w07-cold-th', metric: 'temp' },
      { sensorId: 'dryer', metric: 'AM2301/温 度+&' },
    ],
    view: { kind: 'fixed', range: { fromUtcMs: now - hour, toUtcMs: now } },
  }
  const written = writeChartAddress(address, shanghai)
  expect(written).toMatch(/^\/sensors\/chart\?series=w07-cold-th\/temp&series=dryer\/AM2301\//)
  expect(written).toMatch(/&from=2026-11-22T13:00:00%2B08:00&to=2026-11-22T14:00:00%2B08:00$/)
  expect(read(written)).toEqual(address)
  const live: ChartAddress = { series: [], view: { kind: 'live', span: 'year' } }
  expect(read(writeChartAddress(live, shanghai))).toEqual(live)
})

test.each([
  ['nothing: the last day of no series', '/sensors/chart', [], 'day'],
  ['a key without a metric or a sensor', '/sensors/chart?series=a&series=/b&series=c/&span=week', [], 'week'],
  ['the same series twice', '/sensors/chart?series=a/b&series=a/b&span=hour', ['a/b'], 'hour'],
  ['an unknown span', '/sensors/chart?series=a/b&span=toString', ['a/b'], 'day'],
  ['a period that ends before it begins', '/sensors/chart?series=a/b&from=2026-01-02&to=2026-01-01', ['a/b'], 'day'],
])('an address that says %s', (_, address, keys, span) => {
  const { series, view } = read(address)
  expect(series.map(keyText)).toEqual(keys)
  expect(view).toEqual({ kind: 'live', span })
})

test('no more than eight series, and a plus that became a space is understood', () => {
  const many = Array.from({ length: 12 }, (_, n) => `series=s${n}/temp`).join('&')
  const { series, view } = read(`/sensors/chart?${many}&from=2026-11-22T13:00:00 08:00&to=2026-11-22T14:00:00+08:00`)
  expect(series).toHaveLength(mostSeries)
  expect(view).toEqual({ kind: 'fixed', range: { fromUtcMs: now - hour, toUtcMs: now } })
})

test('zooming keeps the moment under the pointer where it is; nothing goes beyond now or 400 days', () => {
  const range = { fromUtcMs: now - 10 * hour, toUtcMs: now - 8 * hour }
  expect(zoomedRange(range, 0.5, now - 9 * hour, now)).toEqual({
    fromUtcMs: now - 9.5 * hour,
    toUtcMs: now - 8.5 * hour,
  })
  expect(zoomedRange({ fromUtcMs: now - hour, toUtcMs: now }, 2, now - hour / 2, now)).toEqual({
    fromUtcMs: now - 2 * hour,
    toUtcMs: now,
  })
  expect(pannedRange({ fromUtcMs: now - hour, toUtcMs: now }, 1, now)).toEqual({ fromUtcMs: now - hour, toUtcMs: now })
  expect(pannedRange(range, -1, now).fromUtcMs).toBe(now - 11 * hour)
  expect(between(now, now + 999)).toBeUndefined()
  expect(between(now, now - hour)).toEqual({ fromUtcMs: now - hour, toUtcMs: now })
  const any = fc.record({
    from: fc.integer({ min: now - 800 * 24 * hour, max: now - minute }),
    length: fc.integer({ min: minute, max: mostChartMs }),
    factor: fc.double({ min: 0.01, max: 100, noNaN: true }),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  fc.assert(
    fc.property(any, ({ from, length, factor, at }) => {
      const toUtcMs = Math.min(now, from + length)
      const next = zoomedRange({ fromUtcMs: from, toUtcMs }, factor, from + (toUtcMs - from) * at, now)
      expect(next.toUtcMs).toBeLessThanOrEqual(now)
      expect(next.toUtcMs - next.fromUtcMs).toBeLessThanOrEqual(mostChartMs + 1)
      expect(next.toUtcMs - next.fromUtcMs).toBeGreaterThanOrEqual(minute - 1)
    }),
  )
})

test('a period as it is typed', () => {
  expect(typedRange('昨天 13:00', '14:00:30', now, shanghai)).toEqual({
    fromUtcMs: now - 25 * hour,
    toUtcMs: now + 30_000,
  })
  expect(typedRange('noon', '14:00', now, shanghai)).toMatch(/开始时间/)
  expect(typedRange('14:00', '13:00', now, shanghai)).toMatch(/之后/)
  expect(typedRange('2024-01-01 00:00', '14:00', now, shanghai)).toMatch(/400/)
})

test('one axis a unit, two at most; contacts share one', () => {
  const rh = { ...temperature, unit: '%' }
  const door = { ...temperature, unit: null, type: 'binary' as const }
  const ph = { ...temperature, unit: null }
  expect(axesOf([temperature, rh, temperature])).toEqual(['°C', '%'])
  expect(hasAxisFor([temperature, rh], temperature)).toBe(true)
  expect(hasAxisFor([temperature, rh], door)).toBe(false)
  expect(hasAxisFor([temperature, door], { ...door })).toBe(true)
  expect(hasAxisFor([temperature, door], ph)).toBe(false)
})

test('gaps: between readings, before the first and after the last, never after now', () => {
  const range = { fromUtcMs: 0, toUtcMs: 60 * minute }
  expect(gapsOf(history([0, 1, 2, 3, 20, 21, 22]), range, 24 * minute)).toEqual([
    { fromUtcMs: 4 * minute, toUtcMs: 20 * minute },
  ])
  expect(gapsOf(history([10, 11, 12]), range, 40 * minute)).toEqual([
    { fromUtcMs: 0, toUtcMs: 10 * minute },
    { fromUtcMs: 13 * minute, toUtcMs: 40 * minute },
  ])
  expect(gapsOf(history([]), range, 40 * minute)).toEqual([{ fromUtcMs: 0, toUtcMs: 40 * minute }])
  expect(gapsOf(history([]), range, 0)).toEqual([])
})

test('what was given up is named beside what only did not come; of others nothing is told', () => {
  const line = { key: 'a/temp', history: history([0, 1, 2, 3, 20, 21, 22]) }
  const lost = (sensorId: string) => ({
    sensorId,
    metric: 'temp',
    fromUtcMs: 5 * minute,
    toUtcMs: 9 * minute,
    readings: 4,
  })
  const losses = [
    { id: 1, utcMs: 0, reason: 'outbox-bytes' as const, store: 'influx', readings: 8, series: [lost('a'), lost('b')] },
  ]
  const range = { fromUtcMs: 0, toUtcMs: 23 * minute }
  expect(holesOf([line], losses, range, 23 * minute)).toEqual([
    { key: 'a/temp', fromUtcMs: 5 * minute, toUtcMs: 9 * minute, lost: { reason: 'outbox-bytes', readings: 4 } },
    { key: 'a/temp', fromUtcMs: 4 * minute, toUtcMs: 20 * minute, lost: null },
  ])
  expect(holesOf([line], losses, { fromUtcMs: 10 * minute, toUtcMs: 23 * minute }, 23 * minute)).toHaveLength(1)
})

test('limits are those of rules that run on what is shown, and not of silence', () => {
  const [warm, hot, silent, off] = rules
  const shown = [
    { sensorId: 'w07-cold-th', metric: 'temp' },
    { sensorId: 'w05-power', metric: 'power' },
    { sensorId: 'lab-fridge', metric: 'temp' },
  ]
  expect([silent?.condition, off?.enabled]).toEqual(['silent', false])
  expect(limitsOf(rules, shown).map(({ key, rule }) => [key, rule.id])).toEqual([
    ['w07-cold-th/temp', warm?.id],
    ['w07-cold-th/temp', hot?.id],
  ])
})

test('a live history grows by one reading: the bucket of its moment, or a new one; an older one changes nothing', () => {
  const before = history([0, 1])
  expect(withReading(before, { value: 9, utcMs: minute + 30_000 }).buckets).toEqual([
    before.buckets[0],
    { utcMs: minute, min: 0, max: 9, mean: (1 + 1 + 9) / 3, count: 3 },
  ])
  expect(withReading(before, { value: 9, utcMs: 3 * minute + 5 }).buckets.at(-1)).toEqual({
    utcMs: 3 * minute,
    min: 9,
    max: 9,
    mean: 9,
    count: 1,
  })
  expect(withReading(history([]), { value: 9, utcMs: 77 }).buckets).toEqual([
    { utcMs: 77, min: 9, max: 9, mean: 9, count: 1 },
  ])
  expect(withReading(before, { value: 9, utcMs: 5 })).toBe(before)
  expect(trimmed(before, minute).buckets.map(({ utcMs }) => utcMs)).toEqual([minute])
})

test('the value at a moment is that of its bucket, and none in a gap', () => {
  const told = history([0, 1, 2, 10])
  expect(bucketAt(told, minute + 1)?.mean).toBe(1)
  expect(bucketAt(told, 4 * minute)?.mean).toBe(2)
  expect(bucketAt(told, 7 * minute)).toBeUndefined()
  expect(bucketAt(told, -1)).toBeUndefined()
})

test('the table: round stretches of the site’s clock, never more rows than asked for, holes as holes', () => {
  const range = { fromUtcMs: 0, toUtcMs: 12 * minute }
  const { stepMs, rows } = rowsOf([history([0, 1, 2, 3, 10]), history([])], range, 7, shanghai)
  expect(stepMs).toBe(2 * minute)
  expect(rows.map(({ cells }) => cells[0]?.mean ?? null)).toEqual([0.5, 2.5, null, null, null, 10])
  expect(rows[1]?.cells).toEqual([{ min: 1, max: 4, mean: 2.5 }, null])
  for (const span of Object.values(spans)) {
    const many = rowsOf([], { fromUtcMs: now - span, toUtcMs: now }, 49, shanghai)
    expect(many.rows.length).toBeLessThanOrEqual(49)
    expect(many.rows.length).toBeGreaterThan(10)
  }
  const days = rowsOf([], { fromUtcMs: now - spans.month, toUtcMs: now }, 49, shanghai)
  // Midnight in the zone, not in UTC.
  expect(days.rows.every((row) => row.fromUtcMs % (24 * hour) === 16 * hour)).toBe(true)
})

test('ticks of a year are months, and never touch', () => {
  const year = { fromUtcMs: now - spans.year, toUtcMs: now }
  const wide = chartTicks(year, 1_200, shanghai)
  expect(wide.map(({ label }) => label)).toContain('2026-01')
  expect(wide).toHaveLength(12)
  expect(chartTicks(year, 300, shanghai).length).toBeLessThanOrEqual(5)
  expect(chartTicks({ fromUtcMs: now - hour, toUtcMs: now }, 900, shanghai).map(({ label }) => label)).toContain(
    '13:30',
  )
})

test('the video of then: the cameras of the areas, else of the workshop, with the stretch marked', () => {
  const places = placesOf(zone)
  const cameras = camerasAt(now)
  expect(camerasNear(['w01-cold'], cameras, places).map(({ id }) => id)).toEqual(['cam-11'])
  expect(camerasNear(['w07-cold', 'lab'], cameras, places).map(({ id }) => id)).toEqual(['cam-7', 'cam-12'])
  expect(camerasNear(['dorm', 'nowhere'], cameras, places)).toEqual([])
  const range = { fromUtcMs: now - hour, toUtcMs: now }
  const href = footageHref(['cam-7', 'cam-12'], range, [{ sensorId: 'w07-cold-th', metric: 'temp' }], shanghai)
  expect(href).toMatch(/^\/playback\?camera=cam-7,cam-12&t=2026-11-22T13:00:00%2B08:00&/)
  expect(href).toContain('in=2026-11-22T13:00:00%2B08:00&out=2026-11-22T14:00:00%2B08:00')
  expect(href).toContain('readings=w07-cold-th:temp')
})
