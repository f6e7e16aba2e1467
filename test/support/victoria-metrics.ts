import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './ports.ts'
import { until } from './wait.ts'

export interface VictoriaMetrics {
  readonly url: string
  readonly pid: number
  stop(): Promise<void>
  start(): Promise<void>
  /** Every sample whose series fits, e.g. `{sensor="a"}`: labels, times in ms and values. What was just written is made visible first. */
  samples(
    match: string,
  ): Promise<{ metric: Readonly<Record<string, string>>; values: number[]; timestamps: number[] }[]>
}

/** Debian's VictoriaMetrics on a free port; ends and leaves nothing behind when `signal` aborts. */
export async function startVictoriaMetrics(signal: AbortSignal): Promise<VictoriaMetrics> {
  const folder = await mkdtemp(join(tmpdir(), 'victoria-metrics-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  let child: ReturnType<typeof spawn> | undefined

  async function start() {
    const args = [
      `-httpListenAddr=127.0.0.1:${port}`,
      `-storageDataPath=${folder}`,
      '-retentionPeriod=5y',
      '-loggerLevel=ERROR',
    ]
    child = spawn('victoria-metrics', args, { stdio: 'ignore' })
    await until('victoria-metrics', () => fetch(`${url}/health`).then(({ ok }) => ok), 30_000)
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
    get pid() {
      return child?.pid ?? -1
    },
    start,
    stop,
    async samples(match) {
      await (await fetch(`${url}/internal/force_flush`)).text()
      const response = await fetch(`${url}/api/v1/export`, {
        method: 'POST',
        body: new URLSearchParams({ 'match[]': match }),
      })
      const text = await response.text()
      if (!response.ok) throw new Error(`${match}: ${response.status} ${text}`)
      const lines = text.split('\n').filter((line) => line !== '')
      return lines.map((line) => JSON.parse(line) as Awaited<ReturnType<VictoriaMetrics['samples']>>[number])
    },
  }
}
