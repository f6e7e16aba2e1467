import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { SignedIn } from '../access/sessions.ts'
import { checkWatch, mayWatch } from '../access/watching.ts'
import { Id } from '../contract/common.ts'
import { CloseCode } from '../contract/live.ts'
import { Failure, toFailure } from '../domain/failure.ts'
import { seconds } from '../domain/units.ts'
import { every } from '../lib/clock.ts'
import { LogKey } from '../lib/log.ts'
import { supervise } from '../lib/supervise.ts'
import type { App } from './app.ts'
import { type FeedHub, feedHub } from './feed.ts'
import { checkAllowed, sessionOf } from './guard.ts'
import { checkOrigin } from './origin.ts'
import type { HttpParts } from './parts.ts'
import { problemOf } from './problem.ts'

/** Between two pings; who has not answered the last one by then is gone. */
const pingMs = seconds(20)
/** How long a socket may take to close politely. */
const closeGraceMs = seconds(2)
const mostSockets = 512

interface Open {
  readonly sessionKey: string
  /** Of a live socket; undefined for the feed. */
  readonly cameraId: string | undefined
  alive: boolean
}

/** Lives from the server's `ready()` to its `close()`. */
export function addSockets(app: App, parts: HttpParts): void {
  const { tools, sessions, config } = parts
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 16 * 1_024 })
  const hub = feedHub(parts.feed, tools.clock)
  const open = new Map<WebSocket, Open>()
  const stop = new AbortController()
  let running: Promise<unknown> = Promise.resolve()

  /** Everything is checked before the handshake; a refusal is an ordinary HTTP answer. */
  const admit = async (
    request: IncomingMessage,
  ): Promise<{ signedIn: SignedIn; cameraId?: string; take: (socket: WebSocket) => void }> => {
    const { pathname, searchParams } = addressOf(request)
    checkOrigin(request.headers, config.trustedOrigins)
    const signedIn = sessionOf(request, parts)
    checkAllowed(signedIn, 'watch')
    if (signedIn === null) throw new Failure('denied', 'login-required', 'sign in first')
    if (open.size >= mostSockets || stop.signal.aborted)
      throw new Failure('busy', 'too-many-sockets', 'no further connection can be kept open now')
    if (pathname === '/api/feed') {
      const after = searchParams.get('after')
      const isNumber = after !== null && /^\d{1,16}$/.test(after)
      return { signedIn, take: (socket) => hub.attach(socket, isNumber ? Number(after) : undefined) }
    }
    const cameraId = Id.safeParse(/^\/api\/live\/([^/]+)$/.exec(pathname)?.[1])
    if (!cameraId.success) throw new Failure('missing', 'no-such-address', `there is no socket at ${pathname}`)
    const { id, areaId } = await parts.cameras.get(cameraId.data)
    if (!mayWatch(signedIn, areaId)) {
      const { user, role } = signedIn
      const address = request.socket.remoteAddress ?? null
      const facts = { code: 'camera-not-yours' }
      parts.audit.add({ user, role, action: 'live.watch', object: id, outcome: 'refused', facts, address })
    }
    checkWatch(signedIn, areaId)
    return { signedIn, cameraId: id, take: (socket) => parts.live.attach(socket, id, signedIn) }
  }

  const upgrade = async (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const onStreamError = () => stream.destroy()
    stream.on('error', onStreamError)
    try {
      const { signedIn, cameraId, take } = await admit(request)
      if (stream.destroyed) return
      stream.off('error', onStreamError)
      server.handleUpgrade(request, stream, head, (socket) => {
        const state: Open = { sessionKey: signedIn.key, cameraId, alive: true }
        open.set(socket, state)
        // It may have ended while the camera was looked up.
        if (sessions.touch(state.sessionKey) === undefined) socket.close(CloseCode.login, 'session ended')
        socket.on('pong', () => (state.alive = true))
        socket.on('error', (cause) =>
          tools.log.debug({ [LogKey.code]: 'socket-error', message: cause.message }, 'socket'),
        )
        socket.once('close', () => open.delete(socket))
        try {
          take(socket)
        } catch (cause) {
          logBug(toFailure(cause), tools)
          socket.close(1011, 'internal error')
        }
      })
    } catch (cause) {
      const failure = toFailure(cause)
      logBug(failure, tools)
      refuse(stream, failure)
    }
  }

  app.server.on('upgrade', (request, stream, head) => void upgrade(request, stream, head))
  const stopTelling = sessions.onSessionEnd((key) => {
    for (const [socket, { sessionKey }] of open) if (sessionKey === key) socket.close(CloseCode.login, 'session ended')
  })
  app.addHook('onReady', async () => {
    const check = (signal: AbortSignal) => every(tools.clock, pingMs, signal, () => checkAll(open, hub, parts))
    running = Promise.all([
      supervise({ name: 'feed', runOnce: (signal) => hub.run(signal) }, tools, stop.signal),
      supervise({ name: 'socket-check', runOnce: check }, tools, stop.signal),
    ])
  })
  app.addHook('preClose', async () => {
    stopTelling()
    stop.abort()
    for (const socket of open.keys()) socket.close(CloseCode.draining, 'the gateway stops')
    if (open.size > 0) await Promise.race([allClosed(open), tools.clock.sleep(closeGraceMs)])
    for (const socket of open.keys()) socket.terminate()
    await running
  })
}

function checkAll(
  open: Map<WebSocket, Open>,
  hub: FeedHub,
  { sessions, areaOf }: Pick<HttpParts, 'sessions' | 'areaOf'>,
) {
  for (const [socket, state] of open) {
    const { sessionKey, cameraId } = state
    if (!state.alive) {
      socket.terminate()
      continue
    }
    const signedIn = sessions.touch(sessionKey)
    if (signedIn === undefined) socket.close(CloseCode.login, 'session ended')
    // The camera may have been moved to another area.
    else if (cameraId !== undefined && !mayWatch(signedIn, areaOf(cameraId)))
      socket.close(CloseCode.forbidden, 'not your camera')
    else {
      state.alive = false
      socket.ping()
      if (cameraId === undefined) hub.ping(socket)
    }
  }
}

const allClosed = (open: Map<WebSocket, Open>) =>
  Promise.all([...open.keys()].map((socket) => new Promise((resolve) => socket.once('close', resolve))))

function addressOf({ url = '/' }: IncomingMessage): URL {
  const base = 'http://gateway'
  if (!URL.canParse(url, base)) throw new Failure('invalid', 'request-invalid', 'this is no address')
  return new URL(url, base)
}

function logBug(failure: Failure, { log }: HttpParts['tools']) {
  if (failure.kind === 'bug') log.error({ [LogKey.code]: failure.code, err: failure.cause ?? failure }, 'socket failed')
}

function refuse(stream: Duplex, failure: Failure) {
  const problem = problemOf(failure)
  const body = JSON.stringify(problem)
  stream.once('finish', () => stream.destroy())
  stream.end(
    [
      `HTTP/1.1 ${problem.status} ${problem.title}`,
      'connection: close',
      'content-type: application/problem+json',
      `content-length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  )
}
