import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { configJsonSchema, loadConfig, loadZoneFile } from '../../gateway/lib/config-file.ts'
import { tempFolder } from '../support/temp.ts'

function write(text: string): string {
  const file = join(tempFolder('config'), 'gateway.yaml')
  writeFileSync(file, text)
  return file
}

/** The lines of the refusal, without the name of the file. */
function refusal(load: (file: string) => unknown, text: string): string[] {
  const file = write(text)
  try {
    load(file)
  } catch (cause) {
    expect(cause).toMatchObject({ kind: 'invalid', code: 'config-invalid' })
    return (cause as Error).message.split('\n').map((line) => line.replace(`${file}:`, ''))
  }
  throw new Error('was not refused')
}

test.each([
  ['an empty file', ''],
  ['only comments', '# nothing yet\n'],
  ['empty sections', 'http: {}\nstorage: {}\n'],
])('%s is all defaults, with folders beside the file', (_name, text) => {
  const file = write(text)
  const { folder, http, storage, mqtt, zone, influx } = loadConfig(file)
  expect(folder).toBe(join(file, '..'))
  expect(http).toEqual({ host: '0.0.0.0', port: 8080, trustedOrigins: [] })
  expect(storage.dataDir).toBe(join(folder, '../data'))
  expect(storage.recordings).toBe(join(folder, '../data/recordings'))
  expect(mqtt.listen).toEqual({ host: '127.0.0.1', port: 1883 })
  expect([zone, influx]).toEqual([undefined, undefined])
})

test('relative paths start at the file, absolute ones stay', () => {
  const file = write('storage:\n  dataDir: here\n  recordings: /mnt/footage\nzone: zone.yaml\n')
  const { folder, storage, zone } = loadConfig(file)
  expect([storage.dataDir, storage.recordings, zone]).toEqual([
    join(folder, 'here'),
    '/mnt/footage',
    join(folder, 'zone.yaml'),
  ])
})

test('files of TLS: relative ones start at the file, and a certificate goes with its key', () => {
  const file = write('mqtt:\n  tls: { ca: ca.pem, cert: /etc/gateway.pem, key: gateway.key }\n')
  const { folder, mqtt } = loadConfig(file)
  expect(mqtt.tls).toEqual({ ca: join(folder, 'ca.pem'), cert: '/etc/gateway.pem', key: join(folder, 'gateway.key') })
  for (const alone of ['cert', 'key'])
    expect(refusal(loadConfig, `mqtt:\n  tls: { ${alone}: a.pem }\n`)).toEqual([
      '2:8 mqtt.tls: cert and key go together',
    ])
})

test.each([
  ['unknown key', 'http:\n  port: 80\n  hots: x\n', ['3:3 http.hots: unknown key']],
  ['unknown section', 'htpp:\n  port: 80\n', ['1:1 htpp: unknown key']],
  ['wrong type', 'http:\n  port: "80"\n', ['2:9 http.port: Invalid input: expected number, received string']],
  ['key without a value', 'http:\n  port:\n', ['2:8 http.port: Invalid input: expected number, received null']],
  ['in a list', 'http:\n  trustedOrigins:\n    - https://a\n    - nope\n', ['4:7 http.trustedOrigins[1]: Invalid URL']],
  [
    'missing key',
    'influx:\n  database: zone\n',
    ['2:3 influx.url: Invalid input: expected string, received undefined'],
  ],
  ['not a map', '- http\n', ['1:1 Invalid input: expected object, received array']],
  ['same key twice', 'zone: a\nzone: b\n', ['2:1 not YAML: Map keys must be unique']],
  [
    'not YAML',
    'http: {port: 80\n',
    ['2:1 not YAML: Flow map in block collection must be sufficiently indented and end with a }'],
  ],
  [
    'several at once, in the order of the file',
    'storage:\n  retentionDays: -1\n  x: 1\nlog:\n  level: loud\n',
    [
      '2:18 storage.retentionDays: Too small: expected number to be >=0.001',
      '3:3 storage.x: unknown key',
      '5:10 log.level: Invalid option: expected one of "debug"|"info"|"warn"|"error"',
    ],
  ],
])('%s is named with its line and column', (_name, text, expected) => {
  expect(refusal(loadConfig, text)).toEqual(expected)
})

test.each([
  ['alias', 'mqtt:\n  password: *hunter2\n', /put a text that begins with \* in quotes/],
  ['tag', 'mqtt:\n  password: !hunter2\n', /put a text that begins with ! in quotes/],
  ['wrong type', 'influx:\n  url: http://a:hunter2@b\n  password: [hunter2]\n', /influx\.password/],
])('a password that YAML reads as %s is refused without being repeated', (_name, text, reason) => {
  const lines = refusal(loadConfig, text).join('\n')
  expect(lines).toMatch(reason)
  expect(lines).not.toContain('hunter2')
})

test.each([
  ['0.0.0.0', '', false],
  ['192.168.1.5', '\n  user: zone', false],
  ['192.168.1.5', '\n  user: zone\n  password: secret', true],
  ['127.0.0.1', '', true],
  ['localhost', '', true],
  ['"::1"', '', true],
  ['0.0.0.0', '\n  url: mqtt://broker', true],
])('embedded broker on %s with%s', (host, login, allowed) => {
  const text = `mqtt:\n  listen: { host: ${host} }${login}\n`
  if (allowed) expect(loadConfig(write(text)).mqtt.listen.host).toBe(host.replaceAll('"', ''))
  else
    expect(refusal(loadConfig, text)).toEqual([expect.stringMatching(/^2:19 mqtt\.listen\.host: a broker that other/)])
})

test('a file that is not there is named', () => {
  expect(() => loadConfig('/no/such/gateway.yaml')).toThrow('cannot read /no/such/gateway.yaml')
})

test('zone.yaml is read the same way', () => {
  const text = [
    'zone: { id: fuan, name: 福安 }',
    'sites:',
    '  - id: main',
    '    name: Main',
    '    areas:',
    '      - { id: gate, name: Gate, kind: garden }',
    'cameras:',
    '  - { id: Cam 1, name: Gate, area: gate, purpose: safety, rtspUrl: "http://x" }',
  ].join('\n')
  expect(refusal(loadZoneFile, text)).toEqual([
    expect.stringMatching(/^6:\d+ sites\[0\]\.areas\[0\]\.kind: Invalid option/),
    expect.stringMatching(/^8:11 cameras\[0\]\.id: letters a-z, digits/),
    expect.stringMatching(/^8:\d+ cameras\[0\]\.rtspUrl: Invalid URL/),
  ])
})

test('the JSON schema for editors names every section, asks for none, and allows no other', () => {
  const schema = configJsonSchema()
  const sections = ['discovery', 'http', 'influx', 'log', 'mqtt', 'readings', 'storage', 'zone']
  expect(Object.keys(schema.properties ?? {}).toSorted()).toEqual(sections)
  expect([schema.required, schema.additionalProperties]).toEqual([undefined, false])
})

test('user and password stand in their own keys, not in an address', () => {
  expect(
    refusal(loadConfig, 'mqtt:\n  url: mqtt://zone:hunter2@broker\ninflux:\n  url: http://:hunter2@db:8086\n'),
  ).toEqual([
    '2:8 mqtt.url: no user or password in here; write mqtt.user and mqtt.password',
    '4:8 influx.url: no user or password in here; write influx.user and influx.password',
  ])
})
