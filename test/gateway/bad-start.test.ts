/** What keeps the gateway from starting: it says so in one line, leaves with a code, and touches nothing. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { type Child, startChild } from '../support/children.ts'
import { startGateway } from '../support/gateway-process.ts'
import { tempFolder } from '../support/temp.ts'
import { waitFor } from '../support/wait.ts'
import { smallZone } from './small-zone.ts'

const root = join(import.meta.dirname, '../..')
const node = (...args: string[]): Child =>
  startChild(process.execPath, ['gateway/main.ts', ...args], {
    cwd: root,
    env: { ZONE_GATEWAY_ADMIN_PASSWORD: 'admin-password-of-tests' },
  })

/** Starts with `text` as configuration, and waits for the end. */
async function refused(text: string, zone?: string) {
  const folder = tempFolder('bad-start')
  const file = join(folder, 'gateway.yaml')
  writeFileSync(file, text)
  if (zone !== undefined) writeFileSync(join(folder, 'zone.yaml'), zone)
  await using child = node('--config', file)
  const { code } = await child.ended
  return { code, lines: child.output().trim().split('\n'), file, folder, left: readdirSync(folder).sort() }
}

const plain = {
  http: { host: '127.0.0.1', port: 0 },
  storage: { dataDir: 'data', recordings: 'recordings' },
  mqtt: { listen: { port: 0 } },
  discovery: { interfaces: ['lo'] },
}
const withKey = (part: object) => stringify({ ...plain, ...part })

test.each([
  ['an unknown key', 'http:\n  port: 0\n  prot: 8080\n', '3:3 http.prot: unknown key'],
  ['an unknown part', 'http:\n  port: 0\nhtpp: {}\n', '3:1 htpp: unknown key'],
  ['a wrong type', 'http:\n  port: eighty\n', '2:9 http.port: '],
  ['a port that is none', 'http:\n  port: 70000\n', '2:9 http.port: '],
  ['a broker of another scheme', 'mqtt:\n  url: http://broker\n', '2:8 mqtt.url: '],
  ['a database without an address', 'influx:\n  database: zone\n', '2:3 influx.url: '],
  ['no time at all', 'storage:\n  retentionDays: 0\n', '2:18 storage.retentionDays: '],
  ['a broker for everybody', 'mqtt:\n  listen:\n    host: 0.0.0.0\n', '3:11 mqtt.listen.host: '],
  ['a key that stands twice', 'http:\n  port: 0\n  port: 1\n', '3:3 not YAML: '],
  ['no YAML', 'http: [1\n', '2:1 not YAML: '],
])('%s in the configuration: one line that names file, line and key; nothing is made', async (_name, text, said) => {
  const { code, lines, file, left } = await refused(text)
  expect(code).toBe(1)
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain(`${file}:${said}`)
  expect(left).toEqual(['gateway.yaml'])
})

test('a configuration with a password in a wrong place does not repeat it', async () => {
  const { code, lines } = await refused('mqtt:\n  password: [topsecret]\n  user: { topsecret: topsecret }\n')
  expect(code).toBe(1)
  expect(lines.map((line) => line.replace(/^.*:\d+:\d+ (\S+): .*$/, '$1'))).toEqual(['mqtt.password', 'mqtt.user'])
  expect(lines.join('\n')).not.toContain('topsecret')
})

test('no configuration, and arguments that nobody knows', async () => {
  await using absent = node('--config', join(tempFolder(), 'absent.yaml'))
  expect(await absent.ended).toMatchObject({ code: 1 })
  expect(absent.output()).toMatch(/^cannot read .*absent\.yaml\n$/)
  await using wrong = node('--cofnig', 'x')
  expect(await wrong.ended).toMatchObject({ code: 2 })
  expect(wrong.output()).toMatch(/'--cofnig'[^]*node gateway\/main\.ts --config FILE/)
  await using none = node()
  expect(await none.ended).toMatchObject({ code: 2 })
})

const [site] = smallZone.sites
const camera = { id: 'cam-1', name: 'c', area: 'w01-process', purpose: 'p', rtspUrl: 'rtsp://127.0.0.1:1/a' }
test.each([
  ['an unknown key', { ...smallZone, camera: [] }, /zone\.yaml:\d+:1 camera: unknown key$/],
  [
    'an area of no kind',
    { ...smallZone, sites: [{ ...site, areas: [{ id: 'x', name: 'x', kind: 'cellar' }] }] },
    /zone\.yaml:\d+:\d+ sites\[0\]\.areas\[0\]\.kind: /,
  ],
  [
    'a camera in a forbidden area',
    { ...smallZone, cameras: [{ ...camera, area: 'w01-toilet' }] },
    /area of kind toilet/,
  ],
  [
    'a camera in no area',
    { ...smallZone, cameras: [{ ...camera, area: 'nowhere' }] },
    /^cameras\[0\]\.area: no area nowhere/,
  ],
  [
    'a camera by another scheme',
    { ...smallZone, cameras: [{ ...camera, rtspUrl: 'file:///etc/passwd' }] },
    /zone\.yaml:\d+:\d+ cameras\[0\]\.rtspUrl: /,
  ],
  [
    'two areas of one name',
    { ...smallZone, sites: [{ ...site, areas: [...(site?.areas ?? []), ...(site?.areas ?? [])] }] },
    /a-gate/,
  ],
])('%s in zone.yaml: one line, and no half zone is left', async (_name, zone, said) => {
  const { code, lines, folder, file } = await refused(withKey({ zone: 'zone.yaml' }), stringify(zone))
  expect(code).toBe(1)
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatch(said)
  // The same folder takes the right zone afterwards: nothing of the wrong one is there.
  writeFileSync(join(folder, 'zone.yaml'), stringify(smallZone))
  await using child = node('--config', file, '--print-address')
  const origin = (await child.line(/Listening on (\S+)/))[1] ?? ''
  await waitFor(async () => (await fetch(`${origin}/readyz`)).status === 200, { message: '/readyz' })
  expect(await child.stop()).toMatchObject({ code: 0 })
})

test('a port that is taken', async () => {
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const { port } = holder.address() as { port: number }
  try {
    for (const part of [{ http: { host: '127.0.0.1', port } }, { mqtt: { listen: { port } } }]) {
      const { code, lines } = await refused(withKey(part))
      expect(code).toBe(1)
      expect(lines).toHaveLength(1)
      expect(lines[0]).toContain(String(port))
      expect(lines[0]).toMatch(/port/)
    }
  } finally {
    holder.close()
    await once(holder, 'close')
  }
})

test('a second gateway on the same data folder is refused, and the first one does not notice', async () => {
  await using gateway = await startGateway({ zone: smallZone })
  await using second = node('--config', gateway.configFile, '--print-address')
  expect(await second.ended).toMatchObject({ code: 1 })
  expect(second.output()).toBe(`another gateway is running with the data folder ${join(gateway.folder, 'data')}\n`)
  expect((await fetch(`${gateway.origin}/readyz`)).status).toBe(200)
  expect((await gateway.fetch('/api/zone')).status).toBe(200)
})

test.each(['gateway.db', 'outbox.db'])('a damaged %s: said clearly, and left as it is', async (name) => {
  await using gateway = await startGateway({ zone: smallZone })
  await gateway.stop()
  const file = join(gateway.folder, 'data', name)
  const garbage = Buffer.alloc(8_192, 'this is no database ')
  writeFileSync(file, garbage)
  await using child = node('--config', gateway.configFile, '--print-address')
  expect(await child.ended).toMatchObject({ code: 1 })
  expect(child.output()).toBe(`cannot open the database ${file}\n`)
  expect(readFileSync(file).equals(garbage)).toBe(true)
})

test('a key file that is damaged: said clearly, and no new key is made in its place', async () => {
  await using gateway = await startGateway({ zone: smallZone })
  await gateway.stop()
  const keys = join(gateway.folder, 'data/keys')
  const [file] = readdirSync(keys).filter((name) => name !== 'gateway.id')
  const path = join(keys, file ?? '')
  writeFileSync(path, 'short')
  await using child = node('--config', gateway.configFile, '--print-address')
  expect(await child.ended).toMatchObject({ code: 1 })
  expect(child.output().trim().split('\n')).toHaveLength(1)
  expect(child.output()).toContain(path)
  expect(readFileSync(path, 'utf8')).toBe('short')
  expect(existsSync(dirname(path))).toBe(true)
})
