/** `npm start`: builds the dashboard if it must, then runs the gateway. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { buildDashboard } from './dashboard.ts'
import { demoParts, gatewayPart } from './demo.ts'
import { type Part, root, runTogether } from './programs.ts'

const usage = `npm start                      config/gateway.yaml if it exists, else the demo zone
npm start -- --config FILE     that configuration
npm start -- --demo            the demo zone in any case`

try {
  const parts = chooseParts()
  await buildDashboard()
  process.exitCode = await runTogether(parts)
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause)
  process.exitCode = 1
}

function chooseParts(): Part[] {
  const { config, demo } = readOptions()
  const own = join(root, 'config/gateway.yaml')
  // npm runs scripts in the repository; a path is meant from where the user stood.
  if (config !== undefined) return [gatewayPart(['--config', resolve(process.env.INIT_CWD ?? process.cwd(), config)])]
  return demo || !existsSync(own) ? demoParts() : [gatewayPart(['--config', own])]
}

function readOptions(): { config?: string; demo?: boolean } {
  try {
    return parseArgs({ options: { config: { type: 'string' }, demo: { type: 'boolean' } } }).values
  } catch (cause) {
    throw new Error(`${cause instanceof Error ? cause.message : String(cause)}\n${usage}`, { cause })
  }
}
