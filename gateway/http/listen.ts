import type { AddressInfo } from 'node:net'
import { Failure } from '../domain/failure.ts'
import type { App } from './app.ts'

/**
 * Opens the door: builds nothing, only listens.
 * @returns the port that is really used
 * @throws Failure conflict (`port-taken`), denied (`port-denied`), invalid (`host-not-here`)
 */
export async function listen(app: App, { host, port }: { host: string; port: number }): Promise<{ port: number }> {
  try {
    await app.listen({ host, port })
  } catch (cause) {
    const code: unknown = cause instanceof Error && 'code' in cause ? cause.code : undefined
    const options = { cause }
    const facts = { host, port }
    if (code === 'EADDRINUSE')
      throw new Failure('conflict', 'port-taken', `port ${port} on ${host} is used by another program`, facts, options)
    if (code === 'EACCES')
      throw new Failure('denied', 'port-denied', `this user may not listen on port ${port}`, facts, options)
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new Failure('invalid', 'host-not-here', `${host} is no address of this machine`, facts, options)
    throw cause
  }
  const address: AddressInfo | string | null = app.server.address()
  return { port: typeof address === 'object' && address !== null ? address.port : port }
}
