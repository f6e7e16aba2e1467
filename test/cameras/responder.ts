import { createSocket } from 'node:dgram'
import { waitFor } from '../support/wait.ts'

export interface Match {
  endpoint: string
  xAddrs: string
  scopes?: string
}

export const match = ({ endpoint, xAddrs, scopes = '' }: Match): string =>
  `<d:ProbeMatch><a:EndpointReference><a:Address>${endpoint}</a:Address></a:EndpointReference><d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>${scopes}</d:Scopes><d:XAddrs>${xAddrs}</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch>`

/** A ProbeMatches envelope in answer to the message `relatesTo`. */
export const probeMatches = (relatesTo: string, matches: readonly string[]): string =>
  `<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><s:Header><a:RelatesTo>${relatesTo}</a:RelatesTo></s:Header><s:Body><d:ProbeMatches>${matches.join('')}</d:ProbeMatches></s:Body></s:Envelope>`

/** Devices on loopback: answers each multicast probe with the datagrams that `answer` makes for its message id. */
export async function startResponder(answer: (messageId: string) => readonly (string | Uint8Array)[]) {
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  let probes = 0
  let bound = false
  socket.on('message', (datagram, sender) => {
    const messageId = /MessageID[^>]*>([^<]+)</.exec(datagram.toString('utf8'))?.[1] ?? ''
    probes++
    for (const bytes of answer(messageId)) socket.send(bytes, sender.port, sender.address)
  })
  socket.bind(3702, () => {
    socket.addMembership('239.255.255.250', '127.0.0.1')
    bound = true
  })
  await waitFor(() => bound)
  return {
    probes: () => probes,
    stop: () => new Promise<void>((resolve) => socket.close(() => resolve())),
  }
}
