/**
 * The gateway as a program.
 *
 *   node gateway/main.ts --config FILE [--print-address] [--demo-link]
 *
 * The first SIGINT or SIGTERM stops in order, the second one leaves at once. Exit code 1: it could not start, 2: wrong arguments.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { toFailure } from './domain/failure.ts'
import { openGateway } from './gateway.ts'
import { systemClock } from './lib/clock.ts'
import { type LoadedConfig, loadConfig } from './lib/config-file.ts'
import { openLog } from './lib/log.ts'

const version = '0.4.0'
const usage = 'node gateway/main.ts --config FILE [--print-address] [--demo-link]\n'

function refuseArguments(why: string): never {
  process.stderr.write(`${why}\n${usage}`)
  process.exit(2)
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: { config: { type: 'string' }, 'print-address': { type: 'boolean' }, 'demo-link': { type: 'boolean' } },
    })
    return { ...values, config: values.config ?? refuseArguments('--config is missing') }
  } catch (cause) {
    return refuseArguments(toFailure(cause).message)
  }
}

/** Aborts at the first signal; the second one ends the process. */
function stopSignal(): AbortSignal {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(1)
      stop.abort()
    })
  return stop.signal
}

/** Read once, and taken out of the environment that child processes inherit. */
function takeFirstPassword(): string | undefined {
  const { ZONE_GATEWAY_ADMIN_PASSWORD: password } = process.env
  delete process.env.ZONE_GATEWAY_ADMIN_PASSWORD
  return password
}

const addressOf = ({ http: { host } }: LoadedConfig, port: number) =>
  `http://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host}:${port}`

async function main(): Promise<void> {
  const args = readArguments()
  // Footage and databases are for this user, and for his group to read.
  process.umask(0o027)
  const config = loadConfig(args.config)
  const log = openLog(config.log.level)
  const signal = stopSignal()
  const gateway = await openGateway({
    config,
    tools: { clock: systemClock, log },
    version,
    dashboardFolder: join(import.meta.dirname, '../dashboard/dist'),
    firstAdminPassword: takeFirstPassword(),
  })
  try {
    const { port } = await gateway.listen()
    const address = addressOf(config, port)
    if (gateway.firstPassword !== null)
      process.stdout.write(
        `First start: sign in as admin with the password ${gateway.firstPassword} (shown only this once)\n`,
      )
    if (args['print-address']) process.stdout.write(`Listening on ${address}\n`)
    if (args['demo-link']) process.stdout.write(`Open ${address}${gateway.ticketPath()}\n`)
    log.info({ address, version }, 'the gateway is running')
    await gateway.run(signal)
  } finally {
    await gateway.close()
  }
  log.info('the gateway has stopped')
}

try {
  await main()
} catch (cause) {
  const failure = toFailure(cause)
  process.stderr.write(`${failure.message}\n`)
  if (failure.kind === 'bug')
    process.stderr.write(`${failure.cause instanceof Error ? failure.cause.stack : failure.stack}\n`)
  process.exitCode = 1
}
