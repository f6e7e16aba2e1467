import { readdirSync, readFileSync } from 'node:fs'

/** What Linux knows about a process, from /proc. */
export interface ProcessFacts {
  readonly pid: number
  readonly parentPid: number
  readonly commandLine: string
  /** CPU seconds of its own. */
  readonly cpuSeconds: number
  /** CPU seconds of its children that ended and were waited for. */
  readonly childrenCpuSeconds: number
  readonly rssMb: number
}

/** USER_HZ: the unit of /proc/PID/stat, 100 on every Linux that Node runs on. */
const ticksPerSecond = 100

/** @returns undefined when there is no such process any more */
export function readProcess(pid: number): ProcessFacts | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name stands in brackets and may hold anything, brackets too.
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const [, parentPid = 0] = fields
    const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15)
    const rss = readFileSync(`/proc/${pid}/status`, 'utf8').match(/^VmRSS:\s+(\d+) kB/m)
    return {
      pid,
      parentPid,
      commandLine: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim(),
      cpuSeconds: (user + system) / ticksPerSecond,
      childrenCpuSeconds: (childUser + childSystem) / ticksPerSecond,
      rssMb: Number(rss?.[1] ?? 0) / 1_024,
    }
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ESRCH'))
      return undefined
    throw cause
  }
}

export function allProcesses(): ProcessFacts[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.map((name) => readProcess(Number(name))).filter((found) => found !== undefined)
}

/** A program itself, not the npm, shell or launcher that has the same words in its command line. */
export function findProcesses(wanted: (commandLine: string) => boolean): ProcessFacts[] {
  return allProcesses().filter(({ commandLine }) => /^\S*node /.test(commandLine) && wanted(commandLine))
}
