import { parseArgs } from 'node:util'
import { demoCameras } from './cameras.ts'
import { defaultZone, startZone } from './zone.ts'

const usage = `node scripts/simulate-zone/main.ts [--mqtt ${defaultZone.mqttUrl}] [--port-base ${defaultZone.portBase}] [--host ${defaultZone.host}]
  [--cameras N | --cameras c01,c09] [--cache DIR] [--clip-seconds ${defaultZone.clipSeconds}] [--story-speed X] [--no-discovery] [--no-sensors]`

function fail(message: string): never {
  process.stderr.write(`${message}\n${usage}\n`)
  process.exit(2)
}

function read() {
  try {
    return parseArgs({
      options: {
        mqtt: { type: 'string', default: defaultZone.mqttUrl ?? '' },
        'port-base': { type: 'string', default: String(defaultZone.portBase) },
        host: { type: 'string', default: defaultZone.host },
        cameras: { type: 'string', default: String(demoCameras.length) },
        cache: { type: 'string', default: defaultZone.cacheDir },
        'clip-seconds': { type: 'string', default: String(defaultZone.clipSeconds) },
        'story-speed': { type: 'string', default: String(defaultZone.storySpeed) },
        'no-discovery': { type: 'boolean', default: false },
        'no-sensors': { type: 'boolean', default: false },
      },
    }).values
  } catch (cause) {
    return fail(cause instanceof Error ? cause.message : String(cause))
  }
}

const values = read()
const number = (name: 'port-base' | 'clip-seconds' | 'story-speed', low: number, high: number): number => {
  const value = Number(values[name])
  if (!(value >= low && value <= high)) fail(`--${name} must be a number from ${low} to ${high}`)
  return value
}
const chosen = values.cameras.split(',')
const cameras = /^\d+$/.test(values.cameras)
  ? demoCameras.slice(0, Number(values.cameras))
  : demoCameras.filter(({ id }) => chosen.includes(id))

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (stop.signal.aborted) process.exit(1)
    stop.abort()
  })

try {
  const zone = await startZone(
    {
      host: values.host,
      portBase: number('port-base', 0, 65_000),
      cameras,
      cacheDir: values.cache,
      clipSeconds: number('clip-seconds', 1, 120),
      discovery: !values['no-discovery'],
      mqttUrl: values['no-sensors'] ? null : values.mqtt,
      storySpeed: number('story-speed', 0.01, 1_000),
    },
    stop.signal,
  )
  process.stdout.write(`${JSON.stringify({ ready: true, cameras: zone.cameras })}\n`)
  await zone.ended
} catch (cause) {
  if (!stop.signal.aborted) {
    process.stderr.write(`${cause instanceof Error ? cause.message : String(cause)}\n`)
    process.exitCode = 1
  }
}
