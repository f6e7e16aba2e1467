import { expect, test } from 'vitest'
import { enWords } from '../../dashboard/i18n/en-words.ts'
import { zhCnWords } from '../../dashboard/i18n/zh-cn-words.ts'
import { gapReasons } from '../../gateway/domain/words.ts'
import { gapWords } from '../../gateway/playback/gap-words.ts'
import { clipStatement, worstOffset, zoneTime } from '../../gateway/playback/statement.ts'

test.each(gapReasons)('%s: a file says what the screen says', (reason) => {
  expect(gapWords[reason]).toEqual([zhCnWords.reasons[reason].what, enWords.reasons[reason].what])
})

test.each([
  [Date.UTC(2026, 10, 3, 2, 0, 0, 7), 'Asia/Shanghai', '2026-11-03 10:00:00.007 +08:00'],
  [Date.UTC(2026, 10, 2, 16), 'Asia/Shanghai', '2026-11-03 00:00:00.000 +08:00'],
  [Date.UTC(2026, 10, 3, 2), 'UTC', '2026-11-03 02:00:00.000 +00:00'],
  // The hour that happens twice when summer time ends.
  [Date.UTC(2026, 9, 25, 0, 30), 'Europe/Berlin', '2026-10-25 02:30:00.000 +02:00'],
  [Date.UTC(2026, 9, 25, 1, 30), 'Europe/Berlin', '2026-10-25 02:30:00.000 +01:00'],
  [Date.UTC(2026, 10, 3, 2), 'Asia/Kolkata', '2026-11-03 07:30:00.000 +05:30'],
])('%i in %s is %s', (utcMs, timeZone, shown) => {
  expect(zoneTime(utcMs, timeZone)).toBe(shown)
})

const facts = {
  cameraId: 'c01',
  cameraName: '大门',
  timeZone: 'Asia/Shanghai',
  fromUtcMs: 0,
  toUtcMs: 60_000,
  gaps: [],
}
test.each([
  [[], '摄像头时钟 Camera clock: 未知 / not known', null],
  [[412_000], '摄像头时钟 Camera clock: 与网关相差 +412.0 秒 / camera clock +412.0 s against the gateway', 412_000],
  [
    [-1_500, 40],
    '摄像头时钟 Camera clock: 与网关相差 -1.5 至 +0.0 秒 / camera clock -1.5 to +0.0 s against the gateway',
    -1_500,
  ],
])('clock offsets %j', (clockOffsetsMs, line, worst) => {
  expect(clipStatement({ ...facts, clockOffsetsMs }).comment.split('\n')).toContain(line)
  expect(worstOffset(clockOffsetsMs)).toBe(worst)
})

test('a thousand gaps are counted, and not all listed', () => {
  const gaps = Array.from({ length: 1_000 }, (_, n) => ({
    fromUtcMs: n * 10,
    toUtcMs: n * 10 + 5,
    reason: 'stalled' as const,
  }))
  const lines = clipStatement({ ...facts, clockOffsetsMs: [], gaps }).comment.split('\n')
  expect(lines).toHaveLength(106)
  expect(lines[4]).toContain('1000 处，共 5.0 秒')
  expect(lines.at(-1)).toBe('  另有 900 处 / and 900 more')
})
