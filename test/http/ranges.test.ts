import { expect, test } from 'vitest'
import { loadRange, mostSpanMs } from '../../dashboard/playback/scale.ts'
import { longest } from '../../gateway/http/ranges.ts'

test('the timeline never asks for more than one request may', () => {
  for (let spanMs = 60_000; spanMs <= mostSpanMs; spanMs *= 1.1) {
    const { fromUtcMs, toUtcMs } = loadRange({ fromUtcMs: 1_790_000_000_000, spanMs }, Number.MAX_SAFE_INTEGER)
    expect(toUtcMs - fromUtcMs).toBeLessThanOrEqual(longest.spans)
  }
})
