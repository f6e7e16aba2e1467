import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The repository. Scripts run from here whatever the caller's folder is. */
export const root = join(import.meta.dirname, '..')
/** A program of the npm packages, e.g. `tsc`. */
export const packaged = (name: string): string => join(root, 'node_modules/.bin', name)

export interface Result {
  readonly code: number
  readonly output: string
}

/** Runs a program to its end and keeps what it says. A signal counts as exit code 1. */
export function runToEnd(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
    let output = ''
    const keep = (text: string) => (output += text)
    child.stdout.setEncoding('utf8').on('data', keep)
    child.stderr.setEncoding('utf8').on('data', keep)
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

export interface Part {
  readonly name: string
  readonly program: string
  readonly args: readonly string[]
  readonly stdio?: StdioOptions
  readonly env?: NodeJS.ProcessEnv
  /** Where its output goes when not to the terminal: its last lines are shown when it fails. */
  readonly logFile?: string
}

/** After a polite signal, how long a part may take to close its files. */
const stopGraceMs = 20_000

/**
 * Runs programs side by side until the first one ends or this process is told to stop; then all are ended, and waited for.
 * Each has its own process group: a Ctrl-C reaches this process alone, which passes on one signal, not the two or three
 * that a terminal and npm make of it. A second one, later, asks the parts to leave at once.
 * @returns the exit code of the part that ended first; 0 when stopped by a signal and all parts ended well
 */
export async function runTogether(parts: readonly Part[]): Promise<number> {
  const children = parts.map((part) => ({ part, child: start(part) }))
  const ends = children.map(({ part, child }) => endOf(part, child))

  let toldAtMs: number | undefined
  const stopAll = (signal: NodeJS.Signals) => {
    for (const { child } of children) if (child.exitCode === null && child.signalCode === null) child.kill(signal)
  }
  const killAll = () => {
    // With everything that they started: a killed gateway can no longer end its ffmpegs.
    for (const { child } of children)
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        process.kill(-child.pid, 'SIGKILL')
  }
  const hardStops: NodeJS.Timeout[] = []
  const onSignal = (signal: NodeJS.Signals) => {
    const first = toldAtMs === undefined
    if (!first && performance.now() - (toldAtMs ?? 0) < 500) return
    toldAtMs = performance.now()
    stopAll(signal)
    if (first) hardStops.push(setTimeout(killAll, stopGraceMs))
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of signals) process.on(name, onSignal)

  try {
    const first = await Promise.race(ends)
    if (toldAtMs === undefined) {
      if (parts.length > 1) console.error(`${first.part.name} ended (${first.how}); stopping the rest`)
      if (first.code !== 0 && first.part.logFile !== undefined) console.error(lastLines(first.part.logFile))
      stopAll('SIGTERM')
      hardStops.push(setTimeout(killAll, stopGraceMs))
    }
    const all = await Promise.all(ends)
    return toldAtMs === undefined ? first.code : Math.max(...all.map((end) => end.code))
  } finally {
    for (const name of signals) process.off(name, onSignal)
    for (const timer of hardStops) clearTimeout(timer)
  }
}

function start({ program, args, stdio = ['ignore', 'inherit', 'inherit'], env }: Part): ChildProcess {
  return spawn(program, args, { cwd: root, stdio, detached: true, env: { ...process.env, ...env } })
}

const lastLines = (file: string): string => readFileSync(file, 'utf8').trimEnd().split('\n').slice(-10).join('\n')

interface End {
  readonly part: Part
  readonly code: number
  readonly how: string
}

function endOf(part: Part, child: ChildProcess): Promise<End> {
  return new Promise((resolve) => {
    child.once('error', (cause) => resolve({ part, code: 1, how: cause.message }))
    child.once('exit', (code, signal) => {
      const polite = signal === 'SIGTERM' || signal === 'SIGINT' || signal === 'SIGHUP'
      resolve({ part, code: code ?? (polite ? 0 : 1), how: signal ?? `exit code ${code}` })
    })
  })
}
