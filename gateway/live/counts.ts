import type { LiveRequest } from '../contract/live.ts'

export type Stat = Extract<LiveRequest, { type: 'stat' }>
type Counted = Exclude<keyof Stat, 'type' | 'ageMs'>
const counted = [
  'presented',
  'dropped',
  'quotaErrors',
  'decodeErrors',
  'networkErrors',
  'stalls',
  'rebuilds',
] as const satisfies readonly Counted[]

/** What went well and what did not, over all viewers there were. */
export function liveCounts() {
  const told: Record<Counted, number> = {
    presented: 0,
    dropped: 0,
    quotaErrors: 0,
    decodeErrors: 0,
    networkErrors: 0,
    stalls: 0,
    rebuilds: 0,
  }
  const own = { leftOut: 0, closedSlow: 0 }
  return {
    /** For one socket: its values count up since it was opened. One that goes down adds nothing until it is above what it was. */
    ofSocket() {
      const last: Partial<Record<Counted, number>> = {}
      return (stat: Stat): void => {
        for (const name of counted) {
          const before = last[name] ?? 0
          if (stat[name] <= before) continue
          told[name] += stat[name] - before
          last[name] = stat[name]
        }
      }
    },
    /** Frames that a viewer was too slow for. */
    leftOut: (frames: number): void => void (own.leftOut += frames),
    /** A viewer was let go because it read nothing. */
    closedSlow: (): void => void own.closedSlow++,
    all: () => ({ ...told, ...own }),
  }
}
export type LiveCounts = ReturnType<typeof liveCounts>
