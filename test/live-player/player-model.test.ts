import { describe, expect, test } from 'vitest'
import type { LiveEvent } from '../../gateway/contract/live.ts'
import {
  type Effect,
  type Model,
  newModel,
  type PlayerEvent,
  stateOf,
  step,
} from '../../dashboard/live/player-model.ts'

const utcMs = 1_795_000_000_000
const at = (atMs: number, chance = 0.5) => ({ atMs, utcMs: utcMs + atMs, chance })
const stream: LiveEvent = {
  type: 'stream',
  generation: 1,
  stream: 'sub',
  tier: 'mse',
  mime: 'video/mp4; codecs="avc1.4D401E"',
  codec: 'avc1.4D401E',
  widthPx: 640,
  heightPx: 360,
  why: null,
  above: [],
  keyframesOnly: false,
}
type Line = [atMs: number, event: PlayerEvent, effects: Effect[]]
const tick: PlayerEvent = { kind: 'tick' }
const bytesAt = (atMs: number): PlayerEvent => ({ kind: 'bytes', captureUnixMicros: (utcMs + atMs) * 1_000 })
const presentedAt = (atMs: number): PlayerEvent => ({ kind: 'presented', captureUnixMicros: (utcMs + atMs) * 1_000 })
const playing: Line[] = [
  [0, tick, ['connect']],
  [20, { kind: 'opened' }, ['hello']],
  [40, { kind: 'text', event: stream }, []],
  [50, bytesAt(50), []],
  [120, presentedAt(50), []],
]
/** Ticks every quarter second with frames flowing, `shown` or not. */
const flowing = (fromMs: number, toMs: number, shown: boolean): Line[] => {
  const lines: Line[] = []
  for (let ms = fromMs; ms <= toMs; ms += 250) {
    lines.push([ms, bytesAt(ms), []])
    if (shown) lines.push([ms, presentedAt(ms), []])
    lines.push([ms, tick, []])
  }
  return lines
}
const ticks = (fromMs: number, toMs: number): Line[] => {
  const lines: Line[] = []
  for (let ms = fromMs; ms <= toMs; ms += 250) lines.push([ms, tick, []])
  return lines
}
const hide = (visible: boolean): PlayerEvent => ({ kind: 'visible', visible })

function run(lines: readonly Line[], model: Model = newModel(true, 0)): Model {
  for (const [atMs, event, effects] of lines) {
    expect({ atMs, event, effects: step(model, event, at(atMs)) }).toEqual({ atMs, event, effects })
  }
  return model
}

describe('the player', () => {
  const cases: [string, Line[]][] = [
    ['plays', [...playing, ...flowing(250, 3_000, true)]],
    [
      'goes to the newest keyframe when nothing is shown, then builds a new picture',
      [
        ...playing,
        ...flowing(250, 2_000, false),
        [2_250, bytesAt(2_250), []],
        [2_250, tick, ['nudge']],
        ...flowing(2_500, 4_000, false),
        [4_250, bytesAt(4_250), []],
        [4_250, tick, ['fresh', 'hello']],
      ],
    ],
    [
      'rebuilds three times a minute, then begins the connection anew',
      [
        ...playing,
        [200, { kind: 'broken' }, ['fresh', 'hello']],
        [300, { kind: 'broken' }, ['fresh', 'hello']],
        [400, { kind: 'broken' }, ['fresh', 'hello']],
        [500, { kind: 'broken' }, ['disconnect', 'fresh']],
        ...ticks(750, 4_250),
        [4_500, tick, ['connect']],
      ],
    ],
    ['reconnects when nothing comes for 6 s', [...playing, ...ticks(250, 6_000), [6_250, tick, ['disconnect']]]],
    [
      'waits for the camera as long as the gateway says that it is away',
      [
        ...playing,
        [
          200,
          { kind: 'text', event: { type: 'offline', reason: 'camera-lost', detail: null, nextTryUtcMs: null } },
          [],
        ],
        ...ticks(250, 20_000),
      ],
    ],
    ['gives a handshake 6 s', [[0, tick, ['connect']], ...ticks(250, 5_750), [6_000, tick, ['disconnect']]]],
    [
      'does not come back where it may not be',
      [...playing, [200, { kind: 'closed', code: 4403 }, []], ...ticks(250, 10_000), [10_250, { kind: 'online' }, []]],
    ],
    [
      'comes back at once when the network does',
      [...playing, [200, { kind: 'closed', code: 1006 }, []], [250, { kind: 'online' }, ['connect']]],
    ],
    [
      'asks again a minute after a refusal',
      [
        ...playing,
        [200, { kind: 'text', event: { type: 'refused', code: 'tier-full', detail: '' } }, []],
        ...ticks(250, 60_000),
        [60_250, tick, ['hello']],
      ],
    ],
    ['asks again when the tile changed its size', [...playing, [300, { kind: 'sized' }, ['hello']]]],
    [
      'pauses after 10 s out of sight and shows nothing old afterwards',
      [
        ...playing,
        [1_000, hide(false), []],
        ...ticks(1_250, 10_750),
        [11_000, tick, ['pause']],
        ...ticks(11_250, 20_000),
        [20_100, hide(true), ['fresh', 'resume']],
      ],
    ],
    [
      'closes after 60 s out of sight and connects when seen',
      [
        ...playing,
        [1_000, hide(false), []],
        ...ticks(1_250, 10_750),
        [11_000, tick, ['pause']],
        ...ticks(11_250, 60_750),
        [61_000, tick, ['disconnect']],
        ...ticks(61_250, 90_000),
        [90_100, hide(true), ['fresh']],
        [90_200, tick, ['connect']],
      ],
    ],
    ['a short look away changes nothing', [...playing, [1_000, hide(false), []], [4_000, hide(true), []]]],
    [
      'begins anew after the machine slept',
      [
        ...playing,
        ...ticks(250, 1_000),
        [60_000, tick, ['disconnect', 'fresh']],
        [60_250, tick, []],
        [60_500, tick, ['connect']],
      ],
    ],
  ]
  test.each(cases)('%s', (_, lines) => {
    expect(run(lines).visible).toBe(true)
  })

  test('a hidden player does not connect', () => {
    const model = newModel(false, 0)
    expect(ticks(0, 5_000).flatMap(([atMs, event]) => step(model, event, at(atMs)))).toEqual([])
    expect(stateOf(model, at(5_000), null).kind).toBe('paused')
  })

  test('backs off with full jitter up to 30 s, and begins anew after 30 s of pictures', () => {
    const model = newModel(true, 0)
    const delays: number[] = []
    let atMs = 0
    for (let attempt = 0; attempt < 10; attempt++) {
      step(model, tick, at(atMs, 1))
      step(model, { kind: 'closed', code: 1006 }, at(atMs, 1))
      delays.push((model.nextTryAtMs ?? 0) - atMs)
      atMs = model.nextTryAtMs ?? 0
    }
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000, 30_000])
    step(model, tick, at(atMs))
    step(model, { kind: 'opened' }, at(atMs))
    step(model, { kind: 'closed', code: 1006 }, at(atMs + 31_000, 1))
    expect((model.nextTryAtMs ?? 0) - atMs - 31_000).toBe(1_000)
  })

  test('says late, stalled and offline in turn when the socket falls silent', () => {
    const model = run([...playing, ...flowing(250, 3_000, true)])
    const kinds = [3_100, 5_000, 5_001, 9_000].map((ms) => stateOf(model, at(ms), 0).kind)
    expect(kinds).toEqual(['live', 'live', 'stalled', 'stalled'])
    for (const [ms, event] of ticks(3_250, 9_000)) step(model, event, at(ms))
    step(model, { kind: 'closed', code: 1006 }, at(9_100))
    expect(stateOf(model, at(15_200), 0)).toMatchObject({ kind: 'offline', reason: 'gateway-lost' })
  })

  test('estimates the clocks’ difference from the quickest frame when nobody tells it', () => {
    const model = run(playing.slice(0, 3))
    for (const [arrivedMs, capturedMs] of [
      [100, -59_950],
      [200, -59_300],
      [300, -59_730],
    ] as const) {
      step(model, { kind: 'bytes', captureUnixMicros: (utcMs + capturedMs) * 1_000 }, at(arrivedMs))
    }
    step(model, { kind: 'presented', captureUnixMicros: (utcMs - 59_300) * 1_000 }, at(350))
    expect(stateOf(model, at(400), null)).toMatchObject({ kind: 'live', ageMs: 200 })
  })
})
