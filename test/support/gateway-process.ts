import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { stringify } from 'yaml'
import type { z } from 'zod'
import type { Config } from '../../gateway/contract/config.ts'
import { type Child, startChild } from './children.ts'
import { openTempFolder } from './temp.ts'
import { waitFor } from './wait.ts'

const root = join(import.meta.dirname, '../..')
export const adminPassword = 'admin-password-of-tests'

export interface GatewayOptions {
  /** Merged over a configuration with free ports, a folder of its own and no discovery on real interfaces. */
  config?: z.input<typeof Config>
  /** A zone.yaml as an object; written beside the configuration. */
  zone?: object
  env?: NodeJS.ProcessEnv
  args?: readonly string[]
}

export interface GatewayProcess extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, of the process that runs now. */
  readonly origin: string
  readonly pid: number
  readonly folder: string
  readonly configFile: string
  output(): string
  /** Logs in and returns the value for a `cookie` header. */
  login(user?: string, password?: string): Promise<string>
  /** Fetches a path of the gateway as the one who logged in. */
  fetch(path: string, init?: RequestInit & { cookie?: string }): Promise<Response>
  /** SIGTERM, then waits; the folder stays. */
  stop(): Promise<void>
  kill9(): Promise<void>
  /** Starts again with the same configuration and folders, after `stop` or `kill9`. */
  restart(): Promise<void>
}

/**
 * Runs `gateway/main.ts` as a process of its own and waits until `/readyz` answers 200.
 * The process prints `Listening on http://127.0.0.1:PORT` because of `--print-address`.
 */
export async function startGateway(options: GatewayOptions = {}): Promise<GatewayProcess> {
  const temp = openTempFolder('gateway')
  const configFile = join(temp.path, 'config/gateway.yaml')
  writeConfig(configFile, options)
  let cookie: string | undefined
  let running: { child: Child; origin: string } | undefined
  const outputs: string[] = []

  const start = async () => {
    const args = ['gateway/main.ts', '--config', configFile, '--print-address', ...(options.args ?? [])]
    const env = { ZONE_GATEWAY_ADMIN_PASSWORD: adminPassword, ...options.env }
    const child = startChild(process.execPath, args, { cwd: root, env })
    try {
      const said = await child.line(/Listening on (http:\/\/127\.0\.0\.1:\d+)/)
      const origin = said[1] as string
      await waitFor(async () => (await fetch(`${origin}/readyz`)).ok, {
        timeoutMs: 20_000,
        message: () => `/readyz of ${child.output()}`,
      })
      running = { child, origin }
      cookie = undefined
    } catch (cause) {
      await child.stop(1_000)
      throw cause
    }
  }
  const now = () => {
    if (!running) throw new Error('the gateway is not running')
    return running
  }
  const end = async (how: (child: Child) => Promise<unknown>) => {
    if (!running) return
    const { child } = running
    running = undefined
    await how(child)
    outputs.push(child.output())
  }
  const kill9 = () =>
    end(async (child) => {
      child.signal('SIGKILL')
      await child.ended
    })
  const stop = () => end((child) => child.stop(15_000))
  const login = async (user = 'admin', password = adminPassword) => {
    const { origin } = now()
    const response = await fetch(`${origin}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin },
      body: JSON.stringify({ user, password }),
    })
    if (!response.ok) throw new Error(`login of ${user} failed: ${response.status} ${await response.text()}`)
    const value = response.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ')
    if (value === '') throw new Error('login set no cookie')
    return value
  }

  try {
    await start()
  } catch (cause) {
    temp.remove()
    throw cause
  }
  return {
    get origin() {
      return now().origin
    },
    get pid() {
      return now().child.pid
    },
    folder: temp.path,
    configFile,
    output: () => [...outputs, running?.child.output() ?? ''].join(''),
    login,
    async fetch(path, init = {}) {
      const { origin } = now()
      const { cookie: given, ...rest } = init
      cookie ??= given ?? (await login())
      const headers = new Headers(rest.headers)
      headers.set('cookie', given ?? cookie)
      // Browsers send it with every change, and the gateway asks for it.
      headers.set('origin', origin)
      if (typeof rest.body === 'string' && !headers.has('content-type')) headers.set('content-type', 'application/json')
      return await fetch(new URL(path, origin), { ...rest, headers })
    },
    stop,
    kill9,
    restart: start,
    async [Symbol.asyncDispose]() {
      await stop()
      temp.remove()
    },
  }
}

function writeConfig(file: string, { config = {}, zone }: GatewayOptions) {
  mkdirSync(dirname(file), { recursive: true })
  if (zone) writeFileSync(join(dirname(file), 'zone.yaml'), stringify(zone))
  const whole: z.input<typeof Config> = {
    ...(zone ? { zone: 'zone.yaml' } : {}),
    ...config,
    http: { host: '127.0.0.1', port: 0, ...config.http },
    storage: { dataDir: '../data', recordings: '../recordings', minFreeBytes: 0, ...config.storage },
    mqtt: { ...config.mqtt, listen: { host: '127.0.0.1', port: 0, ...config.mqtt?.listen } },
    discovery: { interfaces: ['lo'], ...config.discovery },
    log: { level: 'debug', ...config.log },
  }
  // The configuration may hold passwords of a broker or a database.
  writeFileSync(file, stringify(whole), { mode: 0o600 })
}
