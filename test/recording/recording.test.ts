import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readStream } from '../../gateway/cameras/stream-reader.ts'
import { Failure } from '../../gateway/domain/failure.ts'
import { type RtspServer, startRtsp } from '../support/gst-rtsp.ts'
import { tempFolder } from '../support/temp.ts'
import { always, login, openRecording, recordUntil, tools } from './camera.ts'

let cameras: RtspServer
beforeAll(async () => {
  cameras = await startRtsp({ kinds: ['h264', 'h264b', 'h265', 'h264pcma', 'mjpeg'], ...login })
})
afterAll(() => cameras.stop())

const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.mp4'))
    .map((name) => join(folder, name))
type Footage = ReturnType<typeof openRecording>['footage']
/** The timeline in words. The last frame lasts a little longer than now, so what comes after it shows only then: polled. */
const kinds = (footage: Footage) => () =>
  footage.spans('cam', always).map((span) => (span.kind === 'gap' ? span.reason : span.kind))
/** Frames that really decode; ffmpeg's complaints fail the test. */
function decodedFrames(file: string): number {
  const said = execFileSync(
    'ffprobe',
    [
      '-v',
      'error',
      '-count_frames',
      '-select_streams',
      'v',
      '-show_entries',
      'stream=nb_read_frames',
      '-of',
      'csv=p=0',
      file,
    ],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  return Number(said.trim().split('\n')[0]?.replace(',', ''))
}

describe.each(['h264', 'h264b', 'h265', 'h264pcma'] as const)('%s from a camera nobody here wrote', (kind) => {
  test('is recorded by copy, indexed, and comes back as spans, playlist and clip', async () => {
    const folder = tempFolder('recording')
    const { store, footage, play } = openRecording(folder)
    await footage.recover()
    const spanMs = () =>
      footage
        .spans('cam', always)
        .filter((span) => span.kind === 'recorded')
        .reduce((sum, span) => sum + span.endUtcMs - span.startUtcMs, 0)
    await recordUntil(footage, 'cam', cameras.url(kind), () => spanMs() > 4_000)

    await expect.poll(kinds(footage)).toEqual(['connecting', 'recorded', 'gateway-stopped'])
    const spans = footage.spans('cam', always)
    const recorded = spans[1]
    if (!recorded) throw new Error('nothing recorded')
    expect(recorded.startUtcMs).toBe(spans[0]?.endUtcMs)

    const [segment] = footage.segments('cam', always)
    expect(segment?.codec).toMatch(kind === 'h265' ? /^hvc1\./ : /^avc1\./)
    expect(segment?.fragments[0]?.key).toBe(true)
    const [file] = files(join(folder, 'recordings'))
    expect(statSync(file ?? '').size).toBe(segment?.sizeBytes)

    const range = { fromUtcMs: recorded.startUtcMs, toUtcMs: recorded.endUtcMs }
    const clip = await play.clip('cam', range)
    const bytes = await buffer(clip.read())
    expect(bytes.length).toBe(clip.sizeBytes)
    const clipFile = join(folder, 'clip.mp4')
    writeFileSync(clipFile, bytes)
    const seconds = (clip.endUtcMs - clip.startUtcMs) / 1_000
    expect(decodedFrames(clipFile)).toBeGreaterThan(15 * seconds * 0.8)

    const playlist = play.playlist('cam', range)
    const name = segment?.path.split('/').at(-1)
    expect(playlist).toContain(`#EXT-X-MAP:URI="segments/${name}",BYTERANGE="${segment?.initBytes}@0"`)
    expect(playlist).toMatch(/#EXT-X-PROGRAM-DATE-TIME:20\d\d-/)
    expect(playlist.trimEnd().endsWith('#EXT-X-ENDLIST')).toBe(true)
    store.close()
  })
})

test('two runs with a hole between them: one clip that decodes, a discontinuity, and a gap with its reason', async () => {
  const folder = tempFolder('recording')
  const { store, footage, play } = openRecording(folder)
  await footage.recover()
  const runs = () => footage.segments('cam', always).length
  await recordUntil(
    footage,
    'cam',
    cameras.url('h264'),
    () => runs() === 1 && (footage.segments('cam', always)[0]?.fragments.length ?? 0) > 4,
  )
  await recordUntil(
    footage,
    'cam',
    cameras.url('h264'),
    () => runs() === 2 && (footage.segments('cam', always)[1]?.fragments.length ?? 0) > 4,
  )

  await expect
    .poll(kinds(footage))
    .toEqual(['connecting', 'recorded', 'gateway-stopped', 'recorded', 'gateway-stopped'])
  expect(play.playlist('cam', always).match(/#EXT-X-DISCONTINUITY\n/g)).toHaveLength(1)
  const clip = await play.clip('cam', always)
  const clipFile = join(folder, 'clip.mp4')
  writeFileSync(clipFile, await buffer(clip.read()))
  const fragments = footage.segments('cam', always).flatMap((segment) => segment.fragments)
  expect(decodedFrames(clipFile)).toBeGreaterThan(fragments.length * 4)
  store.close()
})

test('a file that was not closed is cut back to its last whole fragment and adopted; the gap says gateway-crashed', async () => {
  const folder = tempFolder('recording')
  const first = openRecording(folder)
  await first.footage.recover()
  await recordUntil(
    first.footage,
    'cam',
    cameras.url('h264b'),
    () => (first.footage.segments('cam', always)[0]?.fragments.length ?? 0) > 6,
  )
  const [before] = first.footage.segments('cam', always)
  if (!before) throw new Error('nothing recorded')
  // As a kill leaves it: no row for the file, the run without an end, half a fragment behind the whole ones.
  first.store.db.exec(`DELETE FROM segment; DELETE FROM gap; UPDATE run SET end_utc_ms = NULL, end_reason = NULL`)
  first.store.close()
  const file = join(folder, 'recordings', before.path)
  appendFileSync(file, readFileSync(file).subarray(before.initBytes, before.initBytes + 1_000))

  const second = openRecording(folder)
  expect(await second.footage.recover()).toEqual({
    adopted: 1,
    cutBytes: 1_000,
    emptyFiles: 0,
    missingFiles: 0,
    crashedRuns: 1,
  })
  const [after] = second.footage.segments('cam', always)
  expect(after?.fragments).toEqual(before.fragments)
  expect(Math.abs((after?.endUtcMs ?? 0) - before.endUtcMs)).toBeLessThanOrEqual(2)
  await expect.poll(kinds(second.footage)).toEqual(['recorded', 'gateway-crashed'])
  // And once more: nothing left to do.
  expect(await second.footage.recover()).toEqual({
    adopted: 0,
    cutBytes: 0,
    emptyFiles: 0,
    missingFiles: 0,
    crashedRuns: 0,
  })
  second.store.close()
})

test('a file killed before its first fragment goes, a foreign file stays, a missing one is explained', async () => {
  const folder = tempFolder('recording')
  const { store, footage } = openRecording(folder)
  await footage.recover()
  await recordUntil(
    footage,
    'cam',
    cameras.url('h264'),
    () => (footage.segments('cam', always)[0]?.fragments.length ?? 0) > 2,
  )
  const [segment] = footage.segments('cam', always)
  if (!segment) throw new Error('nothing recorded')
  const whole = readFileSync(join(folder, 'recordings', segment.path))
  const day = join(folder, 'recordings/cam/2026-01-01')
  mkdirSync(day)
  writeFileSync(join(day, '1767225600000-99.mp4'), whole.subarray(0, segment.initBytes + 10))
  writeFileSync(join(day, 'notes.txt'), 'not ours')
  rmSync(join(folder, 'recordings', segment.path))

  expect(await footage.recover()).toMatchObject({ emptyFiles: 1, missingFiles: 1, adopted: 0 })
  expect(readdirSync(day)).toEqual(['notes.txt'])
  await expect
    .poll(() => footage.spans('cam', { fromUtcMs: segment.startUtcMs, toUtcMs: segment.endUtcMs }))
    .toEqual([{ kind: 'gap', startUtcMs: segment.startUtcMs, endUtcMs: segment.endUtcMs, reason: 'footage-missing' }])
  store.close()
})

test('a folder that is not the marked one is not written to, and recording goes on when it is back', async () => {
  const folder = tempFolder('recording')
  const { store, footage } = openRecording(folder)
  await footage.recover()
  const root = join(folder, 'recordings')
  renameSync(root, `${root}-away`)
  mkdirSync(root)
  await recordUntil(footage, 'cam', cameras.url('h264'), () => kinds(footage)().includes('disk-away'))
  expect(footage.troubles()[0]?.trouble?.code).toBe('disk-away')
  expect(readdirSync(root)).toEqual([])
  rmSync(root, { recursive: true })
  renameSync(`${root}-away`, root)
  await recordUntil(footage, 'cam', cameras.url('h264'), () => footage.segments('cam', always).length > 0)
  expect(footage.troubles()[0]?.trouble).toBeNull()
  store.close()
})

test('retention removes what is too old, row first, and leaves a purge row', async () => {
  const folder = tempFolder('recording')
  const { store, footage } = openRecording(folder, { retentionDays: 1 })
  await footage.recover()
  await recordUntil(
    footage,
    'cam',
    cameras.url('h264'),
    () => (footage.segments('cam', always)[0]?.fragments.length ?? 0) > 2,
  )
  store.db.exec(`UPDATE segment SET start_utc_ms = start_utc_ms - 90000000, end_utc_ms = end_utc_ms - 90000000`)
  const stop = new AbortController()
  const running = footage.run(stop.signal)
  await expect.poll(() => files(join(folder, 'recordings')).length).toBe(0)
  await expect.poll(() => store.db.prepare(`SELECT count(*) FROM garbage`).pluck().get()).toBe(0)
  stop.abort()
  await running
  expect(store.db.prepare(`SELECT camera_id, segments, reason FROM purge`).all()).toEqual([
    { camera_id: 'cam', segments: 1, reason: 'retention' },
  ])
  expect(footage.segments('cam', always)).toEqual([])
  store.close()
})

test.each([
  ['wrong password', () => ({ url: cameras.url('h264'), user: 'admin', password: 'wrong' }), 'camera-denied'],
  ['no such stream', () => ({ url: `${cameras.url('h264')}9`, ...login }), 'stream-not-found'],
  ['Motion JPEG', () => ({ url: cameras.url('mjpeg'), ...login }), 'unsupported-codec'],
  ['nobody there', () => ({ url: 'rtsp://127.0.0.1:1/x', ...login }), 'camera-unreachable'],
])('%s ends with its own reason and without the password', async (_name, address, code) => {
  const failure = await readStream(address(), tools, new AbortController().signal, () => {}).catch(
    (cause: unknown) => cause,
  )
  expect(failure).toBeInstanceOf(Failure)
  expect(failure).toMatchObject({ code })
  expect(JSON.stringify([(failure as Failure).message, (failure as Failure).facts])).not.toContain('wrong')
})

test('a clip over a truncated file is refused, not broken', async () => {
  const folder = tempFolder('recording')
  const { store, footage, play } = openRecording(folder)
  await footage.recover()
  await recordUntil(
    footage,
    'cam',
    cameras.url('h264'),
    () => (footage.segments('cam', always)[0]?.fragments.length ?? 0) > 3,
  )
  const [segment] = footage.segments('cam', always)
  truncateSync(join(folder, 'recordings', segment?.path ?? ''), (segment?.initBytes ?? 0) + 100)
  await expect(play.clip('cam', always)).rejects.toMatchObject({ code: 'footage-missing' })
  store.close()
})
