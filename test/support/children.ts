import { type ChildProcess, spawn } from 'node:child_process'
import { waitFor } from './wait.ts'

export interface StartOptions {
  cwd?: string
  env?: NodeJS.ProcessEnv
}

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A program of a test: everything it says is kept, and it is ended by its own pid. */
export interface Child extends AsyncDisposable {
  readonly pid: number
  /** stdout and stderr, together, so far. */
  output(): string
  stdout(): string
  /** Resolves with the match once a line of either output fits; rejects when the program ends before. */
  line(pattern: RegExp, timeoutMs?: number): Promise<RegExpMatchArray>
  signal(name: NodeJS.Signals): void
  readonly ended: Promise<Ended>
  /** SIGTERM, and SIGKILL when it is still there after `graceMs`. */
  stop(graceMs?: number): Promise<Ended>
}

// Whoever ends before it could stop its programs must not leave them behind.
const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export function startChild(program: string, args: readonly string[], options: StartOptions = {}): Child {
  const child: ChildProcess = spawn(program, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let all = ''
  let out = ''
  let end: Ended | undefined
  let failure: Error | undefined
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    out += text
    all += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (all += text))
  running.add(child)
  const ended = new Promise<Ended>((resolve) => {
    const settle = (result: Ended) => resolve((end = result))
    child.once('close', (code, signal) => {
      running.delete(child)
      settle({ code, signal })
    })
    child.once('error', (cause) => {
      failure = cause
      if (child.pid === undefined) settle({ code: null, signal: null })
    })
  })
  const describe = () => `${program} ${args.join(' ')}\n${failure?.message ?? ''}\n${all.slice(-4_000)}`

  const stop = async (graceMs = 10_000): Promise<Ended> => {
    if (end) return end
    child.kill('SIGTERM')
    const hard = setTimeout(() => child.kill('SIGKILL'), graceMs)
    try {
      return await ended
    } finally {
      clearTimeout(hard)
    }
  }

  return {
    pid: child.pid ?? -1,
    output: () => all,
    stdout: () => out,
    async line(pattern, timeoutMs = 20_000) {
      return await waitFor(
        () => {
          const match = all
            .split('\n')
            .map((text) => text.match(pattern))
            .find((found) => found !== null)
          return match ?? (end ? 'ended' : undefined)
        },
        { timeoutMs, message: () => `a line like ${pattern} from ${describe()}` },
      ).then((match) => {
        if (match === 'ended') throw new Error(`ended before it said ${pattern}: ${describe()}`)
        return match
      })
    },
    signal: (name) => void child.kill(name),
    ended,
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  }
}
