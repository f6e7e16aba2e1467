import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { loadConfig, loadZoneFile } from '../../gateway/lib/config-file.ts'
import { staleFiles } from '../../scripts/generated.ts'
import { root } from '../../scripts/programs.ts'

const read = (file: string) => readFileSync(join(root, file), 'utf8')

test('generated files are what their sources say', () => {
  expect(staleFiles()).toEqual([])
})

test.each(globSync('{*.md,gateway/**/*.md}', { cwd: root }))('links of %s lead somewhere', (file) => {
  const targets = [...read(file).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)|src="([^"]+)"/g)].map(
    (found) => found[1] ?? found[2] ?? '',
  )
  const inside = targets.filter((target) => !/^(https?|mailto):/.test(target))
  expect(inside.filter((target) => !existsSync(join(root, dirname(file), target)))).toEqual([])
})

test('lines of the changelog say what kind of change they are', () => {
  const lines = read('CHANGELOG.md')
    .split('\n')
    .filter((line) => line.startsWith('*') || line.startsWith('-'))
  expect(lines.length).toBeGreaterThan(0)
  expect(lines.filter((line) => !/^\* (Breaking|New|Better|Fixed): /.test(line))).toEqual([])
})

test('the example configuration is valid and shows every key', () => {
  expect(() => loadConfig(join(root, 'config/gateway.example.yaml'))).not.toThrow()
  const text = read('config/gateway.example.yaml')
  // What is optional stands there as a comment.
  const shown = parse(text.replaceAll(/^( *)# (?= *[a-z]\w*:( |$))/gm, '$1')) as Node
  const schema = JSON.parse(read('config/gateway.schema.json')) as Schema
  expect(missingKeys(schema, shown)).toEqual([])
})

test('the example zone is valid', () => {
  const { sites, cameras } = loadZoneFile(join(root, 'config/zone.example.yaml'))
  expect(sites[0]?.workshops.length).toBeGreaterThan(0)
  expect(cameras.length).toBeGreaterThan(0)
})

test("the demo's configuration and zone are valid", () => {
  const { zone = '' } = loadConfig(join(root, 'config/demo.yaml'))
  expect(loadZoneFile(zone).cameras.length).toBeGreaterThan(0)
})

test('no container has a default password, and each is restarted and watched', () => {
  const { services } = parse(read('docker-compose.yml')) as { services: Record<string, Service> }
  const secrets = Object.values(services).flatMap(({ environment }) =>
    Object.entries(environment).filter(([key]) => key.endsWith('PASSWORD')),
  )
  expect(secrets.length).toBeGreaterThan(4)
  expect(secrets.filter(([, value]) => !/^\$\{\w+:\?[^}]+\}$/.test(value))).toEqual([])
  expect(Object.keys(services)).toEqual(['gateway', 'mosquitto', 'influxdb'])
  for (const { restart } of Object.values(services)) expect(restart).toBe('unless-stopped')
  // The gateway's stands in its Dockerfile.
  expect([services.mosquitto?.healthcheck, services.influxdb?.healthcheck]).not.toContain(undefined)
  expect(read('scripts/Dockerfile')).toMatch(/^HEALTHCHECK /m)
})

interface Service {
  readonly restart?: string
  readonly environment: Readonly<Record<string, string>>
  readonly healthcheck?: object
}
type Node = { readonly [key: string]: unknown }
interface Schema {
  readonly properties?: { readonly [key: string]: Schema }
}

/** Dotted paths that the schema has and the file does not. */
function missingKeys(schema: Schema, node: unknown, path: readonly string[] = []): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => {
    const here = [...path, key]
    if (typeof node !== 'object' || node === null || !(key in node)) return [here.join('.')]
    return missingKeys(inner, (node as Node)[key], here)
  })
}
