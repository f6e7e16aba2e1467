import { expect, test } from 'vitest'
import { pictureJoiner } from '../../gateway/media/picture.ts'
import type { Sample } from '../../gateway/media/stream.ts'

const nal = (...bytes: number[]) => [0, 0, 0, bytes.length, ...bytes]
const sample = (dts: number, duration: number, key: boolean, ...nals: number[][]): Sample => ({
  data: Uint8Array.from(nals.flat()),
  dts,
  cts: 0,
  duration,
  key,
})
const avc = {
  sets: [nal(0x67, 1), nal(0x68, 2)],
  first: nal(0x65, 0x88),
  later: nal(0x65, 0x03, 0x88),
  next: nal(0x41, 0x9a),
}
const hevc = {
  sets: [nal(0x40, 1, 1), nal(0x42, 1, 1), nal(0x44, 1, 1)],
  first: nal(0x26, 1, 0xaf),
  later: nal(0x26, 1, 0x2f),
  next: nal(0x02, 1, 0xd0),
}

test.each([
  ['H264', avc],
  ['H265', hevc],
] as const)('%s: a keyframe that was taken apart is one picture again', (codec, { sets, first, later, next }) => {
  const take = pictureJoiner(codec)
  const before = sample(0, 6_000, false, next)
  expect(take(before)).toEqual([before])
  expect(take(sample(6_000, 1, true, ...sets, first))).toEqual([])
  expect(take(sample(6_001, 1, true, ...sets, later))).toEqual([])
  const [whole, ...more] = take(sample(6_002, 5_998, true, ...sets, later))
  const wanted = sample(6_000, 6_000, true, ...sets, first, later, later)
  expect(more).toEqual([])
  expect({ ...whole, data: Uint8Array.from(whole?.data ?? []) }).toEqual(wanted)
  const after = sample(12_000, 6_000, false, next)
  expect(take(after)).toEqual([after])
})

test('ordinary pictures pass at once, as they are', () => {
  const take = pictureJoiner('H264')
  for (const picture of [
    sample(0, 6_000, true, ...avc.sets, avc.first, avc.later),
    sample(6_000, 6_000, false, avc.next),
    sample(12_000, 1, false, avc.next),
    sample(12_001, 5_999, false, avc.next),
  ]) {
    const [told, ...more] = take(picture)
    expect(told).toBe(picture)
    expect(more).toEqual([])
  }
})

test('two whole keyframes of one time stay two', () => {
  const take = pictureJoiner('H264')
  const twins = [sample(0, 1, true, ...avc.sets, avc.first), sample(1, 5_999, true, ...avc.sets, avc.first)]
  expect(twins.flatMap(take)).toEqual(twins)
})

test('damaged lengths end nothing', () => {
  const take = pictureJoiner('H264')
  const broken = { ...sample(1, 5_999, true), data: Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x65, 0x03, 1) }
  const first = sample(0, 1, true, ...avc.sets, avc.first)
  expect(take(first)).toEqual([])
  expect(take(broken)).toHaveLength(1)
})
