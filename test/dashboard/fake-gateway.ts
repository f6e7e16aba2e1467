/**
 * A gateway without cameras, brokers or disks, for looking at pages: `node test/dashboard/fake-gateway.ts [port]`, then open it, or
 * point the development server at it with ZONE_GATEWAY_ORIGIN. Any user may log in; the user's name is the role where it is
 * one (office, regulator, ops), else admin. The password `wrong` is refused.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Session } from '../../gateway/contract/access.ts'
import type { Alert } from '../../gateway/contract/alert.ts'
import type { FeedChange, FeedMessage } from '../../gateway/contract/feed.ts'
import { may, permissions, type Role, roles } from '../../gateway/domain/words.ts'
import * as data from './fake-data.ts'
import { fakeFootage } from './fake-footage-routes.ts'
import { fakeSensors } from './fake-sensor-routes.ts'
import { sensorsAt, valueAt } from './fake-sensors.ts'
import { fakeWalls } from './fake-walls.ts'
import { Refusal } from './refusal.ts'

const dist = join(import.meta.dirname, '../../dashboard/dist')
const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}
const policy =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self' blob:; style-src 'self'"

/**
 * What a test may turn: `failing` refuses every list, `empty` answers a zone where nothing is added yet, `unequal` an account of readings
 * that does not add up, `brokerAway` nobody can be heard.
 */
export interface Knobs {
  failing: boolean
  empty: boolean
  unequal: boolean
  brokerAway: boolean
}

export interface FakeGateway {
  readonly origin: string
  readonly knobs: Knobs
  say(change: FeedChange): void
  /** No readings of its own any more; the clock of the feed goes on. */
  mute(muted: boolean): void
  /** Ends every socket, as a gateway that goes away. */
  dropSockets(): void
  close(): Promise<void>
}

const sessionOf = (user: string): Session => {
  const role: Role = roles.find((one) => one === user) ?? 'admin'
  return {
    user,
    name: role === 'admin' ? '管理员' : user,
    role,
    permissions: permissions.filter((one) => may(role, one)),
    areaIds: null,
    expiresUtcMs: Date.now() + 36_000_000,
    zoneName: data.zone.name,
    timeZone: data.zone.timeZone,
  }
}

const parts = {
  store: { ok: true, code: null, message: null },
  recordings: { ok: true, code: null, message: null },
  broker: { ok: true, code: null, message: null },
  metrics: { ok: false, code: 'influx-away', message: 'InfluxDB at 10.0.8.2:8086 does not answer; 4213 readings wait' },
  discovery: { ok: true, code: null, message: null },
}

export async function startFakeGateway(port = 0): Promise<FakeGateway> {
  const knobs: Knobs = { failing: false, empty: false, unequal: false, brokerAway: false }
  const sockets = new Set<WebSocket>()
  let session: Session | null = null
  let seq = 1_000
  let isMute = false
  const alerts = data.alertsAt(Date.now())
  const fake = fakeFootage(Date.now())
  const walls = fakeWalls(Date.now())
  const sensors = fakeSensors(Date.now(), knobs)
  const send = (socket: WebSocket, message: FeedMessage): void => socket.send(JSON.stringify(message))
  const say = (change: FeedChange): void => {
    seq += 1
    for (const socket of sockets) send(socket, { kind: 'change', seq, change })
  }
  const isOpen = (alert: Alert): boolean => alert.clearedUtcMs === null || alert.acknowledgedUtcMs === null

  const lists: Record<string, (url: URL) => unknown> = {
    '/api/zone': () => data.zone,
    '/api/cameras': () => ({ cameras: knobs.empty ? [] : data.camerasAt(Date.now()) }),
    '/api/rules': () => ({ rules: knobs.empty ? [] : data.rules }),
    '/api/alerts': (url) => {
      const open = url.searchParams.get('state') !== 'closed'
      const areaId = url.searchParams.get('areaId')
      if (areaId !== null) return { alerts: alerts.filter((alert) => alert.areaId === areaId) }
      return { alerts: knobs.empty ? [] : alerts.filter((alert) => isOpen(alert) === open) }
    },
    '/api/accounts': () => ({ accounts: data.accountsAt(Date.now()) }),
    '/api/audit': () => ({ entries: data.auditAt(Date.now()) }),
  }

  async function answer(request: IncomingMessage, url: URL): Promise<unknown> {
    const { method = 'GET' } = request
    if (url.pathname === '/api/session' && method === 'POST') {
      const body = (await readJson(request)) as { user?: string; password?: string; ticket?: string }
      if (body.password === 'wrong' || body.ticket === 'used') throw new Refusal(401, 'login-refused', 'wrong')
      session = sessionOf(body.user ?? 'admin')
      return session
    }
    if (session === null) throw new Refusal(401, 'login-required', 'sign in first')
    if (url.pathname === '/api/session') {
      const before = session
      if (method === 'DELETE') session = null
      return method === 'DELETE' ? null : before
    }
    if (knobs.failing && url.pathname.startsWith('/api/')) throw new Refusal(503, 'store-busy', 'the database is busy')
    if (url.pathname === '/readyz') return { ok: false, parts }
    const sensed = await sensors.answer(url, method, () => readJson(request))
    if (sensed !== undefined) return sensed
    const footage = await fake.answer(url, method, session, () => readJson(request))
    if (footage !== undefined) return footage
    const wall = await walls.answer(url, method, () => readJson(request))
    if (wall !== undefined) return wall
    if (url.pathname.endsWith('/acknowledge')) {
      const { note } = (await readJson(request)) as { note: string }
      const at = alerts.findIndex((alert) => alert.id === url.pathname.split('/')[3])
      const known = alerts[at]
      if (known === undefined) throw new Refusal(404, 'alert-missing', 'no such alert')
      const next = { ...known, acknowledgedUtcMs: Date.now(), acknowledgedBy: session.name, note }
      alerts[at] = next
      say({ kind: 'alert', alert: next })
      return next
    }
    if (method === 'POST' && url.pathname === '/api/cameras') throw new Refusal(400, 'camera-denied', 'refused')
    if (method !== 'GET') return {}
    const list = lists[url.pathname]
    if (list === undefined) throw new Refusal(404, 'no-such-address', `there is no ${url.pathname}`)
    return list(url)
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://fake')
    if (!url.pathname.startsWith('/api/') && url.pathname !== '/readyz') return page(url, response)
    const picture = fake.picture(url)
    if (picture !== undefined) {
      response.setHeader('content-type', 'image/svg+xml')
      response.end(picture)
      return undefined
    }
    answer(request, url).then(
      (body) => json(response, url.pathname === '/readyz' ? 503 : body === null ? 204 : 200, body),
      (thrown: unknown) => {
        if (!(thrown instanceof Refusal)) throw thrown
        const { status, code, message: detail } = thrown
        json(response, status, { type: `urn:zone-gateway:${code}`, title: 'Refused', status, code, detail })
      },
    )
  })
  const upgrades = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    if (!request.url?.startsWith('/api/feed') || session === null) {
      socket.destroy()
      return
    }
    upgrades.handleUpgrade(request, socket, head, (open) => {
      const now = Date.now()
      sockets.add(open)
      open.on('close', () => sockets.delete(open))
      const state = knobs.empty
        ? []
        : data.camerasAt(now).map((camera) => ({ cameraId: camera.id, state: camera.state }))
      const shown = knobs.empty ? [] : alerts.filter(isOpen)
      send(open, { kind: 'snapshot', seq, serverUtcMs: now, cameras: state, readings: [], alerts: shown })
    })
  })
  const ticking = setInterval(() => {
    const now = Date.now()
    if (isMute) return
    const speaking = sensorsAt(now).filter(({ status, latest }) => status === 'online' && latest[0]?.quality === 'ok')
    for (const { id, metrics } of speaking) {
      for (const { key } of metrics) {
        const reading = {
          sensorId: id,
          metric: key,
          value: valueAt(id, key, now),
          rawValue: null,
          quality: 'ok',
        } as const
        say({ kind: 'reading', reading: { ...reading, utcMs: now, deviceUtcMs: null, source: `zone/${id}` } })
      }
    }
  }, 2_000)
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))

  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    knobs,
    say,
    mute: (muted) => {
      isMute = muted
    },
    dropSockets: () => {
      for (const socket of sockets) socket.terminate()
    },
    close: async () => {
      clearInterval(ticking)
      for (const socket of sockets) socket.terminate()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function page(url: URL, response: ServerResponse): void {
  const asked = join(dist, url.pathname)
  const file = asked.startsWith(dist) && extname(asked) !== '' && existsSync(asked) ? asked : join(dist, 'index.html')
  response.setHeader('content-security-policy', policy)
  response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream')
  response.end(readFileSync(file))
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(status === 204 ? undefined : JSON.stringify(body))
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return JSON.parse(Buffer.concat(chunks).toString())
}

if (process.argv[1] === import.meta.filename) {
  const fake = await startFakeGateway(Number(process.argv[2] ?? 8_080))
  console.log(fake.origin)
}
