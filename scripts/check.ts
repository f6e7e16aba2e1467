/**
 * `npm run check:footage`: is what lies on the disks what was recorded? See `usage`.
 *
 * Compares disk and index both ways, every fragment with its SHA-256, and follows the chain of hashes from file to file. Changes nothing
 * without `--repair`, and may be used while the gateway runs. Exit code 0: nothing is wrong, 1: something is, 2: it could not be checked.
 */
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { Failure, toFailure } from '../gateway/domain/failure.ts'
import { loadConfig } from '../gateway/lib/config-file.ts'
import { checkFootage } from './footage/check-footage.ts'
import type { Disk } from './footage/files.ts'
import { isGatewayRunning, openIndex } from './footage/index-reader.ts'
import { repairFootage } from './footage/repair.ts'
import { reportOf } from './footage/report.ts'
import { root } from './programs.ts'

const usage = `npm run check:footage                              with config/gateway.yaml
npm run check:footage -- --config FILE
npm run check:footage -- --data DIR --recordings DIR [--recordings NAME=DIR]...
  --sample 5%   reads every 20th file, chosen by chance; the others are compared by name and size
  --repair      takes unknown files in and marks missing ones; never while the gateway runs
  --json        the whole result as one JSON object`

try {
  const { dataDir, disks, sample, repair, json } = readOptions()
  const isRunning = isGatewayRunning(dataDir)
  if (repair) {
    const done = await repairFootage(dataDir, disks)
    if (!json) console.log(`${done}\n`)
  }
  const index = openIndex(dataDir)
  const result = checkFootage({ index, disks, sample, isRunning, random: Math.random })
  index.close()
  console.log(json ? JSON.stringify(result) : reportOf(result))
  process.exitCode = result.problems.length === 0 ? 0 : 1
} catch (cause) {
  console.error(toFailure(cause).kind === 'bug' && cause instanceof Error ? cause.message : toFailure(cause).message)
  process.exitCode = 2
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', default: false },
      config: { type: 'string' },
      data: { type: 'string' },
      recordings: { type: 'string', multiple: true },
      sample: { type: 'string', default: '100%' },
      repair: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  if (values.help) throw new Failure('invalid', 'help', usage)
  const sample = Number(values.sample.replace(/%$/, '')) / (values.sample.endsWith('%') ? 100 : 1)
  if (!(sample > 0 && sample <= 1)) throw new Error('--sample is a part like 5% or 0.05')
  const { repair, json } = values
  // npm runs scripts in the repository; a path is meant from where the user stood.
  const from = (path: string) => resolve(process.env.INIT_CWD ?? process.cwd(), path)
  if (values.data !== undefined || values.recordings !== undefined) {
    if (values.data === undefined || values.recordings === undefined)
      throw new Error('--data and --recordings belong together')
    return {
      dataDir: from(values.data),
      disks: values.recordings.map((text) => diskOf(text, from)),
      sample,
      repair,
      json,
    }
  }
  const { storage } = loadConfig(values.config === undefined ? join(root, 'config/gateway.yaml') : from(values.config))
  const disks = [
    { name: 'main', root: storage.recordings },
    ...storage.disks.map(({ name, path }) => ({ name, root: path })),
  ]
  return { dataDir: storage.dataDir, disks, sample, repair, json }
}

/** `DIR` is the disk main, `NAME=DIR` another one. */
function diskOf(text: string, from: (path: string) => string): Disk {
  const [, name, path] = /^([\w-]+)=(.+)$/.exec(text) ?? []
  return name !== undefined && path !== undefined ? { name, root: from(path) } : { name: 'main', root: from(text) }
}
