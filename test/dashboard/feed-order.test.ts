import { expect, test } from 'vitest'
import { feedStep } from '../../dashboard/api/feed-order.ts'
import { reconnectMs } from '../../dashboard/api/reconnect.ts'
import type { FeedMessage } from '../../gateway/contract/feed.ts'

const change = (seq: number): FeedMessage => ({ kind: 'change', seq, change: { kind: 'reload', what: 'zone' } })
const snapshot: FeedMessage = { kind: 'snapshot', seq: 40, serverUtcMs: 1, cameras: [], readings: [], alerts: [] }

test.each([
  ['a snapshot counts anew, also backwards', 99, snapshot, { kind: 'snapshot', seq: 40, snapshot }],
  ['the next change', 40, change(41), { kind: 'change', seq: 41, change: { kind: 'reload', what: 'zone' } }],
  [
    'numbers merged for a slow reader',
    40,
    change(47),
    { kind: 'change', seq: 47, change: { kind: 'reload', what: 'zone' } },
  ],
  ['a change twice', 41, change(41), { kind: 'nothing', seq: 41 }],
  ['a change before any snapshot', null, change(41), { kind: 'lost' }],
  [
    'resumed keeps what was applied',
    40,
    { kind: 'resumed', seq: 45, serverUtcMs: 1 } as const,
    { kind: 'nothing', seq: 40 },
  ],
  ['resumed without anything to resume', null, { kind: 'resumed', seq: 45, serverUtcMs: 1 } as const, { kind: 'lost' }],
  ['a ping', 40, { kind: 'ping', seq: 45, serverUtcMs: 1 } as const, { kind: 'nothing', seq: 40 }],
])('%s', (_, seq, message, expected) => {
  expect(feedStep(seq, message)).toEqual(expected)
})

test.each([
  [0, 0.5, 250],
  [3, 0.5, 2_000],
  [20, 0.999, 4_995],
  [0, 0, 100],
])('pause before attempt %d with luck %d is %d ms', (attempt, random, ms) => {
  expect(reconnectMs(attempt, random)).toBeCloseTo(ms, 5)
})
