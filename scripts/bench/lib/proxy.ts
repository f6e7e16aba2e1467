import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Tap } from './rtp-tap.ts'

/** What the way to a camera is like: open; refusing connections, as a camera without power beside a switch; or swallowing all, as a cable pulled out. */
export type Way = 'open' | 'refused' | 'silent'

export interface Proxy {
  readonly port: number
  readonly way: Way
  set(way: Way): void
  stop(): Promise<void>
}

const host = '127.0.0.1'

/**
 * A way to a TCP server that can be cut. A refused one also ends its connections, within a second; a silent one
 * keeps them and lets nothing through, not even their end.
 * @param listen is told what comes back, for each connection
 */
export async function startProxy(targetPort: number, listen: () => Tap): Promise<Proxy> {
  let way: Way = 'open'
  const pairs = new Set<readonly [Socket, Socket]>()
  const drop = () => {
    for (const pair of pairs) for (const socket of pair) socket.destroy()
  }
  const server = createServer((near) => {
    const far = connect({ host, port: targetPort })
    const hear = listen()
    const pair = [near, far] as const
    pairs.add(pair)
    const end = () => {
      // What happened on one side of a cable that is out, the other side never hears.
      if (way === 'silent') return
      pairs.delete(pair)
      near.destroy()
      far.destroy()
    }
    for (const [from, to] of [[near, far] as const, [far, near] as const]) {
      from.on('data', (bytes) => {
        if (way === 'silent' || to.destroyed) return
        const half = from === far ? hear(bytes) : undefined
        // Where it hurts most: in the middle of a picture.
        if (way === 'refused' && half !== undefined) near.end(bytes.subarray(0, half), end)
        else to.write(bytes)
      })
      from.on('error', end).on('close', end)
    }
  })
  const open = async (port: number) => {
    server.listen(port, host)
    await once(server, 'listening')
  }
  await open(0)
  const closed = async () => {
    server.close()
    await once(server, 'close')
  }
  const { port } = server.address() as AddressInfo
  let changing: Promise<unknown> = Promise.resolve()
  return {
    port,
    get way() {
      return way
    },
    set(next) {
      const before = way
      way = next
      if (next === 'silent') return
      // What was silent is never taken up again: packets of both sides are missing.
      if (before === 'silent') drop()
      changing = changing.then(async () => {
        if (next === 'refused' && server.listening) {
          const isClosed = closed()
          // Who sends nothing, or only small pictures, is cut off all the same.
          await Promise.race([isClosed, sleep(1_000)])
          drop()
          await isClosed
        }
        if (next === 'open' && !server.listening) await open(port)
      })
    },
    async stop() {
      way = 'open'
      drop()
      await changing
      if (server.listening) await closed()
    },
  }
}
