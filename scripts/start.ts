/**
 * `npm start`: builds the dashboard if it must, then runs the gateway.
 *
 *   npm start                      config/gateway.yaml if it exists, else the demo zone
 *   npm start -- --config FILE     that configuration
 *   npm start -- --demo            the demo zone in any case
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { buildDashboard } from './dashboard.ts'
import { demoParts, gatewayPart } from './demo.ts'
import { root, runTogether } from './programs.ts'

const { values } = parseArgs({ options: { config: { type: 'string' }, demo: { type: 'boolean' } } })
// npm runs scripts in the repository; a path is meant from where the user stood.
const from = process.env.INIT_CWD ?? process.cwd()
const own = join(root, 'config/gateway.yaml')
const config =
  values.config !== undefined ? resolve(from, values.config) : existsSync(own) && !values.demo ? own : undefined

await buildDashboard()
process.exitCode = await runTogether(config === undefined ? demoParts() : [gatewayPart(['--config', config])])
