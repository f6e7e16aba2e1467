import { randomBytes, randomUUID } from 'node:crypto'
import { Writable } from 'node:stream'
import { afterEach, expect, test } from 'vitest'
import { cameraDiscovery } from '../../gateway/cameras/discovery.ts'
import { systemClock } from '../../gateway/lib/clock.ts'
import { openLog } from '../../gateway/lib/log.ts'
import { waitFor } from '../support/wait.ts'
import { match, probeMatches, startResponder } from './responder.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

function open(interfaces: string[], known = new Map<string, string>()) {
  let written = ''
  let changes = 0
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written += chunk.toString('utf8')
      done()
    },
  })
  const discovery = cameraDiscovery({
    interfaces,
    everyMs: 50,
    knownCameras: () => known,
    tools: { clock: systemClock, log: openLog('warn', destination) },
    onChange: () => changes++,
  })
  return { discovery, log: () => written, changes: () => changes }
}

test('finds real answers on loopback, and nothing else changes anything', async () => {
  // Other devices may answer on this machine too: only ours are looked at.
  const own = randomUUID()
  const endpoint = (n: number) => `urn:uuid:${own}-${n}`
  const responder = await startResponder((messageId) => [
    randomBytes(300),
    'garbage',
    '<Envelope><Body><Fault/></Body></Envelope>',
    'x'.repeat(20_000),
    probeMatches(messageId, [
      match({
        endpoint: endpoint(1),
        xAddrs: 'http://127.0.0.1:8001/onvif/device_service',
        scopes: 'onvif://www.onvif.org/name/W01',
      }),
      match({ endpoint: endpoint(2), xAddrs: 'http://127.0.0.1:8002/onvif/device_service' }),
    ]),
    probeMatches(messageId, [
      match({ endpoint: endpoint(3), xAddrs: 'http://evil.example:8003/onvif/device_service' }),
    ]),
    probeMatches('urn:uuid:somebody-else', [match({ endpoint: endpoint(4), xAddrs: 'http://127.0.0.1:8004/' })]),
    probeMatches(messageId, [match({ endpoint: endpoint(5), xAddrs: 'http://127.0.0.1:8005/;rm' })]),
  ])
  stops.push(responder.stop)
  const { discovery, log, changes } = open(['lo'], new Map([['http://127.0.0.1:8002/onvif/device_service', 'cam-two']]))
  expect(discovery.candidates()).toEqual([])

  await discovery.scan(new AbortController().signal)
  expect(responder.probes()).toBeGreaterThanOrEqual(3)
  const found = discovery.candidates().filter((candidate) => candidate.endpoint.includes(own))
  expect(found.map(({ endpoint, address, name, cameraId }) => ({ endpoint, address, name, cameraId }))).toEqual([
    { endpoint: endpoint(1), address: 'http://127.0.0.1:8001/onvif/device_service', name: 'W01', cameraId: null },
    { endpoint: endpoint(2), address: 'http://127.0.0.1:8002/onvif/device_service', name: null, cameraId: 'cam-two' },
  ])
  expect(changes()).toBe(1)
  const refusals = discovery.refusals()
  expect(refusals['foreign-host']).toBe(3)
  expect(refusals['not-asked']).toBe(3)
  expect(refusals['too-large']).toBe(3)
  expect(refusals.garbage).toBe(12)
  expect(log().match(/discovery-foreign-host/g)).toHaveLength(1)

  const firstSeen = found[0]?.lastSeenUtcMs ?? 0
  await discovery.scan(new AbortController().signal)
  const again = discovery.candidates().filter((candidate) => candidate.endpoint.includes(own))
  expect(again).toHaveLength(2)
  expect(again[0]?.lastSeenUtcMs).toBeGreaterThan(firstSeen)
})

test('run ends at once when told to, in the middle of a scan', async () => {
  const responder = await startResponder(() => [])
  stops.push(responder.stop)
  const { discovery } = open(['lo'])
  const stop = new AbortController()
  const running = discovery.run(stop.signal)
  await waitFor(() => responder.probes() > 0)
  const abortedMs = performance.now()
  stop.abort()
  await running
  expect(performance.now() - abortedMs).toBeLessThan(1_000)
})

test('says so when there is no such interface, and goes on trying', async () => {
  const { discovery, log } = open(['nosuch0'])
  await expect(discovery.scan(new AbortController().signal)).rejects.toMatchObject({ code: 'discovery-no-interface' })
  const stop = new AbortController()
  const running = discovery.run(stop.signal)
  await waitFor(() => log().includes('discovery-no-interface'))
  stop.abort()
  await running
  expect(log().match(/discovery-no-interface/g)).toHaveLength(1)
})
