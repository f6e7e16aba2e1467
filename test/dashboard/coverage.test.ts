import { assert, constantFrom, dictionary, double, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  accountOf,
  addUp,
  clockLength,
  equationOf,
  gapsOf,
  percentOf,
  percentText,
} from '../../dashboard/coverage/account.ts'
import { readAddress, writeAddress } from '../../dashboard/coverage/address.ts'
import { cellText, cellWords, totalText } from '../../dashboard/coverage/cell-words.ts'
import { columnsOf, periods, wholeOf } from '../../dashboard/coverage/columns.ts'
import { csvField, csvOf } from '../../dashboard/coverage/csv.ts'
import { gapsIn, playHref } from '../../dashboard/coverage/gaps.tsx'
import { findLine, linesOf, sumLine } from '../../dashboard/coverage/lines.ts'
import { placesOf } from '../../dashboard/api/places.ts'
import type { CoverageRow } from '../../gateway/contract/footage.ts'
import { days, hours } from '../../gateway/domain/units.ts'
import { gapReasons } from '../../gateway/domain/words.ts'
import { zone } from './fake-data.ts'

const shanghai = 'Asia/Shanghai'
const noon = Date.parse('2026-11-24T12:30:00+08:00')
const midnight = Date.parse('2026-11-24T00:00:00+08:00')

const row = (more: Partial<CoverageRow> = {}): CoverageRow => ({
  cameraId: 'c1',
  areaId: 'w01-process',
  fromUtcMs: midnight - days(1),
  toUtcMs: midnight,
  expectedSeconds: 86_400,
  recordedSeconds: 86_400,
  plannedOffSeconds: 0,
  gapSeconds: {},
  unexplainedSeconds: 0,
  ...more,
})
const lacking = (seconds: number) => row({ recordedSeconds: 86_400 - seconds, gapSeconds: { stalled: seconds } })

describe('percent', () => {
  test.each([
    ['nothing is missing', row(), '100'],
    ['a millisecond is missing', lacking(0.001), '99.99'],
    ['rounded down, never up', lacking(86_400 * 0.000_999), '99.90'],
    ['a hundredth', lacking(864), '99.00'],
    ['all is missing', lacking(86_400), '0.00'],
    ['unexplained time is missing too', row({ recordedSeconds: 86_300, unexplainedSeconds: 100 }), '99.88'],
    ['nothing was expected', row({ expectedSeconds: 0, recordedSeconds: 0 }), '—'],
    ['seams of a file are no gap', row({ recordedSeconds: 86_399.6 }), '100'],
  ])('%s', (_, from, text) => {
    expect(percentText(percentOf(accountOf(from)))).toBe(text)
  })

  test('only what lacks nothing is 100', () => {
    assert(
      property(double({ min: 1e-6, max: 86_400, noNaN: true }), (seconds) => {
        const percent = percentOf(accountOf(lacking(seconds))) ?? -1
        expect(percent).toBeLessThan(100)
        expect(percent).toBeLessThanOrEqual((1 - seconds / 86_400) * 100 + 1e-9)
      }),
    )
  })
})

test('a row that does not add up is a defect, whatever it says itself', () => {
  expect(accountOf(row({ recordedSeconds: 86_000 })).unexplainedSeconds).toBe(400)
  expect(accountOf(row({ gapSeconds: { stalled: 10 } })).unexplainedSeconds).toBe(10)
  expect(accountOf(row({ recordedSeconds: 86_399 })).unexplainedSeconds).toBe(0)
})

test('the equation in whole seconds adds up, and never says that more was recorded than was', () => {
  const seconds = double({ min: 0, max: 5_000, noNaN: true })
  const gaps = dictionary(constantFrom(...gapReasons), seconds)
  assert(
    property(seconds, gaps, constantFrom(0, 0.4, 77), (recorded, gapSeconds, unexplainedSeconds) => {
      const gapsTotal = Object.values(gapSeconds).reduce((sum, one) => sum + one, 0)
      const account = {
        expectedSeconds: recorded + gapsTotal + unexplainedSeconds,
        recordedSeconds: recorded,
        plannedOffSeconds: 0,
        gapSeconds,
        unexplainedSeconds,
      }
      const said = equationOf(account)
      expect(said.recorded).toBeLessThanOrEqual(Math.round(recorded))
      expect(said.gaps.reduce((sum, [, one]) => sum + one, 0)).toBe(said.gapsTotal)
      expect(said.recorded + said.gapsTotal + said.unexplained + said.seams).toBe(said.expected)
      expect(Math.abs(said.expected - account.expectedSeconds)).toBeLessThan(said.gaps.length + 2)
      // Nothing lies between the files here but the rounding of this sum.
      expect(said.seams).toBeLessThanOrEqual(1)
    }),
  )
})

test.each([
  [0, '0:00:00'],
  [59, '0:00:59'],
  [3_600 * 718 + 12 * 60 + 3, '718:12:03'],
])('%i s is %s', (seconds, text) => expect(clockLength(seconds)).toBe(text))

test('accounts are added up by reason, the longest first', () => {
  const sum = addUp([
    accountOf(lacking(10)),
    accountOf(row({ recordedSeconds: 86_370, gapSeconds: { 'disk-full': 30 } })),
  ])
  expect(sum).toMatchObject({ expectedSeconds: 172_800, gapSeconds: { stalled: 10, 'disk-full': 30 } })
  expect(equationOf(sum).gaps.map(([reason]) => reason)).toEqual(['disk-full', 'stalled'])
  expect(gapsOf(sum)).toBe(40)
})

describe('columns', () => {
  test('thirty days of the zone end with today', () => {
    const columns = columnsOf('month', noon, shanghai)
    expect(columns).toHaveLength(30)
    expect(columns.at(-1)).toEqual({ fromUtcMs: midnight, toUtcMs: midnight + days(1), short: '24', over: '' })
    expect(columns[0]).toMatchObject({ short: '26', over: '2026-10' })
    expect(columns.filter(({ over }) => over !== '').map(({ over }) => over)).toEqual(['2026-10', '2026-11'])
  })

  test('twenty-four hours end with the running one; the date stands where it begins', () => {
    const columns = columnsOf('day', noon, shanghai)
    expect(columns).toHaveLength(24)
    expect(columns.map(({ short }) => short).slice(-2)).toEqual(['11', '12'])
    expect(columns.filter(({ over }) => over !== '').map(({ over, short }) => `${over} ${short}`)).toEqual([
      '11-23 13',
      '11-24 00',
    ])
  })

  test.each(periods)(
    '%s: no hole and no overlap, also where a clock is set back, and the period ends now',
    (period) => {
      const now = Date.parse('2026-10-27T12:00:00Z')
      const columns = columnsOf(period, now, 'Europe/Berlin')
      for (const [n, column] of columns.entries()) if (n > 0) expect(column.fromUtcMs).toBe(columns[n - 1]?.toUtcMs)
      expect(wholeOf(columns, now)).toEqual({ fromUtcMs: columns[0]?.fromUtcMs, toUtcMs: now })
    },
  )
})

const places = placesOf(zone)
const columns = columnsOf('week', noon, shanghai)
const camera = (id: string, areaId: string, addedUtcMs = noon - days(40)) => ({
  id,
  name: `机 ${id}`,
  areaId,
  addedUtcMs,
})
const removed = (id: string) => `${id}（已删除）`
const weekOf = (cameraId: string, areaId: string, more: (daysAgo: number) => Partial<CoverageRow> | null) =>
  columns.flatMap(({ fromUtcMs, toUtcMs }, n) => {
    const change = more(6 - n)
    return change === null ? [] : [row({ cameraId, areaId, fromUtcMs, toUtcMs, ...change })]
  })
const kindsOf = (id: string, rows: readonly CoverageRow[], addedUtcMs?: number) => {
  const cameras = [camera(id, 'gate', addedUtcMs)]
  const lines = linesOf({ rows, columns, cameras, places, nowUtcMs: noon, removed })
  return findLine(lines, id)?.cells.map(({ kind }) => kind)
}

describe('lines', () => {
  test('each kind of day is told apart; what is not known is never complete', () => {
    const rows = weekOf('c1', 'gate', (daysAgo) => {
      if (daysAgo === 6) return null
      if (daysAgo === 5) return { expectedSeconds: 0, recordedSeconds: 0 }
      if (daysAgo === 4) return { expectedSeconds: 0, recordedSeconds: 0, plannedOffSeconds: 86_400 }
      if (daysAgo === 3) return { recordedSeconds: 0, gapSeconds: { disabled: 86_400 } }
      if (daysAgo === 2) return { recordedSeconds: 86_390, gapSeconds: { stalled: 10 } }
      return daysAgo === 1 ? { recordedSeconds: 86_300 } : {}
    })
    expect(kindsOf('c1', rows)).toEqual(['unknown', 'off', 'planned', 'big', 'small', 'defect', 'complete'])
  })

  test('before a camera was added nothing was expected, and of the last minutes nothing is known yet', () => {
    expect(kindsOf('c1', [], midnight)).toEqual(['off', 'off', 'off', 'off', 'off', 'off', 'unknown'])
    expect(kindsOf('c1', [], noon + 1)?.at(-1)).toBe('unknown')
    const justAfter = columnsOf('day', noon - (noon % hours(1)) + 1_000, shanghai)
    const nowUtcMs = noon - (noon % hours(1)) + 1_000
    const lines = linesOf({ rows: [], columns: justAfter, cameras: [camera('c1', 'gate')], places, nowUtcMs, removed })
    expect(lines[0]?.cells.at(-1)?.kind).toBe('off')
  })

  test('places in the order of the zone; several cameras of a workshop stand together, a removed one keeps its rows', () => {
    const cameras = [
      camera('c3', 'gate'),
      camera('c2', 'w02-cold'),
      camera('c1', 'w02-process'),
      camera('c0', 'w01-raw'),
    ]
    const rows = [
      ...weekOf('c1', 'w02-process', () => ({ recordedSeconds: 43_200, gapSeconds: { stalled: 43_200 } })),
      ...weekOf('c2', 'w02-cold', () => ({})),
      ...weekOf('old', 'lab', () => ({})),
      ...weekOf('c3', 'gate', (daysAgo) => (daysAgo === 1 ? null : {})),
    ]
    const lines = linesOf({ rows, columns, cameras, places, nowUtcMs: noon, removed })
    expect(lines.map(({ id, members }) => [id, members.length])).toEqual([
      ['c0', 0],
      ['w02', 2],
      ['old', 0],
      ['c3', 0],
    ])
    const workshop = findLine(lines, 'w02')
    expect(workshop?.cells[0]).toMatchObject({ kind: 'big', percent: 75 })
    expect(findLine(lines, 'old')?.name).toBe('old（已删除）')
    const sum = sumLine(lines, columns, '全部')
    expect(sum.cells[5]?.kind).toBe('unknown')
    expect(sum.total.account.expectedSeconds).toBe(86_400 * (7 + 7 + 7 + 6))
  })
})

describe('words', () => {
  const lines = linesOf({
    rows: weekOf('c1', 'gate', (daysAgo) =>
      daysAgo === 0
        ? { recordedSeconds: 85_800, gapSeconds: { stalled: 600 }, plannedOffSeconds: 60 }
        : daysAgo === 1
          ? null
          : {},
    ),
    columns,
    cameras: [camera('c1', 'gate')],
    places,
    nowUtcMs: noon,
    removed,
  })
  test('a cell says in words all that it shows in colour', () => {
    const cell = lines[0]?.cells.at(-1)
    if (cell === undefined) throw new Error('no cell')
    expect(cellWords(cell)).toBe('99.30% · 小缺口 · 缺 10 分钟 · 另有计划停用 1 分钟')
    expect(cellText(cell)).toBe('99')
    const total = lines[0]?.total
    if (total === undefined) throw new Error('no total')
    expect(totalText(total)).toBe('99.88% ?')
    expect(cellText(total)).toBe('99?')
  })
})

test('the first gap opens in Playback at its moment, with the offset of the site', () => {
  expect(playHref('c1', noon, shanghai)).toBe('/playback?camera=c1&t=2026-11-24T12:30:00%2B08:00')
  const gap = (startUtcMs: number, endUtcMs: number) => ({
    kind: 'gap' as const,
    startUtcMs,
    endUtcMs,
    reason: 'stalled' as const,
  })
  const spans = [gap(0, 5), gap(8, 12), { kind: 'recorded' as const, startUtcMs: 12, endUtcMs: 20 }, gap(20, 30)]
  expect(gapsIn(spans, { fromUtcMs: 10, toUtcMs: 25 })).toEqual([gap(10, 12), gap(20, 25)])
})

test('the address holds the state of the page, and is short when there is none', () => {
  const plain = readAddress(new URLSearchParams())
  expect(plain).toEqual({ period: 'month', open: [], line: null, fromUtcMs: null })
  expect(writeAddress(plain)).toBe('/coverage')
  const full = { period: 'day', open: ['w01', 'w02'], line: 'cam-1', fromUtcMs: midnight } as const
  const address = writeAddress(full)
  expect(address).toBe('/coverage?period=day&open=w01,w02&line=cam-1&from=2026-11-23T16:00:00.000Z')
  expect(readAddress(new URL(address, 'http://x').searchParams)).toEqual(full)
  expect(readAddress(new URLSearchParams('period=year&from=x'))).toEqual(plain)
})

describe('CSV', () => {
  test.each([
    ['冷库 1', '冷库 1'],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['two\nlines', '"two\nlines"'],
    ['=HYPERLINK("x")', `"'=HYPERLINK(""x"")"`],
    ['-1', "'-1"],
  ])('%s', (value, written) => expect(csvField(value)).toBe(written))

  test('a row a camera and day; nothing where nothing was expected, empty where nothing is known', () => {
    const rows = weekOf('c1', 'w01-process', (daysAgo) => {
      if (daysAgo > 2) return { expectedSeconds: 0, recordedSeconds: 0 }
      if (daysAgo === 2) return null
      return daysAgo === 1
        ? { recordedSeconds: 86_399.5, gapSeconds: { 'clock-step': 0.5 } }
        : { expectedSeconds: 45_000, recordedSeconds: 45_000 }
    })
    const lines = linesOf({ rows, columns, cameras: [camera('c1', 'w01-process')], places, nowUtcMs: noon, removed })
    const heads = ['place', 'camera', 'id', 'from', 'to', 'e', 'r', 'p', 'g', 'u', '%']
    const text = csvOf(lines, columns, {
      heads,
      reason: (reason) => `gap: ${reason}`,
      moment: (utcMs) => new Date(utcMs).toISOString().slice(0, 13),
    })
    expect(text.split('\r\n')).toEqual([
      `\uFEFF${heads.join(',')},gap: clock-step`,
      '玉板线面 · 加工间,机 c1,c1,2026-11-21T16,2026-11-22T16,,,,,,,',
      '玉板线面 · 加工间,机 c1,c1,2026-11-22T16,2026-11-23T16,86400,86399.5,0,0.5,0,99.99,0.5',
      '玉板线面 · 加工间,机 c1,c1,2026-11-23T16,2026-11-24T16,45000,45000,0,0,0,100,0',
      '',
    ])
  })
})
