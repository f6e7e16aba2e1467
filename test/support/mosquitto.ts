import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './ports.ts'
import { until } from './wait.ts'

/** Does something listen there? */
export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

export interface Mosquitto {
  readonly port: number
  readonly url: string
  /** Of the process that runs now. */
  readonly pid: number
  /** Ends the broker and waits; its port stays known so that `start` can bring it back. */
  stop(): Promise<void>
  start(): Promise<void>
}

export interface MosquittoOptions {
  readonly user?: string
  readonly password?: string
  /** Lines of its configuration, in place of the queues that tests have. */
  readonly settings?: readonly string[]
}

/** Debian's Mosquitto on a free port; ends and leaves nothing behind when `signal` aborts. */
export async function startMosquitto(
  signal: AbortSignal,
  { user, password, settings = ['max_inflight_messages 100', 'max_queued_messages 100000'] }: MosquittoOptions = {},
): Promise<Mosquitto> {
  const folder = await mkdtemp(join(tmpdir(), 'mosquitto-'))
  const port = await freePort()
  const lines = [`listener ${port} 127.0.0.1`, 'persistence true', `persistence_location ${folder}/`, ...settings]
  if (user !== undefined && password !== undefined) {
    await writeFile(join(folder, 'users'), `${user}:${password}\n`)
    const hashed = spawn('mosquitto_passwd', ['-U', join(folder, 'users')], { stdio: 'ignore' })
    await once(hashed, 'exit')
    lines.push(`password_file ${folder}/users`, 'allow_anonymous false')
  } else lines.push('allow_anonymous true')
  if (process.getuid?.() === 0) lines.push('user root')
  await writeFile(join(folder, 'mosquitto.conf'), `${lines.join('\n')}\n`)

  let child: ReturnType<typeof spawn> | undefined
  async function start() {
    child = spawn('mosquitto', ['-c', join(folder, 'mosquitto.conf')], { stdio: 'ignore' })
    await until('mosquitto', () => answers(port))
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
    port,
    url: `mqtt://127.0.0.1:${port}`,
    get pid() {
      return child?.pid ?? -1
    },
    start,
    stop,
  }
}
