import type { IncomingHttpHeaders } from 'node:http'
import { Failure } from '../domain/failure.ts'

/**
 * Refuses a request that a page of another origin made. A program that is not a browser sends no Origin and passes: it has
 * no cookie that somebody else's page could use.
 * @throws Failure denied (`origin-foreign`)
 */
export function checkOrigin(headers: IncomingHttpHeaders, trustedOrigins: readonly string[]): void {
  const { origin, host } = headers
  const site = headers['sec-fetch-site']
  const foreign = origin === undefined ? site === 'cross-site' : !isOwn(origin, host, trustedOrigins)
  if (foreign) throw new Failure('denied', 'origin-foreign', 'the request comes from a page of another origin')
}

// Only the host is compared: behind a proxy that ends TLS the scheme is https outside and http here.
function isOwn(origin: string, host: string | undefined, trustedOrigins: readonly string[]): boolean {
  if (!URL.canParse(origin)) return false
  const url = new URL(origin)
  return url.host === host?.toLowerCase() || trustedOrigins.some((trusted) => new URL(trusted).origin === url.origin)
}
