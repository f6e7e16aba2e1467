import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { DeviceAddress } from './address.ts'
import { notRtsp, unreachable } from './device-failures.ts'

export interface RtspAnswer {
  readonly status: number
  /** All values of a header, in order. */
  header(name: string): readonly string[]
  readonly body: string
}

export interface RtspConnection {
  /** Sends one request and waits for its answer. @throws Failure camera-unreachable, camera-not-rtsp */
  request(method: string, uri: string, headers: Readonly<Record<string, string>>): Promise<RtspAnswer>
  close(): void
}

const mostHeadBytes = 16_384
const mostBodyBytes = 65_536

/** Opens a connection for single requests, one after the other. It ends when `signal` aborts. @throws Failure camera-unreachable */
export async function openRtsp(at: DeviceAddress, signal: AbortSignal): Promise<RtspConnection> {
  const socket = await dial(at, signal)
  let sequence = 0
  let received: Buffer = Buffer.alloc(0)
  let ended: { readonly cause: unknown } | undefined
  let wake = () => {}
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk])
    if (received.length > mostHeadBytes + mostBodyBytes) socket.destroy()
    wake()
  })
  socket.on('close', () => {
    ended ??= { cause: undefined }
    wake()
  })
  socket.on('error', (cause) => {
    ended ??= { cause }
    wake()
  })

  async function answerOf(): Promise<RtspAnswer> {
    for (;;) {
      const answer = takeAnswer()
      if (answer) return answer
      if (ended) throw unreachable(at, ended.cause ?? { code: 'ECONNRESET' })
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }

  function takeAnswer(): RtspAnswer | undefined {
    const start = received.subarray(0, 5).toString('latin1')
    if (!'RTSP/'.startsWith(start) && start !== 'RTSP/') throw notRtsp(at)
    const headEnd = received.indexOf('\r\n\r\n')
    if (headEnd < 0) {
      if (received.length > mostHeadBytes) throw notRtsp(at)
      return undefined
    }
    const [first = '', ...rest] = received.subarray(0, headEnd).toString('utf8').split('\r\n')
    const status = Number(/^RTSP\/\d\.\d (\d{3})/.exec(first)?.[1] ?? Number.NaN)
    const header = (name: string) =>
      rest
        .filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`))
        .map((line) => line.slice(name.length + 1).trim())
    const bodyBytes = Number(header('content-length')[0] ?? 0)
    if (!Number.isInteger(status) || !Number.isInteger(bodyBytes) || bodyBytes < 0 || bodyBytes > mostBodyBytes)
      throw notRtsp(at)
    const bodyStart = headEnd + 4
    if (received.length < bodyStart + bodyBytes) return undefined
    const body = received.subarray(bodyStart, bodyStart + bodyBytes).toString('utf8')
    received = received.subarray(bodyStart + bodyBytes)
    return { status, header, body }
  }

  return {
    async request(method, uri, headers) {
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
      socket.write(
        `${method} ${uri} RTSP/1.0\r\nCSeq: ${++sequence}\r\nUser-Agent: zone-gateway\r\n${lines.join('')}\r\n`,
      )
      return answerOf()
    },
    close: () => socket.destroy(),
  }
}

function dial({ host, port, secure }: DeviceAddress, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    // Cameras make their certificates themselves; see onvif-session.ts.
    const socket = secure ? connectTls({ host, port, rejectUnauthorized: false }) : connect({ host, port })
    const onAbort = () => socket.destroy()
    signal.addEventListener('abort', onAbort, { once: true })
    const refuse = (cause?: Error) => reject(unreachable({ host, port }, cause))
    socket.once('error', refuse)
    socket.once('close', () => {
      signal.removeEventListener('abort', onAbort)
      refuse()
    })
    socket.once(secure ? 'secureConnect' : 'connect', () => {
      socket.off('error', refuse)
      resolve(socket)
    })
    if (signal.aborted) onAbort()
  })
}
