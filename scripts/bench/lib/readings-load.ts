import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { waitFor } from '../../../test/support/wait.ts'
import type { Sent } from './readings-device.ts'
import type { Login } from './readings-frames.ts'

export interface GeneratorOptions {
  readonly port: number
  readonly login?: Login
  /** Names; each publishes numbers as `{"value":N}` on `zone/NAME`. */
  readonly devices: readonly string[]
  /** Unacknowledged messages of each device. */
  readonly window: number
  /** All together; without it as fast as they are acknowledged. */
  readonly perSecond?: number
  /** All together, until `allow` says more. */
  readonly allowed?: number
  /** `odd`: every second device tells its own time. */
  readonly clocks?: 'none' | 'odd'
}

export interface Progress {
  /** Unix time in milliseconds, with fractions. */
  readonly atMs: number
  readonly sent: number
  readonly acknowledged: number
  readonly connected: number
}

/** The generator at work. */
export interface Load extends AsyncDisposable {
  readonly pid: number
  /** As of the last fifth of a second. */
  readonly now: Progress
  /** So many messages may be sent from the beginning on. */
  allow(messages: number): void
  /** Waits until so many more are acknowledged. */
  flows(more: number, timeoutMs: number): Promise<void>
  /** Nothing new is sent; ends when all is acknowledged, or after `waitSeconds`. */
  stop(waitSeconds: number): Promise<readonly Sent[]>
}

export async function startLoad(options: GeneratorOptions): Promise<Load> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'readings-generator.ts'), JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  let now: Progress = { atMs: 0, sent: 0, acknowledged: 0, connected: 0 }
  let end: readonly Sent[] | undefined
  createInterface({ input: child.stdout }).on('line', (line) => {
    const said = JSON.parse(line) as Progress | readonly Sent[]
    if ('atMs' in said) now = said
    else end = said
  })
  // A generator that ended by itself is told where its end is waited for.
  child.stdin.on('error', () => child.kill('SIGKILL'))
  const dispose = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await closed
  }
  try {
    await waitFor(() => now.connected === options.devices.length, { message: 'all devices to be connected' })
  } catch (cause) {
    await dispose()
    throw cause
  }
  return {
    pid: child.pid ?? -1,
    get now() {
      return now
    },
    allow: (messages) => void child.stdin.write(`allow ${messages}\n`),
    async flows(more, timeoutMs) {
      const before = now.acknowledged
      await waitFor(() => now.acknowledged >= before + more || child.exitCode !== null, {
        timeoutMs,
        message: () => `${more} more acknowledgements: ${JSON.stringify({ before, now, exitCode: child.exitCode })}`,
      })
    },
    async stop(waitSeconds) {
      child.stdin.write(`stop ${waitSeconds}\n`)
      await closed
      if (end === undefined) throw new Error(`the generator ended with ${child.exitCode ?? child.signalCode}`)
      return end
    },
    [Symbol.asyncDispose]: dispose,
  }
}
