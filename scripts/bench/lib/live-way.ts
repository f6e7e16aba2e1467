import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** The way from the browser to the gateway. Frozen, it keeps every connection and lets nothing through; thawed, all that waited goes on. */
export interface FreezableWay extends AsyncDisposable {
  readonly port: number
  freeze(): void
  thaw(): void
}

const host = '127.0.0.1'

export async function startFreezableWay(targetPort: number): Promise<FreezableWay> {
  let frozen = false
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect({ host, port: targetPort })
    for (const [from, to] of [[near, far] as const, [far, near] as const]) {
      sockets.add(from)
      from.setNoDelay(true)
      if (frozen) from.pause()
      from.on('data', (bytes) => {
        if (!to.write(bytes)) from.pause()
      })
      to.on('drain', () => {
        if (!frozen) from.resume()
      })
      from.on('end', () => to.end())
      // A gateway that is down refuses, and the browser must learn of it.
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        // What it said last must still arrive.
        to.destroySoon()
      })
    }
  })
  server.listen(0, host)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    freeze() {
      frozen = true
      for (const socket of sockets) socket.pause()
    },
    thaw() {
      frozen = false
      for (const socket of sockets) socket.resume()
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
