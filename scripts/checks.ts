import { staleFiles } from './generated.ts'
import { houseProblems } from './house-rules.ts'
import { layerProblems } from './layers.ts'
import { packaged, runToEnd } from './programs.ts'

interface Check {
  readonly name: string
  /** What is wrong; empty when nothing is. */
  readonly find: () => Promise<string>
}

const program = (name: string, tool: string, args: readonly string[]): Check => ({
  name,
  async find() {
    const { code, output } = await runToEnd(packaged(tool), args)
    return code === 0 ? '' : output.trim() || `${tool} ended with ${code}`
  },
})
const own = (name: string, problems: () => string[]): Check => ({ name, find: async () => problems().join('\n') })

const checks: readonly Check[] = [
  program('types: gateway and scripts', 'tsc', ['-p', 'tsconfig.json']),
  program('types: dashboard', 'tsc', ['-p', 'dashboard/tsconfig.json']),
  program('types: tests', 'tsc', ['-p', 'test/tsconfig.json']),
  program('lint', 'oxlint', ['--type-aware', '--deny-warnings']),
  program('format', 'biome', ['format', '--error-on-warnings', '.']),
  own('layers', layerProblems),
  own('house rules', houseProblems),
  own('generated files', staleFiles),
]

/** Runs every check, one line each, and shows what is wrong below it. @returns whether all was well */
export async function runChecks(): Promise<boolean> {
  let good = true
  for (const { name, find } of checks) {
    const startedMs = performance.now()
    const wrong = await find()
    const took = `${((performance.now() - startedMs) / 1_000).toFixed(1)} s`
    console.log(`${wrong === '' ? 'ok    ' : 'FAILED'}  ${name.padEnd(28)} ${took}`)
    if (wrong !== '') {
      good = false
      console.log(wrong)
    }
  }
  return good
}
