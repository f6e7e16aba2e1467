import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Failure } from '../../gateway/domain/failure.ts'
import { boxCollector, boxesOf, need, oneAfterOther } from '../../gateway/media/boxes.ts'
import { buildFragment, placeFragment, readFragment, samplesOf } from '../../gateway/media/fragment.ts'
import { decoderRecord, readInit } from '../../gateway/media/init.ts'
import type { Sample } from '../../gateway/media/stream.ts'
import { openTempFolder } from '../support/temp.ts'
import { writeFileSync } from 'node:fs'

const temp = openTempFolder('media')
afterAll(() => temp.remove())

/** One frame a fragment, as the reader asks ffmpeg for. */
function encode(...codec: readonly string[]): Buffer {
  const source = ['-f', 'lavfi', '-i', 'testsrc=size=320x240:rate=10:duration=3']
  const fragments = ['-movflags', 'frag_every_frame+empty_moov+default_base_moof', '-f', 'mp4', 'pipe:1']
  return execFileSync('ffmpeg', ['-loglevel', 'error', ...source, '-pix_fmt', 'yuv420p', ...codec, ...fragments], {
    maxBuffer: 1 << 26,
  })
}
function parse(bytes: Uint8Array) {
  const boxes = boxesOf(bytes)
  const at = boxes.findIndex((box) => box.type === 'moof')
  const init = readInit(bytes.subarray(0, boxes[at]?.offset))
  const samples: Sample[] = []
  for (const [n, box] of boxes.entries()) {
    const mdat = boxes[n + 1]
    if (box.type === 'moof' && mdat?.type === 'mdat') samples.push(...samplesOf(box.body, mdat.body))
  }
  return { init, samples }
}
const probe = (file: string) =>
  execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'packet=pts,dts,flags,size', '-of', 'csv=p=0', file], {
    encoding: 'utf8',
  })
    .trim()
    .split('\n')

describe.each([
  [
    'H.264 with B-frames',
    ['-c:v', 'libx264', '-g', '10', '-bf', '2', '-profile:v', 'main', '-preset', 'ultrafast'],
    /^avc1\.4D[0-9A-F]{4}$/,
  ],
  [
    'H.264 baseline',
    ['-c:v', 'libx264', '-g', '10', '-profile:v', 'baseline', '-preset', 'ultrafast'],
    /^avc1\.42[0-9A-F]{4}$/,
  ],
  [
    'H.265',
    ['-c:v', 'libx265', '-g', '10', '-x265-params', 'log-level=none', '-preset', 'ultrafast'],
    /^hvc1\.1\.6\.L\d+\.90$/,
  ],
])('%s', (_name, codec, codecString) => {
  let bytes: Buffer
  beforeAll(() => {
    bytes = encode(...codec)
  })

  test('the init tells codec, size and timescale', () => {
    const { init } = parse(bytes)
    expect(init.codec).toMatch(codecString)
    expect(init).toMatchObject({ widthPx: 320, heightPx: 240 })
    expect(Buffer.from(init.bytes).includes('hev1')).toBe(false)
    expect(decoderRecord(init.bytes).length).toBeGreaterThan(10)
  })

  test('frames joined into our own fragments are the same stream for ffprobe', () => {
    const { init, samples } = parse(bytes)
    expect(samples).toHaveLength(30)
    expect(samples.filter((sample) => sample.key)).toHaveLength(3)
    const fragments = [samples.slice(0, 7), samples.slice(7, 10), samples.slice(10)].map((group, n) =>
      buildFragment(n + 1, group, { utcMs: 1_800_000_000_123, baseTime: group[0]?.dts ?? 0 }),
    )
    const file = join(temp.path, 'joined.mp4')
    const original = join(temp.path, 'original.mp4')
    writeFileSync(file, Buffer.concat([init.bytes, ...fragments]))
    writeFileSync(original, bytes)
    expect(probe(file)).toEqual(probe(original))
  })

  test('a fragment tells its wall clock, its place and whether decoding can start', () => {
    const { samples } = parse(bytes)
    const second = samples.findIndex((sample, n) => n > 0 && sample.key)
    const group = samples.slice(second, second + 4)
    const fragment = buildFragment(1, group, { utcMs: 1_800_000_000_123, baseTime: 900 })
    const duration = group.reduce((sum, sample) => sum + sample.duration, 0)
    expect(readFragment(fragment)).toEqual({ utcMs: 1_800_000_000_123, baseTime: 900, key: true, duration })
    placeFragment(fragment, 9, 12_345)
    expect(readFragment(fragment)).toMatchObject({ utcMs: 1_800_000_000_123, baseTime: 12_345 })
    const [first] = samplesOf(need(fragment, 'moof').body, need(fragment, 'mdat').body)
    expect(first?.dts).toBe(12_345)
  })
})

test('the collector gives the same boxes however the bytes are cut', () => {
  const bytes = encode('-c:v', 'libx264', '-g', '10', '-preset', 'ultrafast')
  const whole = boxesOf(bytes).map((box) => box.size)
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1, maxLength: 50 }), (cuts) => {
      const collect = boxCollector()
      const sizes: number[] = []
      for (let at = 0, n = 0; at < bytes.length; n++) {
        const size = cuts[n % cuts.length] ?? 1
        for (const box of collect(bytes.subarray(at, at + size))) sizes.push(box.length)
        at += size
      }
      expect(sizes).toEqual(whole)
    }),
    { numRuns: 30 },
  )
})

test('damaged bytes end as Failure lost, never as another error and never as an endless loop', () => {
  const bytes = encode('-c:v', 'libx264', '-g', '10', '-preset', 'ultrafast').subarray(0, 4_000)
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 20 }),
      (changes) => {
        const broken = Buffer.from(bytes)
        for (const [at, value] of changes) broken[at] = value
        try {
          parse(broken)
        } catch (cause) {
          expect(cause).toBeInstanceOf(Failure)
        }
      },
    ),
    { numRuns: 300 },
  )
})

test('two pieces become one, without a copy where they lie one after the other', () => {
  const whole = Uint8Array.from([0, 1, 2, 3, 4, 5])
  const [first, second] = [whole.subarray(1, 3), whole.subarray(3, 6)]
  expect([...oneAfterOther(first, second)]).toEqual([1, 2, 3, 4, 5])
  expect(oneAfterOther(first, second).buffer).toBe(whole.buffer)
  expect([...oneAfterOther(second, first)]).toEqual([3, 4, 5, 1, 2])
  expect([...oneAfterOther(first, Uint8Array.of(9))]).toEqual([1, 2, 9])
})
