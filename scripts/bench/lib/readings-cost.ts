import { availableParallelism } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { readProcess } from '../../processes.ts'
import { rounded } from './live-figures.ts'

/** What programs cost in a stretch of time. */
export interface Cost {
  readonly seconds: number
  /** Busy cores, by name. */
  readonly cores: ReadonlyMap<string, number>
  /** The most of each, in megabytes. */
  readonly rssMb: ReadonlyMap<string, number>
}

const sampleMs = 500

/** Watches programs by their pids, and itself as `this observer`, while `work` runs. */
export async function costOf(programs: Readonly<Record<string, number>>, work: () => Promise<void>): Promise<Cost> {
  const pids = new Map(Object.entries({ ...programs, 'this observer': process.pid }))
  const rssMb = new Map<string, number>()
  const cpu = () => {
    const seconds = new Map<string, number>()
    for (const [name, pid] of pids) {
      const facts = readProcess(pid)
      seconds.set(name, facts?.cpuSeconds ?? Number.NaN)
      rssMb.set(name, Math.max(rssMb.get(name) ?? 0, facts?.rssMb ?? 0))
    }
    return seconds
  }
  const startedMs = performance.now()
  const before = cpu()
  const end = new AbortController()
  const watching = (async () => {
    while (!end.signal.aborted) {
      cpu()
      await sleep(sampleMs)
    }
  })()
  try {
    await work()
  } finally {
    end.abort()
    await watching
  }
  const seconds = (performance.now() - startedMs) / 1_000
  const after = cpu()
  for (const [name, now] of after) if (Number.isNaN(now)) throw new Error(`${name} ended meanwhile`)
  const cores = new Map([...after].map(([name, now]) => [name, (now - (before.get(name) ?? 0)) / seconds]))
  return { seconds, cores, rssMb }
}

/** One line: who had which share. */
export function costLine({ cores, rssMb }: Cost): string {
  const shares = [...cores].map(([name, share]) => `${name} ${share.toFixed(2)} (${rounded(rssMb.get(name) ?? 0)} MB)`)
  const all = [...cores.values()].reduce((sum, share) => sum + share, 0)
  return `cores: ${shares.join(', ')}; together ${all.toFixed(2)} of ${availableParallelism()}`
}
