import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { Failure } from '../domain/failure.ts'
import { type Millis, seconds } from '../domain/units.ts'

export interface InfluxAddress {
  readonly url: string
  readonly database: string
  readonly user?: string
  readonly password?: string
}

export interface Answer {
  readonly status: number
  readonly body: string
  readonly retryAfterMs: Millis | null
  /** What InfluxDB says of itself; '' when it does not. */
  readonly version: string
}

const compress = promisify(gzip)
/** How long one request may take. */
const requestMs: Millis = seconds(10)
/** InfluxQL that sums up hours of all series takes longer. */
const longRequestMs: Millis = seconds(120)
const requestsAtOnce = 2
/** Who asks to be left alone for longer is asked again all the same. */
const longestRetryMs: Millis = seconds(300)

export type InfluxHttp = ReturnType<typeof influxHttp>

/** HTTP to one InfluxDB: connections are kept, and two requests are on their way at most, each kind. */
export function influxHttp({ url, database, user, password }: InfluxAddress) {
  const base = url.replace(/\/+$/, '')
  const isTls = base.startsWith('https:')
  const agentOf = () => new (isTls ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: requestsAtOnce })
  // A long question must not hold up writes.
  const agents = { write: agentOf(), ask: agentOf() }
  const authorization =
    user === undefined ? undefined : `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}`

  async function send(
    kind: 'write' | 'ask',
    address: URL,
    method: string,
    headers: Record<string, string>,
    body: Uint8Array | string,
    signal: AbortSignal,
  ): Promise<Answer> {
    let isReused = false
    try {
      const { response, words } = await new Promise<{ response: IncomingMessage; words: string }>((resolve, reject) => {
        const ask = (isTls ? httpsRequest : httpRequest)(
          address,
          {
            method,
            agent: agents[kind],
            signal,
            headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
          },
          (response) => void text(response).then((words) => resolve({ response, words }), reject),
        )
        ask.on('socket', () => (isReused = ask.reusedSocket))
        ask.on('error', reject)
        ask.end(body)
      })
      const { 'retry-after': after, 'x-influxdb-version': version } = response.headers
      return {
        status: response.statusCode ?? 0,
        body: words,
        retryAfterMs: retryAfter(after),
        version: typeof version === 'string' ? version : '',
      }
    } catch (cause) {
      // The server closed a kept connection just then. All requests may be sent twice.
      if (isReused && !signal.aborted) return send(kind, address, method, headers, body, signal)
      throw new Failure('away', 'influx-away', 'InfluxDB does not answer', { server: address.host }, { cause })
    }
  }
  const within = (ms: Millis, signal?: AbortSignal) =>
    signal ? AbortSignal.any([signal, AbortSignal.timeout(ms)]) : AbortSignal.timeout(ms)

  return {
    database,
    host: new URL(base).host,
    /**
     * One POST to `/write`, times in milliseconds.
     * @param policy the retention policy; undefined for servers that know none
     * @throws Failure away (`influx-away`) when there is no answer
     */
    async write(lines: readonly string[], policy: string | undefined, signal: AbortSignal): Promise<Answer> {
      const address = new URL(`${base}/write`)
      address.searchParams.set('db', database)
      address.searchParams.set('precision', 'ms')
      if (policy !== undefined) address.searchParams.set('rp', policy)
      const headers = { 'content-encoding': 'gzip', 'content-type': 'text/plain; charset=utf-8' }
      const body = await compress(lines.join('\n'), { level: 1 })
      return send('write', address, 'POST', headers, body, within(requestMs, signal))
    },
    /** One question in InfluxQL. @throws Failure away (`influx-away`) when there is no answer */
    async query(
      q: string,
      params: Readonly<Record<string, string>>,
      isLong: boolean,
      signal?: AbortSignal,
    ): Promise<Answer> {
      const body = new URLSearchParams({ q, db: database, epoch: 'ms', params: JSON.stringify(params) }).toString()
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const address = new URL(`${base}/query`)
      return send('ask', address, 'POST', headers, body, within(isLong ? longRequestMs : requestMs, signal))
    },
    get: (path: string, signal?: AbortSignal): Promise<Answer> =>
      send('ask', new URL(`${base}${path}`), 'GET', {}, '', within(requestMs, signal)),
    close(): void {
      for (const agent of Object.values(agents)) agent.destroy()
    },
  }
}

/** Seconds, or a date, which is left to the back-off: RFC 9110, section 10.2.3. */
function retryAfter(header: string | undefined): Millis | null {
  const wanted = Number(header)
  return header === undefined || !Number.isFinite(wanted) || wanted < 0
    ? null
    : Math.min(seconds(wanted), longestRetryMs)
}

/** The server's own words: InfluxDB's `error`, or the text. */
export function wordsOf(body: string): string {
  try {
    const json = JSON.parse(body) as { error?: unknown; message?: unknown } | null
    for (const words of [json?.error, json?.message]) if (typeof words === 'string') return words
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
  }
  return body
}
