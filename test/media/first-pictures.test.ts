import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { boxesOf, need } from '../../gateway/media/boxes.ts'
import { asFrame, firstPictures } from '../../gateway/media/first-pictures.ts'
import { samplesOf } from '../../gateway/media/fragment.ts'
import type { StreamFrame } from '../../gateway/media/stream.ts'

type Picture = readonly [key: 'K' | 'P', dts: number, duration: number, cts?: number]
const frame = ([kind, dts, duration, cts = 0]: Picture, n = 0): StreamFrame =>
  asFrame({ data: Uint8Array.of(n), dts, cts, duration, key: kind === 'K' }, 1_800_000_000_000 + n)
const told = ({ sample: { key, dts, duration, cts } }: StreamFrame) =>
  [key ? 'K' : 'P', dts, duration, ...(cts === 0 ? [] : [cts])] as unknown as Picture
const pass = (pictures: readonly Picture[]) => pictures.map(frame).flatMap(firstPictures())

const next: readonly Picture[] = [
  ['K', 60_000, 6_000],
  ['P', 66_000, 6_000],
]
test.each<[string, readonly Picture[], readonly Picture[]]>([
  [
    'with times as they should be pass as they are',
    [['K', 0, 6_000], ['P', 6_000, 6_000], ['P', 12_000, 6_000], ...next],
    [['K', 0, 6_000], ['P', 6_000, 6_000], ['P', 12_000, 6_000], ...next],
  ],
  [
    'a keyframe without its own time gets one, and the others come later by it',
    [
      ['K', 0, 1],
      ['P', 1, 8_999],
      ['P', 9_000, 9_000],
      ['P', 18_000, 9_000],
      ['K', 27_000, 9_000],
    ],
    [
      ['K', 0, 9_000],
      ['P', 9_000, 9_000],
      ['P', 18_000, 9_000],
      ['P', 27_000, 9_000],
      ['K', 36_000, 9_000],
    ],
  ],
  [
    'with B-frames the group is left out',
    [['K', 0, 6_000], ['P', 6_000, 1, 6_000], ['P', 6_001, 1], ['P', 6_002, 1], ['P', 6_003, 5_997, 24_000], ...next],
    next,
  ],
  [
    'more than one picture without a time: left out',
    [['K', 0, 1], ['P', 1, 1], ['P', 2, 6_000], ['P', 6_002, 6_000], ...next],
    next,
  ],
  [
    'before the first keyframe they pass, whatever their times',
    [['P', 0, 1], ['P', 1, 1], ['K', 2, 6_000], ['P', 6_002, 6_000], ['P', 12_002, 6_000], ...next],
    [['P', 0, 1], ['P', 1, 1], ['K', 2, 6_000], ['P', 6_002, 6_000], ['P', 12_002, 6_000], ...next],
  ],
  [
    'what comes later is not looked at',
    [...next, ['P', 72_000, 6_000], ['P', 78_000, 1], ['P', 78_001, 1, 5]],
    [...next, ['P', 72_000, 6_000], ['P', 78_000, 1], ['P', 78_001, 1, 5]],
  ],
])('the first pictures: %s', (_name, pictures, expected) => {
  expect(pass(pictures).map(told)).toEqual(expected)
})

test('a picture whose time was changed says so in its own boxes too, and keeps data and arrival', () => {
  const frames = pass([
    ['K', 100, 1],
    ['P', 101, 8_999],
    ['P', 9_100, 9_000],
    ['P', 18_100, 9_000],
  ])
  expect(frames).toHaveLength(4)
  for (const [n, { sample, bytes, arrivedUtcMs }] of frames.entries()) {
    expect(arrivedUtcMs).toBe(1_800_000_000_000 + n)
    expect(boxesOf(bytes).map(({ type }) => type)).toEqual(['moof', 'mdat'])
    const [inside] = samplesOf(need(bytes, 'moof').body, need(bytes, 'mdat').body)
    expect(inside).toMatchObject({ dts: sample.dts, duration: sample.duration, key: n === 0 })
    expect([...(inside?.data ?? [])]).toEqual([n])
  }
})

test('whatever comes: the order stays, nothing comes twice, and from the second keyframe on all come', () => {
  const picture = fc.record({
    key: fc.boolean(),
    ticks: fc.constantFrom(1, 2, 3_000),
    cts: fc.constantFrom(0, 0, 0, 6_000),
  })
  fc.assert(
    fc.property(fc.array(picture, { maxLength: 30 }), (pictures) => {
      let dts = 0
      const frames = pictures.map(({ key, ticks, cts }, n) => {
        const made = frame([key ? 'K' : 'P', dts, ticks, cts], n)
        dts += ticks
        return made
      })
      const numbers = frames.flatMap(firstPictures()).map(({ sample }) => sample.data[0] ?? -1)
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
      const first = pictures.findIndex(({ key }) => key)
      const second = pictures.findIndex(({ key }, n) => key && first >= 0 && n >= first + 3)
      if (second >= 0) expect(numbers.filter((n) => n >= second)).toHaveLength(pictures.length - second)
    }),
  )
})
