/**
 * `npm run copy:history`: carries what the embedded metrics store holds into the InfluxDB of the configuration. See `usage`.
 *
 * The gateway may run meanwhile. What is copied stays where it was. Exit code 0: everything is there, 1: something is missing, 2: it could
 * not be copied; begin again, it goes on where it stopped.
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { Failure, toFailure } from '../gateway/domain/failure.ts'
import { systemClock } from '../gateway/lib/clock.ts'
import { loadConfig } from '../gateway/lib/config-file.ts'
import { openLog } from '../gateway/lib/log.ts'
import { influxStore } from '../gateway/metrics/influx-store.ts'
import { readingTags } from '../gateway/metrics/tags.ts'
import { openStore } from '../gateway/store/open.ts'
import { zoneRegistry } from '../gateway/zone/registry.ts'
import { type CopiedSeries, copyStore } from './history/copy-store.ts'
import { placedSensors } from './history/placed-sensors.ts'
import { root } from './programs.ts'

const usage = `npm run copy:history                              with config/gateway.yaml
npm run copy:history -- --config FILE`

try {
  const { values } = parseArgs({ options: { help: { type: 'boolean', default: false }, config: { type: 'string' } } })
  if (values.help) throw new Failure('invalid', 'help', usage)
  // npm runs scripts in the repository; a path is meant from where the user stood.
  const file =
    values.config === undefined
      ? join(root, 'config/gateway.yaml')
      : resolve(process.env.INIT_CWD ?? process.cwd(), values.config)
  process.exitCode = await copy(file)
} catch (cause) {
  console.error(toFailure(cause).kind === 'bug' && cause instanceof Error ? cause.message : toFailure(cause).message)
  process.exitCode = 2
}

async function copy(file: string): Promise<number> {
  const { influx, storage, readings: keeping } = loadConfig(file)
  if (!influx) throw new Failure('invalid', 'influx-missing', `${file} names no InfluxDB`)
  const from = join(storage.dataDir, 'metrics.db')
  if (!existsSync(from)) throw new Failure('missing', 'metrics-missing', `there is no ${from}`)
  const tools = { clock: systemClock, log: openLog('warn') }
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort())
  const metrics = openStore(from, 'metrics')
  const gateway = openStore(join(storage.dataDir, 'gateway.db'), 'gateway')
  const target = influxStore(influx, keeping, tools)
  try {
    const tagsOf = readingTags(placedSensors(gateway.db), zoneRegistry({ store: gateway, tools }))
    const copied = await copyStore({
      db: metrics.db,
      target,
      targetName: `${influx.url} ${influx.database}`,
      tagsOf: (sensorId, metric) => tagsOf({ sensorId, metric }),
      signal: stop.signal,
      onProgress: (sensorId, metric) => console.error(`copying ${sensorId}/${metric}`),
    })
    console.log(tableOf(copied))
    return copied.every(({ here, there, notKept }) => there >= here - notKept) ? 0 : 1
  } finally {
    target.close()
    metrics.close()
    gateway.close()
  }
}

/** `there` may be more: what the gateway wrote meanwhile at the same time of the day it changed over. */
function tableOf(copied: readonly CopiedSeries[]): string {
  const total = { sensorId: 'all', metric: '', here: 0, there: 0, notKept: 0 }
  for (const { here, there, notKept } of copied) {
    total.here += here
    total.there += there
    total.notKept += notKept
  }
  const rows = [...copied, total].map(({ sensorId, metric, here, there, notKept }) =>
    [sensorId, metric, here, there, notKept].map(String),
  )
  const table = [['sensor', 'metric', 'metrics.db', 'InfluxDB', 'older than kept'], ...rows]
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? []
  return table
    .map((row) =>
      row
        .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    )
    .join('\n')
}
