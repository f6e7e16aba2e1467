import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { root } from './programs.ts'

/** From the ground up: an import may only go down. Everything not named here is a feature, on one floor below `http`. */
const floors = [
  'domain',
  'contract',
  'media',
  'lib',
  'store',
  'feature',
  'http',
  'pipelines',
  'gateway.ts',
  'main.ts',
] as const
type Floor = (typeof floors)[number]
/** Where no code of Node may be used, and which packages may. */
const pure: Partial<Record<Floor, readonly string[]>> = { domain: [], contract: ['zod'], media: [] }

export interface Import {
  /** From the repository, with `/`. */
  readonly file: string
  /** As written. */
  readonly target: string
  /** Where a relative one leads, from the repository. */
  readonly path: string | undefined
  readonly typeOnly: boolean
}

/** Every sentence names a file and what it may not import. Empty when all is well. */
export function layerProblems(): string[] {
  const imports = [...sourceFiles('gateway'), ...sourceFiles('dashboard')].flatMap(importsOf)
  const problems = imports.flatMap((one) => {
    const why = one.file.startsWith('gateway/') ? gatewayProblem(one) : dashboardProblem(one)
    return why === undefined ? [] : [`${one.file} imports ${one.target}: ${why}`]
  })
  return [...problems, ...circles(imports)]
}

/** TypeScript sources under a folder, from the repository, sorted. */
export function sourceFiles(folder: string): string[] {
  return globSync(`${folder}/**/*.{ts,tsx}`, {
    cwd: root,
    exclude: (name) => name === 'dist' || name === 'node_modules',
  }).sort()
}

/** Static and dynamic imports and re-exports of one file. */
export function importsOf(file: string): Import[] {
  return importsIn(file, readFileSync(join(root, file), 'utf8'))
}

const statement = /^[ \t]*(import|export)\s+(type\s+)?(?:([\w*{][^'"`;]*?)\s*from\s*)?(['"])([^'"]+)\4/gm
const dynamic = /\bimport\(\s*(['"])([^'"]+)\1/g

export function importsIn(file: string, text: string): Import[] {
  const found: { target: string; typeOnly: boolean }[] = []
  for (const [, , type, names = '', , target = ''] of text.matchAll(statement)) {
    found.push({ target, typeOnly: type !== undefined || onlyTypes(names) })
  }
  for (const [, , target = ''] of text.matchAll(dynamic)) found.push({ target, typeOnly: false })
  return found.map(({ target, typeOnly }) => ({
    file,
    target,
    typeOnly,
    path: target.startsWith('.') ? resolved(file, target) : undefined,
  }))
}

/** `{ type A, type B }` */
function onlyTypes(names: string): boolean {
  const inner = names.match(/^\{(.*)\}$/s)?.[1]
  if (inner === undefined) return false
  const parts = inner
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
  return parts.length > 0 && parts.every((part) => part.startsWith('type '))
}

function resolved(file: string, target: string): string {
  return relative(root, join(root, dirname(file), target)).replaceAll('\\', '/')
}

function placeOf(path: string): { floor: Floor; feature: string } {
  const [, first = '', ...rest] = path.split('/')
  const named = floors.find((floor) => floor === first && (floor.endsWith('.ts') ? rest.length === 0 : rest.length > 0))
  return { floor: named ?? 'feature', feature: named === undefined ? first : '' }
}

function gatewayProblem({ file, target, path }: Import): string | undefined {
  const from = placeOf(file)
  const allowed = pure[from.floor]
  if (path === undefined) {
    if (!allowed || allowed.some((name) => target === name || target.startsWith(`${name}/`))) return undefined
    return target.startsWith('node:')
      ? `${from.floor} is pure and knows nothing of Node`
      : `${from.floor} is pure and may use ${allowed.join(', ') || 'no package'}`
  }
  if (!path.startsWith('gateway/')) return 'the gateway stands on nothing beside it'
  const to = placeOf(path)
  if (floors.indexOf(to.floor) > floors.indexOf(from.floor)) return `${from.floor} lies below ${to.floor}`
  if (to.floor === 'feature' && from.floor === 'feature' && to.feature !== from.feature)
    return 'features know nothing of each other: declare the function it needs, gateway.ts hands it over'
  return undefined
}

function dashboardProblem({ path, typeOnly }: Import): string | undefined {
  if (path === undefined || path.startsWith('dashboard/') || path.startsWith('gateway/domain/')) return undefined
  if (path.startsWith('gateway/contract/'))
    return typeOnly ? undefined : 'only types of the contract may reach the browser'
  return 'the dashboard stands on gateway/contract (types) and gateway/domain'
}

/** Files that need each other at run time. Types may go round. */
function circles(imports: readonly Import[]): string[] {
  const needs = new Map<string, string[]>()
  for (const { file, path, typeOnly } of imports) {
    if (typeOnly || path === undefined || !existsSync(join(root, path))) continue
    needs.set(file, [...(needs.get(file) ?? []), path])
  }
  const done = new Set<string>()
  const found: string[] = []
  const visit = (file: string, way: readonly string[]) => {
    const at = way.indexOf(file)
    if (at >= 0) found.push(`a circle of imports: ${[...way.slice(at), file].join(' -> ')}`)
    if (at >= 0 || done.has(file)) return
    for (const next of needs.get(file) ?? []) visit(next, [...way, file])
    done.add(file)
  }
  for (const file of needs.keys()) visit(file, [])
  return found
}
