import { writeSync } from 'node:fs'
import { embeddedBroker } from '../../gateway/broker/embedded.ts'
import { quietTools, sensorParts } from '../support/sensors.ts'

/** The way of a reading from the socket to the disk, in a process of its own, until it is killed. Says its port. */
const parts = sensorParts(process.argv[2] ?? '')
parts.registry.importAll([{ id: 's1', name: 's1', area: 'a-1', candidate: 'json:zone/s1' }])
const broker = embeddedBroker({ host: '127.0.0.1', port: 0, take: parts.intake.take, tools: quietTools })
const { port } = await broker.listen()
writeSync(1, `${port}\n`)
await broker.run(new AbortController().signal)
