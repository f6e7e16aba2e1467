import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  confirmed,
  freshHealth,
  judge,
  type Look,
  type PictureHealth,
  troubleOf,
} from '../../gateway/domain/picture-health.ts'
import {
  brightnessOf,
  changeOf,
  planeBytes,
  planeHeight,
  planeWidth,
  textureBlocks,
  textureOf,
} from '../../gateway/domain/picture-look.ts'
import { edgeMapOf, shiftOf } from '../../gateway/domain/picture-shift.ts'
import { type PictureTrouble, pictureTroubles } from '../../gateway/domain/words.ts'

type Seen = Omit<Look, 'utcMs'>
const lit = { mean: 120, p10: 60, p90: 190 }
const times = <T>(value: T, count: number): T[] => Array.from({ length: count }, () => value)
const detail = (value: number) => times(value, textureBlocks)
const moving = { change: 12, sizeChange: 0.03 }
const home = { atHome: 0.9, best: 0.9, distance: 0 }
const good: Seen = { brightness: lit, texture: detail(10), same: moving, shift: home, repeated: false }
const seen = (what: Partial<Seen>): Seen => ({ ...good, ...what })
const black = seen({ brightness: { mean: 3, p10: 0, p90: 6 }, texture: detail(0), same: { change: 0, sizeChange: 0 } })
const covered = seen({ texture: detail(1) })
const frozen = seen({ same: { change: 0.02, sizeChange: 0.001 } })
const looped = seen({ repeated: true })
const moved = seen({ shift: { atHome: 0.4, best: 0.9, distance: 0.1 } })

/** A camera at work for ten minutes; then `looks`, each so many times, ten seconds apart. */
function after(...looks: readonly (readonly [Seen, number])[]) {
  const all = [[good, 60] as const, ...looks].flatMap(([look, count]) => times(look, count))
  return all.reduce<PictureHealth>((health, look, n) => judge(health, { utcMs: n * 10_000, ...look }), freshHealth)
}
const active = (health: PictureHealth) => pictureTroubles.filter((trouble) => health.tracks[trouble].active)

describe('a trouble needs its time, and its end too', () => {
  const cases: readonly [what: string, trouble: PictureTrouble, look: Seen, looksNeeded: number, calmNeeded: number][] =
    [
      ['black, and all the same at that', 'black', black, 13, 3],
      ['no detail left', 'covered', covered, 19, 3],
      ['the same picture again and again', 'frozen', frozen, 19, 2],
      ['a recording that is played', 'looped', looped, 6, 12],
      ['everything a tenth further', 'shifted', moved, 13, 3],
      ['another room', 'shifted', seen({ shift: { atHome: 0.1, best: 0.2, distance: 0.2 } }), 13, 3],
    ]
  test.each(cases)('%s: %s', (_, trouble, look, looksNeeded, calmNeeded) => {
    expect(active(after([look, looksNeeded - 1]))).toEqual([])
    const raised = after([look, looksNeeded])
    expect(active(raised)).toEqual([trouble])
    expect(troubleOf(raised)).toEqual({ trouble, sinceUtcMs: 600_000 })
    expect(active(after([look, looksNeeded], [good, calmNeeded - 1], [look, 1], [good, calmNeeded - 1]))).toEqual([
      trouble,
    ])
    expect(active(after([look, looksNeeded], [good, calmNeeded]))).toEqual([])
    // One good look in between, and the wait begins anew.
    expect(active(after([look, looksNeeded - 1], [good, 1], [look, looksNeeded - 1]))).toEqual([])
  })
})

describe('what is no trouble', () => {
  const calm: readonly [what: string, look: Seen][] = [
    ['dim light', seen({ brightness: { mean: 30, p10: 15, p90: 60 } })],
    ['a dark room with a lamp', seen({ brightness: { mean: 12, p10: 2, p90: 40 }, texture: detail(1) })],
    ['a dark room, its detail gone', seen({ brightness: { mean: 25, p10: 18, p90: 42 }, texture: detail(1) })],
    ['steam before half of the picture', seen({ texture: detail(10).map((value, n) => (n % 2 ? value : 0.5)) })],
    ['an empty room with nothing but the noise of the sensor', seen({ same: { change: 0.48, sizeChange: 0.002 } })],
    ['a clock that goes on in a still picture', seen({ same: { change: 1.1, sizeChange: 0.001 } })],
    ['a picture like the last, of another size', seen({ same: { change: 0.1, sizeChange: 0.02 } })],
    ['a tremble', seen({ shift: { atHome: 0.5, best: 0.9, distance: 0.04 } })],
    ['a crowd in the picture', seen({ shift: { atHome: 0.35, best: 0.4, distance: 0.2 } })],
    ['no reference', seen({ shift: null })],
  ]
  test.each(calm)('%s', (_, look) => {
    expect(active(after([look, 400]))).toEqual([])
  })

  test('a camera that never had detail is not covered', () => {
    const plain = seen({ texture: detail(1) })
    const looks = times(plain, 500)
    expect(
      active(looks.reduce((health, look, n) => judge(health, { utcMs: n * 10_000, ...look }), freshHealth)),
    ).toEqual([])
  })

  test('a hole in the footage breaks the wait: nobody knows what was between', () => {
    const before = after([frozen, 10])
    const last = before.lookedUtcMs ?? 0
    const looks = times(frozen, 12)
    const later = looks.reduce(
      (health, look, n) => judge(health, { utcMs: last + 600_000 + n * 10_000, ...look }),
      before,
    )
    expect(active(later)).toEqual([])
  })
})

test('a workshop without a light at night is told of twice, and never again; a cap by day is told of every time', () => {
  const raised: string[] = []
  let health = freshHealth
  const look = (utcMs: number, seen: Seen) => {
    const before = health
    health = judge(health, { utcMs, ...seen })
    const day = Math.floor(utcMs / 86_400_000)
    if (health.tracks.black.active && !before.tracks.black.active)
      raised.push(`day ${day} hour ${((utcMs % 86_400_000) / 3_600_000) | 0}`)
  }
  for (let day = 0; day < 9; day++)
    for (let n = 0; n < 8_640; n++) {
      // Light from 5 to about 20 o'clock, a quarter of an hour sooner or later.
      const isNight = n < 1_800 || n >= 7_200 - (day % 3) * 90
      // A cap before the lens, an hour long, on two days running.
      const isCapped = (day === 5 || day === 6) && n >= 3_600 && n < 3_960
      look(day * 86_400_000 + n * 10_000, isNight || isCapped ? black : good)
    }
  expect(raised).toEqual(['day 0 hour 0', 'day 0 hour 20', 'day 1 hour 19', 'day 5 hour 10', 'day 6 hour 10'])
})

test('black hides what else is wrong, and does not end it', () => {
  const both = after([moved, 20], [black, 20])
  expect(active(both)).toEqual(['black', 'shifted'])
  expect(troubleOf(both)?.trouble).toBe('black')
})

test('a hand before the lens is never learnt as the habit; a person may say that it is right', () => {
  const long = after([covered, 5_000])
  expect(active(long)).toEqual(['covered'])
  const right = confirmed(long)
  expect(active(right)).toEqual([])
  const looks = times(covered, 100)
  const last = right.lookedUtcMs ?? 0
  expect(
    active(looks.reduce((health, look, n) => judge(health, { utcMs: last + (n + 1) * 10_000, ...look }), right)),
  ).toEqual([])
})

test('a clock that was set back begins a new wait, and what is wrong stays wrong', () => {
  const goOn = (health: PictureHealth, look: Seen, count: number) =>
    times(look, count).reduce((state, one, n) => judge(state, { utcMs: 1_000 + n * 10_000, ...one }), health)
  expect(active(goOn(after([frozen, 18]), frozen, 18))).toEqual([])
  expect(active(goOn(after([frozen, 18]), frozen, 19))).toEqual(['frozen'])
  expect(active(goOn(after([frozen, 30]), frozen, 3))).toEqual(['frozen'])
  expect(active(goOn(after([frozen, 30]), good, 3))).toEqual([])
})

test('a look that comes late changes nothing', () => {
  const health = after([frozen, 5])
  expect(judge(health, { utcMs: (health.lookedUtcMs ?? 0) - 1, ...black })).toBe(health)
})

test('whatever comes: a trouble is active only after bad looks without a break for its time', () => {
  const kinds = fc.constantFrom(good, black, covered, frozen, moved, looped)
  const runs = fc.array(fc.tuple(kinds, fc.integer({ min: 1, max: 25 })), { maxLength: 12 })
  fc.assert(
    fc.property(runs, (looks) => {
      const health = after(...looks)
      for (const trouble of pictureTroubles) {
        const track = health.tracks[trouble]
        if (!track.active) continue
        expect(track.badLooks).toBeGreaterThanOrEqual(5)
        expect((health.lookedUtcMs ?? 0) - (track.sinceUtcMs ?? Number.POSITIVE_INFINITY)).toBeGreaterThanOrEqual(
          trouble === 'looped' ? 50_000 : 110_000,
        )
      }
    }),
  )
})

/** Where columns begin: evenly spaced ones would look at home after every column's width. */
const uneven = [-40, -21, 0, 9, 27, 32, 51, 74, 80, 101, 113, 135, 142, 163, 190]

/** A plane with a picture of boxes, moved to the right by `dx`. */
function boxes(dx = 0, gain = 1): Uint8Array {
  const plane = new Uint8Array(planeBytes)
  for (let y = 0; y < planeHeight; y++)
    for (let x = 0; x < planeWidth; x++) {
      const column = uneven.findLastIndex((from) => x - dx >= from)
      const cell = (column * 7 + Math.floor(y / 11) * 13 + 5) ** 3 % 181
      plane[y * planeWidth + x] = (40 + cell) * gain
    }
  return plane
}

test('planes: brightness, detail, change and shift in numbers', () => {
  const plane = boxes()
  const dark = boxes(0, 0.3)
  expect(brightnessOf(new Uint8Array(planeBytes).fill(7))).toEqual({ mean: 7, p10: 7, p90: 7 })
  const [sum, dimSum] = [plane, dark].map((one) => textureOf(one, brightnessOf(one)).reduce((a, b) => a + b, 0))
  expect((dimSum ?? 0) / (sum ?? 1)).toBeGreaterThan(0.7)
  expect(textureOf(new Uint8Array(planeBytes).fill(90), { mean: 90, p10: 90, p90: 90 }).every((one) => one === 0)).toBe(
    true,
  )
  expect(changeOf(plane, plane)).toBe(0)
  const clock = Uint8Array.from(plane)
  for (let n = 0; n < 12; n++) clock[(3 + Math.floor(n / 4)) * planeWidth + 150 + (n % 4)] = 255
  expect(changeOf(plane, clock)).toBeGreaterThan(3)
  const reference = edgeMapOf(plane)
  expect(shiftOf(reference, edgeMapOf(dark)).atHome).toBeGreaterThan(0.9)
  expect(shiftOf(reference, edgeMapOf(boxes(16))).distance).toBeCloseTo(0.1, 2)
  expect(shiftOf(reference, edgeMapOf(new Uint8Array(planeBytes)))).toEqual({ atHome: 0, best: 0, distance: 0 })
})
