import { createHash, randomBytes } from 'node:crypto'

interface Login {
  readonly user: string
  readonly password: string
}

/**
 * The Authorization header for a WWW-Authenticate challenge (RFC 7616, RFC 7617). Digest is preferred to basic, SHA-256 to MD5.
 * @param challenges the values of all WWW-Authenticate headers
 * @param clientNonce only tests give one
 * @returns undefined when no challenge can be answered
 */
export function authorization(
  challenges: readonly string[],
  { user, password }: Login,
  method: string,
  uri: string,
  clientNonce = randomBytes(8).toString('hex'),
): string | undefined {
  const digests = challenges
    .filter((text) => /^digest /i.test(text))
    .map(parameters)
    .filter((one) => one.realm !== undefined && one.nonce !== undefined)
    .filter((one) => one.algorithm === undefined || /^(md5|sha-256)$/i.test(one.algorithm))
    .filter((one) => one.qop === undefined || one.qop.split(/ *, */).includes('auth'))
  const best = digests.find((one) => /^sha-256$/i.test(one.algorithm ?? '')) ?? digests[0]
  if (best) return digest(best, { user, password }, method, uri, clientNonce)
  if (!challenges.some((text) => /^basic\b/i.test(text))) return undefined
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`
}

function digest(
  challenge: Readonly<Record<string, string | undefined>>,
  { user, password }: Login,
  method: string,
  uri: string,
  clientNonce: string,
): string {
  const { realm = '', nonce = '', opaque, algorithm, qop } = challenge
  const hash = (text: string) =>
    createHash(/^sha-256$/i.test(algorithm ?? '') ? 'sha256' : 'md5')
      .update(text)
      .digest('hex')
  const secret = hash(`${user}:${realm}:${password}`)
  const request = hash(`${method}:${uri}`)
  const middle = qop === undefined ? nonce : `${nonce}:00000001:${clientNonce}:auth`
  const fields = [
    `username="${quoted(user)}"`,
    `realm="${quoted(realm)}"`,
    `nonce="${quoted(nonce)}"`,
    `uri="${uri}"`,
    `response="${hash(`${secret}:${middle}:${request}`)}"`,
    ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
    ...(opaque === undefined ? [] : [`opaque="${quoted(opaque)}"`]),
    ...(qop === undefined ? [] : ['qop=auth', 'nc=00000001', `cnonce="${clientNonce}"`]),
  ]
  return `Digest ${fields.join(', ')}`
}

/** The parameters of one challenge, names in lower case. */
function parameters(challenge: string): Record<string, string | undefined> {
  const found = challenge.matchAll(/([a-z0-9-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi)
  return Object.fromEntries(
    [...found].map(([, name = '', inQuotes, bare]) => [name.toLowerCase(), inQuotes?.replace(/\\(.)/g, '$1') ?? bare]),
  )
}

const quoted = (text: string) => text.replace(/["\\]/g, '\\$&')
