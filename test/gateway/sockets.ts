import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import { Problem } from '../../gateway/contract/common.ts'
import { FeedMessage } from '../../gateway/contract/feed.ts'
import { LiveEvent, type LiveRequest } from '../../gateway/contract/live.ts'
import { decodeLiveFrame, type LiveHeader } from '../../gateway/domain/live-frame.ts'
import type { GatewayProcess } from '../support/gateway-process.ts'
import { waitFor } from '../support/wait.ts'

const address = (gateway: GatewayProcess, path: string) => `${gateway.origin.replace('http', 'ws')}${path}`

/** An open socket, signed in as `admin` of the same origin. */
async function open(gateway: GatewayProcess, path: string): Promise<WebSocket> {
  const socket = new WebSocket(address(gateway, path), {
    headers: { cookie: await gateway.login(), origin: gateway.origin },
  })
  return socket
}

/** The HTTP answer to an upgrade that is refused. */
export async function refusedUpgrade(
  gateway: GatewayProcess,
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number | undefined; code: string }> {
  const socket = new WebSocket(address(gateway, path), { headers })
  socket.on('error', () => socket.terminate())
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  const { code } = Problem.parse(JSON.parse(Buffer.concat(chunks).toString()))
  return { status: response.statusCode, code }
}

export interface HeardFrame {
  readonly header: LiveHeader
  readonly payload: Uint8Array
  readonly heardUtcMs: number
}

export interface LiveClient extends AsyncDisposable {
  readonly socket: WebSocket
  readonly events: LiveEvent[]
  readonly frames: HeardFrame[]
  say(request: LiveRequest): void
  /** Waits for an event of this type among those that came after the first `skip` events. */
  event<T extends LiveEvent['type']>(type: T, skip?: number): Promise<Extract<LiveEvent, { type: T }>>
}

/** A tile of a browser that plays `accept`. Every text message must be a live event, every binary one a live frame. */
export async function openLive(
  gateway: GatewayProcess,
  cameraId: string,
  accept: readonly string[],
): Promise<LiveClient> {
  const socket = await open(gateway, `/api/live/${cameraId}`)
  const events: LiveEvent[] = []
  const frames: HeardFrame[] = []
  socket.on('message', (data: Buffer, isBinary) => {
    if (!isBinary) {
      events.push(LiveEvent.parse(JSON.parse(data.toString())))
      return
    }
    const copy = new Uint8Array(data).buffer
    const frame = decodeLiveFrame(copy)
    if (!frame) throw new Error('a binary message that is no live frame')
    frames.push({ ...frame, heardUtcMs: Date.now() })
  })
  const say = (request: LiveRequest) => socket.send(JSON.stringify(request))
  await once(socket, 'open')
  say({ type: 'hello', version: 1, accept: [...accept], widthPx: 640, heightPx: 360 })
  return {
    socket,
    events,
    frames,
    say,
    event: <T extends LiveEvent['type']>(type: T, skip = 0) =>
      waitFor(() => events.slice(skip).find((event): event is Extract<LiveEvent, { type: T }> => event.type === type), {
        timeoutMs: 20_000,
        message: () => `a ${type} event of ${cameraId}; heard ${JSON.stringify(events)}`,
      }),
    async [Symbol.asyncDispose]() {
      await shut(socket)
    },
  }
}

export interface FeedClient extends AsyncDisposable {
  readonly socket: WebSocket
  readonly heard: { readonly message: FeedMessage; readonly atMs: number }[]
  /** The first message, of those after the first `skip`, for which `pick` answers; with the monotonic time when it came. */
  find<T>(
    what: string,
    pick: (message: FeedMessage) => T | undefined,
    skip?: number,
  ): Promise<{ found: T; atMs: number }>
}

export async function openFeed(gateway: GatewayProcess): Promise<FeedClient> {
  const socket = await open(gateway, '/api/feed')
  const heard: FeedClient['heard'] = []
  socket.on('message', (data: Buffer) =>
    heard.push({ message: FeedMessage.parse(JSON.parse(data.toString())), atMs: performance.now() }),
  )
  await once(socket, 'open')
  return {
    socket,
    heard,
    find: (what, pick, skip = 0) =>
      waitFor(
        () => {
          for (const { message, atMs } of heard.slice(skip)) {
            const found = pick(message)
            if (found !== undefined) return { found, atMs }
          }
          return undefined
        },
        { timeoutMs: 15_000, everyMs: 5, message: `${what} on the feed` },
      ),
    async [Symbol.asyncDispose]() {
      await shut(socket)
    },
  }
}

async function shut(socket: WebSocket) {
  if (socket.readyState === socket.CLOSED) return
  const closed = once(socket, 'close')
  socket.terminate()
  await closed
}
