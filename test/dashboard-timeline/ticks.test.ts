import { utcOfLocal } from '../../gateway/domain/hours.ts'
import { describe, expect, test } from 'vitest'
import { ticks, tickStepMs } from '../../dashboard/playback/ticks.ts'
import { spokenMoment, toRfc3339, typedMoment } from '../../dashboard/i18n/zone-time.ts'

const minute = 60_000
const hour = 60 * minute
const at = (rfc3339: string) => Date.parse(rfc3339)

describe('ticks', () => {
  test.each([
    [minute, 1_000, 10_000],
    [hour, 1_000, 10 * minute],
    [24 * hour, 1_200, 2 * hour],
    [7 * 24 * hour, 1_200, 12 * hour],
    [7 * 24 * hour, 300, 48 * hour],
    [31 * 24 * hour, 1_200, 5 * 24 * hour],
    [31 * 24 * hour, 250, 31 * 24 * hour],
    [10_000, 1_000, 1_000],
  ])('a view of %i ms on %i px has a step of %i ms', (spanMs, widthPx, stepMs) => {
    expect(tickStepMs({ fromUtcMs: 0, spanMs }, widthPx)).toBe(stepMs)
  })

  const labels: [string, string, number, number, string, string[]][] = [
    [
      'Beijing across midnight',
      '2026-11-22T23:10:00+08:00',
      2 * hour,
      400,
      'Asia/Shanghai',
      ['23:30', '11-23', '00:30', '01:00'],
    ],
    [
      'seconds',
      '2026-11-22T14:03:05+08:00',
      minute,
      400,
      'Asia/Shanghai',
      ['14:03:15', '14:03:30', '14:03:45', '14:04:00'],
    ],
    ['a half-hour zone', '2026-11-22T10:10:00+05:30', 2 * hour, 200, 'Asia/Kolkata', ['11:00', '12:00']],
    [
      'a day of 23 hours',
      '2026-03-28T23:30:00+01:00',
      7 * hour,
      400,
      'Europe/Berlin',
      ['03-29', '03:00', '04:00', '06:00'],
    ],
    ['a day of 25 hours', '2026-10-25T00:00:00+02:00', 6 * hour, 300, 'Europe/Berlin', ['10-25', '02:00', '04:00']],
  ]
  test.each(labels)('%s', (_, from, spanMs, widthPx, zone, expected) => {
    const found = ticks({ fromUtcMs: at(from), spanMs }, widthPx, zone)
    expect(found.map((tick) => tick.label)).toEqual(expected)
  })

  test('midnight is major', () => {
    const found = ticks({ fromUtcMs: at('2026-11-22T20:00:00+08:00'), spanMs: 8 * hour }, 400, 'Asia/Shanghai')
    expect(found.filter((tick) => tick.major).map((tick) => tick.utcMs)).toEqual([at('2026-11-23T00:00:00+08:00')])
  })
})

describe('time as people type it', () => {
  const now = at('2026-11-22T14:30:00+08:00')
  const shown = '2026-11-19'
  test.each([
    ['14:03', '2026-11-19T14:03:00+08:00'],
    ['9:03:07', '2026-11-19T09:03:07+08:00'],
    ['昨天 14:03', '2026-11-21T14:03:00+08:00'],
    ['昨天14:03', '2026-11-21T14:03:00+08:00'],
    ['前天 00:00:01', '2026-11-20T00:00:01+08:00'],
    ['今天 14：03', '2026-11-22T14:03:00+08:00'],
    ['yesterday 14:03', '2026-11-21T14:03:00+08:00'],
    ['Today 14:03', '2026-11-22T14:03:00+08:00'],
    ['2026-11-21 14:03:05', '2026-11-21T14:03:05+08:00'],
    ['2026/11/2T14:03', '2026-11-02T14:03:00+08:00'],
  ])('%s', (typed, expected) => {
    expect(spokenMoment(typed, shown, now, 'Asia/Shanghai')).toBe(at(expected))
  })
  test.each(['', '14', 'tomorrow 14:03', '昨天', '2026-13-01 14:03', '2026-11-21 25:00', 'yesterday14:03'])(
    '%s is no time',
    (typed) => {
      expect(spokenMoment(typed, shown, now, 'Asia/Shanghai')).toBeUndefined()
    },
  )
  test('yesterday of the zone, not of UTC', () => {
    const early = at('2026-11-22T02:00:00+08:00')
    expect(spokenMoment('昨天 23:00', '', early, 'Asia/Shanghai')).toBe(at('2026-11-21T23:00:00+08:00'))
  })
})

describe('typed time', () => {
  test.each([
    ['2026-11-22', '14:03:20', 'Asia/Shanghai', '2026-11-22T14:03:20+08:00'],
    ['2026-11-22', '14:03', 'Asia/Shanghai', '2026-11-22T14:03:00+08:00'],
    ['2026-11-22', ' 9：03：07 ', 'Asia/Shanghai', '2026-11-22T09:03:07+08:00'],
    ['2026-07-01', '00:00', 'Europe/Berlin', '2026-07-01T00:00:00+02:00'],
    ['2026-01-01', '00:00:01', 'America/St_Johns', '2026-01-01T00:00:01-03:30'],
  ])('%s %s in %s is %s', (date, time, zone, expected) => {
    const moment = typedMoment(date, time, zone)
    expect(moment).toBe(at(expected))
    expect(toRfc3339(moment ?? 0, zone)).toBe(expected)
  })

  test.each([
    ['2026-11-22', '24:00'],
    ['2026-11-22', '14:60'],
    ['2026-11-22', '14:03:61'],
    ['2026-11-22', '14'],
    ['2026-02-30', '14:00'],
    ['', '14:00'],
  ])('%s %s is refused', (date, time) => {
    expect(typedMoment(date, time, 'Asia/Shanghai')).toBeUndefined()
  })

  test('an hour that a day skips leads to the moment after it', () => {
    const local = Date.parse('2026-03-29T02:30:00Z')
    expect(utcOfLocal(local, 'Europe/Berlin')).toBe(at('2026-03-29T03:30:00+02:00'))
  })
})
