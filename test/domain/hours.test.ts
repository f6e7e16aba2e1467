import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { dayStarts, localMs, utcOfLocal, windowsIn } from '../../gateway/domain/hours.ts'

const china = 'Asia/Shanghai'
const at = (text: string) => Date.parse(text)
const shown = (windows: ReturnType<typeof windowsIn>) =>
  windows.map(({ fromUtcMs, toUtcMs }) => `${new Date(fromUtcMs).toISOString()} ${(toUtcMs - fromUtcMs) / 3_600_000}`)
/** Monday 2 November 2026, in China, and the two days after it. */
const days = { fromUtcMs: at('2026-11-02T00:00+08:00'), toUtcMs: at('2026-11-05T00:00+08:00') }

test.each([
  [
    'every day',
    [{ days: [1, 2, 3, 4, 5, 6, 7], from: '08:00', to: '18:00' }],
    ['2026-11-02T00:00:00.000Z 10', '2026-11-03T00:00:00.000Z 10', '2026-11-04T00:00:00.000Z 10'],
  ],
  ['only on Tuesday', [{ days: [2], from: '04:30', to: '15:00' }], ['2026-11-02T20:30:00.000Z 10.5']],
  ['across midnight, begun on Sunday', [{ days: [7], from: '22:00', to: '06:00' }], ['2026-11-01T16:00:00.000Z 6']],
  ['a whole day', [{ days: [3], from: '00:00', to: '00:00' }], ['2026-11-03T16:00:00.000Z 24']],
  [
    'two windows that overlap',
    [
      { days: [2], from: '08:00', to: '12:00' },
      { days: [2], from: '11:00', to: '13:00' },
    ],
    ['2026-11-03T00:00:00.000Z 5'],
  ],
  ['never on these days', [{ days: [6], from: '08:00', to: '12:00' }], []],
])('declared hours: %s', (_name, windows, expected) => {
  expect(shown(windowsIn(windows, days, china))).toEqual(expected)
})

test('a window lies as long as the clock says, also on the night that the clock is put forward', () => {
  const berlin = 'Europe/Berlin'
  const night = { fromUtcMs: at('2026-03-28T12:00Z'), toUtcMs: at('2026-03-29T12:00Z') }
  expect(shown(windowsIn([{ days: [6], from: '22:00', to: '06:00' }], night, berlin))).toEqual([
    '2026-03-28T21:00:00.000Z 7',
  ])
  expect(dayStarts(night, berlin).map((utcMs) => new Date(utcMs).toISOString())).toEqual([
    '2026-03-27T23:00:00.000Z',
    '2026-03-28T23:00:00.000Z',
    '2026-03-29T22:00:00.000Z',
  ])
})

test('local time and back is the same moment', () => {
  const zones = fc.constantFrom('Asia/Shanghai', 'Asia/Kathmandu', 'Europe/Berlin', 'America/St_Johns', 'UTC')
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), zones, (second, zone) => {
      const local = localMs(second * 1_000, zone)
      expect(localMs(utcOfLocal(local, zone), zone)).toBe(local)
    }),
  )
})

test('windows of a range are those of its parts', () => {
  fc.assert(
    fc.property(fc.nat(259_200), fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 }), (second, on) => {
      const windows = [{ days: on, from: '21:15', to: '05:45' }]
      const cut = days.fromUtcMs + second * 1_000
      const length = (range: typeof days) =>
        windowsIn(windows, range, china).reduce((sum, { fromUtcMs, toUtcMs }) => sum + toUtcMs - fromUtcMs, 0)
      expect(length({ ...days, toUtcMs: cut }) + length({ ...days, fromUtcMs: cut })).toBe(length(days))
    }),
  )
})
