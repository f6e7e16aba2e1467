import { describe, expect, test } from 'vitest'
import { type Facts, judge, type PlayPhase, type Shown } from '../../dashboard/live/play-state.ts'

const shown: Shown = {
  stream: 'sub',
  tier: 'mse',
  codec: 'avc1.4D401E',
  widthPx: 640,
  heightPx: 360,
  why: null,
  above: [],
  keyframesOnly: false,
}
const atMs = 100_000
const utcMs = 1_795_000_000_000
const nothing: Facts = {
  refused: null,
  visible: true,
  offline: null,
  shown: null,
  connected: true,
  lostAtMs: null,
  attempts: 0,
  nextTryAtMs: null,
  presentedAtMs: null,
  presentedUtcMs: null,
  captureUtcMs: null,
  agelessAtMs: null,
  serverUtcMs: utcMs,
  apart: false,
}
const picture = (presentedAgoMs: number, ageMs: number): Partial<Facts> => ({
  shown,
  presentedAtMs: atMs - presentedAgoMs,
  presentedUtcMs: utcMs - presentedAgoMs,
  captureUtcMs: utcMs - ageMs,
})
const lost = { type: 'offline', reason: 'camera-lost', detail: 'no answer', nextTryUtcMs: utcMs + 5_000 } as const

const cases: [string, Partial<Facts>, PlayPhase][] = [
  ['nothing came yet', {}, { kind: 'connecting' }],
  ['an open socket without a frame is not live', { shown }, { kind: 'connecting' }],
  ['a fresh frame', picture(100, 400), { kind: 'live', ageMs: 400 }],
  ['a frame 1.5 s ago still counts', picture(1_500, 1_500), { kind: 'live', ageMs: 1_500 }],
  ['one that stands and is older is late', picture(2_000, 2_000), { kind: 'late', ageMs: 2_000 }],
  ['frames come, but old ones', picture(50, 3_100), { kind: 'late', ageMs: 3_100 }],
  ['the picture stands', picture(2_001, 2_400), { kind: 'stalled', sinceUtcMs: utcMs - 2_400 }],
  [
    'it stands, its capture is unknown',
    { ...picture(2_500, 0), captureUtcMs: null },
    { kind: 'stalled', sinceUtcMs: utcMs - 2_500 },
  ],
  ['no clock to compare with', { ...picture(10, 9_000), serverUtcMs: null }, { kind: 'live', ageMs: null }],
  [
    'no clock for long',
    { ...picture(10, 9_000), serverUtcMs: null, agelessAtMs: atMs - 3_001 },
    { kind: 'late', ageMs: null },
  ],
  [
    'no stamp for long',
    { ...picture(10, 0), captureUtcMs: null, agelessAtMs: atMs - 3_001 },
    { kind: 'late', ageMs: null },
  ],
  [
    'this computer is 60 s ahead',
    { ...picture(10, 60_300), serverUtcMs: utcMs - 60_000 },
    { kind: 'live', ageMs: 300 },
  ],
  [
    'only keyframes come: late, and it says how much',
    { ...picture(9_000, 9_300), shown: { ...shown, keyframesOnly: true } },
    { kind: 'late', ageMs: 9_300 },
  ],
  [
    'not even keyframes come',
    { ...picture(15_001, 15_300), shown: { ...shown, keyframesOnly: true } },
    { kind: 'stalled', sinceUtcMs: utcMs - 15_300 },
  ],
  ['a little before its capture', { ...picture(10, -20) }, { kind: 'live', ageMs: 0 }],
  [
    'the gateway says why',
    { ...picture(10, 100), offline: lost },
    { kind: 'offline', reason: 'camera-lost', detail: 'no answer', nextTryUtcMs: utcMs + 5_000 },
  ],
  ['the gateway is only just asking', { offline: { ...lost, reason: 'connecting' } }, { kind: 'connecting' }],
  [
    'refused beats all',
    { ...picture(10, 100), refused: { code: 'forbidden', detail: null } },
    { kind: 'refused', code: 'forbidden', detail: null },
  ],
  ['nobody sees it', { ...picture(10, 100), visible: false }, { kind: 'paused' }],
  [
    'connection gone, 3 s',
    { ...picture(3_000, 3_200), connected: false, attempts: 1, lostAtMs: atMs - 3_000 },
    { kind: 'stalled', sinceUtcMs: utcMs - 3_200 },
  ],
  [
    'connection gone, 6 s',
    { ...picture(6_000, 6_200), connected: false, attempts: 2, lostAtMs: atMs - 6_000, nextTryAtMs: atMs + 4_000 },
    { kind: 'offline', reason: 'gateway-lost', detail: null, nextTryUtcMs: utcMs + 4_000 },
  ],
]

describe('a tile says what is true', () => {
  test.each(cases)('%s', (_, facts, expected) => {
    const merged = { ...nothing, ...facts }
    expect(judge(merged, atMs, utcMs)).toEqual({ ...expected, shown: merged.shown, apart: false })
  })
})
