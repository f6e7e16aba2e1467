import { type ChildProcess, spawn } from 'node:child_process'
import { Readable, type Writable } from 'node:stream'
import { Failure } from '../domain/failure.ts'
import type { Millis } from '../domain/units.ts'
import { redact } from './log.ts'

export interface ChildOptions {
  readonly signal: AbortSignal
  /** Called with the child's streams as soon as it runs; its end is awaited together with the child's. */
  readonly talk?: (stdout: Readable, stdin: Writable, more: readonly Readable[]) => Promise<void>
  /** So many further outputs, `pipe:3` and on: the `more` of `talk`, which reads them to their end. */
  readonly moreOutputs?: number
  /** Each line of stderr, already redacted. */
  readonly onLine?: (line: string) => void
  /** After the polite signal (SIGTERM), how long until the hard one. */
  readonly stopGraceMs?: Millis
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** The last 40 lines of stderr, redacted. */
  readonly lastLines: readonly string[]
}

/**
 * Runs a program until it ends or `signal` aborts (SIGTERM, then SIGKILL after the grace). Arguments are an array, never a shell line.
 * @throws Failure missing (`program-missing`) when there is no such program; whatever `talk` throws, after the child has ended
 */
export async function runChild(program: string, args: readonly string[], options: ChildOptions): Promise<Exit> {
  const { signal, talk, onLine, stopGraceMs = 3_000, moreOutputs = 0 } = options
  signal.throwIfAborted()
  const more = Array.from({ length: moreOutputs }, () => 'pipe' as const)
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe', ...more] })
  const lastLines: string[] = []
  let hardStop: NodeJS.Timeout | undefined
  const stop = () => {
    child.kill('SIGTERM')
    hardStop ??= setTimeout(() => child.kill('SIGKILL'), stopGraceMs)
  }
  signal.addEventListener('abort', stop, { once: true })

  const ended = new Promise<Exit>((resolve, reject) => {
    child.once('error', (cause) => {
      if (child.pid === undefined)
        reject(new Failure('missing', 'program-missing', `cannot start ${program}`, { program }, { cause }))
    })
    child.once('close', (code, endSignal) => resolve({ code, signal: endSignal, lastLines }))
  })
  // The child may close its stdin first; that it ended is told by `ended`, the EPIPE adds nothing.
  child.stdin.on('error', () => lastLines.push('stdin closed'))

  let rest = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split(/\r?\n|\r/)
    rest = (lines.pop() ?? '').slice(-4_096)
    for (const raw of lines) {
      const line = redact(raw)
      lastLines.push(line)
      if (lastLines.length > 40) lastLines.shift()
      onLine?.(line)
    }
  })

  try {
    if (!talk) {
      child.stdout.resume()
      return await ended
    }
    const talking = talk(child.stdout, child.stdin, furtherOf(child)).catch((cause: unknown) => {
      stop()
      throw cause
    })
    const [exit, talked] = await Promise.allSettled([ended, talking])
    if (exit.status === 'rejected') throw exit.reason
    if (talked.status === 'rejected') throw talked.reason
    return exit.value
  } finally {
    signal.removeEventListener('abort', stop)
    clearTimeout(hardStop)
  }
}

/** Pipes that the child writes to besides its usual ones. */
const furtherOf = ({ stdio }: ChildProcess): Readable[] => stdio.slice(3).filter((pipe) => pipe instanceof Readable)
