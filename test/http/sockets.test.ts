import { once } from 'node:events'
import { connect } from 'node:net'
import { onTestFinished, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { FeedMessage } from '../../gateway/contract/feed.ts'
import { days, hours, seconds } from '../../gateway/domain/units.ts'
import { sessionCookie } from '../../gateway/http/guard.ts'
import { listen } from '../../gateway/http/listen.ts'
import type { HttpParts } from '../../gateway/http/parts.ts'
import { waitFor } from '../support/wait.ts'
import { alert, camera, type Gateway, openGateway } from './fixture.ts'

async function openListening(overrides: Partial<HttpParts> = {}) {
  const gateway = await openGateway(overrides)
  const { port } = await listen(gateway.app, { host: '127.0.0.1', port: 0 })
  return { ...gateway, port }
}

/** A client of the feed that keeps what it hears. */
function openFeed({ port }: { port: number }, cookie: string, query = '') {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/feed${query}`, { headers: { cookie } })
  onTestFinished(() => socket.terminate())
  const heard: FeedMessage[] = []
  socket.on('message', (data: Buffer) => heard.push(FeedMessage.parse(JSON.parse(data.toString()))))
  const closed = once(socket, 'close').then(([code]) => code as number)
  const hears = async (count: number) => {
    await waitFor(() => heard.length >= count, { message: `${count} messages` })
    return heard
  }
  return { socket, heard, hears, closed }
}

const reading = (value: number) =>
  ({
    kind: 'reading',
    reading: {
      sensorId: 'sen-1',
      metric: 'temp',
      value,
      quality: 'ok',
      utcMs: 5,
      deviceUtcMs: null,
      rawValue: null,
      source: 'zone/s1',
    },
  }) as const

/** The HTTP answer to an upgrade request that is refused. */
async function refusal(port: number, path: string, headers: Record<string, string>): Promise<[number, string]> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers })
  socket.on('error', () => socket.terminate())
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, import('node:http').IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  const { code } = JSON.parse(Buffer.concat(chunks).toString()) as { code: string }
  return [response.statusCode ?? 0, code]
}

/** Of somebody who may see these areas only. */
async function cookieFor({ parts: { accounts, sessions } }: Gateway, areaIds: string[]): Promise<string> {
  const { id } = await accounts.add({ user: 'li', name: 'Li', role: 'office', areaIds, password: 'long enough' })
  const { token } = await sessions.login({ ticket: sessions.createTicket(id, hours(1)) }, null)
  return `${sessionCookie}=${token}`
}

test('the handshake is refused as HTTP: anonymous, foreign page, unknown camera, unknown address', async () => {
  const { port, cookie } = await openListening()
  const signedIn = { cookie: await cookie('office') }
  expect(await refusal(port, '/api/feed', {})).toEqual([401, 'login-required'])
  expect(await refusal(port, '/api/feed', { cookie: 'zone_session=made-up' })).toEqual([401, 'login-required'])
  expect(await refusal(port, '/api/live/cam-1', {})).toEqual([401, 'login-required'])
  const foreign = { ...signedIn, origin: 'https://evil.example' }
  expect(await refusal(port, '/api/feed', foreign)).toEqual([403, 'origin-foreign'])
  expect(await refusal(port, '/api/live/cam-9', signedIn)).toEqual([404, 'no-such-thing'])
  expect(await refusal(port, '/api/live/..%2F', signedIn)).toEqual([404, 'no-such-address'])
  expect(await refusal(port, '/elsewhere', signedIn)).toEqual([404, 'no-such-address'])
})

test('a live picture of another area is refused before the handshake, and written down; the feed is not', async () => {
  const gateway = await openListening()
  const { port, parts } = gateway
  const cookie = await cookieFor(gateway, ['w02-process'])
  expect(await refusal(port, '/api/live/cam-1', { cookie })).toEqual([403, 'camera-not-yours'])
  expect(parts.audit.list({ limit: 1 })).toMatchObject([
    { user: 'li', action: 'live.watch', object: 'cam-1', outcome: 'refused', address: '127.0.0.1' },
  ])
  expect(await openFeed(gateway, cookie).hears(1)).toMatchObject([{ kind: 'snapshot' }])
})

test('a live picture ends when its camera is moved to an area that may not be seen', async () => {
  let areaId = camera.areaId
  const gateway = await openListening({ areaOf: () => areaId })
  const headers = { cookie: await cookieFor(gateway, [camera.areaId]) }
  const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/api/live/cam-1`, { headers })
  const closed = once(socket, 'close')
  await once(socket, 'message')
  const pinged = once(socket, 'ping')
  await gateway.clock.advance(seconds(20))
  await pinged
  areaId = 'w02-process'
  // The answer to this comes after its own answer to the gateway's ping was heard.
  socket.ping()
  await once(socket, 'pong')
  await gateway.clock.advance(seconds(20))
  expect((await closed)[0]).toBe(4403)
})

test('revoking a screen closes its sockets with 4401 at once', async () => {
  const gateway = await openListening()
  const { screens, sessions } = gateway.parts
  const { screen, ticket } = screens.add({ name: 'Hall', areaIds: null }, 'admin')
  const { token } = await sessions.login({ ticket }, null)
  const { hears, closed } = openFeed(gateway, `${sessionCookie}=${token}`)
  await hears(1)
  screens.revoke(screen.id, 'admin')
  expect(await closed).toBe(4401)
})

test('the feed begins with a snapshot and counts changes up by one', async () => {
  const gateway = await openListening()
  const { hears } = openFeed(gateway, await gateway.cookie('office'))
  const [snapshot] = await hears(1)
  expect(snapshot).toMatchObject({
    kind: 'snapshot',
    cameras: [{ cameraId: 'cam-1', state: camera.state }],
    readings: [],
    alerts: [alert],
    serverUtcMs: gateway.clock.now(),
  })
  gateway.change(reading(1))
  gateway.change({ kind: 'alert', alert })
  const seq = snapshot?.seq ?? 0
  expect((await hears(3)).slice(1)).toEqual([
    { kind: 'change', seq: seq + 1, change: reading(1) },
    { kind: 'change', seq: seq + 2, change: { kind: 'alert', alert } },
  ])
})

test('who was away resumes with what he missed; from another life of the gateway he gets a snapshot', async () => {
  const gateway = await openListening()
  const cookie = await gateway.cookie('office')
  const first = openFeed(gateway, cookie)
  const [snapshot] = await first.hears(1)
  const seq = snapshot?.seq ?? 0
  gateway.change(reading(1))
  await first.hears(2)
  first.socket.close()
  await first.closed
  gateway.change(reading(2))
  gateway.change(reading(3))

  const again = openFeed(gateway, cookie, `?after=${seq + 1}`)
  expect(await again.hears(3)).toMatchObject([
    { kind: 'resumed', seq: seq + 1 },
    { kind: 'change', seq: seq + 2, change: { reading: { value: 2 } } },
    { kind: 'change', seq: seq + 3, change: { reading: { value: 3 } } },
  ])

  const restarted = await openListening()
  for (const query of [`?after=${seq + 1}`, '?after=0', '?after=9999999999999999', '?after=-1', '?after=x']) {
    const later = openFeed(restarted, await restarted.cookie('office'), query)
    expect([query, (await later.hears(1))[0]?.kind]).toEqual([query, 'snapshot'])
  }
})

test('who missed more than is kept gets a snapshot', async () => {
  const gateway = await openListening()
  const cookie = await gateway.cookie('office')
  const watcher = openFeed(gateway, cookie)
  const [snapshot] = await watcher.hears(1)
  for (let block = 1; block <= 5; block++) {
    for (let i = 0; i < 900; i++) gateway.change(reading(i))
    await waitFor(() => watcher.heard.at(-1)?.seq === (snapshot?.seq ?? 0) + block * 900)
  }
  const late = openFeed(gateway, cookie, `?after=${snapshot?.seq}`)
  expect((await late.hears(1))[0]).toMatchObject({ kind: 'snapshot', seq: (snapshot?.seq ?? 0) + 4_500 })
})

test('when the gateway itself could not follow, everybody gets a new snapshot', async () => {
  const gateway = await openListening()
  const { heard, hears } = openFeed(gateway, await gateway.cookie('office'))
  await hears(1)
  for (let i = 0; i < 3_000; i++) gateway.change(reading(i))
  await waitFor(() => heard.filter(({ kind }) => kind === 'snapshot').length === 2)
})

test('the end of a session closes its sockets and no others', async () => {
  const gateway = await openListening()
  const { app, parts } = gateway
  const [office, ops] = [await gateway.cookie('office'), await gateway.cookie('ops')]
  const feeds = { office: openFeed(gateway, office), ops: openFeed(gateway, ops) }
  await Promise.all([feeds.office.hears(1), feeds.ops.hears(1)])
  await app.inject({ method: 'DELETE', url: '/api/session', headers: { cookie: office } })
  expect(await feeds.office.closed).toBe(4401)
  expect(feeds.ops.socket.readyState).toBe(WebSocket.OPEN)
  const account = parts.accounts.find('ops')
  await parts.accounts.patch(account?.id ?? '', { disabled: true })
  expect(await feeds.ops.closed).toBe(4401)
})

test('an open feed is use of the session, so that the wall stays lit; after 30 days it ends in any case', async () => {
  const gateway = await openListening()
  const { socket, heard, closed, hears } = openFeed(gateway, await gateway.cookie('office'))
  await hears(1)
  let passedMs = 0
  while (socket.readyState === WebSocket.OPEN && passedMs < days(40)) {
    const before = heard.length
    await gateway.clock.jump(hours(11))
    passedMs += hours(11)
    await waitFor(() => heard.length > before || socket.readyState !== WebSocket.OPEN)
    if (socket.readyState !== WebSocket.OPEN) break
    // Its answer to this comes after its answer to the gateway's own ping.
    socket.ping()
    await once(socket, 'pong')
  }
  expect(await closed).toBe(4401)
  expect(passedMs).toBeGreaterThanOrEqual(days(30))
  expect(passedMs).toBeLessThan(days(30) + hours(12))
})

test('a ping every 20 s; who does not answer is gone', async () => {
  const gateway = await openListening()
  const cookie = await gateway.cookie('office')
  const { hears, socket } = openFeed(gateway, cookie)
  const [snapshot] = await hears(1)
  const ponged = once(socket, 'ping')
  await gateway.clock.advance(seconds(20))
  expect((await hears(2))[1]).toEqual({ kind: 'ping', seq: snapshot?.seq, serverUtcMs: gateway.clock.now() })
  await ponged

  const mute = await muteClient(gateway, cookie)
  await gateway.clock.advance(seconds(20))
  await gateway.clock.advance(seconds(20))
  await mute.ended
  expect(socket.readyState).toBe(WebSocket.OPEN)
})

/** A TCP client that completes the handshake and then never answers a ping. */
async function muteClient({ port }: Gateway & { port: number }, cookie: string) {
  const tcp = connect(port, '127.0.0.1')
  onTestFinished(() => void tcp.destroy())
  const key = Buffer.from('0123456789abcdef').toString('base64')
  const lines = [
    'GET /api/feed HTTP/1.1',
    'host: x',
    'connection: upgrade',
    'upgrade: websocket',
    'sec-websocket-version: 13',
    `sec-websocket-key: ${key}`,
    `cookie: ${cookie}`,
  ]
  tcp.write(`${lines.join('\r\n')}\r\n\r\n`)
  const ended = once(tcp, 'close')
  await once(tcp, 'data')
  tcp.resume()
  tcp.on('end', () => tcp.end())
  return { tcp, ended }
}

test('a reader that does not read is sent away, and the others hear everything', async () => {
  const gateway = await openListening()
  const cookie = await gateway.cookie('office')
  const good = openFeed(gateway, cookie)
  const slow = openFeed(gateway, cookie)
  await Promise.all([good.hears(1), slow.hears(1)])
  slow.socket.pause()
  const note = 'x'.repeat(2_000)
  for (let block = 0; block < 20; block++) {
    for (let i = 0; i < 600; i++) gateway.change({ kind: 'alert', alert: { ...alert, id: `a-${block}-${i}`, note } })
    await waitFor(() => good.heard.length === 1 + (block + 1) * 600)
  }
  slow.socket.resume()
  expect(await slow.closed).toBe(4429)
  expect(slow.heard.length).toBeLessThan(good.heard.length)
})

test('a reader that is behind for a moment loses what newer news made needless, and nothing else', async () => {
  const gateway = await openListening()
  const cookie = await gateway.cookie('office')
  const good = openFeed(gateway, cookie)
  const late = openFeed(gateway, cookie)
  await Promise.all([good.hears(1), late.hears(1)])
  late.socket.pause()
  const note = 'x'.repeat(4_000)
  const rounds = 4_000
  for (let i = 0; i < rounds; i++) {
    gateway.change(i % 2 === 0 ? { kind: 'alert', alert: { ...alert, id: 'big', note: `${i} ${note}` } } : reading(i))
    if (i % 500 === 499) await waitFor(() => good.heard.length === i + 2)
  }
  late.socket.resume()
  const last = good.heard.at(-1)
  await waitFor(() => late.heard.at(-1)?.seq === last?.seq)
  const seqs = late.heard.map(({ seq }) => seq)
  expect(seqs).toEqual(seqs.toSorted((a, b) => a - b))
  expect(late.heard.length).toBeLessThan(good.heard.length)
  const values = late.heard.flatMap((message) =>
    message.kind === 'change' && message.change.kind === 'reading' ? [message.change.reading.value] : [],
  )
  expect(values.at(-1)).toBe(rounds - 1)
})

test('a live socket is handed over for the camera of its address', async () => {
  const gateway = await openListening()
  const headers = { cookie: await gateway.cookie('ops') }
  const socket = new WebSocket(`ws://127.0.0.1:${gateway.port}/api/live/cam-1`, { headers })
  const [data] = (await once(socket, 'message')) as [Buffer]
  expect(JSON.parse(data.toString())).toEqual({ cameraId: 'cam-1', user: 'ops' })
  socket.send(Buffer.alloc(17 * 1_024))
  const [code] = await once(socket, 'close')
  expect(code).toBe(1009)
})

test('a gateway that stops tells its sockets', async () => {
  const gateway = await openListening()
  const { closed, hears } = openFeed(gateway, await gateway.cookie('office'))
  await hears(1)
  await gateway.app.close()
  expect(await closed).toBe(4503)
})
