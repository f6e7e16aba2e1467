import { expect, test } from 'vitest'
import type { StreamEvent } from '../../gateway/media/stream.ts'
import { wholePictures } from '../../gateway/media/whole-pictures.ts'

const init = { bytes: new Uint8Array(), codec: 'avc1.4D401F', timescale: 90_000, widthPx: 1, heightPx: 1 }
const sample = { data: new Uint8Array(), cts: 0, duration: 1, key: true }
const frame = (dts: number): StreamEvent => ({
  frame: { sample: { ...sample, dts }, bytes: sample.data, arrivedUtcMs: 1_000 + dts },
})

test.each([
  ['nothing but an init', ['init'], ['init']],
  ['the first picture waits for the second', ['init', 1], ['init']],
  ['the last one is never passed on', ['init', 1, 2, 3], ['init', 1, 2]],
  ['new parameters come behind all pictures of the old ones', ['init', 1, 2, 'init', 3, 4], ['init', 1, 2, 'init', 3]],
] as const)('%s', (_name, sent, expected) => {
  const got: (string | number)[] = []
  const put = wholePictures(({ frame: one }) => got.push(one ? one.sample.dts : 'init'))
  for (const each of sent) put(each === 'init' ? { init } : frame(each))
  expect(got).toEqual(expected)
})
