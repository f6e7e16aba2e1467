import { mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { type Part, root } from './programs.ts'

/** Where the demo's two programs write their log lines, so that the terminal shows the address and nothing else. */
const logFolder = join(root, '.cache/demo')

/**
 * Frames are garbage a moment after they came. V8 by itself lets their nursery grow to 128 MB and more before it looks;
 * with 8 MB a half it looks more often: 22 MB less with 64 cameras than with 16 MB, for some percent of a core.
 * The rest it lets grow by small steps only when it may not become large: 150 MB less with 20,000 readings a second, of which 60 MB are alive.
 */
export const memoryFlags = ['--max-semi-space-size=8', '--max-old-space-size=512']
/**
 * Chunks of video come and go 2,000 times a second. From its heaps glibc hardly ever gives back what they leave behind, a third of all
 * memory with 64 cameras; pieces of their own, it gives back at once.
 */
export const memoryEnv = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '32768' }

export const gatewayPart = (args: readonly string[]): Part => ({
  name: 'the gateway',
  program: process.execPath,
  args: [...memoryFlags, 'gateway/main.ts', ...args],
  env: memoryEnv,
})

/** The simulated zone and a gateway that knows it. Only the gateway's stdout, with the address to open, comes to the terminal. */
export function demoParts(config = 'config/demo.yaml'): Part[] {
  mkdirSync(logFolder, { recursive: true })
  const simulator = openLog('simulator')
  const gateway = openLog('gateway')
  console.error('Starting the demo zone. Logs: .cache/demo. Stop with Ctrl-C.')
  return [
    {
      name: 'the simulated zone',
      program: process.execPath,
      args: ['scripts/simulate-zone/main.ts'],
      stdio: ['ignore', simulator.handle, simulator.handle],
      logFile: simulator.logFile,
    },
    {
      ...gatewayPart(['--config', config, '--demo-link']),
      stdio: ['ignore', 'inherit', gateway.handle],
      logFile: gateway.logFile,
    },
  ]
}

function openLog(name: string): { logFile: string; handle: number } {
  const logFile = join(logFolder, `${name}.log`)
  return { logFile, handle: openSync(logFile, 'w') }
}
