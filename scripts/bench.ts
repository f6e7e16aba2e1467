/** `npm run bench -- NAME [options]`: prints a table and, as the last line, one JSON object. Without a name it lists the benches. */
import { globSync } from 'node:fs'
import { basename, join } from 'node:path'

type Figure = string | number
export interface Bench {
  /** One line for the list. */
  readonly summary: string
  /** Prints its table and returns the figures. */
  readonly run: (
    args: readonly string[],
  ) => Promise<Readonly<Record<string, Figure | readonly Readonly<Record<string, Figure>>[]>>>
}

const folder = join(import.meta.dirname, 'bench')
const names = globSync('*.ts', { cwd: folder })
  .map((file) => basename(file, '.ts'))
  .sort()
const load = async (name: string) => ((await import(join(folder, `${name}.ts`))) as { bench: Bench }).bench

// Programs that a bench started end with it, also when somebody has seen enough.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.once(signal, () => process.exit(code))

const [name, ...args] = process.argv.slice(2)
if (name !== undefined && names.includes(name)) {
  const figures = await (await load(name)).run(args)
  console.log(JSON.stringify({ bench: name, ...figures }))
} else {
  if (name !== undefined) console.error(`no bench is called ${name}`)
  for (const each of names) console.log(`${each.padEnd(12)}${(await load(each)).summary}`)
  process.exitCode = name === undefined ? 0 : 2
}
