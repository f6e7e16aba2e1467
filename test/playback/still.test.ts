import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { beforeAll, describe, expect, test } from 'vitest'
import { pictureLimit } from '../../gateway/playback/still.ts'
import { type Encoded, encodeInBand, x265 } from '../support/encode.ts'
import { tempFolder } from '../support/temp.ts'
import { bFrames, film, gop, minusGap, plain, playing } from './filmed.ts'

const start = Date.UTC(2026, 10, 3, 2)
const never = new AbortController().signal

let sources: Record<'plain' | 'with B-frames' | 'H.265', Encoded>
beforeAll(() => {
  sources = {
    plain: plain(4),
    'with B-frames': bFrames(4),
    'H.265': encodeInBand(x265('yuv420p', `keyint=${gop}:min-keyint=${gop}:scenecut=0:open-gop=0`), '320x240', 4),
  }
})

/** Pictures as small grey planes, to be told apart. */
const thumbBytes = 64 * 48
function thumbs(file: string): Buffer[] {
  const asked = ['-v', 'error', '-i', file, '-vf', 'scale=64:48', '-pix_fmt', 'gray', '-f', 'rawvideo', 'pipe:1']
  const bytes = execFileSync('ffmpeg', asked, { maxBuffer: 1 << 26 })
  return Array.from({ length: bytes.length / thumbBytes }, (_, n) =>
    bytes.subarray(n * thumbBytes, (n + 1) * thumbBytes),
  )
}
const difference = (a: Buffer, b: Buffer) => a.reduce((sum, value, n) => sum + Math.abs(value - (b[n] ?? 0)), 0)

/** Number of the picture that the still looks like, among all of the footage in presentation order. */
function nearest(jpeg: Buffer, pictures: readonly Buffer[], folder: string): number {
  const file = join(folder, 'still.jpg')
  writeFileSync(file, jpeg)
  const [still] = thumbs(file)
  if (!still) throw new Error('no picture in the JPEG')
  const differences = pictures.map((picture) => difference(still, picture))
  return differences.indexOf(Math.min(...differences))
}

describe.each(['plain', 'with B-frames', 'H.265'] as const)('a still of footage %s', (kind) => {
  test('is the very picture of the moment, and says when it was filmed', async () => {
    const folder = tempFolder('still')
    const play = playing(film(folder, sources[kind], { runId: 1, startUtcMs: start, files: [2, 2] }))
    const clipFile = join(folder, 'clip.mp4')
    const clip = await play.clip('cam', { fromUtcMs: start, toUtcMs: start + 4_000 })
    writeFileSync(clipFile, await buffer(clip.read()))
    const pictures = thumbs(clipFile)
    expect(pictures).toHaveLength(40)
    for (const [askedMs, number] of [
      [0, 0],
      [99, 0],
      [100, 1],
      [555, 5],
      [1_399, 13],
      [1_999, 19],
      [2_000, 20],
      [3_950, 39],
    ] as const) {
      const { jpeg, utcMs } = await play.still('cam', start + askedMs, never)
      expect([askedMs, nearest(jpeg, pictures, folder), utcMs - start]).toEqual([askedMs, number, number * 100])
    }
  })
})

test('a still is as large as the picture', async () => {
  const folder = tempFolder('still')
  const play = playing(film(folder, sources.plain, { runId: 1, startUtcMs: start }))
  const { jpeg } = await play.still('cam', start + 1_234, never)
  const file = join(folder, 'still.jpg')
  writeFileSync(file, jpeg)
  const asked = ['-v', 'error', '-show_entries', 'stream=codec_name,width,height', '-of', 'csv=p=0', file]
  expect(execFileSync('ffprobe', asked, { encoding: 'utf8' }).trim()).toBe('mjpeg,320,240')
})

test('of the file that is still written, up to its last picture', async () => {
  const [file] = film(tempFolder('still'), sources.plain, { runId: 1, startUtcMs: start })
  if (!file) throw new Error('nothing filmed')
  const open = { ...file, fragments: file.fragments.slice(0, 3), endUtcMs: start + 1_500 }
  const play = playing([open], [minusGap(start + 1_500, start + 9_000, 'stalled')])
  expect((await play.still('cam', start + 1_480, never)).utcMs).toBe(start + 1_400)
  await expect(play.still('cam', start + 1_700, never)).rejects.toMatchObject({ code: 'no-footage' })
})

test('nothing was recorded: missing, with the reason of the gap, or none', async () => {
  const root = tempFolder('still')
  const files = film(root, sources.plain, { runId: 1, startUtcMs: start })
  const play = playing(files, [minusGap(start + 4_000, start + 60_000, 'camera-denied')])
  const refused = { kind: 'missing', code: 'no-footage' }
  await expect(play.still('cam', start + 30_000, never)).rejects.toMatchObject({
    ...refused,
    facts: { reason: 'camera-denied' },
  })
  await expect(play.still('cam', start - 30_000, never)).rejects.toMatchObject({ ...refused, facts: { reason: null } })
  rmSync(root, { recursive: true })
  await expect(play.still('cam', start + 1_000, never)).rejects.toMatchObject({ kind: 'lost', code: 'footage-missing' })
})

test('pictures that nobody can decode are lost, not an empty answer', async () => {
  const { init, samples } = sources.plain
  const rubbish = samples.map((sample) => ({ ...sample, data: new Uint8Array(sample.data.length).fill(7) }))
  const play = playing(film(tempFolder('still'), { init, samples: rubbish }, { runId: 1, startUtcMs: start }))
  await expect(play.still('cam', start, never)).rejects.toMatchObject({ kind: 'lost', code: 'no-picture' })
})

test('no more pictures at once than allowed, and room again after each, made or not', async () => {
  const limited = pictureLimit(2)
  const waiting = Promise.withResolvers<string>()
  const [first, second] = [limited(() => waiting.promise), limited(() => waiting.promise)]
  await expect(limited(async () => 'third')).rejects.toMatchObject({ kind: 'busy', code: 'snapshot-busy' })
  waiting.resolve('made')
  expect(await Promise.all([first, second])).toEqual(['made', 'made'])
  await expect(limited(() => Promise.reject(new Error('no picture')))).rejects.toThrow('no picture')
  expect(await Promise.all([limited(async () => 1), limited(async () => 2)])).toEqual([1, 2])
})
