import { randomUUID } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type CameraSpec, endpointOf } from '../cameras.ts'
import { scopesOf } from './device.ts'
import { escapeXml, text } from './soap.ts'

export interface Announced {
  readonly camera: CameraSpec
  readonly address: string
}

const group = '239.255.255.250'
const port = 3702

function probeMatch({ camera, address }: Announced, relatesTo: string): Buffer {
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" ` +
      `xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" ` +
      `xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><s:Header><a:MessageID>urn:uuid:${randomUUID()}</a:MessageID>` +
      `<a:RelatesTo>${escapeXml(relatesTo)}</a:RelatesTo><a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:To>` +
      `<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</a:Action></s:Header><s:Body><d:ProbeMatches><d:ProbeMatch>` +
      `<a:EndpointReference><a:Address>${endpointOf(camera)}</a:Address></a:EndpointReference>` +
      `<d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>${escapeXml(scopesOf(camera).join(' '))}</d:Scopes>` +
      `<d:XAddrs>${address}</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>`,
  )
}

/** The MessageID of a Probe that asks for cameras, or undefined. An empty list of types asks for everything. */
export function probeId(datagram: string): string | undefined {
  if (!/<(?:[\w.-]+:)?Probe[\s>/]/.test(datagram)) return undefined
  const types = text(datagram, 'Types')
  if (types && !types.split(/\s+/).some((type) => type.endsWith('NetworkVideoTransmitter'))) return undefined
  return text(datagram, 'MessageID')
}

/** Answers WS-Discovery probes for all cameras with one socket that is a member of the group on the loopback interface only. */
export async function announce(cameras: readonly Announced[], host: string): Promise<{ close(): Promise<void> }> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  socket.on('message', (datagram, from) => {
    // Cameras at a loopback address are nobody's business beyond this machine.
    if (host.startsWith('127.') && !from.address.startsWith('127.')) return
    const id = probeId(datagram.toString('utf8'))
    if (id === undefined) return
    for (const each of cameras)
      socket.send(probeMatch(each, id), from.port, from.address, (cause) => {
        if (cause) process.stderr.write(`discovery: ${cause.message}\n`)
      })
  })
  socket.bind(port, group)
  await once(socket, 'listening')
  socket.on('error', (cause) => process.stderr.write(`discovery: ${cause.message}\n`))
  socket.addMembership(group, host)
  return {
    async close() {
      const closed = once(socket, 'close')
      socket.close()
      await closed
    },
  }
}
