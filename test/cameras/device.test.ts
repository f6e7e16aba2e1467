import { createServer } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { readDevice } from '../../gateway/cameras/device.ts'
import { Failure } from '../../gateway/domain/failure.ts'
import { systemClock } from '../../gateway/lib/clock.ts'
import { freePort } from '../support/ports.ts'
import { waitFor } from '../support/wait.ts'
import { reply, type StubOptions, type SoapCamera, startSoapCamera } from './soap-camera.ts'

const password = 'soy-7&<x>'
const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

async function start(options: Partial<StubOptions> = {}): Promise<SoapCamera> {
  const camera = await startSoapCamera(options)
  stops.push(camera.stop)
  return camera
}
const read = (address: string, user = 'admin', secret = password, signal = new AbortController().signal) =>
  readDevice(address, user, secret, signal, { clock: systemClock })

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  try {
    await work
  } catch (cause) {
    if (cause instanceof Failure) return cause
    throw cause
  }
  throw new Error('nothing was thrown')
}

describe.each(['wsse', 'digest', 'open'] as const)('a camera with login %s', (login) => {
  test('tells its facts, streams and clock', async () => {
    const camera = await start({ login, clockOffsetMs: 420_000, endpoint: 'a1b2c3d4-0000-4000-8000-0123456789ab' })
    const facts = await read(camera.address)
    expect(facts).toEqual({
      device: { manufacturer: "Fu'an", model: 'N1', firmware: '5.10', serial: '12345678901234567890' },
      endpoint: 'urn:uuid:a1b2c3d4-0000-4000-8000-0123456789ab',
      streams: {
        main: {
          url: 'rtsp://127.0.0.1:8554/0?x=1',
          facts: { codec: 'H264', widthPx: 1920, heightPx: 1080, fps: 25, kbps: 2048 },
        },
        sub: {
          url: 'rtsp://127.0.0.1:8554/1.0?x=1',
          facts: { codec: 'H264', widthPx: 640, heightPx: 360, fps: 25, kbps: 2048 },
        },
      },
      ptz: true,
      clockOffsetMs: expect.any(Number),
    })
    expect(Math.abs((facts.clockOffsetMs ?? 0) - 420_000)).toBeLessThan(1_000)
  })
})

test.each([
  ['wsse', 'admin', 'wrong'],
  ['digest', 'admin', 'wrong'],
  ['wsse', 'nobody', password],
  ['wsse', '', ''],
  ['digest', '', ''],
] as const)('login %s with user %j is denied', async (login, user, secret) => {
  const camera = await start({ login })
  const failure = await failureOf(read(camera.address, user, secret))
  expect(failure).toMatchObject({ kind: 'invalid', code: 'camera-denied' })
})

test('a wrong password is noticed on a camera that answers services to anybody', async () => {
  const camera = await start({ login: 'open' })
  camera.state.odd.GetDeviceInformation = (response) =>
    reply(
      response,
      400,
      '<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:NotAuthorized</s:Value></s:Subcode></s:Code></s:Fault>',
    )
  expect((await failureOf(read(camera.address))).code).toBe('camera-denied')
})

test('a refused login and a clock that is far off are told together', async () => {
  const camera = await start({ clockOffsetMs: -3_600_000 })
  const failure = await failureOf(read(camera.address, 'admin', 'wrong'))
  expect(failure).toMatchObject({ kind: 'invalid', code: 'camera-clock-skew' })
  expect(failure.message).toContain('60 minutes behind')
})

describe('profiles', () => {
  test('of media2 tell H.265', async () => {
    const camera = await start({
      media2: true,
      profiles: [
        { token: 'a', encoding: 'H265', width: 2560, height: 1440 },
        { token: 'b', encoding: 'H264', width: 704, height: 576 },
      ],
    })
    const { streams, ptz } = await read(camera.address)
    expect([streams.main.facts.codec, streams.main.url]).toEqual(['H265', 'rtsp://127.0.0.1:8554/a?x=1'])
    expect(streams.sub?.facts.widthPx).toBe(704)
    expect(ptz).toBe(false)
  })

  test('come from the older service when media2 is announced and fails', async () => {
    const camera = await start({ media2: true })
    const right = camera.state
    let first = true
    right.odd.GetProfiles = (response) => {
      first = false
      delete right.odd.GetProfiles
      reply(response, 500, '<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code></s:Fault>')
    }
    expect((await read(camera.address)).streams.main.facts.widthPx).toBe(1920)
    expect(first).toBe(false)
  })

  test('come by GetCapabilities when GetServices is not known, and one profile has no sub', async () => {
    const camera = await start({ profiles: [{ token: 'only', encoding: 'H264', width: 1280, height: 720 }] })
    camera.state.odd.GetServices = (response) =>
      reply(
        response,
        400,
        '<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:ActionNotSupported</s:Value></s:Subcode></s:Code></s:Fault>',
      )
    const { streams } = await read(camera.address)
    expect(streams.main.url).toBe('rtsp://127.0.0.1:8554/only?x=1')
    expect(streams.sub).toBeUndefined()
  })

  test.each([[[]], [[{ token: 'j', encoding: 'JPEG', width: 640, height: 480 }]]])(
    '%j are of no use',
    async (profiles) => {
      const camera = await start({ profiles })
      expect(await failureOf(read(camera.address))).toMatchObject({ kind: 'invalid', code: 'camera-no-profile' })
    },
  )
})

describe('what is no ONVIF camera', () => {
  test('answers HTML', async () => {
    const camera = await start()
    camera.state.odd.GetSystemDateAndTime = (response) => response.end('<html><body>router</body></html>')
    camera.state.odd.GetDeviceInformation = (response) => response.end('<html><body>router</body></html>')
    expect((await failureOf(read(camera.address))).code).toBe('camera-not-onvif')
  })

  test('redirects to another host: the login does not follow', async () => {
    const other = await start()
    const camera = await start()
    camera.state.odd.GetDeviceInformation = (response) => response.writeHead(302, { Location: other.address }).end()
    expect((await failureOf(read(camera.address))).code).toBe('camera-not-onvif')
    expect(other.requests).toEqual([])
  })

  test('speaks another protocol', async () => {
    const server = createServer((socket) => socket.resume().end('SSH-2.0-OpenSSH_9\r\n'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    stops.push(() => new Promise((resolve) => server.close(() => resolve())))
    const { port } = server.address() as { port: number }
    expect((await failureOf(read(`http://127.0.0.1:${port}/`))).code).toBe('camera-not-onvif')
  })

  test('answers without an end: it is cut', async () => {
    const camera = await start()
    let sentBytes = 0
    camera.state.odd.GetDeviceInformation = (response) => {
      const block = Buffer.alloc(65_536, 0x20)
      const more = () => {
        if (response.destroyed) return
        sentBytes += block.length
        response.write(block, () => setTimeout(more, 2))
      }
      more()
    }
    expect((await failureOf(read(camera.address))).code).toBe('camera-unreachable')
    expect(sentBytes).toBeLessThan(40_000_000)
  })
})

test('an answer made to keep the parser busy is cut before it is parsed', async () => {
  const camera = await start()
  camera.state.odd.GetDeviceInformation = (response) => {
    response.writeHead(200, { 'Content-Type': 'application/soap+xml' })
    // Three bytes at a time: no word of it comes in one piece.
    const hostile = Buffer.from(`<a ${'xmlns'.repeat(40_000)}>`)
    for (let at = 0; at < 3_000; at += 3) response.write(hostile.subarray(at, at + 3))
    response.end(hostile.subarray(3_000))
  }
  let longestMs = 0
  let lastMs = performance.now()
  const beat = setInterval(() => {
    longestMs = Math.max(longestMs, performance.now() - lastMs)
    lastMs = performance.now()
  }, 10)
  stops.push(() => Promise.resolve(clearInterval(beat)))
  expect((await failureOf(read(camera.address))).code).toBe('camera-unreachable')
  longestMs = Math.max(longestMs, performance.now() - lastMs)
  expect(longestMs).toBeLessThan(500)
})

describe('a camera that is away', () => {
  test.each([
    ['refuses connections', async () => `http://127.0.0.1:${await freePort()}/`],
    ['is not known by name', () => Promise.resolve('http://no-such-camera.invalid/')],
  ])('%s', async (_what, address) => {
    expect(await failureOf(read(await address()))).toMatchObject({ kind: 'away', code: 'camera-unreachable' })
  })

  test('never answers: given up after 5 s', async () => {
    const camera = await start()
    camera.state.odd.GetDeviceInformation = () => undefined
    const startedMs = performance.now()
    expect((await failureOf(read(camera.address))).code).toBe('camera-unreachable')
    expect(performance.now() - startedMs).toBeLessThan(7_000)
  })

  test('hangs up in the middle of an answer', async () => {
    const camera = await start()
    camera.state.odd.GetDeviceInformation = (response) => {
      response.writeHead(200, { 'Content-Length': '1000' })
      response.write('<s:Env')
      setTimeout(() => response.destroy(), 20)
    }
    expect((await failureOf(read(camera.address))).code).toBe('camera-unreachable')
  })

  test('is left at once when the signal aborts', async () => {
    const camera = await start()
    camera.state.odd.GetDeviceInformation = () => undefined
    const stop = new AbortController()
    const reading = failureOf(read(camera.address, 'admin', password, stop.signal))
    await waitFor(() => camera.requests.some(({ name }) => name === 'GetDeviceInformation'))
    const abortedMs = performance.now()
    stop.abort()
    expect(await reading).toMatchObject({ kind: 'busy', code: 'camera-read-stopped' })
    expect(performance.now() - abortedMs).toBeLessThan(500)
  })
})

test('the password itself never goes over the wire, nor into a failure', async () => {
  for (const login of ['wsse', 'digest'] as const) {
    const camera = await start({ login, password: 'other' })
    const failure = await failureOf(read(camera.address, 'admin', 'hunter2secret'))
    expect(JSON.stringify([failure.message, failure.facts, String(failure.cause)])).not.toContain('hunter2secret')
    expect(JSON.stringify(camera.requests)).not.toContain('hunter2secret')
  }
})
