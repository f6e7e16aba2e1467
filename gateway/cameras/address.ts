import { Failure } from '../domain/failure.ts'

/** Where an ONVIF device service answers. */
export interface DeviceAddress {
  /** In one spelling (lower-case host, no default port), so that two of the same device compare equal. */
  readonly url: string
  readonly secure: boolean
  /** Without the brackets of an IPv6 address. */
  readonly host: string
  readonly port: number
  /** With query, if any. */
  readonly path: string
}

export interface RtspAddress extends DeviceAddress {
  /** User info found inside the URL: decoded, and no longer part of `url`. */
  readonly user: string | null
  readonly password: string | null
}

/** Where ONVIF devices answer when the address names no path. */
const defaultDevicePath = '/onvif/device_service'

/**
 * Checks the address of an ONVIF device before any socket opens.
 * @throws Failure invalid (`address-invalid`) naming what is wrong
 */
export function parseDeviceAddress(text: string): DeviceAddress {
  const url = parse(text, { 'http:': 80, 'https:': 443 })
  if (url.user !== null || url.password !== null)
    throw unusable('user and password belong into their own fields', 'address')
  // A request with the caller's own query is what other programs of this network act upon (InfluxDB: /query?q=...), never a camera.
  if (url.path.includes('?')) throw unusable('the address of a device service has no query', 'address')
  const path = url.path === '/' ? defaultDevicePath : url.path
  return {
    url: url.origin + path,
    secure: url.scheme === 'https:',
    host: url.host,
    port: url.port,
    path,
  }
}

/**
 * Checks an RTSP address; user info is taken out of it.
 * @throws Failure invalid (`address-invalid`)
 */
export function parseRtspAddress(text: string): RtspAddress {
  const { user, password, origin, path, host, port, scheme } = parse(text, rtspPorts)
  return { url: origin + path, secure: scheme === 'rtsps:', host, port, path, user, password }
}

/**
 * An address as a device wrote it, made to point at the host that we were told to trust: scheme, port, path and query stay.
 * @returns the RTSP address without user info
 * @throws Failure invalid (`address-invalid`)
 */
export function streamAddressAt(text: string, host: string): string {
  const { scheme, port, path } = parse(text, rtspPorts, visibleCharacters)
  const secure = scheme === 'rtsps:'
  const written = host.includes(':') ? `[${host}]` : host
  const shownPort = port === (secure ? 322 : 554) ? '' : `:${port}`
  return `${secure ? 'rtsps' : 'rtsp'}://${written}${shownPort}${path}`
}

/** Some makers put the password into the path (`/user=admin_password=..._channel=1`): the address as it may be shown. */
export const maskSecrets = (url: string): string =>
  url.replace(/((?:password|passwd|passw|pass|pwd|psw)=)[^&/?]*?(?=_channel|_stream|[&/?]|$)/gi, '$1***')

const shape = /^([a-z]+:)\/\/(?:([^/?#]*)@)?(\[[0-9a-f:.]+\]|[^/?#:@[\]]+)(?::(\d{1,5}))?(\/[^?#]*)?(\?[^#]*)?$/i
const label = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/
// RFC 3986 without ";" and "'": no camera needs them, and an address may one day stand near a shell or a query.
const pathCharacters = /^[A-Za-z0-9\-._~!$&()*+,=:@%/?]*$/
// What a device itself names may be odder; it is never typed anywhere.
const visibleCharacters = /^[\x21-\x7e]*$/
const rtspPorts = { 'rtsp:': 554, 'rtsps:': 322 }

function parse(text: string, ports: Readonly<Record<string, number>>, allowed = pathCharacters) {
  const invalid = (why: string) => unusable(why, ports === rtspPorts ? 'rtspUrl' : 'address')
  if (text.length > 500) throw invalid('it is longer than 500 characters')
  const found = shape.exec(text)
  if (!found) throw invalid('it is not of the form scheme://host:port/path')
  const [, rawScheme = '', userInfo, rawHost = '', rawPort, path = '/', query = ''] = found
  const scheme = rawScheme.toLowerCase()
  const defaultPort = ports[scheme]
  if (defaultPort === undefined) throw invalid(`it must begin with ${Object.keys(ports).join('// or ')}//`)
  const host = rawHost.toLowerCase()
  if (!plausibleHost(host)) throw invalid('its host is neither a name nor an IP address')
  const port = rawPort === undefined ? defaultPort : Number(rawPort)
  if (port < 1 || port > 65_535) throw invalid('its port is not between 1 and 65535')
  if (!allowed.test(path + query)) throw invalid('its path holds a character that no camera address has')
  if (/\p{Cc}/u.test(decodePercent(userInfo ?? ''))) throw invalid('its user or password holds a control character')
  const colon = userInfo?.indexOf(':') ?? -1
  return {
    scheme,
    host: host.replace(/^\[|\]$/g, ''),
    port,
    path: path + query,
    origin: `${scheme}//${host}${port === defaultPort ? '' : `:${port}`}`,
    user: userInfo === undefined ? null : decodePercent(colon < 0 ? userInfo : userInfo.slice(0, colon)),
    password: userInfo === undefined || colon < 0 ? null : decodePercent(userInfo.slice(colon + 1)),
  }
}

function plausibleHost(host: string): boolean {
  if (host.startsWith('[')) return URL.canParse(`http://${host}/`)
  if (/^[\d.]+$/.test(host))
    return (
      host.split('.').length === 4 && host.split('.').every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)
    )
  return host.length <= 253 && host.split('.').every((part) => label.test(part))
}

/** Percent-decoded text. People paste passwords raw, and devices write names raw: what is no valid encoding is taken as it stands. */
export function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (cause) {
    if (cause instanceof URIError) return text
    throw cause
  }
}

const unusable = (why: string, field: 'address' | 'rtspUrl') =>
  new Failure('invalid', 'address-invalid', `this camera address cannot be used: ${why}`, { field })
