import { afterEach, expect, test } from 'vitest'
import { firstLanguage, language } from '../../dashboard/i18n/language.ts'
import { formatNumber, formatValue } from '../../dashboard/i18n/numbers.ts'
import {
  clockParts,
  formatAgo,
  formatDateTime,
  formatDuration,
  formatTime,
  siteTimeZone,
  zoneLabel,
} from '../../dashboard/i18n/time.ts'

const noon = Date.UTC(2026, 10, 22, 4, 3, 5)

afterEach(() => {
  language.value = 'zh-CN'
  siteTimeZone.value = 'Asia/Shanghai'
})

test('times are the site’s, whatever the computer’s zone', () => {
  expect(clockParts(noon, 'Asia/Shanghai')).toEqual({ date: '2026-11-22', time: '12:03:05' })
  expect(clockParts(Date.UTC(2026, 10, 22, 16), 'Asia/Shanghai')).toEqual({ date: '2026-11-23', time: '00:00:00' })
  expect(formatDateTime(noon)).toBe('2026-11-22 12:03:05')
})

test.each([
  ['today', noon + 1_000, '12:03:05'],
  ['another day of this year', noon + 86_400_000, '11-22 12:03:05'],
  ['another year', noon + 60 * 86_400_000, '2026-11-22 12:03:05'],
])('a time seen from %s', (_, now, text) => {
  expect(formatTime(noon, now)).toBe(text)
})

test.each([
  [0, '0 秒', '0 s'],
  [59_400, '59 秒', '59 s'],
  [125_000, '2 分钟 5 秒', '2 min 5 s'],
  [3_600_000, '1 小时', '1 h'],
  [90_000_000, '1 天 1 小时', '1 d 1 h'],
  [-5_000, '0 秒', '0 s'],
])('a length of %d ms', (ms, zh, en) => {
  expect(formatDuration(ms)).toBe(zh)
  language.value = 'en'
  expect(formatDuration(ms)).toBe(en)
})

test.each([
  [1_000, '刚刚', 'just now'],
  [40_000, '40 秒前', '40 s ago'],
  [200_000, '3 分钟前', '3 min ago'],
  [7_300_000, '2 小时前', '2 h ago'],
  [-24_000, '24 秒后', 'in 24 s'],
])('%d ms ago', (ms, zh, en) => {
  expect(formatAgo(noon - ms, noon)).toBe(zh)
  language.value = 'en'
  expect(formatAgo(noon - ms, noon)).toBe(en)
})

test('the zone is named: Beijing time in China, else by name and offset', () => {
  expect(zoneLabel(noon)).toBe('北京时间')
  siteTimeZone.value = 'Asia/Tokyo'
  expect(zoneLabel(noon)).toContain('Asia/Tokyo (GMT+9)')
})

test.each([
  [3.204, '3.20'],
  [-18.26, '−18.3'],
  [101.6, '102'],
  [5, '5'],
])('%d is written %s', (value, text) => {
  expect(formatNumber(value)).toBe(text)
})

test.each([
  ['a door', { type: 'binary', kind: 'door', unit: null } as const, 1, '开'],
  ['a contact of no kind', { type: 'binary', kind: null, unit: null } as const, 0, '否'],
  ['per cent', { type: 'number', kind: 'humidity', unit: '%' } as const, 68.25, '68.3%'],
  ['degrees', { type: 'number', kind: 'temperature', unit: '°C' } as const, 3, '3\u202f°C'],
])('%s', (_, metric, value, text) => {
  expect(formatValue(metric, value)).toBe(text)
})

test.each([
  [null, ['zh-TW', 'en'], 'zh-CN'],
  [null, ['en-GB'], 'en'],
  [null, ['fr'], 'zh-CN'],
  ['en', ['zh-CN'], 'en'],
  ['xx', ['en'], 'en'],
])('the first language with %s stored and %j wanted', (stored, wanted, expected) => {
  expect(firstLanguage(stored, wanted)).toBe(expected)
})
