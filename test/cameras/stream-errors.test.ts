import { execFileSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { denied, clockSkew, noProfile, notFound, notRtsp, unreachable } from '../../gateway/cameras/device-failures.ts'
import { gapReasonOf, silenceFailure, streamFailure } from '../../gateway/cameras/stream-errors.ts'
import { readStream } from '../../gateway/cameras/stream-reader.ts'
import { Failure } from '../../gateway/domain/failure.ts'
import { gapReasons } from '../../gateway/domain/words.ts'
import { systemClock } from '../../gateway/lib/clock.ts'
import { openLog } from '../../gateway/lib/log.ts'
import { type Encoded, encodeInBand, x264 } from '../support/encode.ts'
import { startOddRtsp } from '../support/odd-rtsp.ts'
import { tempFolder } from '../support/temp.ts'

const tools = { clock: systemClock, log: openLog('silent') }
const read = async (url: string): Promise<unknown> => {
  const address = { url, user: 'op', password: 'secret-9' }
  return await readStream(address, tools, new AbortController().signal, () => {}).catch((cause: unknown) => cause)
}

test.each([
  ['[rtsp @ 0x1] method DESCRIBE failed: 401 Unauthorized', 'camera-denied', 'denied'],
  ['pipe:0: Server returned 403 Forbidden (access denied)', 'camera-denied', 'denied'],
  ['[rtsp @ 0x1] method DESCRIBE failed: 404 Not Found', 'stream-not-found', 'away'],
  ['[rtsp @ 0x1] method SETUP failed: 461 Unsupported Transport', 'camera-lost', 'away'],
  ['[rtsp @ 0x1] method PLAY failed: 453 Not Enough Bandwidth', 'camera-lost', 'away'],
  ['pipe:0: Server returned 5XX Server Error reply', 'camera-lost', 'away'],
  ['[tcp @ 0x1] Connection to tcp://10.0.0.9:554 failed: Connection refused', 'camera-unreachable', 'away'],
  ['[tcp @ 0x1] Connection to tcp://10.0.0.9:554 failed: No route to host', 'no-route', 'away'],
  ['[tcp @ 0x1] Connection to tcp://10.0.0.9:554 failed: Network is unreachable', 'no-route', 'away'],
  ['[tcp @ 0x1] Failed to resolve hostname cam: Name or service not known', 'no-route', 'away'],
  ['[tcp @ 0x1] Connection to tcp://10.0.0.9:554 failed: Connection timed out', 'camera-timeout', 'away'],
  ['[mp4 @ 0x1] Could not find tag for codec pcm_alaw in stream #0', 'unsupported-codec', 'invalid'],
  ["Stream map '0:v:0' matches no streams.", 'unsupported-codec', 'invalid'],
  ['something that nobody knows', 'camera-lost', 'away'],
])('ffmpeg says "%s": %s', (line, code, kind) => {
  expect(streamFailure(['first', line, 'last'], false)).toMatchObject({ code, kind })
})

test('silence: with video before, after the camera had agreed, and without any answer', () => {
  expect(silenceFailure([], true).code).toBe('stalled')
  expect(silenceFailure(['[rtsp @ 0x1] Could not find codec parameters for stream 0 (Video: h264)'], false).code).toBe(
    'stalled',
  )
  expect(silenceFailure(['pipe:0: Immediate exit requested'], false).code).toBe('camera-timeout')
})

const at = { host: '10.0.0.9', port: 80 }
const system = (code: string) => unreachable(at, Object.assign(new Error(code), { code }))
test.each([
  [denied(at), 'camera-denied'],
  [clockSkew(at, 600_000), 'camera-denied'],
  [noProfile(at), 'unsupported-codec'],
  [notFound(at), 'stream-not-found'],
  [notRtsp(at), 'camera-lost'],
  [system('ECONNREFUSED'), 'camera-unreachable'],
  [system('EHOSTUNREACH'), 'no-route'],
  [system('ENETUNREACH'), 'no-route'],
  [system('ENOTFOUND'), 'no-route'],
  [system('ECONNRESET'), 'camera-lost'],
  [system('ETIMEDOUT'), 'camera-timeout'],
  [unreachable(at, new Error('no answer')), 'camera-timeout'],
  [new Failure('bug', 'bug', 'ours'), 'camera-lost'],
] as const)('the device is away with %s: the gap is called %s', (failure, reason) => {
  expect(gapReasonOf(failure)).toBe(reason)
})

test.each(gapReasons)('a stream that failed with %s gives its gap that reason', (reason) => {
  expect(gapReasonOf(new Failure('away', reason, 'no'))).toBe(reason)
})

describe('real refusals', () => {
  let video: Encoded
  beforeAll(() => {
    video = encodeInBand(x264('baseline'))
  })

  test.each([
    ['DESCRIBE', 403, 'camera-denied', /refuses the user or the password/],
    ['DESCRIBE', 404, 'stream-not-found', /no such stream/],
    ['DESCRIBE', 500, 'camera-lost', /error of its own/],
    ['SETUP', 461, 'camera-lost', /TCP/],
    ['PLAY', 453, 'camera-lost', /error of its own/],
  ])('%s is answered with %i: %s', async (method, status, code, message) => {
    await using camera = await startOddRtsp({
      video,
      statusOf: (asked) => (asked === method ? status : undefined),
      play: async () => {},
    })
    const failure = await read(camera.url)
    expect(failure).toMatchObject({ code, message: expect.stringMatching(message) as string })
    expect(JSON.stringify(failure)).not.toContain('secret-9')
  })

  test('it agrees to everything and hangs up: the connection was lost', async () => {
    await using camera = await startOddRtsp({ video, play: async (client) => client.hangUp() })
    expect(await read(camera.url)).toMatchObject({ code: 'camera-lost' })
  })

  test('a host name that nobody knows', async () => {
    expect(await read('rtsp://no-such-camera.invalid/x')).toMatchObject({ code: 'no-route' })
  })

  test('something that accepts the connection and never says a word', async () => {
    const server = createServer((socket) => void socket.on('error', () => socket.destroy()))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    expect(await read(`rtsp://127.0.0.1:${address.port}/x`)).toMatchObject({ code: 'camera-timeout' })
  })

  test.skipIf(process.getuid?.() !== 0)('a machine without any network', async () => {
    const folder = tempFolder('no-network')
    const real = execFileSync('sh', ['-c', 'command -v ffmpeg'], { encoding: 'utf8' }).trim()
    const program = join(folder, 'ffmpeg')
    writeFileSync(program, `#!/bin/sh\nexec unshare --net ${real} "$@"\n`)
    chmodSync(program, 0o755)
    const path = process.env.PATH
    process.env.PATH = `${folder}:${path}`
    onTestFinished(() => void (process.env.PATH = path))
    expect(await read('rtsp://192.0.2.7/x')).toMatchObject({
      code: 'no-route',
      message: expect.stringMatching(/no way/) as string,
    })
  })
})
