/** An RTSP camera that does what a test tells it: odd times, odd pictures, half a packet, silence, refusals. Over TCP, without a login. */
import { createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { nalsOf } from '../../gateway/media/nals.ts'
import { decoderRecord } from '../../gateway/media/init.ts'
import { avcSets } from '../../gateway/media/record.ts'
import type { Sample } from '../../gateway/media/stream.ts'
import { requestReader, response } from '../../scripts/simulate-zone/rtsp/messages.ts'
import { packTrain, stamp } from '../../scripts/simulate-zone/rtsp/rtp.ts'
import type { Encoded } from './encode.ts'

const payloadType = 96
const ssrc = 0x0dd

/** One client after its PLAY. */
export interface OddClient {
  /** Aborts when the client is gone. */
  readonly gone: AbortSignal
  /** One picture of H.264. @param ticks its time, 90,000 a second */
  picture(sample: Pick<Sample, 'data'>, ticks: number): void
  raw(bytes: Uint8Array): void
  /** False when the client is gone. */
  wait(ms: number): Promise<boolean>
  hangUp(): void
}

export interface OddOptions {
  /** Tells the parameter sets of the session description. */
  readonly video: Encoded
  /** False: no parameter sets in the session description, as of some cheap encoders. */
  readonly hasSets?: boolean
  /** A frame rate to claim. */
  readonly claimedFps?: number
  /** Another status than 200 for a method; null is silence. */
  readonly statusOf?: (method: string) => number | null | undefined
  readonly play: (client: OddClient) => Promise<void>
}

export interface OddRtsp extends AsyncDisposable {
  readonly url: string
  /** Methods in the order in which they came. */
  readonly asked: readonly string[]
  /** Of clients that are connected now. */
  readonly clients: ReadonlySet<Socket>
}

function sdp({ video, hasSets = true, claimedFps }: OddOptions): string {
  const { sps, pps } = avcSets(decoderRecord(video.init.bytes))
  const sets = [...sps, ...pps].map((set) => Buffer.from(set).toString('base64')).join(',')
  const lines = [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=odd',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=video 0 RTP/AVP ${payloadType}`,
    `a=rtpmap:${payloadType} H264/90000`,
    `a=fmtp:${payloadType} packetization-mode=1${hasSets ? `;sprop-parameter-sets=${sets}` : ''}`,
    ...(claimedFps === undefined ? [] : [`a=framerate:${claimedFps}`]),
    'a=control:track1',
  ]
  return `${lines.join('\r\n')}\r\n`
}

function clientOf(socket: Socket): OddClient {
  const gone = new AbortController()
  socket.once('close', () => gone.abort())
  let sequence = 1
  const write = (bytes: Uint8Array) => void (socket.destroyed || socket.write(bytes))
  return {
    gone: gone.signal,
    picture({ data }, ticks) {
      const train = packTrain(
        'h264',
        nalsOf(data).map((nal) => Buffer.from(nal)),
        payloadType,
      )
      write(stamp(train, 0, sequence, ticks, ssrc))
      sequence += train.starts.length
    },
    raw: write,
    async wait(ms) {
      if (gone.signal.aborted) return false
      await sleep(ms, undefined, { signal: gone.signal }).catch((cause: unknown) => {
        if (!gone.signal.aborted) throw cause
      })
      return !gone.signal.aborted
    },
    hangUp: () => void socket.destroy(),
  }
}

/** Listens on a free port of 127.0.0.1. */
export async function startOddRtsp(options: OddOptions): Promise<OddRtsp> {
  const asked: string[] = []
  const clients = new Set<Socket>()
  const plays = new Set<Promise<void>>()
  const serve = (socket: Socket) => {
    clients.add(socket)
    const read = requestReader()
    socket.once('close', () => clients.delete(socket))
    // A client that goes away is what these tests are about; `close` follows.
    socket.on('error', () => socket.destroy())
    socket.on('data', (bytes) => {
      for (const { method, headers } of read(bytes)) {
        asked.push(method)
        const wanted = options.statusOf?.(method)
        const status = wanted === undefined ? 200 : wanted
        if (status === null) continue
        const extra: Record<string, string> = { Session: '1', Public: 'DESCRIBE, SETUP, PLAY, TEARDOWN' }
        if (method === 'SETUP') extra.Transport = 'RTP/AVP/TCP;unicast;interleaved=0-1'
        const body = method === 'DESCRIBE' && status === 200 ? sdp(options) : ''
        socket.write(response(status, headers.get('cseq'), extra, body))
        if (method === 'PLAY' && status === 200) plays.add(options.play(clientOf(socket)))
      }
    })
  }
  const server = createServer({ noDelay: true }, serve)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return {
    url: `rtsp://127.0.0.1:${address.port}/odd`,
    asked,
    clients,
    async [Symbol.asyncDispose]() {
      for (const socket of clients) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
      await Promise.all(plays)
    },
  }
}
