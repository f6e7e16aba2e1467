import { describe, expect, test } from 'vitest'
import type { StreamName } from '../../gateway/contract/camera.ts'
import { type ChoiceFacts, streamChoice } from '../../dashboard/live/stream-choice.ts'

const calm: ChoiceFacts = {
  atMs: 0,
  wants: 'auto',
  mayMain: true,
  heightPx: 360,
  stream: 'sub',
  subHeightPx: 360,
  droppedShare: null,
}

/** Asks four times a second. @returns when the answer changed, and to what */
function changes(facts: (atMs: number, now: StreamName | undefined) => Partial<ChoiceFacts>, untilMs: number) {
  const choice = streamChoice()
  let now: StreamName | undefined
  const told: [number, StreamName | undefined, string | null][] = []
  for (let atMs = 0; atMs <= untilMs; atMs += 250) {
    const next = choice.next({ ...calm, atMs, stream: now ?? 'sub', ...facts(atMs, now) })
    if (next !== now || atMs === 0) told.push([atMs, next, choice.held])
    now = next
  }
  return told
}

describe('which stream a tile has', () => {
  test('the gateway decides first, as long as main is not forbidden', () => {
    expect(changes(() => ({}), 3_000)).toEqual([[0, undefined, null]])
    expect(changes(() => ({ stream: null, subHeightPx: null, mayMain: false }), 3_000)).toEqual([
      [0, 'sub', 'no-main-left'],
    ])
  })

  test.each([
    // [tile, from 1 s on, then from 5 s on], expected
    [[360, 468, 360], []],
    [[360, 469, 469], [[2_000, 'main', null]]],
    [[360, 720, 324], [[2_000, 'main', null]]],
    [
      [360, 720, 323],
      [
        [2_000, 'main', null],
        [5_500, 'sub', null],
      ],
    ],
    [[360, 0, 0], []],
  ] as const)('by device pixels with hysteresis: %j', ([first, then, last], expected) => {
    const told = changes((atMs) => ({ heightPx: atMs < 1_000 ? first : atMs < 5_000 ? then : last }), 10_000)
    expect(told.slice(1)).toEqual(expected)
  })

  test('larger for less than a second changes nothing', () => {
    expect(changes((atMs) => ({ heightPx: atMs % 1_000 < 750 ? 800 : 360 }), 10_000)).toHaveLength(1)
  })

  test('a wish is followed after 300 ms', () => {
    expect(changes((atMs) => ({ wants: atMs >= 1_000 ? 'main' : 'auto' }), 3_000).slice(1)).toEqual([
      [1_500, 'main', null],
    ])
  })

  test('frames dropped by the browser: down for a minute, then tried again', () => {
    const told = changes(
      (atMs) => ({ wants: 'main', droppedShare: atMs >= 4_000 && atMs <= 5_000 ? 0.06 : 0.04 }),
      70_000,
    )
    expect(told).toEqual([
      [0, 'main', null],
      [4_500, 'sub', 'dropping'],
      [65_000, 'main', null],
    ])
  })

  test('a sub stream that drops is not changed: what is below it costs more', () => {
    expect(changes(() => ({ droppedShare: 0.5 }), 10_000)).toHaveLength(1)
  })
})
