import * as fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { Failure } from '../../gateway/domain/failure.ts'
import { boxesOf, find, need } from '../../gateway/media/boxes.ts'
import { decoderRecord, withRecord } from '../../gateway/media/init.ts'
import { nalsOf, unescaped } from '../../gateway/media/nals.ts'
import { parameterWatch } from '../../gateway/media/parameter-sets.ts'
import { avcSets, hevcSets } from '../../gateway/media/record.ts'
import type { Sample } from '../../gateway/media/stream.ts'
import { type Encoded, encodeInBand, x264, x265 } from '../support/encode.ts'

const sample = (nals: readonly Uint8Array[], key = true): Sample => ({
  data: Buffer.concat(
    nals.flatMap((nal) => {
      const length = Buffer.alloc(4)
      length.writeUInt32BE(nal.length)
      return [length, nal]
    }),
  ),
  dts: 0,
  cts: 0,
  duration: 1,
  key,
})
const keyOf = ({ samples }: Encoded): Sample => {
  const [first] = samples
  if (!first?.key) throw new Error('no keyframe first')
  return first
}
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/** All that a player looks at, of a made init against one that ffmpeg wrote. */
const told = ({ init }: Pick<Encoded, 'init'>) => {
  const trak = need(init.bytes, 'moov', 'trak').body
  return {
    record: hex(decoderRecord(init.bytes)),
    codec: init.codec,
    size: [init.widthPx, init.heightPx],
    tkhd: hex(need(trak, 'tkhd').body.subarray(-8)),
    timescale: init.timescale,
    boxes: boxesOf(init.bytes).map(({ type }) => type),
    hasEntry: find(trak, 'mdia', 'minf', 'stbl', 'stsd') !== undefined,
  }
}

describe.each([
  ['H.264', x264('baseline')],
  ['H.265', x265()],
])('from %s of 320 x 240', (family, codec) => {
  let before: Encoded
  beforeAll(() => {
    before = encodeInBand(codec)
  })

  test.each(
    family === 'H.264'
      ? [
          ['larger', '640x360', x264('baseline')],
          ['cropped below', '1920x1080', x264('baseline')],
          ['cropped on both sides', '318x238', x264('main')],
          ['as small as it gets', '16x16', x264('baseline')],
          ['High', '704x576', x264('high', 'yuv420p', 'keyint=10:8x8dct=1')],
          ['High with scaling lists', '352x288', x264('high', 'yuv420p', 'keyint=10:cqm=jvt')],
          ['interlaced', '720x576', x264('high', 'yuv420p', 'keyint=10:interlaced=1')],
          ['interlaced and cropped', '1920x1080', x264('main', 'yuv420p', 'keyint=10:interlaced=1')],
          ['4:2:2, 10 bits', '322x242', x264('high422', 'yuv422p10le')],
          ['4:4:4', '321x241', x264('high444', 'yuv444p')],
          ['grey', '320x242', x264('high', 'gray')],
          ['3 B-frames', '640x480', x264('main', 'yuv420p', 'keyint=10:bframes=3')],
        ]
      : [
          ['larger', '640x360', x265()],
          ['cropped below', '1920x1080', x265()],
          ['cropped on both sides', '318x238', x265()],
          ['10 bits', '640x480', x265('yuv420p10le')],
          ['4:2:2', '322x242', x265('yuv422p')],
          ['4:4:4', '321x241', x265('yuv444p')],
          ['temporal layers', '640x480', x265('yuv420p', 'keyint=10:temporal-layers=2:bframes=2')],
          ['scaling lists', '352x288', x265('yuv420p', 'keyint=10:scaling-list=default')],
        ],
  )('to %s (%s): the init that ffmpeg would have written', (_name, size, next) => {
    const after = encodeInBand(next, size)
    const watch = parameterWatch(before.init)
    expect(watch(keyOf(before))).toBeUndefined()
    const init = watch(keyOf(after))
    if (!init) throw new Error('no new init')
    expect(told({ init })).toEqual({ ...told(after), timescale: before.init.timescale })
    // From here on these are the known ones.
    for (const again of after.samples) expect(watch(again)).toBeUndefined()
    expect(watch(keyOf(before))?.codec).toBe(before.init.codec)
  })

  test('sets that are repeated as they were change nothing, with zeros behind them or not', () => {
    const watch = parameterWatch(before.init)
    for (const each of before.samples) expect(watch(each)).toBeUndefined()
    const nals = nalsOf(keyOf(before).data)
    expect(nals.length).toBeGreaterThan(2)
    expect(watch(sample(nals.map((nal) => Buffer.concat([nal, Buffer.alloc(3)]))))).toBeUndefined()
  })

  test('only the picture parameters change: a new init with the same sequence parameters', () => {
    const other = encodeInBand(
      family === 'H.264'
        ? x264('main', 'yuv420p', 'keyint=10:chroma-qp-offset=3')
        : x265('yuv420p', 'keyint=10:cbqpoffs=3'),
    )
    const isPps = (nal: Uint8Array) => (family === 'H.264' ? ((nal[0] ?? 0) & 31) === 8 : (nal[0] ?? 0) >> 1 === 34)
    const pps = nalsOf(keyOf(other).data).filter(isPps)
    const watch = parameterWatch(before.init)
    // Between keyframes nothing can begin: it counts from the next one on.
    expect(watch(sample(pps, false))).toBeUndefined()
    const plain = nalsOf(keyOf(before).data).filter((nal) => !isPps(nal))
    const init = watch(sample(plain))
    if (!init) throw new Error('no new init')
    const setsOf = family === 'H.264' ? avcSets : hevcSets
    const [was, is] = [before.init, init].map(({ bytes }) => setsOf(decoderRecord(bytes)))
    expect(is?.sps).toEqual(was?.sps)
    expect(is?.pps.map(hex)).toEqual(pps.map(hex))
    expect(init).toMatchObject({ widthPx: 320, heightPx: 240, codec: before.init.codec })
  })

  test('a set that changes and changes back before the next keyframe is no change', () => {
    const other = encodeInBand(codec, '640x360')
    const watch = parameterWatch(before.init)
    expect(watch(sample(nalsOf(keyOf(other).data), false))).toBeUndefined()
    expect(watch(keyOf(before))).toBeUndefined()
  })

  test('garbage where parameter sets should be ends as Failure, never as another error', () => {
    const nals = nalsOf(keyOf(before).data)
    const isSet = (nal: Uint8Array) =>
      family === 'H.264' ? [7, 8].includes((nal[0] ?? 0) & 31) : [32, 33, 34].includes((nal[0] ?? 0) >> 1)
    const sets = nals.filter(isSet)
    let refused = 0
    let renewed = 0
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 60 }), fc.nat({ max: 255 })), {
          minLength: 1,
          maxLength: 8,
        }),
        fc.option(fc.nat({ max: 20 })),
        (changes, cut) => {
          const broken = sets.map((set) => Buffer.from(set))
          const headerBytes = family === 'H.264' ? 1 : 2
          for (const [which, at, value] of changes) {
            const set = broken[which % broken.length]
            if (set && at + headerBytes < set.length) set[at + headerBytes] = value
          }
          const watch = parameterWatch(before.init)
          try {
            const init = watch(sample(broken.map((set) => set.subarray(0, cut ?? set.length))))
            if (init) renewed++
          } catch (cause) {
            refused++
            expect(cause).toBeInstanceOf(Failure)
            expect(cause).toMatchObject({ code: 'unsupported-codec' })
          }
        },
      ),
      { numRuns: 500 },
    )
    expect(refused).toBeGreaterThan(10)
    expect(renewed).toBeGreaterThan(10)
  })

  test('a sample of any bytes ends nothing but by Failure', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (data, key) => {
        const watch = parameterWatch(before.init)
        try {
          watch({ data, key, dts: 0, cts: 0, duration: 1 })
          watch(sample([data], key))
        } catch (cause) {
          expect(cause).toBeInstanceOf(Failure)
        }
      }),
      { numRuns: 500 },
    )
  })
})

test('two sequence parameter sets at once: the one that the picture uses stands first and tells the size', () => {
  const small = encodeInBand(x264('baseline'))
  const large = encodeInBand(x264('baseline', 'yuv420p', 'keyint=10:sps-id=1'), '640x360')
  const watch = parameterWatch(small.init)
  const both = watch(keyOf(large))
  expect(both).toMatchObject({ widthPx: 640, heightPx: 360 })
  expect(avcSets(decoderRecord(both?.bytes ?? new Uint8Array())).sps).toHaveLength(2)
  // Back to the first one, without sending it again: only the slice tells.
  const slices = nalsOf(keyOf(small).data).filter((nal) => ((nal[0] ?? 0) & 31) === 5)
  expect(watch(sample(slices))).toMatchObject({ widthPx: 320, heightPx: 240 })
  expect(watch(sample(slices))).toBeUndefined()
  expect(watch(keyOf(large))).toMatchObject({ widthPx: 640, heightPx: 360 })
})

test('an init without any sets, as of a camera that sends them late, is mended by the first keyframe', () => {
  const video = encodeInBand(x264('high'))
  const bare = withRecord(video.init, new Uint8Array(), { widthPx: 16, heightPx: 16 })
  const init = parameterWatch(bare)(keyOf(video))
  if (!init) throw new Error('no new init')
  expect(told({ init })).toEqual(told(video))
})

test('emulation prevention goes, and nothing else', () => {
  const bytes = (...values: number[]) => Uint8Array.from(values)
  expect(unescaped(bytes(0x67, 0, 0, 3, 1, 0, 0, 3, 0, 0, 3), 1)).toEqual(bytes(0, 0, 1, 0, 0, 0, 0))
  expect(unescaped(bytes(0x67, 0, 3, 0, 0, 0, 3), 1)).toEqual(bytes(0, 3, 0, 0, 0))
  expect(unescaped(bytes(0x67), 2)).toEqual(bytes())
})
