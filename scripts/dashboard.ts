import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packaged, root, runToEnd } from './programs.ts'

const stampFile = join(root, '.cache/dashboard.stamp')
const sources = ['dashboard/**/*', 'gateway/contract/**/*.ts', 'gateway/domain/**/*.ts', 'package-lock.json']

/** Builds dashboard/dist when it is missing or its sources are not those it was built from. @throws Error with the builder's output */
export async function buildDashboard(): Promise<void> {
  const wanted = hashOfSources()
  const built = existsSync(join(root, 'dashboard/dist/index.html'))
  if (built && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return
  console.error('building the dashboard')
  const args = ['build', '--config', 'dashboard/vite.config.ts', '--logLevel', 'warn']
  // Whoever builds: within a test runner it would be the slower, larger build for debugging.
  const { code, output } = await runToEnd(packaged('vite'), args, { NODE_ENV: 'production' })
  if (code !== 0) throw new Error(`the dashboard does not build:\n${output}`)
  mkdirSync(join(root, '.cache'), { recursive: true })
  writeFileSync(stampFile, wanted)
}

function hashOfSources(): string {
  const hash = createHash('sha256')
  const skipped = (name: string) => name === 'dist' || name === 'screenshots'
  for (const file of globSync(sources, { cwd: root, exclude: skipped }).sort()) {
    const path = join(root, file)
    if (!statSync(path).isFile()) continue
    hash.update(`${file}\0`).update(readFileSync(path)).update('\0')
  }
  return hash.digest('hex')
}
