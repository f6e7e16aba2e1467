import { type CameraSpec, cameraNowMs, endpointOf } from '../cameras.ts'
import { escapeXml } from './soap.ts'

/** One ONVIF operation: the request's XML in, the response's body out. */
export type Operation = (request: string) => string | Promise<string>
export type Operations = Readonly<Record<string, Operation>>

export const scopesOf = (camera: CameraSpec): string[] => [
  'onvif://www.onvif.org/type/video_encoder',
  'onvif://www.onvif.org/Profile/Streaming',
  ...(camera.ptz ? ['onvif://www.onvif.org/type/ptz'] : []),
  `onvif://www.onvif.org/name/${encodeURIComponent(camera.name)}`,
  `onvif://www.onvif.org/hardware/${encodeURIComponent(camera.model)}`,
  `onvif://www.onvif.org/location/${encodeURIComponent(camera.place)}`,
]

/** What clients may ask before they log in (ONVIF Core, access class PRE_AUTH). */
export const open: ReadonlySet<string> = new Set([
  'GetSystemDateAndTime',
  'GetServices',
  'GetCapabilities',
  'GetServiceCapabilities',
  'GetHostname',
  'GetEndpointReference',
])

function dateAndTime(camera: CameraSpec): string {
  const now = new Date(cameraNowMs(camera))
  const part = (name: string, value: number) => `<tt:${name}>${value}</tt:${name}>`
  const parts = (date: Date) =>
    `<tt:Time>${part('Hour', date.getUTCHours())}${part('Minute', date.getUTCMinutes())}${part('Second', date.getUTCSeconds())}</tt:Time>` +
    `<tt:Date>${part('Year', date.getUTCFullYear())}${part('Month', date.getUTCMonth() + 1)}${part('Day', date.getUTCDate())}</tt:Date>`
  const local = new Date(now.getTime() + 8 * 3_600_000)
  return (
    `<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>Manual</tt:DateTimeType>` +
    `<tt:DaylightSavings>false</tt:DaylightSavings><tt:TimeZone><tt:TZ>CST-8</tt:TZ></tt:TimeZone>` +
    `<tt:UTCDateTime>${parts(now)}</tt:UTCDateTime><tt:LocalDateTime>${parts(local)}</tt:LocalDateTime>` +
    `</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>`
  )
}

/** @param base e.g. `http://127.0.0.1:18002` */
export function deviceService(camera: CameraSpec, base: string): Operations {
  const number = Number(camera.id.slice(1))
  const mac = `02:5a:47:00:00:${number.toString(16).padStart(2, '0')}`
  const services: [namespace: string, path: string][] = [
    ['http://www.onvif.org/ver10/device/wsdl', 'device_service'],
    ['http://www.onvif.org/ver10/media/wsdl', 'media_service'],
    ['http://www.onvif.org/ver10/events/wsdl', 'events_service'],
    ...(camera.ptz ? [['http://www.onvif.org/ver20/ptz/wsdl', 'ptz_service'] satisfies [string, string]] : []),
  ]
  const address = (path: string) => `<tt:XAddr>${base}/onvif/${path}</tt:XAddr>`
  return {
    GetSystemDateAndTime: () => dateAndTime(camera),
    GetDeviceInformation: () =>
      `<tds:GetDeviceInformationResponse><tds:Manufacturer>${camera.manufacturer}</tds:Manufacturer><tds:Model>${camera.model}</tds:Model>` +
      `<tds:FirmwareVersion>${camera.firmware}</tds:FirmwareVersion><tds:SerialNumber>ZG2026${camera.id.toUpperCase()}</tds:SerialNumber>` +
      `<tds:HardwareId>${camera.model}</tds:HardwareId></tds:GetDeviceInformationResponse>`,
    GetServices: () =>
      `<tds:GetServicesResponse>${services
        .map(
          ([namespace, path]) =>
            `<tds:Service><tds:Namespace>${namespace}</tds:Namespace><tds:XAddr>${base}/onvif/${path}</tds:XAddr>` +
            `<tds:Version><tt:Major>2</tt:Major><tt:Minor>42</tt:Minor></tds:Version></tds:Service>`,
        )
        .join('')}</tds:GetServicesResponse>`,
    GetCapabilities: () =>
      `<tds:GetCapabilitiesResponse><tds:Capabilities>` +
      `<tt:Device>${address('device_service')}</tt:Device>` +
      `<tt:Events>${address('events_service')}<tt:WSSubscriptionPolicySupport>false</tt:WSSubscriptionPolicySupport>` +
      `<tt:WSPullPointSupport>true</tt:WSPullPointSupport><tt:WSPausableSubscriptionManagerInterfaceSupport>false</tt:WSPausableSubscriptionManagerInterfaceSupport></tt:Events>` +
      `<tt:Media>${address('media_service')}<tt:StreamingCapabilities><tt:RTPMulticast>false</tt:RTPMulticast><tt:RTP_TCP>true</tt:RTP_TCP>` +
      `<tt:RTP_RTSP_TCP>true</tt:RTP_RTSP_TCP></tt:StreamingCapabilities></tt:Media>` +
      (camera.ptz ? `<tt:PTZ>${address('ptz_service')}</tt:PTZ>` : '') +
      `</tds:Capabilities></tds:GetCapabilitiesResponse>`,
    GetServiceCapabilities: () =>
      `<tds:GetServiceCapabilitiesResponse><tds:Capabilities><tds:Network NTP="1"/><tds:Security UsernameToken="true" HttpDigest="true"/>` +
      `<tds:System DiscoveryBye="false"/></tds:Capabilities></tds:GetServiceCapabilitiesResponse>`,
    GetScopes: () =>
      `<tds:GetScopesResponse>${scopesOf(camera)
        .map(
          (scope) =>
            `<tds:Scopes><tt:ScopeDef>Fixed</tt:ScopeDef><tt:ScopeItem>${escapeXml(scope)}</tt:ScopeItem></tds:Scopes>`,
        )
        .join('')}</tds:GetScopesResponse>`,
    GetHostname: () =>
      `<tds:GetHostnameResponse><tds:HostnameInformation><tt:FromDHCP>false</tt:FromDHCP><tt:Name>ipc-${camera.id}</tt:Name>` +
      `</tds:HostnameInformation></tds:GetHostnameResponse>`,
    GetEndpointReference: () =>
      `<tds:GetEndpointReferenceResponse><tds:GUID>${endpointOf(camera)}</tds:GUID></tds:GetEndpointReferenceResponse>`,
    GetNetworkInterfaces: () =>
      `<tds:GetNetworkInterfacesResponse><tds:NetworkInterfaces token="eth0"><tt:Enabled>true</tt:Enabled>` +
      `<tt:Info><tt:Name>eth0</tt:Name><tt:HwAddress>${mac}</tt:HwAddress><tt:MTU>1500</tt:MTU></tt:Info></tds:NetworkInterfaces>` +
      `</tds:GetNetworkInterfacesResponse>`,
  }
}
