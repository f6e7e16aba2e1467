import { randomBytes } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'
import { type DigestDoor, digestDoor } from '../digest.ts'
import { type RtspRequest, requestReader, response } from './messages.ts'
import type { Playout, Stream, Viewer } from './playout.ts'
import { describe } from './sdp.ts'

export interface RtspOptions {
  readonly name: string
  readonly host: string
  readonly user: string
  readonly password: string
  /** Ends each connection this long after PLAY. */
  readonly dropEveryMs: number | null
}

const maxBufferedBytes = 4_000_000
const methods = 'OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, GET_PARAMETER, SET_PARAMETER, TEARDOWN'

/** The RTSP side of one camera: `/main`, `/sub` and, when it has one, `/third`, over TCP only. */
export function rtspServer(streams: Playout, options: RtspOptions): Server {
  const door = digestDoor({ realm: 'IP Camera', user: options.user, password: options.password, qop: false })
  return createServer({ noDelay: true }, (socket) => serve(socket, streams, door, options))
}

function serve(socket: Socket, streams: Playout, door: DigestDoor, options: RtspOptions): void {
  const read = requestReader()
  const session = randomBytes(6).toString('hex')
  let setUp: { stream: Stream; viewer: Viewer } | undefined
  let playing = false
  let dropTimer: NodeJS.Timeout | undefined

  const pause = () => {
    if (setUp) setUp.stream.detach(setUp.viewer)
    playing = false
  }
  const streamOf = (url: string): Stream | undefined => {
    const [, name] = /^rtsp:\/\/[^/]*\/(main|sub|third)(?:[/?]|$)/i.exec(url) ?? []
    return name === 'main' || name === 'sub' || name === 'third' ? streams[name] : undefined
  }

  function setup(request: RtspRequest, stream: Stream): Buffer {
    const cseq = request.headers.get('cseq')
    if (playing) return response(455, cseq)
    const transport = request.headers.get('transport') ?? ''
    if (!/RTP\/AVP\/TCP/i.test(transport)) return response(461, cseq)
    const channel = Number(/interleaved=(\d{1,3})/i.exec(transport)?.[1] ?? 0)
    if (channel > 254) return response(461, cseq)
    const viewer: Viewer = {
      channel,
      write(bytes) {
        if (socket.destroyed) return false
        if (socket.writableLength > maxBufferedBytes) {
          socket.destroy()
          return false
        }
        socket.write(bytes)
        return true
      },
    }
    setUp = { stream, viewer }
    return response(200, cseq, {
      Transport: `RTP/AVP/TCP;unicast;interleaved=${channel}-${channel + 1}`,
      Session: `${session};timeout=60`,
    })
  }

  function play(request: RtspRequest): Buffer | undefined {
    const cseq = request.headers.get('cseq')
    if (!setUp) return response(455, cseq)
    const { stream, viewer } = setUp
    const { sequence, timestamp } = stream.nextKey()
    const url = request.url.replace(/\/+$/, '')
    socket.write(
      response(200, cseq, {
        Session: session,
        Range: 'npt=now-',
        'RTP-Info': `url=${url}/trackID=1;seq=${sequence};rtptime=${timestamp}`,
      }),
    )
    playing = true
    stream.attach(viewer)
    if (options.dropEveryMs !== null) dropTimer ??= setTimeout(() => socket.destroy(), options.dropEveryMs)
    return undefined
  }

  function answer(request: RtspRequest): Buffer | undefined {
    const { method, url, headers } = request
    const cseq = headers.get('cseq')
    if (method === 'OPTIONS') return response(200, cseq, { Public: methods })
    const verdict = door.check(headers.get('authorization'), method, url)
    if (verdict !== 'yes') return response(401, cseq, { 'WWW-Authenticate': door.challenge(verdict === 'stale') })
    if (method === 'DESCRIBE' || method === 'SETUP') {
      const stream = streamOf(url)
      if (!stream) return response(404, cseq)
      if (method === 'SETUP') return setup(request, stream)
      const base = `${url.replace(/\/+$/, '')}/`
      return response(200, cseq, { 'Content-Base': base }, describe(stream.clip, options.name, options.host))
    }
    if (headers.get('session')?.split(';')[0] !== session) return response(454, cseq)
    switch (method) {
      case 'PLAY':
        return play(request)
      case 'PAUSE':
        pause()
        return response(200, cseq, { Session: session })
      case 'GET_PARAMETER':
      case 'SET_PARAMETER':
        return response(200, cseq, { Session: session })
      case 'TEARDOWN':
        pause()
        return response(200, cseq)
      default:
        return response(501, cseq, { Public: methods })
    }
  }

  socket.on('data', (bytes) => {
    try {
      for (const request of read(bytes)) {
        const reply = answer(request)
        if (reply) socket.write(reply)
        if (request.method === 'TEARDOWN') socket.end()
      }
    } catch (cause) {
      socket.destroy(cause instanceof Error ? cause : new Error(String(cause)))
    }
  })
  // A client that goes away mid-picture is an everyday thing; `close` follows and cleans up.
  socket.on('error', () => pause())
  socket.on('close', () => {
    pause()
    clearTimeout(dropTimer)
  })
}
