import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { waitFor } from '../../../test/support/wait.ts'

interface PlainProgress {
  readonly atMs: number
  readonly taken: number
  readonly written: number
}

export interface PlainLoop extends AsyncDisposable {
  readonly pid: number
  readonly now: PlainProgress
  /** Waits until nothing new comes and all that was taken is written. */
  caughtUp(): Promise<void>
}

/** Starts readings-plain.ts, subscribed. */
export async function startPlainLoop(brokerUrl: string, influxUrl: string): Promise<PlainLoop> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'readings-plain.ts'), brokerUrl, influxUrl], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  let isReady = false
  let now: PlainProgress = { atMs: 0, taken: 0, written: 0 }
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === 'ready') isReady = true
    else now = JSON.parse(line) as PlainProgress
  })
  await waitFor(() => isReady, { message: 'the plain loop to subscribe' })
  return {
    pid: child.pid ?? -1,
    get now() {
      return now
    },
    async caughtUp() {
      let before = -1
      await waitFor(
        () => {
          const still = now.taken === before && now.written === now.taken
          before = now.taken
          return still
        },
        { timeoutMs: 60_000, everyMs: 1_000, message: () => `the plain loop to write all: ${JSON.stringify(now)}` },
      )
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await closed
    },
  }
}
