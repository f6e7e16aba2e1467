import { expect, test } from 'vitest'
import { cameraRetry } from '../../gateway/cameras/retry.ts'
import { Failure } from '../../gateway/domain/failure.ts'
import { backoffMs } from '../../gateway/lib/supervise.ts'

test.each([
  ['camera-lost', 30_000],
  ['camera-unreachable', 30_000],
  ['stalled', 30_000],
  // A camera that locks its account after five wrong tries within some minutes stays open.
  ['camera-denied', 600_000],
  ['camera-clock-skew', 600_000],
])('%s is tried again after at most %i ms', (code, expected) => {
  expect(backoffMs(cameraRetry(new Failure('away', code, 'no')), 20, 1)).toBe(expected)
})
