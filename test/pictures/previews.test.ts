import { existsSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { hours, intersect } from '../../gateway/domain/units.ts'
import { systemClock } from '../../gateway/lib/clock.ts'
import { openLog } from '../../gateway/lib/log.ts'
import { decodeFilm } from '../../gateway/pictures/decode.ts'
import { firstOfSlots, keyframesOf, type PictureFile, readFilm } from '../../gateway/pictures/keyframes.ts'
import { hourOf, packPath, type Preview, readPreview, writePreviews } from '../../gateway/pictures/preview-pack.ts'
import { previews } from '../../gateway/pictures/previews.ts'
import { sweepPreviews } from '../../gateway/pictures/sweep.ts'
import { tempFolder } from '../support/temp.ts'
import { type FilmOptions, makeSegment } from './made-segment.ts'

const tools = { clock: systemClock, log: openLog('silent') }
const never = new AbortController().signal
/** Three seconds into a slot of ten. */
const start = hourOf(1_800_000_000_000) + 1_203_000
const clock: FilmOptions = { source: ['-f', 'lavfi', '-i', 'testsrc=size=640x360:rate=5'], seconds: 30 }
/** JPEG: size from its frame header. */
function sizeOf(jpeg: Buffer) {
  for (let at = 2; at < jpeg.length; at += 2 + jpeg.readUInt16BE(at + 2))
    if (jpeg.readUInt8(at + 1) === 0xc0)
      return { widthPx: jpeg.readUInt16BE(at + 7), heightPx: jpeg.readUInt16BE(at + 5) }
  throw new Error('no frame header')
}
const touching = (file: PictureFile, lengthMs: number) => (_: string, range: { fromUtcMs: number; toUtcMs: number }) =>
  intersect({ fromUtcMs: file.anchorUtcMs, toUtcMs: file.anchorUtcMs + lengthMs }, range) ? [file] : []

test.for(['h264', 'h264b', 'h265'] as const)(
  'keyframes of %s are decoded alone, each once and in order',
  async (codec) => {
    const file = makeSegment(tempFolder('pictures'), 'cam', start, { ...clock, codec })
    const chosen = firstOfSlots(keyframesOf(file), -1)
    expect(chosen.map(({ utcMs }) => utcMs - start)).toEqual([0, 7_000, 17_000, 27_000])
    const { mp4, coded } = await readFilm(file, chosen)
    const pictures = await decodeFilm(mp4, chosen.length, 320, never)
    expect(new Set(coded.map(({ crc }) => crc)).size).toBe(4)
    for (const { jpeg } of pictures) expect(sizeOf(jpeg)).toEqual({ widthPx: 320, heightPx: 180 })
    // The test picture counts its seconds: no two are the same.
    expect(new Set(pictures.map(({ plane }) => Buffer.from(plane).toString('base64'))).size).toBe(4)
  },
)

test('a damaged keyframe is told, not shown', async () => {
  const file = makeSegment(tempFolder('pictures'), 'cam', start, clock)
  const { mp4 } = await readFilm(file, firstOfSlots(keyframesOf(file), -1))
  await expect(decodeFilm(mp4.subarray(0, 2_000), 4, 320, never)).rejects.toMatchObject({ code: 'no-picture' })
})

test('a preview is the picture at or before the moment, made from the footage once and then read from the pack', async () => {
  const root = tempFolder('pictures')
  const file = makeSegment(root, 'cam', start, clock)
  const small = previews(touching(file, 30_000), tools)
  const at = async (ms: number) => (await small.preview('cam', start + ms, never)).utcMs - start
  expect(await at(6_999)).toBe(0)
  expect(await at(7_000)).toBe(7_000)
  expect(await at(18_500)).toBe(17_000)
  expect(await at(10_900)).toBe(7_000)
  const pack = packPath(root, 'cam', start)
  const { size } = statSync(pack)
  // Without its footage's bytes, only the pack can answer.
  truncateSync(join(root, file.path), 100)
  expect(await at(18_500)).toBe(17_000)
  expect(statSync(pack).size).toBe(size)
  await expect(at(29_000)).rejects.toMatchObject({ code: 'footage-missing' })
  await expect(at(-1)).rejects.toMatchObject({ kind: 'missing', code: 'no-footage' })
  await expect(at(60_000)).rejects.toMatchObject({ kind: 'missing', code: 'no-footage' })
})

test('a damaged pack costs its pictures and nothing else: they are made anew', async () => {
  const root = tempFolder('pictures')
  const file = makeSegment(root, 'cam', start, clock)
  const small = previews(touching(file, 30_000), tools)
  const before = await small.preview('cam', start + 8_000, never)
  const pack = packPath(root, 'cam', start)
  const whole = readFileSync(pack)
  const harm = [
    () => writeFileSync(pack, whole.subarray(0, whole.length - 10)),
    () => writeFileSync(pack, whole.subarray(0, 100)),
    () => writeFileSync(pack, Buffer.alloc(0)),
    () => writeFileSync(pack, Buffer.alloc(whole.length, 0xff)),
    () =>
      writeFileSync(
        pack,
        whole.map((byte, n) => (n === whole.length - 200 ? byte ^ 1 : byte)),
      ),
    () => rmSync(pack),
  ]
  for (const damage of harm) {
    damage()
    expect((await small.preview('cam', start + 8_000, never)).jpeg.equals(before.jpeg)).toBe(true)
    expect((await readPreview(root, 'cam', start + 8_000))?.jpeg.equals(before.jpeg)).toBe(true)
  }
})

test('whatever is cut off or overwritten, a pack gives the picture that was put in, or none', async () => {
  const root = tempFolder('pictures')
  mkdirSync(join(root, 'cam'))
  const hour = hourOf(start)
  const kept: Preview[] = [0, 9_000, 10_000, 3_599_999].map((ms, n) => ({
    utcMs: hour + ms,
    jpeg: Buffer.alloc(50 + n, n + 1),
  }))
  await writePreviews(root, 'cam', kept)
  const pack = packPath(root, 'cam', hour)
  const whole = readFileSync(pack)
  // The first of a slot stays.
  expect((await readPreview(root, 'cam', hour + 9_500))?.utcMs).toBe(hour)
  expect((await readPreview(root, 'cam', hour + 3_595_000))?.jpeg.equals(Buffer.alloc(53, 4))).toBe(true)
  await fc.assert(
    fc.asyncProperty(
      fc.nat(whole.length),
      fc.nat(whole.length - 1),
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      async (length, at, bytes) => {
        const damaged = Buffer.from(whole)
        damaged.set(bytes.subarray(0, whole.length - at), at)
        writeFileSync(pack, damaged.subarray(0, length))
        for (const { utcMs } of kept) {
          const found = await readPreview(root, 'cam', utcMs)
          if (found) expect(kept.some(({ jpeg }) => jpeg.equals(found.jpeg))).toBe(true)
        }
      },
    ),
    { numRuns: 200 },
  )
})

test('previews never land on the disk below a recordings disk that is not mounted', async () => {
  const root = tempFolder('pictures')
  await expect(writePreviews(root, 'cam', [{ utcMs: start, jpeg: Buffer.alloc(9) }])).rejects.toThrow(/ENOENT/)
  expect(existsSync(join(root, 'cam'))).toBe(false)
})

test('packs go when no footage of their hour is left, and only then', async () => {
  const root = tempFolder('pictures')
  mkdirSync(join(root, 'cam'))
  const hour = hourOf(start)
  const shown = [hour, hour + hours(1), hour + hours(2)]
  await writePreviews(
    root,
    'cam',
    shown.map((utcMs) => ({ utcMs, jpeg: Buffer.alloc(9, 7) })),
  )
  const foreign = join(dirname(packPath(root, 'cam', hour)), 'readme.txt')
  writeFileSync(foreign, 'kept')
  const held = { fromUtcMs: hour + hours(1) + 5, toUtcMs: hour + hours(1) + 6 }
  expect(await sweepPreviews(root, (_, range) => intersect(range, held) !== undefined)).toBe(2)
  expect(shown.map((utcMs) => existsSync(packPath(root, 'cam', utcMs)))).toEqual([false, true, false])
  rmSync(foreign)
  expect(await sweepPreviews(root, () => false)).toBe(1)
  expect(existsSync(join(root, 'cam/previews'))).toBe(false)
  expect(await sweepPreviews(join(root, 'away'), () => false)).toBe(0)
})
