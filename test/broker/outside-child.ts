import { writeSync } from 'node:fs'
import { outsideBroker } from '../../gateway/broker/outside.ts'
import { sessionBook } from '../../gateway/broker/session-book.ts'
import { quietTools, sensorParts } from '../support/sensors.ts'

/** The way of a reading from Mosquitto to the disk, in a process of its own, until it is killed. Says when it is connected, and when it kept -1. */
const [folder = '', url = '', version = '4', connections = '1'] = process.argv.slice(2)
const parts = sensorParts(folder)
if (parts.registry.list().length === 0)
  parts.registry.importAll([{ id: 's1', name: 's1', area: 'a-1', candidate: 'json:zone/s1' }])
const broker = outsideBroker({
  place: { url, version: version === '5' ? 5 : 4 },
  connections: Number(connections),
  clientId: 'zone-gateway-kill',
  topics: () => parts.registry.subscriptions(),
  async take(packet) {
    await parts.intake.take(packet)
    if (Buffer.from(packet.payload).toString() === '{"v":-1}') writeSync(1, 'end\n')
  },
  stateTopic: 'zone-gateway/kill/state',
  onConnected: (connected) => connected && writeSync(1, 'up\n'),
  book: sessionBook(parts.gateway),
  tools: quietTools,
})
await broker.run(new AbortController().signal)
