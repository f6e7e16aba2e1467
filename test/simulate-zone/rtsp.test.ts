import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoPassword, demoUser } from '../../scripts/simulate-zone/cameras.ts'
import { camera, useZone } from './zone.ts'

const run = promisify(execFile)
const zone = useZone([
  camera('c01'),
  camera('c08'),
  camera('c09'),
  { ...camera('c11'), dropEveryMs: 3_000 },
  { ...camera('c13'), freeze: { afterMs: 0, forMs: 600_000 } },
])
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rtsp-read-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const url = (id: string, path: string, password = demoPassword) =>
  `rtsp://${demoUser}:${password}@127.0.0.1:${zone(id).rtspPort}/${path}`
const pull = (from: string, seconds: number, ...output: string[]) =>
  run('ffmpeg', [
    '-v',
    'error',
    '-nostdin',
    '-y',
    '-rtsp_transport',
    'tcp',
    '-i',
    from,
    '-t',
    String(seconds),
    ...output,
  ])

interface Packet {
  pts_time: string
}
async function inspect(file: string) {
  const entries = 'stream=codec_name,width,height,has_b_frames:packet=pts_time'
  const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', entries, '-of', 'json', file])
  return JSON.parse(stdout) as { streams: Record<string, unknown>[]; packets: Packet[] }
}

describe.concurrent('ffmpeg reads', () => {
  test.each([
    ['H.264', 'c01', 'main', { codec_name: 'h264', width: 1280, height: 720, has_b_frames: 0 }],
    ['the sub stream', 'c01', 'sub', { codec_name: 'h264', width: 640, height: 360, has_b_frames: 0 }],
    ['H.265', 'c08', 'main', { codec_name: 'hevc', width: 1280, height: 720, has_b_frames: 0 }],
    ['B-frames', 'c09', 'main', { codec_name: 'h264', width: 1280, height: 720, has_b_frames: 2 }],
  ])('%s, longer than the clip is', async (_what, id, path, expected) => {
    const file = join(folder, `${id}-${path}.mp4`)
    await pull(url(id, path), 3, '-c', 'copy', file)
    const { streams, packets } = await inspect(file)
    expect(streams).toEqual([expected])
    expect(packets.length).toBeGreaterThanOrEqual(43)
    expect(packets.length).toBeLessThanOrEqual(52)
    // The first packets after the start of an RTSP stream have guessed times; from then on pictures are 1/15 s apart.
    const times = packets
      .map(({ pts_time }) => Number(pts_time))
      .sort((one, other) => one - other)
      .slice(4, -4)
    for (const [index, time] of times.slice(1).entries()) expect(time - (times[index] ?? 0)).toBeCloseTo(1 / 15, 2)
  })

  test('every picture decodes, across the end of the clip', async () => {
    const { stderr } = await pull(url('c09', 'main'), 3, '-f', 'null', '-')
    expect(stderr.split('\n').filter((line) => /error|corrupt|concealing|missing/i.test(line))).toEqual([])
  })

  test('a stuck camera sends the same picture again and again', async () => {
    const good = 'freezedetect=n=0.003:d=1,metadata=print:file=-'
    const moving = await pull(url('c01', 'main'), 2.5, '-vf', good, '-f', 'null', '-')
    expect(moving.stdout).not.toContain('freeze_start')
    // The round that has begun is played to its end before it sticks.
    const stuck = await pull(url('c13', 'main'), 4, '-vf', good, '-f', 'null', '-')
    expect(stuck.stdout).toContain('freeze_start')
  })
})

describe('ffmpeg is refused', () => {
  test.each([
    ['a wrong password', () => url('c01', 'main', 'wrong'), 'tcp', /401 Unauthorized/],
    ['an unknown path', () => url('c01', 'third'), 'tcp', /404 Not Found/],
    ['UDP', () => url('c01', 'main'), 'udp', /461 Unsupported Transport|Protocol not supported/],
  ])('%s', async (_what, from, transport, message) => {
    const args = ['-v', 'error', '-nostdin', '-rtsp_transport', transport, '-i', from(), '-t', '1', '-f', 'null', '-']
    await expect(run('ffmpeg', args)).rejects.toThrow(message)
  })
})

test('the camera that drops its connections drops them', async () => {
  const startMs = performance.now()
  await pull(url('c11', 'main'), 30, '-c', 'copy', '-f', 'null', '-')
  expect(performance.now() - startMs).toBeLessThan(10_000)
})

test('a request without a login is challenged, and a huge one ends the connection', async () => {
  const socket = connect(zone('c01').rtspPort, '127.0.0.1')
  socket.write('DESCRIBE rtsp://127.0.0.1/main RTSP/1.0\r\nCSeq: 7\r\n\r\n')
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(answer.toString()).toMatch(
    /^RTSP\/1\.0 401 Unauthorized\r\nCSeq: 7\r\nWWW-Authenticate: Digest realm="IP Camera"/,
  )
  socket.on('error', () => socket.destroy())
  socket.write(Buffer.alloc(40_000, 'x'))
  await once(socket, 'close')
  expect(socket.destroyed).toBe(true)
})
