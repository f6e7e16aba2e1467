/** TLS to Mosquitto, with an authority that openssl makes here. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, afterAll, beforeEach, expect, test } from 'vitest'
import { brokerClient, type ClientOptions } from '../../gateway/broker/client.ts'
import { startMosquitto } from '../support/mosquitto.ts'
import { freePort } from '../support/ports.ts'
import { quietTools, scratchFolder } from '../support/sensors.ts'
import { until } from '../support/wait.ts'

const whole = new AbortController()
let folder: string
let end: AbortController

beforeAll(() => {
  folder = scratchFolder(whole.signal)
  authority('ca')
  authority('other')
  certificate('broker', 'ca', 'DNS:localhost')
  certificate('elsewhere', 'ca', 'DNS:broker.example')
  certificate('gateway', 'ca', 'DNS:gateway')
}, 60_000)
afterAll(() => whole.abort())
beforeEach(() => {
  end = new AbortController()
})
afterEach(() => end.abort())

const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
const file = (name: string) => join(folder, name)
function authority(name: string) {
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl(
    'req',
    '-x509',
    ...kind,
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.pem`,
    '-days',
    '2',
    '-subj',
    `/CN=${name}`,
  )
}
function certificate(name: string, by: string, names: string) {
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl('req', ...kind, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`)
  writeFileSync(file(`${name}.ext`), `subjectAltName=${names}\n`)
  const signed = ['-CA', `${by}.pem`, '-CAkey', `${by}.key`, '-CAcreateserial', '-days', '2', '-extfile', `${name}.ext`]
  openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.pem`, ...signed)
}

async function tlsBroker(certificateName: string, more: readonly string[] = []) {
  const port = await freePort()
  const settings = [
    `listener ${port} 127.0.0.1`,
    `cafile ${file('ca.pem')}`,
    `certfile ${file(`${certificateName}.pem`)}`,
    `keyfile ${file(`${certificateName}.key`)}`,
    ...more,
  ]
  await startMosquitto(end.signal, { settings })
  return `mqtts://localhost:${port}`
}
const client = (url: string, tls: ClientOptions['tls'], version: 4 | 5 = 4) =>
  brokerClient({
    url,
    version,
    ...(tls ? { tls } : {}),
    clientId: 'gateway-1',
    topics: () => [],
    take: async () => {},
    stateTopic: 'zone-gateway/g1/state',
    tools: quietTools,
  })
/** Runs until it is connected, then ends it in order. @throws why it is not */
async function comesIn(gateway: ReturnType<typeof client>) {
  const done = new AbortController()
  const run = gateway.runOnce(AbortSignal.any([done.signal, end.signal]))
  await Promise.race([run, until('the connection', () => gateway.connected)])
  done.abort()
  await run
}

test.each([4, 5] as const)('a broker whose certificate is signed by the given authority (MQTT %s)', async (version) => {
  const url = await tlsBroker('broker')
  await comesIn(client(url, { ca: file('ca.pem') }, version))
})

test('an authority that is not ours, a name that is another one, and no authority at all', async () => {
  const untrusted = { kind: 'denied', code: 'broker-untrusted' }
  const url = await tlsBroker('broker')
  await expect(comesIn(client(url, { ca: file('other.pem') }))).rejects.toMatchObject(untrusted)
  await expect(comesIn(client(url, {}))).rejects.toMatchObject(untrusted)
  const elsewhere = await tlsBroker('elsewhere')
  await expect(comesIn(client(elsewhere, { ca: file('ca.pem') }))).rejects.toMatchObject({
    ...untrusted,
    facts: { reason: 'ERR_TLS_CERT_ALTNAME_INVALID' },
  })
})

test('a broker that asks for a certificate of the client', async () => {
  const url = await tlsBroker('broker', ['require_certificate true'])
  await comesIn(client(url, { ca: file('ca.pem'), cert: file('gateway.pem'), key: file('gateway.key') }))
  await expect(comesIn(client(url, { ca: file('ca.pem') }))).rejects.toMatchObject({
    kind: 'denied',
    code: 'broker-denied',
    message: expect.stringContaining('certificate') as string,
  })
})

test('a file that is not there is named', async () => {
  const missing = client('mqtts://localhost:1', { ca: file('nothing.pem') }).runOnce(end.signal)
  await expect(missing).rejects.toMatchObject({
    kind: 'missing',
    code: 'tls-file-missing',
    message: expect.stringContaining('nothing.pem') as string,
  })
})
