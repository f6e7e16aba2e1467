import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { root } from './programs.ts'

/** What the customer fixed, and dot files. */
const topLevel = [
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'config',
  'dashboard',
  'docker-compose.yml',
  'gateway',
  'package-lock.json',
  'package.json',
  'scripts',
  'test',
  'tsconfig.json',
]
const longestLines = 300

interface Rule {
  readonly what: string
  readonly where: RegExp
  readonly but?: RegExp
  readonly never: RegExp
}

// Written so that no pattern matches its own line.
const rules: readonly Rule[] = [
  {
    what: 'time comes from lib/clock.ts',
    where: /^gateway\/.*\.ts$/,
    but: /^gateway\/lib\/(clock|child)\.ts$/,
    never: /\bDate\.now\b|\bnew Date\(\s*\)|\bset(Timeout|Interval)\s*\(|\bperformance\.now\b|['"]node:timers/,
  },
  {
    what: 'the process belongs to main.ts and gateway.ts',
    where: /^gateway\/.*\.ts$/,
    // A pid may make a file name unique. The log writes to this process's stderr unless it is told otherwise.
    but: /^gateway\/(main|gateway|lib\/log)\.ts$/,
    never: /(?<![\w.'"`/-])process\.(?!pid\b)[a-z]|['"]node:process['"]/,
  },
  { what: 'pure code knows no chance', where: /^gateway\/(domain|contract|media)\//, never: /Math\.random|randomUUID/ },
  {
    what: 'an open end goes into an issue, not into the code',
    where: /\.(ts|tsx|css|sql|sh|py|yaml)$/,
    never: /\b(T[O]DO|F[I]XME|X[X]X)\b/,
  },
  {
    what: 'the compiler is not told to look away',
    where: /\.tsx?$/,
    never: /@ts-(ignore|nocheck|expect-error)|\bas [a]ny\b|:\s*[a]ny\b/,
  },
  {
    what: 'an error is not swallowed',
    where: /\.tsx?$/,
    never: /catch\s*(\(\w*\)\s*)?\{\s*\}|\.catch\(\(\w*\)\s*=>\s*(\{\s*\}|undefined|null)\)/,
  },
  { what: 'modules are not replaced in tests', where: /^test\//, never: /\bvi\.(do)?[mM]ock\(/ },
  { what: 'every test runs', where: /^test\/.*\.test\.tsx?$/, never: /\b(test|it|describe)\.(only|skip|todo)\(/ },
]

/** Every sentence names a file and what is wrong. Empty when all is well. */
export function houseProblems(): string[] {
  const files = projectFiles()
  return [
    ...files.flatMap((file) => textProblems(file, readFileSync(join(root, file), 'utf8'))),
    ...files.filter((file) => /^utils?\./.test(basename(file))).map((file) => `${file}: name it after what it does`),
    ...topLevelProblems(files),
  ]
}

/** What git knows or would add, from the repository; only texts. */
export function projectFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
  })
  const names = listed.split('\0').filter((name) => name !== '' && !/\.(png|jpg|ico|woff2|mp4|bin)$/.test(name))
  return [...new Set(names)]
    .filter((name) => existsSync(join(root, name)) && statSync(join(root, name)).isFile())
    .sort()
}

export function textProblems(file: string, text: string): string[] {
  const lines = text.split('\n')
  const problems: string[] = []
  if (/^(gateway|dashboard)\/.*\.(ts|tsx|css|sql)$/.test(file) && lines.length - 1 > longestLines)
    problems.push(`${file}: ${lines.length - 1} lines, more than ${longestLines}: split it along a noun`)
  for (const { what, where, but, never } of rules) {
    if (!where.test(file) || but?.test(file)) continue
    lines.forEach((line, index) => {
      if (!/^\s*(\/\/|\*|\/\*)/.test(line) || never.source.includes('T[O]DO')) {
        if (never.test(line)) problems.push(`${file}:${index + 1}: ${what}`)
      }
    })
  }
  return problems
}

function topLevelProblems(files: readonly string[]): string[] {
  const entries = new Set(files.map((file) => file.split('/')[0] as string).filter((name) => !name.startsWith('.')))
  const foreign = [...entries]
    .filter((name) => !topLevel.includes(name))
    .map((name) => `${name}: not an entry of the top level`)
  const missing = topLevel.filter((name) => !entries.has(name)).map((name) => `${name}: missing at the top level`)
  return [...foreign, ...missing]
}
