import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './ports.ts'
import { until } from './wait.ts'

export interface Influx {
  readonly url: string
  readonly port: number
  /** Of the process that runs now. */
  readonly pid: number
  stop(): Promise<void>
  /** Starts again with the same data; with `auth` every request needs a login. */
  start(options?: { auth?: boolean }): Promise<void>
  /** InfluxQL as the server answers it. */
  query(text: string, options?: { database?: string; user?: string; password?: string }): Promise<unknown>
  /** Line protocol, times in ms. */
  write(database: string, lines: string): Promise<number>
}

/** Debian's InfluxDB 1.6 on free ports; ends and leaves nothing behind when `signal` aborts. */
export async function startInflux(signal: AbortSignal, options: { maxBodyBytes?: number } = {}): Promise<Influx> {
  const folder = await mkdtemp(join(tmpdir(), 'influx-'))
  const port = await freePort()
  const rpcPort = await freePort()
  const url = `http://127.0.0.1:${port}`
  let child: ReturnType<typeof spawn> | undefined

  async function start({ auth = false }: { auth?: boolean } = {}) {
    const config = `
reporting-disabled = true
bind-address = "127.0.0.1:${rpcPort}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:${port}"
  auth-enabled = ${auth}
  log-enabled = false
  max-body-size = ${options.maxBodyBytes ?? 25_000_000}
[subscriber]
  enabled = false
[continuous_queries]
  enabled = true
  log-enabled = false
  run-interval = "1s"
`
    await writeFile(join(folder, 'influxdb.conf'), config)
    child = spawn('influxd', ['-config', join(folder, 'influxdb.conf')], { stdio: 'ignore' })
    await until(
      'influxd',
      () =>
        fetch(`${url}/ping`).then(
          ({ status }) => status === 204,
          () => false,
        ),
      30_000,
    )
  }
  async function stop() {
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  }
  signal.addEventListener('abort', () => void stop().then(() => rm(folder, { recursive: true, force: true })))
  await start()
  return {
    url,
    port,
    get pid() {
      return child?.pid ?? -1
    },
    start,
    stop,
    async query(text, { database, user, password } = {}) {
      const body = new URLSearchParams({ q: text, epoch: 'ms' })
      if (database !== undefined) body.set('db', database)
      const authorization = `Basic ${Buffer.from(`${user ?? ''}:${password ?? ''}`).toString('base64')}`
      const headers = user === undefined ? undefined : { authorization }
      const response = await fetch(`${url}/query`, { method: 'POST', body, headers })
      return response.json()
    },
    async write(database, lines) {
      const response = await fetch(`${url}/write?db=${database}&precision=ms`, { method: 'POST', body: lines })
      await response.text()
      return response.status
    },
  }
}
