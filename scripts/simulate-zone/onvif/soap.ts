import { createHash } from 'node:crypto'

const namespaces = [
  'xmlns:s="http://www.w3.org/2003/05/soap-envelope"',
  'xmlns:tds="http://www.onvif.org/ver10/device/wsdl"',
  'xmlns:trt="http://www.onvif.org/ver10/media/wsdl"',
  'xmlns:tptz="http://www.onvif.org/ver20/ptz/wsdl"',
  'xmlns:tev="http://www.onvif.org/ver10/events/wsdl"',
  'xmlns:tt="http://www.onvif.org/ver10/schema"',
  'xmlns:tns1="http://www.onvif.org/ver10/topics"',
  'xmlns:ter="http://www.onvif.org/ver10/error"',
  'xmlns:wsa="http://www.w3.org/2005/08/addressing"',
  'xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2"',
  'xmlns:wstop="http://docs.oasis-open.org/wsn/t-1"',
].join(' ')

export const envelope = (body: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><s:Envelope ${namespaces}><s:Body>${body}</s:Body></s:Envelope>`

/** A SOAP 1.2 fault. @param code e.g. `ter:NotAuthorized` */
export const fault = (code: string, text: string): string =>
  envelope(
    `<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>${code}</s:Value></s:Subcode></s:Code>` +
      `<s:Reason><s:Text xml:lang="en">${escapeXml(text)}</s:Text></s:Reason></s:Fault>`,
  )

export const escapeXml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

/** Text of the first element with this local name, or undefined. Enough for the requests that ONVIF clients send. */
export function text(xml: string, name: string): string | undefined {
  const [, found] = new RegExp(`<(?:[\\w.-]+:)?${name}(?:\\s[^>]*)?>([^<]*)<`).exec(xml) ?? []
  return found
    ?.trim()
    .replace(/&#(\d{1,5});/g, (_whole, code) => String.fromCharCode(Number(code)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&')
}

/** An attribute of the first element with this local name. */
export function attribute(xml: string, element: string, name: string): string | undefined {
  const [, attributes = ''] = new RegExp(`<(?:[\\w.-]+:)?${element}(\\s[^>]*)>`).exec(xml) ?? []
  return new RegExp(`\\s${name}\\s*=\\s*["']([^"']*)["']`).exec(attributes)?.[1]
}

/** Local name of the request: the first element of the body. */
export function actionOf(xml: string): string | undefined {
  return /<(?:[\w.-]+:)?Body(?:\s[^>]*)?>\s*<(?:[\w.-]+:)?(\w+)/.exec(xml)?.[1]
}

export interface TokenFacts {
  readonly user: string
  readonly password: string
  /** The camera's own clock. */
  readonly nowUtcMs: number
}

const toleranceMs = 300_000

/**
 * WS-UsernameToken with PasswordDigest, checked as cameras do: Base64(SHA1(nonce + created + password)), created within five
 * minutes of the camera's own clock, no nonce twice.
 * @param seen nonces and when they may be forgotten
 */
export function checkUsernameToken(xml: string, facts: TokenFacts, seen: Map<string, number>): 'none' | 'yes' | 'no' {
  if (!/<(?:[\w.-]+:)?UsernameToken[\s>]/.test(xml)) return 'none'
  const [nonce, created, digest] = [text(xml, 'Nonce'), text(xml, 'Created'), text(xml, 'Password')]
  if (!nonce || !created || !digest || text(xml, 'Username') !== facts.user) return 'no'
  if (!(Math.abs(Date.parse(created) - facts.nowUtcMs) <= toleranceMs)) return 'no'
  const expected = createHash('sha1')
    .update(Buffer.from(nonce, 'base64'))
    .update(created + facts.password)
    .digest('base64')
  if (digest !== expected || seen.has(nonce)) return 'no'
  for (const [old, untilMs] of seen) {
    if (untilMs > facts.nowUtcMs) break
    seen.delete(old)
  }
  seen.set(nonce, facts.nowUtcMs + 2 * toleranceMs)
  return 'yes'
}
