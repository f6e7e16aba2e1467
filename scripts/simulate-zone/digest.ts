import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

const md5 = (text: string): string => createHash('md5').update(text).digest('hex')

/** `a="1", b=2` of a Digest header. */
export function digestFields(header: string): Map<string, string> {
  const fields = new Map<string, string>()
  for (const [, name = '', quoted, bare] of header.matchAll(/([a-z]+)\s*=\s*(?:"([^"]*)"|([^\s,"]+))/gi))
    fields.set(name.toLowerCase(), quoted ?? bare ?? '')
  return fields
}

export interface DigestDoor {
  /** Value of WWW-Authenticate. */
  challenge(stale?: boolean): string
  /** @param authorization the request's Authorization header @param method e.g. `POST`, `DESCRIBE` */
  check(authorization: string | undefined, method: string, target: string): 'yes' | 'no' | 'stale'
}

export interface DigestOptions {
  readonly realm: string
  readonly user: string
  readonly password: string
  /** With `qop="auth"` (RFC 7616) or in the older form that RTSP clients expect. */
  readonly qop: boolean
}

const nonceLifeMs = 300_000

/** HTTP digest with MD5, also used by RTSP. Nonces carry their own time under an HMAC, so nothing is remembered. */
export function digestDoor({ realm, user, password, qop }: DigestOptions): DigestDoor {
  const key = randomBytes(16)
  const seal = (time: string) => createHmac('sha256', key).update(time).digest('hex').slice(0, 24)
  const nonceNow = () => {
    const time = Date.now().toString(16)
    return `${time}-${seal(time)}`
  }
  const nonceAge = (nonce: string) => {
    const [time = '', mac = ''] = nonce.split('-')
    return mac === seal(time) ? Date.now() - Number.parseInt(time, 16) : null
  }

  return {
    challenge(stale = false) {
      const parts = [`realm="${realm}"`, `nonce="${nonceNow()}"`, 'algorithm=MD5']
      if (qop) parts.push('qop="auth"')
      if (stale) parts.push('stale=true')
      return `Digest ${parts.join(', ')}`
    },
    check(authorization, method, target) {
      if (!authorization?.startsWith('Digest ')) return 'no'
      const fields = digestFields(authorization)
      const field = (name: string) => fields.get(name) ?? ''
      const age = nonceAge(field('nonce'))
      if (age === null || field('username') !== user || !sameResource(field('uri'), target)) return 'no'
      const middle = qop ? `${field('nonce')}:${field('nc')}:${field('cnonce')}:${field('qop')}` : field('nonce')
      if (qop && field('qop') !== 'auth') return 'no'
      const expected = md5(`${md5(`${user}:${realm}:${password}`)}:${middle}:${md5(`${method}:${field('uri')}`)}`)
      const given = field('response')
      if (given.length !== expected.length || !timingSafeEqual(Buffer.from(given), Buffer.from(expected))) return 'no'
      return age > nonceLifeMs ? 'stale' : 'yes'
    },
  }
}

/** Clients name the resource as a path or as a whole address, with or without the track behind it. */
function sameResource(uri: string, target: string): boolean {
  const path = (text: string) => text.replace(/^[a-z]+:\/\/[^/]*/i, '').replace(/\/+$/, '')
  const [given, asked] = [path(uri), path(target)]
  return given !== '' && (asked === given || asked.startsWith(`${given}/`) || given.startsWith(`${asked}/`))
}
