import { describe, expect, test } from 'vitest'
import type { LiveEvent } from '../../gateway/contract/live.ts'
import { failedSteps } from '../../dashboard/live/failed-steps.ts'
import { type Effect, type Model, newModel, type PlayerEvent, stateOf } from '../../dashboard/live/player-model.ts'
import { step } from '../../dashboard/live/player-step.ts'
import type { Sight } from '../../dashboard/live/ports.ts'

const utcMs = 1_795_000_000_000
const at = (atMs: number, chance = 0.5, serverOffsetMs: number | null = 0) => ({
  atMs,
  utcMs: utcMs + atMs,
  chance,
  serverOffsetMs,
})
const anew = (sight: Sight = 'seen') => newModel(sight, 0, failedSteps())
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
const sight = (now: Sight): PlayerEvent => ({ kind: 'sight', sight: now })
const text = (event: LiveEvent): PlayerEvent => ({ kind: 'text', event })
const broken: PlayerEvent = { kind: 'broken', fault: 'decode' }
const offline: LiveEvent = { type: 'offline', reason: 'camera-lost', detail: null, nextTryUtcMs: null }

function run(lines: readonly Line[], model: Model = anew()): Model {
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
      'rebuilds three times a minute, then names the step as failed',
      [
        ...playing,
        [200, broken, ['fresh', 'hello']],
        [300, broken, ['fresh', 'hello']],
        [400, broken, ['fresh', 'hello']],
        [500, broken, ['drop', 'hello']],
      ],
    ],
    [
      'a picture that breaks while there is no connection waits for it',
      [...playing, [200, { kind: 'closed', code: 1006 }, []], [300, broken, ['fresh']]],
    ],
    ['reconnects when nothing comes for 6 s', [...playing, ...ticks(250, 6_000), [6_250, tick, ['disconnect']]]],
    [
      'waits for the camera as long as the gateway says that it is away, and asks every half minute whether that still holds',
      [
        ...playing,
        [200, text(offline), []],
        ...ticks(250, 30_000),
        [30_250, tick, ['hello']],
        [30_300, text(offline), []],
        ...ticks(30_500, 60_250),
        [60_500, tick, ['hello']],
        // Nobody answers any more: the connection is dead.
        ...ticks(60_750, 66_250),
        [66_500, tick, ['disconnect']],
      ],
    ],
    [
      'gives a handshake 6 s, however long it waited for its turn',
      [
        [0, tick, ['connect']],
        ...ticks(250, 9_750),
        [10_000, { kind: 'entered' }, []],
        ...ticks(10_250, 15_750),
        [16_000, tick, ['disconnect']],
      ],
    ],
    [
      'takes the picture away that it may not show any more',
      [
        ...playing,
        [200, text({ type: 'refused', code: 'privacy', detail: '' }), ['blank']],
        ...ticks(250, 20_000),
        [20_100, text(stream), []],
        ...flowing(20_250, 22_000, true),
      ],
    ],
    [
      'does not come back where it may not be',
      [
        ...playing,
        [200, { kind: 'closed', code: 4403 }, ['blank']],
        ...ticks(250, 10_000),
        [10_250, { kind: 'online' }, []],
        [10_300, sight('hidden'), []],
        [10_400, sight('seen'), []],
        ...ticks(10_500, 12_000),
      ],
    ],
    [
      'comes back at once when the network does',
      [...playing, [200, { kind: 'closed', code: 1006 }, []], [250, { kind: 'online' }, ['connect']]],
    ],
    [
      'asks again a minute after a refusal',
      [
        ...playing,
        [200, text({ type: 'refused', code: 'tier-full', detail: '' }), ['blank']],
        ...ticks(250, 60_000),
        [60_250, tick, ['hello']],
      ],
    ],
    [
      'pauses after 10 s out of sight and shows nothing old afterwards',
      [
        ...playing,
        [1_000, sight('hidden'), []],
        ...ticks(1_250, 10_750),
        [11_000, tick, ['pause']],
        ...ticks(11_250, 20_000),
        [20_100, sight('seen'), ['fresh', 'resume']],
      ],
    ],
    [
      'closes after 60 s out of sight and connects when seen',
      [
        ...playing,
        [1_000, sight('hidden'), []],
        ...ticks(1_250, 10_750),
        [11_000, tick, ['pause']],
        ...ticks(11_250, 60_750),
        [61_000, tick, ['disconnect']],
        ...ticks(61_250, 90_000),
        [90_100, sight('seen'), ['fresh']],
        [90_200, tick, ['connect']],
      ],
    ],
    ['a glance away changes nothing', [...playing, [1_000, sight('hidden'), []], [2_900, sight('seen'), []]]],
    [
      'a short look away: to the newest picture',
      [...playing, [1_000, sight('hidden'), []], ...ticks(1_250, 9_000), [9_100, sight('seen'), ['nudge']]],
    ],
    [
      'scrolled away: pauses after 2 s, and hidden afterwards it stays so',
      [
        ...playing,
        [1_000, sight('off-screen'), []],
        ...ticks(1_250, 2_750),
        [3_000, tick, ['pause']],
        [4_000, sight('hidden'), []],
        ...ticks(4_250, 15_000),
        [15_100, sight('seen'), ['fresh', 'resume']],
        // The server does not answer, and somebody waits.
        ...ticks(15_250, 18_000),
        [18_250, tick, ['disconnect']],
      ],
    ],
    [
      'nothing is asked of a server that sends only keyframes',
      [...playing, [200, text({ ...stream, keyframesOnly: true }), []], ...flowing(250, 5_000, false)],
    ],
    [
      'begins anew after the machine slept',
      [
        ...playing,
        ...ticks(250, 1_000),
        [60_000, tick, ['disconnect', 'fresh']],
        [60_100, tick, []],
        [60_250, tick, ['connect']],
      ],
    ],
  ]
  test.each(cases)('%s', (_, lines) => {
    expect(run(lines).sight).toBe('seen')
  })

  test('a hidden player does not connect', () => {
    const model = anew('hidden')
    expect(ticks(0, 5_000).flatMap(([atMs, event]) => step(model, event, at(atMs)))).toEqual([])
    expect(stateOf(model, at(5_000), false).kind).toBe('paused')
  })

  test('backs off with full jitter up to 5 s, and begins anew after 30 s of pictures', () => {
    const model = anew()
    const delays: number[] = []
    let atMs = 0
    for (let attempt = 0; attempt < 10; attempt++) {
      step(model, tick, at(atMs, 1))
      step(model, { kind: 'closed', code: 1006 }, at(atMs, 1))
      delays.push((model.nextTryAtMs ?? 0) - atMs)
      atMs = model.nextTryAtMs ?? 0
    }
    expect(delays).toEqual([1_000, 2_000, 4_000, 5_000, 5_000, 5_000, 5_000, 5_000, 5_000, 5_000])
    step(model, tick, at(atMs))
    step(model, { kind: 'opened' }, at(atMs))
    step(model, { kind: 'closed', code: 1006 }, at(atMs + 31_000, 1))
    expect((model.nextTryAtMs ?? 0) - atMs - 31_000).toBe(1_000)
  })

  test('says late, stalled and offline in turn when the socket falls silent', () => {
    const model = run([...playing, ...flowing(250, 3_000, true)])
    const kinds = [3_100, 5_000, 5_001, 9_000].map((ms) => stateOf(model, at(ms), false).kind)
    expect(kinds).toEqual(['live', 'late', 'stalled', 'stalled'])
    for (const [ms, event] of ticks(3_250, 9_000)) step(model, event, at(ms))
    step(model, { kind: 'closed', code: 1006 }, at(9_100))
    expect(stateOf(model, at(15_200), false)).toMatchObject({ kind: 'offline', reason: 'gateway-lost' })
  })

  test('estimates the clocks’ difference from the quickest frame when nobody tells it', () => {
    const model = anew()
    const untold = (ms: number) => at(ms, 0.5, null)
    step(model, { kind: 'opened' }, untold(20))
    for (const [arrivedMs, capturedMs] of [
      [100, -59_950],
      [200, -59_300],
      [700, -59_230],
    ] as const) {
      step(model, { kind: 'bytes', captureUnixMicros: (utcMs + capturedMs) * 1_000 }, untold(arrivedMs))
    }
    step(model, { kind: 'presented', captureUnixMicros: (utcMs - 59_300) * 1_000 }, untold(750))
    expect(stateOf(model, untold(800), false)).toMatchObject({ kind: 'live', ageMs: 600 })
  })

  test('an old frame shown again after a rebuild is no sign of life', () => {
    const model = run([...playing, ...flowing(250, 1_000, true)])
    step(model, presentedAt(1_000), at(20_000))
    expect(stateOf(model, at(20_000), false)).toMatchObject({ kind: 'stalled', sinceUtcMs: utcMs + 1_000 })
    step(model, presentedAt(900), at(20_100))
    expect(stateOf(model, at(20_100), false)).toMatchObject({ kind: 'stalled', sinceUtcMs: utcMs + 900 })
    step(model, presentedAt(19_900), at(20_200))
    expect(stateOf(model, at(20_200), false)).toMatchObject({ kind: 'live', ageMs: 300 })
  })

  test('a gateway whose clock is set back does not make tiles stand', () => {
    const model = run([...playing, ...flowing(250, 3_000, true)])
    const back = (ms: number) => ({ ...at(ms), serverOffsetMs: -3_600_000 })
    const captureUnixMicros = (utcMs - 3_600_000 + 3_200) * 1_000
    step(model, { kind: 'bytes', captureUnixMicros }, back(3_200))
    step(model, { kind: 'presented', captureUnixMicros }, back(3_300))
    expect(stateOf(model, back(6_000), false).kind).toBe('stalled')
    step(model, { kind: 'bytes', captureUnixMicros: captureUnixMicros + 3_000_000 }, back(6_200))
    step(model, { kind: 'presented', captureUnixMicros: captureUnixMicros + 3_000_000 }, back(6_300))
    expect(stateOf(model, back(6_300), false)).toMatchObject({ kind: 'live', ageMs: 100 })
  })

  test('a stall is counted once, and a stream that cannot be played is given up at once', () => {
    const model = run([...playing, ...flowing(250, 3_000, true)])
    for (const [ms, event] of ticks(3_250, 8_000)) step(model, event, at(ms))
    expect(model.stalls).toBe(1)
    step(model, { kind: 'broken', fault: 'unsupported' }, at(8_100))
    expect(model.failed.list(8_100)).toEqual(['sub'])
    expect(model.rebuilds).toBe(1)
  })

  test('a failed step is asked for again when its rest is over', () => {
    const model = run(playing)
    model.failed.add('main', 1_000)
    model.saidFailed = ['main']
    const asked: number[] = []
    for (let ms = 1_250; ms <= 70_000; ms += 250) {
      step(model, bytesAt(ms), at(ms))
      step(model, presentedAt(ms), at(ms))
      if (!step(model, tick, at(ms)).includes('hello')) continue
      asked.push(ms)
      model.saidFailed = model.failed.list(ms)
    }
    expect(asked).toEqual([61_000])
  })
})
