/** A stand-in for the gateway's live sockets that serves clips in real time and fails on demand, and a page with the player. */
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { join } from 'node:path'
import { build } from 'rolldown'
import { type WebSocket, WebSocketServer } from 'ws'
import type { LiveEvent, LiveRequest } from '../../gateway/contract/live.ts'
import { encodeLiveHeader, FrameFlag, FrameKind } from '../../gateway/domain/live-frame.ts'
import type { LadderStep } from '../../gateway/domain/words.ts'
import type { Clip } from './live-clips.ts'

type Hello = Extract<LiveRequest, { type: 'hello' }>

/** What a camera can be shown as. */
export interface Offers {
  readonly main?: Clip
  readonly sub?: Clip
  readonly third?: Clip
  readonly mpeg1?: readonly Uint8Array[]
  readonly jpeg?: readonly Uint8Array[]
}
export interface Viewer {
  readonly requests: LiveRequest[]
  step(): LadderStep | undefined
  isOpen(): boolean
  send(event: LiveEvent): void
  close(code: number): void
}
export interface ServedCamera {
  readonly viewers: Viewer[]
  /** Other clips from now on: a new generation for all who look. */
  offer(offers: Offers): void
  /** Nothing is sent any more, and nothing is closed. */
  freeze(frozen: boolean): void
  hellos(): Hello[]
  /** The next keyframes that are sent are damaged: no decoder takes them. */
  damage(keyframes: number): void
  /** When a picture was captured, by its number; UTC milliseconds. Of the sub stream, or of the main one when there is no other. */
  captures(): number[]
}

const pumpMs = 5

export interface PictureServer extends AsyncDisposable {
  readonly origin: string
  /** @param lateMs how much older than now the stamps of all frames are @param keyframesOnly what else comes is kept back */
  camera(id: string, offers: Offers, more?: { lateMs?: number; keyframesOnly?: boolean }): ServedCamera
  /** Refuses connections, and ends those that are there. */
  down(isDown: boolean): void
}

export async function pictureServer(): Promise<PictureServer> {
  const player = await bundle()
  const cameras = new Map<string, (socket: WebSocket) => void>()
  const http = createServer((request, response) => {
    const isScript = request.url === '/player.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8')
    response.end(isScript ? player : page)
  })
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  let isDown = false
  const timers = new Set<NodeJS.Timeout>()
  http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const attach = cameras.get(request.url?.split('/').at(-1) ?? '')
    if (isDown || !attach) socket.destroy()
    else sockets.handleUpgrade(request, socket, head, attach)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))

  const self: PictureServer = {
    origin: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    camera(id, offers, more) {
      const { camera, attach, pump } = serveCamera(offers, more)
      cameras.set(id, attach)
      timers.add(setInterval(pump, pumpMs))
      return camera
    },
    down(down) {
      isDown = down
      if (down) for (const socket of sockets.clients) socket.terminate()
    },
    async [Symbol.asyncDispose]() {
      for (const timer of timers) clearInterval(timer)
      for (const socket of sockets.clients) socket.terminate()
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
  return self
}

interface Seat extends Viewer {
  hello: Hello | undefined
  paused: boolean
  generation: number
  /** The next piece to send, in the order of the clip. */
  next: number
}

function serveCamera(first: Offers, { lateMs = 0, keyframesOnly = false } = {}) {
  let offers = first
  let frozen = false
  let sequence = 0
  let toDamage = 0
  const startMs = performance.now()
  const startUtcMs = Date.now()
  const seats: { seat: Seat; socket: WebSocket }[] = []

  const pieces = (step: LadderStep): readonly { key: boolean }[] => {
    const offer = offers[step] ?? []
    return 'frames' in offer ? offer.frames : offer.map(() => ({ key: true }))
  }
  const fpsOf = (step: LadderStep) => (step === 'mpeg1' ? 25 : step === 'jpeg' ? 1 : (offers[step]?.fps ?? 15))
  /** Pieces that the camera has made by now. */
  const made = (step: LadderStep) => {
    const due = Math.floor(((performance.now() - startMs) / 1_000) * fpsOf(step))
    return Math.min(pieces(step).length, due + 1)
  }
  const choose = (hello: Hello): LadderStep | undefined => {
    const wanted = hello.prefer ?? (offers.sub && hello.heightPx > 1.3 * offers.sub.heightPx ? 'main' : 'sub')
    const order: LadderStep[] = [wanted, 'sub', 'third', 'main', 'mpeg1', 'jpeg']
    return order.find((step) => offers[step] && !hello.failed?.includes(step))
  }
  const sendPiece = (socket: WebSocket, seat: Seat, step: LadderStep, index: number) => {
    const captureUnixMicros = (startUtcMs + (index / fpsOf(step)) * 1_000 - lateMs) * 1_000
    const offer = offers[step]
    if (!offer) return
    const stamp = { generation: seat.generation, sequence: ++sequence, captureUnixMicros }
    if ('frames' in offer) {
      const frame = offer.frames[index]
      if (!frame || (keyframesOnly && !frame.key)) return
      const flags = frame.key ? FrameFlag.key : 0
      const header = encodeLiveHeader({ ...stamp, kind: FrameKind.media, flags, pts90k: frame.ptsS * 90_000 })
      const isDamaged = frame.key && toDamage > 0
      if (isDamaged) toDamage--
      socket.send(Buffer.concat([header, isDamaged ? damaged(frame.bytes) : frame.bytes]))
    } else {
      const kind = step === 'jpeg' ? FrameKind.jpeg : FrameKind.mpegTs
      const header = encodeLiveHeader({ ...stamp, kind, flags: FrameFlag.key, pts90k: 0 })
      socket.send(Buffer.concat([header, offer[index] ?? new Uint8Array()]))
    }
  }
  const begin = ({ seat, socket }: { seat: Seat; socket: WebSocket }) => {
    const { hello } = seat
    const step = hello && choose(hello)
    if (!hello || seat.paused) return
    if (!step) return seat.send({ type: 'refused', code: 'codec-unsupported', detail: 'nothing is left' })
    const offer = offers[step]
    if (!offer) return
    const clip = 'frames' in offer ? offer : undefined
    seat.generation++
    seat.send({
      type: 'stream',
      generation: seat.generation,
      stream: step === 'main' || step === 'third' ? step : 'sub',
      tier: clip ? 'mse' : step === 'jpeg' ? 'jpeg' : 'mpeg1',
      mime: clip?.mime ?? (step === 'jpeg' ? 'image/jpeg' : 'video/mpeg1'),
      codec: clip?.codec ?? step,
      widthPx: clip?.widthPx ?? 320,
      heightPx: clip?.heightPx ?? 180,
      why: null,
      above: [],
      keyframesOnly,
    })
    if (clip) {
      const header = { kind: FrameKind.init, flags: 0, generation: seat.generation, sequence: ++sequence, pts90k: 0 }
      socket.send(Buffer.concat([encodeLiveHeader({ ...header, captureUnixMicros: 0 }), clip.init]))
    }
    const upTo = made(step)
    seat.next = Math.max(
      0,
      pieces(step)
        .slice(0, upTo)
        .findLastIndex(({ key }) => key),
    )
  }
  const pump = () => {
    if (frozen) return
    for (const { seat, socket } of seats) {
      const step = seat.step()
      if (!step || seat.paused || seat.generation === 0 || socket.readyState !== socket.OPEN) continue
      for (const upTo = made(step); seat.next < upTo; seat.next++) sendPiece(socket, seat, step, seat.next)
    }
  }
  const attach = (socket: WebSocket) => {
    const seat: Seat = {
      requests: [],
      hello: undefined,
      paused: false,
      generation: 0,
      next: 0,
      step: () => seat.hello && choose(seat.hello),
      isOpen: () => socket.readyState === socket.OPEN,
      send: (event) => socket.send(JSON.stringify(event)),
      close: (code) => socket.close(code),
    }
    seats.push({ seat, socket })
    socket.on('message', (data: Buffer) => {
      const request = JSON.parse(data.toString()) as LiveRequest
      seat.requests.push(request)
      if (frozen || request.type === 'stat') return
      if (request.type === 'hello') seat.hello = request
      seat.paused = request.type === 'pause'
      if (!seat.paused) begin({ seat, socket })
    })
  }
  const camera: ServedCamera = {
    get viewers() {
      return seats.map(({ seat }) => seat)
    },
    offer(next) {
      offers = next
      for (const one of seats) if (one.socket.readyState === one.socket.OPEN) begin(one)
    },
    freeze(now) {
      frozen = now
    },
    damage(keyframes) {
      toDamage = keyframes
    },
    captures() {
      const { fps, frames } = offers.sub ?? offers.main ?? { fps: 1, frames: [] }
      const utcMs: number[] = []
      for (const [index, { picture }] of frames.entries()) utcMs[picture] = startUtcMs + (index / fps) * 1_000 - lateMs
      return utcMs
    },
    hellos: () =>
      seats.flatMap(({ seat }) => seat.requests.filter((request): request is Hello => request.type === 'hello')),
  }
  return { camera, attach, pump }
}

/** The picture data of a fragment overwritten; the boxes stay good. */
function damaged(fragment: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(fragment)
  const mdat = Buffer.from(bytes.buffer).indexOf('mdat')
  for (let at = mdat + 8; at < bytes.length; at++) bytes[at] = (at * 31) & 0xff
  return bytes
}

async function bundle(): Promise<string> {
  const name = '\0page'
  const live = join(import.meta.dirname, '../../dashboard/live')
  const source = ['play', 'gate', 'together'].map((file) => `export * from ${JSON.stringify(join(live, `${file}.ts`))}`)
  const { output } = await build({
    input: 'page',
    write: false,
    platform: 'browser',
    plugins: [
      {
        name: 'page',
        resolveId: (id) => (id === 'page' ? name : null),
        load: (id) => (id === name ? source.join('\n') : null),
      },
    ],
    output: { format: 'esm', codeSplitting: false },
  })
  return output[0].code
}

const page = `<!doctype html><meta charset="utf-8"><title>player</title>
<style>body { margin: 0 } .host { position: relative; display: inline-block; background: #123; }</style>
<script type="module">import * as live from '/player.js'; window.live = live; document.title = 'ready'</script>`
