import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'
import type { LiveEvent } from '../../gateway/contract/live.ts'
import { decodeLiveFrame, FrameKind, type LiveHeader } from '../../gateway/domain/live-frame.ts'
import type { LiveHub } from '../../gateway/live/hub.ts'

export const avc = 'video/mp4; codecs="avc1.4D401F"'

/** Sockets of a hub, without the gateway around it. */
export async function openHubDoor(hub: Pick<LiveHub, 'attach'>) {
  const wss = new WebSocketServer({ noServer: true })
  const server = createServer().on('upgrade', (request, socket, head) =>
    wss.handleUpgrade(request, socket, head, (ws) => hub.attach(ws, 'cam')),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const sockets: WebSocket[] = []

  /** A browser tile that keeps all it hears. */
  const tile = async (fields: object = {}) => {
    const startedMs = performance.now()
    const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
    socket.binaryType = 'arraybuffer'
    sockets.push(socket)
    const events: LiveEvent[] = []
    const frames: (LiveHeader & { first: number | undefined; size: number })[] = []
    const picture = { firstAfterMs: undefined as number | undefined }
    socket.on('message', (data, isBinary) => {
      if (!isBinary) {
        events.push(JSON.parse(Buffer.isBuffer(data) ? data.toString() : '') as LiveEvent)
        return
      }
      if (!(data instanceof ArrayBuffer)) return
      const { header, payload } = decodeLiveFrame(data) ?? {}
      if (!header || !payload) return
      frames.push({ ...header, first: payload[0], size: payload.length })
      if (header.kind !== FrameKind.init) picture.firstAfterMs ??= performance.now() - startedMs
    })
    await once(socket, 'open')
    socket.send(JSON.stringify({ type: 'hello', version: 1, accept: [avc], widthPx: 640, heightPx: 360, ...fields }))
    return {
      socket,
      events,
      frames,
      picture,
      streams: () => events.filter((event) => event.type === 'stream'),
      say: (request: object) => socket.send(JSON.stringify(request)),
      /** Everything that was said before was heard. */
      async heard() {
        socket.ping()
        await once(socket, 'pong')
      },
    }
  }
  return {
    tile,
    close() {
      for (const socket of sockets.splice(0)) socket.terminate()
      server.close()
    },
  }
}
export type Tile = Awaited<ReturnType<Awaited<ReturnType<typeof openHubDoor>>['tile']>>
