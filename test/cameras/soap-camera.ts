import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface StubProfile {
  token: string
  encoding: string
  width: number
  height: number
  ptz?: boolean
}

/** A camera of our own for odd faults; everything can be changed while it runs. */
export interface StubOptions {
  user: string
  password: string
  /** How it asks for the login. `open`: it does not. */
  login: 'wsse' | 'digest' | 'open'
  clockOffsetMs: number
  profiles: StubProfile[]
  media2: boolean
  /** Where it says that its services and streams are. */
  saidHost: string
  endpoint: string | null
  firmware: string
  /** Answers by request name, instead of the right ones. */
  odd: Record<string, (response: ServerResponse) => void>
}

const defaults: Omit<StubOptions, 'odd'> = {
  user: 'admin',
  password: 'soy-7&<x>',
  login: 'wsse',
  clockOffsetMs: 0,
  profiles: [
    { token: 'jpeg', encoding: 'JPEG', width: 3840, height: 2160 },
    { token: '1.0', encoding: 'H264', width: 640, height: 360 },
    { token: '0', encoding: 'H264', width: 1920, height: 1080, ptz: true },
    { token: 'tiny', encoding: 'H264', width: 160, height: 90 },
  ],
  media2: false,
  saidHost: 'evil.example:8080',
  endpoint: null,
  firmware: '5.10',
}

export async function startSoapCamera(options: Partial<StubOptions> = {}) {
  const state: StubOptions = { ...defaults, odd: {}, ...options }
  const requests: { name: string; body: string; authorization: string | undefined }[] = []
  const server = createServer((request, response) => void answer(request, response))

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const body = Buffer.concat((await request.toArray()) as Buffer[]).toString('utf8')
    const name = /<s:Body[^>]*><(\w+)/.exec(body)?.[1] ?? ''
    requests.push({ name, body, authorization: request.headers.authorization })
    const odd = state.odd[name]
    if (odd) return odd(response)
    if (name !== 'GetSystemDateAndTime' && !isLoggedIn(body, request.headers.authorization)) {
      if (state.login === 'digest')
        response.setHeader('WWW-Authenticate', 'Digest realm="cam", nonce="abc", qop="auth"')
      return reply(response, state.login === 'digest' ? 401 : 400, faultBody('ter:NotAuthorized'))
    }
    const content = contents(name, body)
    return content === undefined
      ? reply(response, 400, faultBody('ter:ActionNotSupported'))
      : reply(response, 200, content)
  }

  function isLoggedIn(body: string, authorization: string | undefined): boolean {
    if (state.login === 'open') return true
    const md5 = (text: string) => createHash('md5').update(text).digest('hex')
    if (state.login === 'digest') {
      const part = (name: string) => new RegExp(`${name}="?([^",]+)`).exec(authorization ?? '')?.[1] ?? ''
      const proof = [
        md5(`${state.user}:cam:${state.password}`),
        'abc',
        part('nc'),
        part('cnonce'),
        'auth',
        md5(`POST:${part('uri')}`),
      ]
      return part('username') === state.user && part('response') === md5(proof.join(':'))
    }
    const part = (name: string) => new RegExp(`<${name}(?: [^>]*)?>([^<]*)<`).exec(body)?.[1] ?? ''
    const stamp = Date.parse(part('Created'))
    const isFresh = Math.abs(stamp - (Date.now() + state.clockOffsetMs)) < 30_000
    const nonce = Buffer.from(part('Nonce'), 'base64')
    const proof = createHash('sha1')
      .update(Buffer.concat([nonce, Buffer.from(part('Created') + state.password)]))
      .digest('base64')
    return isFresh && part('Username') === state.user && part('Password') === proof
  }

  function contents(name: string, body: string): string | undefined {
    const said = `http://${state.saidHost}/onvif`
    const now = new Date(Date.now() + state.clockOffsetMs)
    switch (name) {
      case 'GetSystemDateAndTime':
        return `<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType><tt:UTCDateTime><tt:Time><tt:Hour>${now.getUTCHours()}</tt:Hour><tt:Minute>${now.getUTCMinutes()}</tt:Minute><tt:Second>${now.getUTCSeconds()}</tt:Second></tt:Time><tt:Date><tt:Year>${now.getUTCFullYear()}</tt:Year><tt:Month>${now.getUTCMonth() + 1}</tt:Month><tt:Day>${now.getUTCDate()}</tt:Day></tt:Date></tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>`
      case 'GetDeviceInformation':
        return `<tds:GetDeviceInformationResponse><tds:Manufacturer>Fu'an</tds:Manufacturer><tds:Model>N1</tds:Model><tds:FirmwareVersion>${state.firmware}</tds:FirmwareVersion><tds:SerialNumber>12345678901234567890</tds:SerialNumber></tds:GetDeviceInformationResponse>`
      case 'GetServices':
        return `<tds:GetServicesResponse>${[
          ['ver10/device', 'device'],
          ['ver10/media', 'media'],
          ['ver20/ptz', 'ptz'],
          ...(state.media2 ? [['ver20/media', 'media2']] : []),
        ]
          .map(
            ([space, path]) =>
              `<tds:Service><tds:Namespace>http://www.onvif.org/${space}/wsdl</tds:Namespace><tds:XAddr>${said}/${path}</tds:XAddr></tds:Service>`,
          )
          .join('')}</tds:GetServicesResponse>`
      case 'GetCapabilities':
        return `<tds:GetCapabilitiesResponse><tds:Capabilities><tt:Media><tt:XAddr>${said}/media</tt:XAddr></tt:Media></tds:Capabilities></tds:GetCapabilitiesResponse>`
      case 'GetProfiles':
        return `<trt:GetProfilesResponse>${state.profiles.map(body.includes('ver20/media') ? profile2 : profile1).join('')}</trt:GetProfilesResponse>`
      case 'GetStreamUri': {
        const token = /ProfileToken>([^<]*)</.exec(body)?.[1] ?? ''
        if (!state.profiles.some((profile) => profile.token === token)) return undefined
        const uri = `rtsp://spy:pw@${state.saidHost.split(':')[0]}:8554/${token}?x=1`
        return `<trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>${uri}</tt:Uri></trt:MediaUri></trt:GetStreamUriResponse>`
      }
      case 'GetEndpointReference':
        return state.endpoint === null
          ? undefined
          : `<tds:GetEndpointReferenceResponse><tds:GUID>${state.endpoint}</tds:GUID></tds:GetEndpointReferenceResponse>`
      case 'ContinuousMove':
      case 'Stop':
      case 'GetPresets':
        return `<tptz:${name}Response/>`
      default:
        return undefined
    }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    state,
    requests,
    port,
    address: `http://127.0.0.1:${port}/onvif/device_service`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
export type SoapCamera = Awaited<ReturnType<typeof startSoapCamera>>

const encoderOf = ({ encoding, width, height }: StubProfile) =>
  `<tt:Encoding>${encoding}</tt:Encoding><tt:Resolution><tt:Width>${width}</tt:Width><tt:Height>${height}</tt:Height></tt:Resolution><tt:RateControl><tt:FrameRateLimit>25</tt:FrameRateLimit><tt:BitrateLimit>2048</tt:BitrateLimit></tt:RateControl>`
const profile1 = (profile: StubProfile) =>
  `<trt:Profiles token="${profile.token}"><tt:Name>p</tt:Name><tt:VideoEncoderConfiguration token="e">${encoderOf(profile)}</tt:VideoEncoderConfiguration>${profile.ptz ? '<tt:PTZConfiguration token="z"><tt:Name>z</tt:Name></tt:PTZConfiguration>' : ''}</trt:Profiles>`
const profile2 = (profile: StubProfile) =>
  `<trt:Profiles token="${profile.token}"><trt:Name>p</trt:Name><trt:Configurations><trt:VideoEncoder token="e">${encoderOf(profile)}</trt:VideoEncoder>${profile.ptz ? '<trt:PTZ token="z"/>' : ''}</trt:Configurations></trt:Profiles>`

const faultBody = (code: string) =>
  `<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>${code}</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="en">no</s:Text></s:Reason></s:Fault>`

export function reply(response: ServerResponse, status: number, content: string) {
  response.writeHead(status, { 'Content-Type': 'application/soap+xml' })
  response.end(
    `<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:trt="http://www.onvif.org/ver10/media/wsdl" xmlns:tptz="http://www.onvif.org/ver20/ptz/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:ter="http://www.onvif.org/ver10/error"><s:Body>${content}</s:Body></s:Envelope>`,
  )
}
