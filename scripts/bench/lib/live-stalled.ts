import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import type { GatewayProcess } from '../../../test/support/gateway-process.ts'
import { readProcess } from '../../processes.ts'

export interface Stalled {
  /** The most that the system's buffers of both ends and the gateway's memory grew by. */
  readonly mb: number
  /** From the last byte that was read to the gateway's goodbye in the socket, in whole seconds. */
  readonly closedAfterS: number
  readonly code: number
}

const mostMs = 20_000

/** Opens a live socket, reads for a while, stops reading, and reads on when the gateway has given up. */
export async function stalledViewer(gateway: GatewayProcess, cameraId: string): Promise<Stalled> {
  const { origin } = gateway
  const cookie = await gateway.login()
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/api/live/${cameraId}`, {
    headers: { cookie, origin },
    perMessageDeflate: false,
  })
  await once(socket, 'open')
  const accept = ['video/mp4; codecs="avc1.640028"']
  socket.send(JSON.stringify({ type: 'hello', version: 1, accept, widthPx: 640, heightPx: 360 }))
  await once(socket, 'message')
  await sleep(2_000)
  const port = Number(new URL(origin).port)
  const before = slowCloses(await metricsOf(gateway))
  const rssBefore = readProcess(gateway.pid)?.rssMb ?? 0
  socket.pause()
  const startedMs = performance.now()
  let mb = 0
  while (slowCloses(await metricsOf(gateway)) === before) {
    if (performance.now() - startedMs > mostMs) throw new Error('a viewer that does not read was never let go')
    const grownMb = Math.max(0, (readProcess(gateway.pid)?.rssMb ?? 0) - rssBefore)
    mb = Math.max(mb, grownMb + queuedBytes(port) / 1_048_576)
    await sleep(250)
  }
  const closedAfterS = Math.round((performance.now() - startedMs) / 1_000)
  socket.resume()
  const [code] = (await once(socket, 'close')) as [number]
  return { mb: Number(mb.toFixed(2)), closedAfterS, code }
}

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
