import { execFileSync } from 'node:child_process'
import { rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import * as fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { FootageFile } from '../../gateway/playback/footage.ts'
import { type Encoded, encodeInBand, x264 } from '../support/encode.ts'
import { strictMp4 } from '../support/strict-mp4.ts'
import { openTempFolder, tempFolder } from '../support/temp.ts'
import { waitFor } from '../support/wait.ts'
import { bFrames, film, minusGap, plain, playing, probed } from './filmed.ts'

const start = Date.UTC(2026, 10, 3, 2)
const at = (seconds: number) => start + seconds * 1_000
const range = (from: number, to: number) => ({ fromUtcMs: at(from), toUtcMs: at(to) })
const all = range(-60, 3_600)

let video: Encoded
let reordered: Encoded
let larger: Encoded
beforeAll(() => {
  video = plain(6)
  reordered = bFrames(6)
  larger = plain(3, '480x272')
})

/** The clip, found faultless by the strict reader and by ffprobe. */
async function faultless(files: readonly FootageFile[], asked = all, gaps: Parameters<typeof playing>[1] = []) {
  const clip = await playing(files, gaps).clip('cam', asked)
  const bytes = await buffer(clip.read())
  expect(bytes.length).toBe(clip.sizeBytes)
  const strict = strictMp4(bytes)
  const file = join(tempFolder('clip'), 'clip.mp4')
  writeFileSync(file, bytes)
  const read = probed(file)
  expect(read.frames).toBe(strict.samples)
  // Its index says how long it is: nothing is guessed.
  expect(read.durationS - (read.times[0] ?? 0)).toBeCloseTo(strict.durationTicks / strict.timescale, 2)
  return { clip, bytes, strict, read }
}

describe('a clip', () => {
  test.each([
    ['plain', () => video, true],
    ['with B-frames', () => reordered, true],
    ['recorded before the hash chain', () => video, false],
  ])('%s: every picture once, evenly, from a keyframe to the end of a fragment', async (_name, source, linked) => {
    const files = film(tempFolder('footage'), source(), { runId: 1, startUtcMs: start, files: [3, 3], linked })
    const { clip, strict, read } = await faultless(files, range(1.5, 4.2))
    expect([clip.startUtcMs, clip.endUtcMs]).toEqual([at(1), at(4.5)])
    expect(strict.samples).toBe(35)
    // With B-frames the last pictures wait for others that are outside.
    for (const [n, time] of read.times.slice(0, -2).entries())
      expect(time - (read.times[0] ?? 0)).toBeCloseTo(n / 10, 3)
    expect(strict.utcMs.slice(0, 3)).toEqual([at(1), at(1.5), at(2)])
  })

  test('over a gap: closed up, and named in the file', async () => {
    const root = tempFolder('footage')
    const files = [
      ...film(root, video, { runId: 1, startUtcMs: start, clockOffsetMs: 412_000 }),
      ...film(root, video, { runId: 2, startUtcMs: at(30), clockOffsetMs: 412_600 }),
    ]
    const { clip, strict, read } = await faultless(files, all, [
      minusGap(at(6), at(30)),
      minusGap(at(36), at(99), 'stalled'),
    ])
    expect(strict.samples).toBe(120)
    expect(clip).toMatchObject({ clockOffsetMs: 412_600, fileName: 'cam-2026-11-03T100000+0800.mp4' })
    expect(read.tags).toMatchObject({
      title: '制面间 1 (cam) 2026-11-03 10:00:00.000 +08:00 – 2026-11-03 10:00:36.000 +08:00',
      creation_time: '2026-11-03T02:00:00.000000Z',
    })
    expect(read.tags.comment?.split('\n')).toEqual([
      '摄像头 Camera: 制面间 1 (cam)',
      '时间 Time: 2026-11-03 10:00:00.000 +08:00 – 2026-11-03 10:00:36.000 +08:00 (Asia/Shanghai)',
      'UTC: 2026-11-03T02:00:00.000Z – 2026-11-03T02:00:36.000Z',
      '摄像头时钟 Camera clock: 与网关相差 +412.0 至 +412.6 秒 / camera clock +412.0 to +412.6 s against the gateway',
      '缺失 Missing: 1 处，共 24.0 秒，本文件中已接合 / 1, 24.0 s in all, closed up in this file',
      '  2026-11-03 10:00:06.000 +08:00 – 2026-11-03 10:00:30.000 +08:00: 连接中断 / Connection lost (camera-lost)',
    ])
  })

  test('over a hole that nobody expected to be filmed', async () => {
    const root = tempFolder('footage')
    const files = [
      ...film(root, video, { runId: 1, startUtcMs: start }),
      ...film(root, video, { runId: 2, startUtcMs: at(30) }),
    ]
    const { read } = await faultless(files)
    expect(read.tags.comment).toContain('10:00:30.000 +08:00: 计划外，不要求录像 / not expected to record')
    expect(read.tags.comment).toContain('Camera clock: 未知 / not known')
  })

  test('over midnight: two folders, one file', async () => {
    const midnight = Date.UTC(2026, 10, 4)
    const files = film(tempFolder('footage'), video, { runId: 1, startUtcMs: midnight - 3_000, files: [3, 3] })
    expect(files.map(({ path }) => path.split('/')[1])).toEqual(['2026-11-03', '2026-11-04'])
    const { strict } = await faultless(files, { fromUtcMs: midnight - 9_000, toUtcMs: midnight + 9_000 })
    expect(strict.samples).toBe(60)
  })

  test('of the file that is still written: up to where it is whole, and the tag changes with it', async () => {
    const [file] = film(tempFolder('footage'), video, { runId: 1, startUtcMs: start })
    if (!file) throw new Error('nothing filmed')
    const early = { ...file, fragments: file.fragments.slice(0, 5), endUtcMs: at(2.5), sizeBytes: 1 }
    const before = await faultless([early])
    const after = await faultless([file])
    expect([before.strict.samples, after.strict.samples]).toEqual([25, 60])
    expect(before.clip.etag).not.toBe(after.clip.etag)
  })

  test('up to now, again a little later: the same bytes, although the last GOP has grown', async () => {
    const [file] = film(tempFolder('footage'), video, { runId: 1, startUtcMs: start })
    if (!file) throw new Error('nothing filmed')
    const open = { ...file, fragments: file.fragments.slice(0, 5), endUtcMs: at(2.5) }
    const [part] = (await playing([open]).clips('cam', all)).parts
    const asked = {
      fromUtcMs: all.fromUtcMs,
      toUtcMs: Number(new URL(part?.href ?? '', 'http://zone.test').searchParams.get('toUtcMs')),
    }
    const [then, later] = await Promise.all([[open], [file]].map((files) => playing(files).clip('cam', asked)))
    expect(later).toMatchObject({ sizeBytes: part?.sizeBytes, etag: then?.etag, endUtcMs: at(2.5) })
  })

  test('the tag is the same for the same bytes, and another for others', async () => {
    const root = tempFolder('footage')
    const files = film(root, video, { runId: 1, startUtcMs: start })
    const tagOf = async (of: readonly FootageFile[], asked = all) => (await playing(of).clip('cam', asked)).etag
    const tag = await tagOf(files)
    expect(tag).toMatch(/^"[\w-]{27}"$/)
    expect(await tagOf(film(root, video, { runId: 1, startUtcMs: start }))).toBe(tag)
    expect(await tagOf(files, range(0, 3))).not.toBe(tag)
    const [file] = files
    const changed = file?.fragments.map((one, n) => (n === 3 ? { ...one, sha256: new Uint8Array(32) } : one))
    expect(await tagOf(changed && file ? [{ ...file, fragments: changed }] : [])).not.toBe(tag)
  })

  test('of keyframes alone: places to jump to are a second apart, not one a picture', async () => {
    const keys = encodeInBand(x264('baseline', 'yuv420p', 'keyint=1'), '320x240', 6)
    const { strict } = await faultless(film(tempFolder('footage'), keys, { runId: 1, startUtcMs: start }))
    expect([strict.fragments, strict.references]).toEqual([60, 6])
  })

  test('that nobody reads to its end leaves no file open', async () => {
    const root = tempFolder('footage')
    // More than a stream reads ahead of its reader.
    const files = Array.from({ length: 9 }, (_, n) => film(root, video, { runId: n, startUtcMs: at(n * 6) })).flat()
    const clip = await playing(files).clip('cam', all)
    const listed = () => execFileSync('ls', ['-l', `/proc/${process.pid}/fd`], { encoding: 'utf8' })
    const openFiles = () => listed().split(` ${root}/`).length - 1
    const stream = clip.read()
    // The head comes first, then what is read from a file.
    const chunks = stream.iterator({ destroyOnReturn: false })
    await chunks.next()
    await chunks.next()
    await waitFor(() => openFiles() === 1)
    stream.destroy()
    await waitFor(() => openFiles() === 0)
  })

  test('any byte range is that slice of the whole', async () => {
    const root = tempFolder('footage')
    const files = [
      ...film(root, video, { runId: 1, startUtcMs: start, files: [2, 4] }),
      ...film(root, video, { runId: 2, startUtcMs: at(60), linked: false }),
    ]
    const clip = await playing(files).clip('cam', all)
    const whole = await buffer(clip.read())
    const offset = fc.integer({ min: 0, max: clip.sizeBytes - 1 })
    await fc.assert(
      fc.asyncProperty(offset, offset, async (a, b) => {
        const slice = { start: Math.min(a, b), end: Math.max(a, b) }
        expect((await buffer(clip.read(slice))).equals(whole.subarray(slice.start, slice.end + 1))).toBe(true)
      }),
      { numRuns: 60 },
    )
  })
})

describe('parameters that change', () => {
  const filmed = (root: string) => [
    ...film(root, video, { runId: 1, startUtcMs: start, clockOffsetMs: -2_000 }),
    ...film(root, larger, { runId: 2, startUtcMs: at(6), clockOffsetMs: 100 }),
    ...film(root, video, { runId: 3, startUtcMs: at(20) }),
  ]

  test('one file would be broken: refused with the bounds of its parts', async () => {
    const play = playing(filmed(tempFolder('footage')))
    await expect(play.clip('cam', all)).rejects.toMatchObject({
      kind: 'conflict',
      code: 'clip-codec-change',
      facts: {
        parts: 3,
        atUtcMs: at(6),
        bounds: `${at(-60)}-${at(6)} ${at(6)}-${at(9)} ${at(20)}-${at(26)}`,
      },
    })
  })

  test('the plan lists files that each play by themselves, as large as it says', async () => {
    const gaps = [minusGap(at(-60), start, 'connecting'), minusGap(at(9), at(20))]
    const files = filmed(tempFolder('footage'))
    const plan = await playing(files, gaps).clips('cam', all)
    expect(plan).toMatchObject({
      ...all,
      cameraId: 'cam',
      clockOffsetMs: -2_000,
      gaps: [
        { fromUtcMs: at(-60), toUtcMs: start, reason: 'connecting' },
        { fromUtcMs: at(9), toUtcMs: at(20), reason: 'camera-lost' },
      ],
    })
    expect(
      plan.parts.map(({ fromUtcMs, toUtcMs, widthPx, heightPx, gaps: inside }) => [
        fromUtcMs,
        toUtcMs,
        widthPx,
        heightPx,
        inside,
      ]),
    ).toEqual([
      [start, at(6), 320, 240, []],
      [at(6), at(9), 480, 272, []],
      [at(20), at(26), 320, 240, []],
    ])
    for (const { href, sizeBytes, codec } of plan.parts) {
      const query = new URL(href, 'http://zone.test').searchParams
      const asked = { fromUtcMs: Number(query.get('fromUtcMs')), toUtcMs: Number(query.get('toUtcMs')) }
      const { bytes } = await faultless(files, asked, gaps)
      expect([bytes.length, codec]).toEqual([sizeBytes, expect.stringMatching(/^avc1\./)])
    }
  })

  test('runs that overlap by a rounding are still told apart', async () => {
    const root = tempFolder('footage')
    const files = [
      ...film(root, video, { runId: 1, startUtcMs: start }),
      ...film(root, larger, { runId: 2, startUtcMs: at(5.99) }),
    ]
    const { parts } = await playing(files).clips('cam', all)
    expect(parts).toHaveLength(2)
    for (const { href, sizeBytes } of parts) {
      const query = new URL(href, 'http://zone.test').searchParams
      const asked = { fromUtcMs: Number(query.get('fromUtcMs')), toUtcMs: Number(query.get('toUtcMs')) }
      expect((await faultless(files, asked)).bytes.length).toBe(sizeBytes)
    }
  })
})

describe('footage that is gone', () => {
  test('nothing recorded: missing, and a plan without parts that says why', async () => {
    const play = playing([], [minusGap(at(-60), at(3_600), 'disabled')])
    await expect(play.clip('cam', all)).rejects.toMatchObject({ kind: 'missing', code: 'no-footage' })
    expect(await play.clips('cam', all)).toMatchObject({
      parts: [],
      gaps: [{ ...all, reason: 'disabled' }],
      clockOffsetMs: null,
    })
  })

  test.each([
    ['deleted', (file: string) => rmSync(file)],
    ['cut short', (file: string) => truncateSync(file, 5_000)],
  ])('a file that is %s is a gap with its reason; the rest is had', async (_name, harm) => {
    const root = tempFolder('footage')
    const files = film(root, video, { runId: 1, startUtcMs: start, files: [2, 2, 2] })
    harm(join(root, files[1]?.path ?? ''))
    const { strict, read } = await faultless(files)
    expect(strict.samples).toBe(40)
    expect(read.tags.comment).toContain('(footage-missing)')
    const plan = await playing(files).clips('cam', all)
    const gap = { fromUtcMs: at(2), toUtcMs: at(4), reason: 'footage-missing' }
    expect(plan.gaps).toEqual([gap])
    expect(plan.parts).toMatchObject([{ gaps: plan.gaps }])
  })

  test('all of it: lost, before the first byte', async () => {
    const root = tempFolder('footage')
    const files = film(root, video, { runId: 1, startUtcMs: start })
    rmSync(root, { recursive: true })
    await expect(playing(files).clip('cam', all)).rejects.toMatchObject({ kind: 'lost', code: 'footage-missing' })
  })

  test('lost or damaged while it is read: the stream breaks, and nobody has a whole file', async () => {
    using folder = openTempFolder('footage')
    const files = film(folder.path, video, { runId: 1, startUtcMs: start, files: [3, 3] })
    const clip = await playing(files).clip('cam', all)
    const second = join(folder.path, files[1]?.path ?? '')
    writeFileSync(second, Buffer.alloc(files[1]?.sizeBytes ?? 0))
    await expect(buffer(clip.read())).rejects.toMatchObject({ kind: 'lost', code: 'mp4-damaged' })
    truncateSync(second, 1_000)
    await expect(buffer(clip.read())).rejects.toMatchObject({ kind: 'lost', code: 'footage-missing' })
  })
})
