import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { Failure } from '../domain/failure.ts'

export interface InfluxAddress {
  readonly url: string
  readonly database: string
  readonly user?: string
  readonly password?: string
}

const compress = promisify(gzip)
/** How long one request may take. */
const requestMs = 10_000

/**
 * One POST to `/write`.
 * @returns the status and the server's words about it
 * @throws Failure away (`influx-away`) when there is no answer
 */
export async function postLines(
  { url, database, user, password }: InfluxAddress,
  lines: readonly string[],
  signal: AbortSignal,
): Promise<{ status: number; words: string }> {
  const address = new URL(`${url.replace(/\/+$/, '')}/write`)
  address.searchParams.set('db', database)
  address.searchParams.set('precision', 'ms')
  const headers: Record<string, string> = { 'content-encoding': 'gzip', 'content-type': 'text/plain; charset=utf-8' }
  if (user !== undefined) headers.authorization = `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}`
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers,
      body: await compress(lines.join('\n'), { level: 1 }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(requestMs)]),
    })
    return { status: response.status, words: wordsOf(await response.text()) }
  } catch (cause) {
    throw new Failure('away', 'influx-away', 'InfluxDB does not answer', { server: address.host }, { cause })
  }
}

function wordsOf(body: string): string {
  try {
    const json = JSON.parse(body) as { error?: unknown } | null
    if (typeof json?.error === 'string') return json.error.slice(0, 500)
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
  }
  return body.slice(0, 500)
}
