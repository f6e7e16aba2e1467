import { expect, test } from 'vitest'
import { deviceTime } from '../../gateway/domain/payload.ts'
import { isOfNow, qualityOf } from '../../gateway/domain/reading.ts'

const nowUtcMs = Date.UTC(2026, 10, 3, 2)

test.each([
  ['{"v":1}', false, null, 'ok'],
  ['{"v":1}', true, null, 'late'],
  [`{"v":1,"ts":${nowUtcMs - 1_000}}`, true, nowUtcMs - 1_000, 'ok'],
  [`{"v":1,"ts":${nowUtcMs / 1_000 - 5}}`, false, nowUtcMs - 5_000, 'ok'],
  [`{"v":1,"ts":"${nowUtcMs / 1_000 - 5}"}`, false, nowUtcMs - 5_000, 'ok'],
  ['{"v":1,"time":"2026-11-03T09:59:00+08:00"}', false, nowUtcMs - 60_000, 'ok'],
  ['{"v":1,"Time":"2026-11-03T01:00:00Z"}', false, nowUtcMs - 3_600_000, 'late'],
  ['{"v":1,"Time":"2026-11-03T01:00:00"}', false, null, 'ok'],
  [`{"v":1,"timestamp":${nowUtcMs + 61_000}}`, false, nowUtcMs + 61_000, 'suspect'],
  [`{"v":1,"timestamp":${nowUtcMs - 601_000}}`, false, nowUtcMs - 601_000, 'late'],
  [`{"v":1,"Time":"2026-11-03T01:00:00","ts":${nowUtcMs}}`, false, nowUtcMs, 'ok'],
  ['{"v":1,"ts":12}', false, null, 'ok'],
  ['{"v":1,"ts":null}', false, null, 'ok'],
  ['3.5', false, null, 'ok'],
])('time and quality of %s (retained: %s)', (payload, retain, deviceUtcMs, quality) => {
  const found = deviceTime(JSON.parse(payload))
  expect(found).toBe(deviceUtcMs)
  expect(qualityOf(nowUtcMs, found, retain)).toBe(quality)
})

test.each([
  ['ok', null, true],
  ['suspect', null, true],
  ['late', null, false],
  ['manual', null, true],
  ['manual', nowUtcMs - 60_000, true],
  ['manual', nowUtcMs - 3_600_000, false],
] as const)('a reading of quality %s, taken %s, may raise an alert: %s', (quality, takenUtcMs, expected) => {
  expect(isOfNow(quality, nowUtcMs, takenUtcMs)).toBe(expected)
})
