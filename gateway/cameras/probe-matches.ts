import { Failure } from '../domain/failure.ts'
import { decodePercent, parseDeviceAddress } from './address.ts'
import { children, descend, parseSoapBody, type SoapNode, textOf } from './soap.ts'

/** One device, as it describes itself in answer to a WS-Discovery probe. */
export interface ProbeMatch {
  /** The device's own lasting name, e.g. `urn:uuid:...`. */
  readonly endpoint: string
  /** ONVIF device address whose host is the host that answered. */
  readonly address: string
  readonly name: string | null
  readonly hardware: string | null
  readonly location: string | null
}

/**
 * Why an answer, or a part of it, is not believed:
 * - too-large: longer than any honest answer; not even parsed
 * - garbage: no WS-Discovery answer, or one without an endpoint
 * - foreign-host: names only other hosts than the one that sent it
 * - not-asked: answers somebody else's probe
 */
export type Refusal = 'too-large' | 'garbage' | 'foreign-host' | 'not-asked'

export interface Reading {
  readonly matches: readonly ProbeMatch[]
  readonly refusals: readonly Refusal[]
}

/** Answers of real devices have 1 to 4 kB. The parser takes time with the square of the length on hostile text. */
export const largestAnswerBytes = 8_192
const mostMatches = 16
const relatesTo = /<(?:[\w-]{1,40}:)?RelatesTo[^>]{0,400}>\s*([^<\s]{1,200})\s*</

/** The probe for ONVIF cameras. @param messageId `urn:uuid:...`, which answers must relate to */
export function probeMessage(messageId: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><e:Header><w:MessageID>${messageId}</w:MessageID><w:To e:mustUnderstand="true">urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To><w:Action e:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action></e:Header><e:Body><d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></e:Body></e:Envelope>`
}

/**
 * Reads one datagram. Never throws: whatever is wrong with it is a refusal.
 * @param senderHost the address it came from; the only host that is believed
 * @param asked the message ids of our own probes; some devices name none, which is accepted, but none name a wrong one
 */
export function readProbeMatches(datagram: Uint8Array, senderHost: string, asked: ReadonlySet<string>): Reading {
  if (datagram.byteLength > largestAnswerBytes) return { matches: [], refusals: ['too-large'] }
  const xml = Buffer.from(datagram).toString('utf8')
  const found = children(descend(parseSoapBody(xml), 'probeMatches'), 'probeMatch').slice(0, mostMatches)
  if (found.length === 0) return { matches: [], refusals: ['garbage'] }
  const related = relatesTo.exec(xml)?.[1]
  if (related !== undefined && !asked.has(related)) return { matches: [], refusals: ['not-asked'] }
  const parts = found.map((node) => readMatch(node, senderHost))
  return {
    matches: parts.filter((part) => typeof part !== 'string'),
    refusals: parts.filter((part) => typeof part === 'string'),
  }
}

function readMatch(node: SoapNode, senderHost: string): ProbeMatch | Refusal {
  const endpoint = textOf(descend(node, 'endpointReference'), 'address')
  const written = textOf(node, 'XAddrs', 2_000)
  if (endpoint === null || !/^[\x21-\x7e]+$/.test(endpoint) || written === null) return 'garbage'
  const addresses = written.split(/\s+/).map(checkedAddress)
  const address = addresses.find((candidate) => candidate?.host === senderHost)
  if (!address) return addresses.some((candidate) => candidate !== null) ? 'foreign-host' : 'garbage'
  const scopes = (textOf(node, 'scopes', 4_000) ?? '').split(/\s+/)
  return {
    endpoint,
    address: address.url,
    name: scopeValue(scopes, 'name'),
    hardware: scopeValue(scopes, 'hardware'),
    location: scopeValue(scopes, 'location'),
  }
}

function checkedAddress(text: string) {
  try {
    return parseDeviceAddress(text)
  } catch (cause) {
    if (cause instanceof Failure) return null
    throw cause
  }
}

/** The first `onvif://www.onvif.org/<kind>/<value>`, decoded, at most 120 characters. */
function scopeValue(scopes: readonly string[], kind: string): string | null {
  const start = `onvif://www.onvif.org/${kind}/`
  const scope = scopes.find((candidate) => candidate.toLowerCase().startsWith(start))
  const value = scope === undefined ? '' : printable(decodePercent(scope.slice(start.length)))
  return value === '' ? null : value
}

const printable = (text: string) =>
  text
    .replace(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, 120)
