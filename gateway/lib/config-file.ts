import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { dirname, resolve } from 'node:path'
import { type Document, isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { Config } from '../contract/config.ts'
import { ZoneFile } from '../contract/zone.ts'
import { Failure } from '../domain/failure.ts'

type Path = readonly PropertyKey[]
interface Problem {
  readonly offset: number
  readonly path: Path
  readonly message: string
}

/** A configuration whose paths are absolute; `folder` is where its file stands. */
export type LoadedConfig = Config & { readonly folder: string }

/**
 * Reads gateway.yaml. Relative paths (`storage.dataDir`, `storage.recordings`, `mqtt.tls`, `zone`) start at the file's folder.
 * @throws Failure missing (`config-missing`); invalid (`config-invalid`) with every problem, one a line, as `file:line:column path: message`
 */
export function loadConfig(file: string): LoadedConfig {
  const config = readYaml(file, Config, policy)
  const folder = dirname(resolve(file))
  return {
    ...config,
    storage: {
      ...config.storage,
      dataDir: resolve(folder, config.storage.dataDir),
      recordings: resolve(folder, config.storage.recordings),
      disks: config.storage.disks.map((disk) => ({ ...disk, path: resolve(folder, disk.path) })),
    },
    mqtt: { ...config.mqtt, tls: absolute(folder, config.mqtt.tls) },
    zone: config.zone === undefined ? undefined : resolve(folder, config.zone),
    folder,
  }
}

const absolute = (folder: string, tls: Config['mqtt']['tls']): Config['mqtt']['tls'] =>
  Object.fromEntries(
    Object.entries(tls).map(([name, file]) => [name, file === undefined ? file : resolve(folder, file)]),
  )

/** Reads zone.yaml; errors as in {@link loadConfig}. What it says about places is checked by the zone registry. */
export const loadZoneFile = (file: string): ZoneFile => readYaml(file, ZoneFile)

/** JSON schema of gateway.yaml for editors: what may be written, before defaults are filled in. */
export const configJsonSchema = () => z.toJSONSchema(Config, { io: 'input' })

/** What no single field can say. */
function policy({ mqtt, influx, storage }: Config): { path: Path; message: string }[] {
  const problems: { path: Path; message: string }[] = []
  for (const [section, url] of Object.entries({ mqtt: mqtt.url, influx: influx?.url }))
    if (url !== undefined && new URL(url).username + new URL(url).password !== '')
      problems.push({
        path: [section, 'url'],
        message: `no user or password in here; write ${section}.user and ${section}.password`,
      })
  for (const [n, { name, path }] of storage.disks.entries()) {
    const others = storage.disks.slice(0, n)
    if (name === 'main' || others.some((other) => other.name === name))
      problems.push({ path: ['storage', 'disks', n, 'name'], message: `the name ${name} is already taken` })
    if (path === storage.recordings || others.some((other) => other.path === path))
      problems.push({ path: ['storage', 'disks', n, 'path'], message: 'another disk has this path' })
  }
  const { cert, key } = mqtt.tls
  if ((cert === undefined) !== (key === undefined))
    problems.push({ path: ['mqtt', 'tls'], message: 'cert and key go together' })
  const open = mqtt.url === undefined && !isLoopback(mqtt.listen.host)
  if (!open || (mqtt.user !== undefined && mqtt.password !== undefined)) return problems
  const message =
    'a broker that other machines can reach needs mqtt.user and mqtt.password; or listen on 127.0.0.1 for this machine only'
  return [...problems, { path: ['mqtt', 'listen', 'host'], message }]
}

const isLoopback = (host: string) =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))

/** Reads any YAML file against a schema and names every problem with its place. Values never appear in a message: they may be secrets. */
function readYaml<S extends z.ZodType>(
  file: string,
  schema: S,
  more: (value: z.output<S>) => { path: Path; message: string }[] = () => [],
): z.output<S> {
  const text = readText(file)
  const lines = new LineCounter()
  const doc = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  const refuse = (problems: Problem[]): Failure => {
    const shown = problems
      .toSorted((a, b) => a.offset - b.offset)
      .map(({ offset, path, message }) => {
        const { line, col } = lines.linePos(offset)
        return `${file}:${line}:${col} ${[shownPath(path), message].filter(Boolean).join(': ')}`
      })
    return new Failure('invalid', 'config-invalid', shown.join('\n'), { file, problems: shown.length })
  }

  const broken = [...doc.errors, ...doc.warnings]
  if (broken.length > 0)
    throw refuse(broken.map((error) => ({ offset: error.pos[0], path: [], message: yamlMessage(error) })))
  const found = schema.safeParse(plain(doc, refuse))
  if (!found.success) throw refuse(found.error.issues.flatMap((issue) => problemsOf(issue, doc)))
  const further = more(found.data).map(({ path, message }) => ({ path, message, offset: offsetOf(doc, path) }))
  if (further.length > 0) throw refuse(further)
  return found.data
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Failure('missing', 'config-missing', `cannot read ${file}`, { file }, { cause })
  }
}

/** An empty file is an empty map: every key has its default. */
function plain(doc: Document.Parsed, refuse: (problems: Problem[]) => Failure): unknown {
  try {
    return doc.toJS({ maxAliasCount: 100 }) ?? {}
  } catch (cause) {
    const message = 'an alias (*name) without its anchor, or too many of them; put a text that begins with * in quotes'
    const failure = refuse([{ offset: 0, path: [], message }])
    failure.cause = cause
    throw failure
  }
}

/** The parser's own words, but for those that repeat what was written. */
function yamlMessage(error: { code: string; message: string }): string {
  if (error.code === 'TAG_RESOLVE_FAILED') return 'unknown tag; put a text that begins with ! in quotes'
  if (error.code === 'BAD_ALIAS')
    return 'an alias (*name) that is not usable here; put a text that begins with * in quotes'
  return `not YAML: ${error.message}`
}

function problemsOf(issue: z.core.$ZodIssue, doc: Document.Parsed): Problem[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => {
      const path = [...issue.path, key]
      return { path, offset: keyOffset(doc, issue.path, key), message: 'unknown key' }
    })
  return [{ path: issue.path, offset: offsetOf(doc, issue.path), message: issue.message }]
}

/** Where the value at `path` stands, or the nearest thing around it that does. */
function offsetOf(doc: Document.Parsed, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const offset = rangeOf(doc.getIn(path.slice(0, length), true))
    if (offset !== undefined) return offset
  }
  return 0
}

function keyOffset(doc: Document.Parsed, parent: Path, key: string): number {
  const map: unknown = parent.length === 0 ? doc.contents : doc.getIn(parent, true)
  if (!isMap(map)) return 0
  const pair = map.items.find(({ key: found }) => isScalar(found) && String(found.value) === key)
  return rangeOf(pair?.key) ?? 0
}

function rangeOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined
  const [start]: unknown[] = node.range
  return typeof start === 'number' ? start : undefined
}

/** `cameras[2].area` */
const shownPath = (path: Path): string =>
  path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text ? `${text}.${String(step)}` : String(step)),
    '',
  )
