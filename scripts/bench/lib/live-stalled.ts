import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import type { GatewayProcess } from '../../../test/support/gateway-process.ts'
import { readProcess } from '../../processes.ts'

export interface Stalled {
  /** For each of them: what the system's buffers of both ends hold, and what the gateway's memory grew by. */
  readonly mb: number
  /** From the last byte that one read to when the gateway let the last one go, in whole seconds. */
  readonly closedAfterS: number
  /** What the first one finds when it reads on. */
  readonly code: number
}

const mostMs = 20_000
/** The gateway's memory goes up and down by some megabytes by itself: that is shared among so many. */
const together = 20

/** Opens live sockets, reads for a while, stops reading, and reads on when the gateway has given up. */
export async function stalledViewers(gateway: GatewayProcess, cameraId: string): Promise<Stalled> {
  const cookie = await gateway.login()
  const sockets = await Promise.all(Array.from({ length: together }, () => look(gateway.origin, cookie, cameraId)))
  await sleep(2_000)
  const port = Number(new URL(gateway.origin).port)
  const before = slowCloses(await metricsOf(gateway))
  const rssBefore = rssOf(gateway)
  for (const socket of sockets) socket.pause()
  const startedMs = performance.now()
  let mb = 0
  while (slowCloses(await metricsOf(gateway)) < before + together) {
    if (performance.now() - startedMs > mostMs) throw new Error('viewers that do not read were never let go')
    const grownMb = Math.max(0, rssOf(gateway) - rssBefore)
    mb = Math.max(mb, (grownMb + queuedBytes(port) / 1_048_576) / together)
    await sleep(250)
  }
  const closedAfterS = Math.round((performance.now() - startedMs) / 1_000)
  const codes = sockets.map(async (socket) => {
    socket.resume()
    const [code] = (await once(socket, 'close')) as [number]
    return code
  })
  const [code = 0] = await Promise.all(codes)
  return { mb: Number(mb.toFixed(2)), closedAfterS, code }
}

async function look(origin: string, cookie: string, cameraId: string): Promise<WebSocket> {
  const address = `${origin.replace('http', 'ws')}/api/live/${cameraId}`
  const socket = new WebSocket(address, { headers: { cookie, origin }, perMessageDeflate: false })
  await once(socket, 'open')
  const accept = ['video/mp4; codecs="avc1.640028"']
  socket.send(JSON.stringify({ type: 'hello', version: 1, accept, widthPx: 640, heightPx: 360 }))
  await once(socket, 'message')
  return socket
}

const rssOf = (gateway: GatewayProcess) => readProcess(gateway.pid)?.rssMb ?? 0
const metricsOf = async (gateway: GatewayProcess) => (await gateway.fetch('/metrics')).text()
const slowCloses = (text: string) => Number(/^zone_gateway_live_closed_slow_total (\d+)/m.exec(text)?.[1] ?? 0)

/** What Linux holds for connections to and from this port: sent and not yet taken, or received and not yet read. */
function queuedBytes(port: number): number {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((row) => row.trim().split(/\s+/))
    .filter(([, from = '', to = '', state]) => state === '01' && (from.endsWith(suffix) || to.endsWith(suffix)))
    .flatMap(([, , , , queues = '']) => queues.split(':').map((hex) => Number.parseInt(hex, 16)))
    .reduce((sum, bytes) => sum + (Number.isFinite(bytes) ? bytes : 0), 0)
}
