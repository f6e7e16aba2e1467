import { availableParallelism, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import type { Bench } from '../bench.ts'
import { measureAge } from './lib/live-age.ts'
import { measureFirst } from './lib/live-first.ts'
import { measureServer } from './lib/live-server.ts'
import { soak } from './lib/live-soak.ts'

type Figures = Readonly<Record<string, string | number>>
/** Each may run alone. `quick` is for looking whether it works: its figures are of too few. */
const parts: Readonly<Record<string, (quick: boolean, minutes: number) => Promise<object>>> = {
  first: (quick) => measureFirst(quick ? 1 : 5),
  age: (quick) => measureAge(quick ? 30 : 120, quick ? 2 : 5),
  server: (quick) => measureServer(quick ? { viewers: [0, 50], seconds: 10 } : {}),
  soak: (quick, minutes) => soak(quick ? 4 : minutes),
}
/** The order in which the issue names them. */
const asked = [
  'firstPictureMsP95',
  'wall16Ms',
  'ageMsP95',
  'driftMs',
  'viewerCpuPercent',
  'viewerMb',
  'droppedPercent',
  'heapGrowthMb',
  'wallJsKb',
]

export const bench: Bench = {
  summary: `the live wall in a real browser: first picture, age, cost of viewers, faults; --minutes N (30) --quick --part ${Object.keys(parts).join('|')}`,
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        minutes: { type: 'string', default: '30' },
        quick: { type: 'boolean', default: false },
        part: { type: 'string' },
      },
    })
    const minutes = Number(values.minutes)
    if (!(minutes > 0)) throw new Error('--minutes must be a number above 0')
    const chosen = Object.entries(parts).filter(([name]) => values.part === undefined || values.part === name)
    if (chosen.length === 0) throw new Error(`--part is one of ${Object.keys(parts).join(', ')}`)
    let figures: Figures = {}
    for (const [name, measure] of chosen) {
      // Whatever else runs here makes pictures old.
      const [load = 0] = loadavg()
      console.log(`\n${name}: ${availableParallelism()} cores, load ${load.toFixed(1)} before it began`)
      figures = { ...figures, ...((await measure(values.quick, minutes)) as Figures) }
    }
    const ordered = asked.filter((name) => name in figures).map((name) => [name, figures[name] as string | number])
    return { ...(Object.fromEntries(ordered) as Figures), ...figures }
  },
}
