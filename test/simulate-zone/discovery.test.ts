import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { endpointOf } from '../../scripts/simulate-zone/cameras.ts'
import { probeId } from '../../scripts/simulate-zone/onvif/discovery.ts'
import { probe } from './onvif-client.ts'
import { camera, useZone } from './zone.ts'

const zone = useZone([camera('c01'), camera('c14')], { discovery: true })

const probeMessage = (id: string, types: string) =>
  `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery">` +
  `<s:Header><a:MessageID>${id}</a:MessageID></s:Header><s:Body><d:Probe>${types}</d:Probe></s:Body></s:Envelope>`

/** Multicasts on the loopback interface and gathers the answers about this test's cameras until `count` are there. */
async function ask(message: string, count: number): Promise<string[]> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const own = [zone('c01').address, zone('c14').address]
  const answers: string[] = []
  const enough = new Promise<void>((resolve) => {
    socket.on('message', (datagram) => {
      const text = datagram.toString('utf8')
      if (own.some((address) => text.includes(address))) answers.push(text)
      if (answers.length >= count) resolve()
    })
  })
  socket.send('garbage', 3702, '239.255.255.250')
  socket.send(message, 3702, '239.255.255.250')
  await enough
  socket.close()
  return answers
}

describe('discovery on the loopback interface', () => {
  test.each([
    ['NetworkVideoTransmitter', '<d:Types>dn:NetworkVideoTransmitter</d:Types>'],
    ['empty types', '<d:Types/>'],
    ['no types', ''],
  ])('a raw probe for %s is answered by each camera on its own', async (_what, types) => {
    const answers = await ask(probeMessage('urn:uuid:one', types), 2)
    for (const id of ['c01', 'c14']) {
      const own = answers.filter((answer) => answer.includes(zone(id).address))
      expect(own).toHaveLength(1)
      expect(own[0]).toContain('<a:RelatesTo>urn:uuid:one</a:RelatesTo>')
      expect(own[0]).toContain(`<a:Address>${endpointOf(camera(id))}</a:Address>`)
      expect(own[0]).toContain(`onvif://www.onvif.org/name/${encodeURIComponent(camera(id).name)}`)
    }
  })

  test('the onvif package finds the cameras', async () => {
    const found = JSON.stringify(await probe(1_000))
    expect(found).toContain(endpointOf(camera('c01')))
    expect(found).toContain(endpointOf(camera('c14')))
  })
})

test.each([
  ['garbage', undefined],
  [probeMessage('urn:uuid:two', '<d:Types>wsdp:Device</d:Types>'), undefined],
  [probeMessage('urn:uuid:two', '<d:Types>a:Printer dn:NetworkVideoTransmitter</d:Types>'), 'urn:uuid:two'],
])('which datagrams are probes for cameras (%#)', (datagram, id) => {
  expect(probeId(datagram)).toBe(id)
})
