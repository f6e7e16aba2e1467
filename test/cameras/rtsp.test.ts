import { createServer, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { authorization } from '../../gateway/cameras/rtsp-auth.ts'
import { readRtsp } from '../../gateway/cameras/rtsp-probe.ts'
import { readSdpVideo } from '../../gateway/cameras/sdp.ts'
import { Failure } from '../../gateway/domain/failure.ts'
import { systemClock } from '../../gateway/lib/clock.ts'
import { type RtspServer, startRtsp } from '../support/gst-rtsp.ts'
import { freePort } from '../support/ports.ts'

const read = (url: string, user = '', password = '', signal = new AbortController().signal) =>
  readRtsp(url, user, password, signal, { clock: systemClock })

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  try {
    await work
  } catch (cause) {
    if (cause instanceof Failure) return cause
    throw cause
  }
  throw new Error('nothing was thrown')
}

describe("GStreamer's RTSP server with digest authentication", () => {
  let server: RtspServer
  beforeAll(async () => {
    server = await startRtsp({ kinds: ['h264', 'h265', 'mjpeg'], user: 'admin', password: 'boil-95"C' })
  })
  afterAll(() => server.stop())

  test.each([
    ['h264', 'H264'],
    ['h265', 'H265'],
  ] as const)('tells that %s is %s', async (kind, codec) => {
    const facts = await read(server.url(kind), 'admin', 'boil-95"C')
    expect(facts.streams.main.url).toBe(server.url(kind))
    expect(facts.streams.main.facts.codec).toBe(codec)
    expect(facts.device).toBeNull()
  })

  test('takes the login out of the address', async () => {
    const url = server.url('h264').replace('//', '//admin:boil-95%22C@')
    expect((await read(url)).streams.main.url).toBe(server.url('h264'))
  })

  test('refuses a wrong or missing login', async () => {
    for (const [user, password] of [
      ['admin', 'wrong'],
      ['nobody', 'boil-95"C'],
      ['', ''],
    ])
      expect(await failureOf(read(server.url('h264'), user, password))).toMatchObject({
        kind: 'invalid',
        code: 'camera-denied',
      })
  })

  test('has no such path, or no video of use there', async () => {
    const gone = server.url('h264').replace('/h264/', '/nothing/')
    expect((await failureOf(read(gone, 'admin', 'boil-95"C'))).code).toBe('camera-not-found')
    expect((await failureOf(read(server.url('mjpeg'), 'admin', 'boil-95"C'))).code).toBe('camera-no-profile')
  })
})

test("GStreamer's RTSP server with basic authentication", async () => {
  await using server = await startRtsp({ user: 'admin', password: 'boil', basic: true })
  expect((await read(server.url('h264'), 'admin', 'boil')).streams.main.facts.codec).toBe('H264')
  expect((await failureOf(read(server.url('h264'), 'admin', 'bowl'))).code).toBe('camera-denied')
})

describe('a server of our own', () => {
  const stops: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop()
  })

  /** Answers each request with the next text; an empty one hangs up, and null is silence. */
  async function serve(answers: readonly (string | null)[]) {
    const received: string[] = []
    const open = new Set<Socket>()
    let next = 0
    const server = createServer((socket) => {
      open.add(socket)
      socket.on('error', () => open.delete(socket))
      socket.on('data', (bytes: Buffer) => {
        received.push(bytes.toString('utf8'))
        const answer = answers[Math.min(next++, answers.length - 1)]
        if (answer === '') socket.destroy()
        else if (answer) socket.write(answer)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    stops.push(() => {
      for (const socket of open) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    })
    const { port } = server.address() as { port: number }
    return { url: `rtsp://127.0.0.1:${port}/live`, received }
  }
  const ok = 'RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n'

  test.each([
    ['hangs up', [''], 'camera-unreachable'],
    ['is an HTTP server', ['HTTP/1.1 400 Bad Request\r\n\r\n'], 'camera-not-rtsp'],
    ['talks without end', ['RTSP/1.0 200 OK\r\nX: '.padEnd(200_000, 'x')], 'camera-not-rtsp'],
    [
      'promises a body that is too long',
      [ok, 'RTSP/1.0 200 OK\r\nContent-Length: 99999999\r\n\r\n'],
      'camera-not-rtsp',
    ],
    ['redirects', [ok, 'RTSP/1.0 302 Moved\r\nLocation: rtsp://evil.example/\r\n\r\n'], 'camera-moved'],
    ['is overloaded', [ok, 'RTSP/1.0 503 Service Unavailable\r\n\r\n'], 'camera-unreachable'],
    ['forbids', [ok, 'RTSP/1.0 403 Forbidden\r\n\r\n'], 'camera-denied'],
    [
      'asks for an unknown login',
      [ok, 'RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Negotiate\r\n\r\n'],
      'camera-denied',
    ],
    [
      'describes sound only',
      [ok, 'RTSP/1.0 200 OK\r\nContent-Length: 27\r\n\r\nm=audio 0 RTP/AVP 8\r\n\r\n\r\n\r\n'],
      'camera-no-profile',
    ],
  ])('that %s', async (_what, answers, code) => {
    const { url } = await serve(answers)
    expect((await failureOf(read(url, 'admin', 'hunter2secret'))).code).toBe(code)
  })

  test('gets no password but as a digest, and no failure holds it', async () => {
    const { url, received } = await serve([
      ok,
      'RTSP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic realm="x"\r\nWWW-Authenticate: Digest realm="x", nonce="y"\r\n\r\n',
    ])
    const failure = await failureOf(read(url.replace('//', '//admin:hunter2secret@')))
    expect(failure.code).toBe('camera-denied')
    expect(received.at(-1)).toContain('Authorization: Digest username="admin"')
    const told = JSON.stringify([failure.message, failure.facts, received])
    expect(told).not.toContain('hunter2secret')
    expect(told).not.toContain(Buffer.from('admin:hunter2secret').toString('base64'))
  })

  test('that is silent is left at once when the signal aborts', async () => {
    const { url, received } = await serve([null])
    const stop = new AbortController()
    const reading = failureOf(read(url, '', '', stop.signal))
    await expect.poll(() => received.length).toBe(1)
    const abortedMs = performance.now()
    stop.abort()
    expect((await reading).code).toBe('camera-read-stopped')
    expect(performance.now() - abortedMs).toBeLessThan(500)
  })
})

test('nobody listens', async () => {
  expect(await failureOf(read(`rtsp://127.0.0.1:${await freePort()}/live`))).toMatchObject({
    kind: 'away',
    code: 'camera-unreachable',
    message: 'the camera refuses connections on this port',
  })
})

describe('authorization', () => {
  const login = { user: 'Mufasa', password: 'Circle of Life' }
  const example =
    'realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
  const clientNonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ'

  test.each([
    [`Digest ${example}, algorithm=MD5`, '8ca523f5e9506fed4657c9700eebdbec'],
    [`Digest ${example}, algorithm=SHA-256`, '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('answers as RFC 7616 section 3.9.1 does', (challenge, response) => {
    expect(authorization([challenge], login, 'GET', '/dir/index.html', clientNonce)).toContain(`response="${response}"`)
  })

  test('prefers SHA-256 to MD5 to basic, and knows when it cannot', () => {
    const basic = 'Basic realm="x"'
    const md5 = 'Digest realm="x", nonce="y"'
    const sha = 'Digest realm="x", nonce="y", algorithm=SHA-256'
    expect(authorization([basic, md5, sha], login, 'GET', '/')).toContain('algorithm=SHA-256')
    expect(authorization([basic, md5], login, 'GET', '/')).toMatch(/^Digest /)
    expect(authorization([basic], login, 'GET', '/')).toBe('Basic TXVmYXNhOkNpcmNsZSBvZiBMaWZl')
    expect(authorization(['Negotiate', 'Digest realm="x"'], login, 'GET', '/')).toBeUndefined()
    expect(authorization(['Digest realm="x", nonce="y", algorithm=SHA-512'], login, 'GET', '/')).toBeUndefined()
  })
})

test.each([
  [
    'm=audio 0 RTP/AVP 8\r\nm=video 0 RTP/AVP 96\r\nb=AS:2048\r\na=rtpmap:96 H264/90000\r\na=framerate:25.0\r\na=x-dimensions:1920,1080',
    { codec: 'H264', widthPx: 1920, heightPx: 1080, fps: 25, kbps: 2048 },
  ],
  [
    'm=video 0 RTP/AVP 26\nm=video 0 RTP/AVP 98\na=rtpmap:98 H265/90000\na=framesize:98 704-576',
    { codec: 'H265', widthPx: 704, heightPx: 576, fps: null, kbps: null },
  ],
  ['m=video 0 RTP/AVP 26', undefined],
  ['a=rtpmap:96 H264/90000', undefined],
  ['', undefined],
])('SDP %#', (sdp, facts) => {
  expect(readSdpVideo(sdp)).toEqual(facts)
})
