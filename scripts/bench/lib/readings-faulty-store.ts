import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync, gzipSync } from 'node:zlib'

/**
 * What becomes of a write on its way to InfluxDB. `refused`: the connection is cut at once. `stored-unsaid`: stored, and the connection cut
 * before the answer. `stored-500`: stored, and said to have failed. `partial`: the poisoned lines are left out and complained of, as InfluxDB
 * does with a field of another type. `too-large`: 413 for more than a few lines.
 */
export type StoreFault =
  | 'none'
  | 'refused'
  | 'unauthorized'
  | 'failing'
  | 'busy'
  | 'stored-unsaid'
  | 'stored-500'
  | 'partial'
  | 'too-large'

export interface FaultyStore {
  readonly url: string
  /** How often each fault was met. */
  readonly met: ReadonlyMap<StoreFault, number>
  set(fault: StoreFault): void
  stop(): Promise<void>
}

/** Lines in one request that are not too many for `too-large`. */
const fewLines = 20
/** Whose number this divides is poisoned. */
export const poison = 97
const isPoisoned = (line: string): boolean => Number(/[ ,]value=(\d+)/.exec(line)?.[1] ?? 1) % poison === 0

/** HTTP in front of InfluxDB; only `/write` is ever tampered with. */
export async function startFaultyStore(targetPort: number): Promise<FaultyStore> {
  let fault: StoreFault = 'none'
  const met = new Map<StoreFault, number>()

  const forward = (incoming: IncomingMessage, body: Buffer) =>
    new Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }>((resolve, reject) => {
      const { method, url, headers } = incoming
      const sent = { ...headers, 'content-length': String(body.length) }
      delete sent['transfer-encoding']
      const out = request({ host: '127.0.0.1', port: targetPort, method, path: url, headers: sent }, (answer) => {
        collect(answer).then(
          (bytes) => resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: bytes }),
          reject,
        )
      })
      out.on('error', reject)
      out.end(body)
    })
  const say = (response: ServerResponse, status: number, error: string, headers: Record<string, string> = {}) =>
    response
      .writeHead(status, { 'content-type': 'application/json', 'x-influxdb-version': '1.6.7', ...headers })
      .end(JSON.stringify({ error }))

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const body = await collect(incoming)
    const now = incoming.url?.startsWith('/write') === true ? fault : 'none'
    if (now !== 'none') met.set(now, (met.get(now) ?? 0) + 1)
    if (now === 'refused') return response.socket?.destroy()
    if (now === 'unauthorized') return say(response, 401, 'authorization failed')
    if (now === 'failing') return say(response, 500, 'timeout')
    if (now === 'busy') return say(response, 503, 'engine: cache maximum memory size exceeded', { 'retry-after': '1' })
    if (now === 'too-large' && linesOf(incoming, body).length > fewLines)
      return say(response, 413, 'Request Entity Too Large')
    if (now === 'partial') return await partial(incoming, body, response)
    const answer = await forward(incoming, body)
    if (now === 'stored-unsaid') return response.socket?.destroy()
    if (now === 'stored-500') return say(response, 500, 'timeout')
    return response.writeHead(answer.status, answer.headers).end(answer.body)
  }

  async function partial(incoming: IncomingMessage, body: Buffer, response: ServerResponse): Promise<unknown> {
    const lines = linesOf(incoming, body)
    const good = lines.filter((line) => !isPoisoned(line))
    const dropped = lines.length - good.length
    const text = Buffer.from(good.join('\n'))
    const answer = await forward(incoming, isZipped(incoming) ? gzipSync(text, { level: 1 }) : text)
    if (dropped === 0 || answer.status !== 204)
      return response.writeHead(answer.status, answer.headers).end(answer.body)
    const words = `partial write: field type conflict: input field "value" on measurement "reading" is type float, already exists as type string dropped=${dropped}`
    return say(response, 400, words)
  }

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch(() => {
      // InfluxDB is stopped, or whoever asked has gone: neither gets an answer.
      response.socket?.destroy()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    met,
    set: (next) => (fault = next),
    async stop() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function collect(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const isZipped = (incoming: IncomingMessage) => incoming.headers['content-encoding'] === 'gzip'
const linesOf = (incoming: IncomingMessage, body: Buffer): string[] =>
  (isZipped(incoming) ? gunzipSync(body) : body)
    .toString()
    .split('\n')
    .filter((line) => line !== '')
