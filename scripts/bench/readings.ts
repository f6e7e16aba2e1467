import { availableParallelism, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import type { Bench } from '../bench.ts'
import { measureDrain } from './lib/readings-drain.ts'
import { measureHistory } from './lib/readings-history.ts'
import { measureLatency } from './lib/readings-latency.ts'
import { type LossSet, runLoss } from './lib/readings-loss.ts'
import { measureEmbedded, measureMosquitto, measurePlain } from './lib/readings-rate.ts'

type Figures = Readonly<Record<string, number>>
interface Options {
  readonly seconds: number
  readonly rounds: number
  readonly quick: boolean
  readonly connections: number
  readonly flags: readonly string[]
}

/** Each may run alone. `quick` is for looking whether it works: its figures are of too little. */
const parts: Readonly<Record<string, (options: Options) => Promise<Figures>>> = {
  embedded: (options) => measureEmbedded(options),
  mosquitto: (options) => measureMosquitto(options, options.connections),
  plain: (options) => measurePlain(options),
  drain: ({ quick }) => measureDrain(quick ? 100_000 : 1_000_000),
  latency: ({ seconds }) => measureLatency(seconds),
  history: () => measureHistory(),
  loss: ({ rounds }) => measureLoss(rounds),
}
/** The order in which the issue names them. */
const asked = [
  'embeddedPerSecond',
  'mosquittoPerSecond',
  'plainPerSecond',
  'lost',
  'duplicates',
  'drainPerSecond',
  'toBrowserMsP99',
  'toInfluxMsP99',
  'rssMb',
  'historyMs',
]
/** Of what several parts tell: counts are added, of sizes the largest counts. */
const merge: Readonly<Record<string, (a: number, b: number) => number>> = {
  lost: (a, b) => a + b,
  duplicates: (a, b) => a + b,
  rssMb: Math.max,
}
/** Rounds of the loss test in one zone. */
const roundsPerLab = 10

export const bench: Bench = {
  summary: `durable readings a second, delays, backlog, history, and what faults lose; --seconds N (60) --rounds N (100) --connections N (1) --quick --part ${Object.keys(parts).join('|')} --flags FLAGS of the gateway's Node`,
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        seconds: { type: 'string' },
        rounds: { type: 'string' },
        connections: { type: 'string', default: '1' },
        quick: { type: 'boolean', default: false },
        part: { type: 'string' },
        flags: { type: 'string', default: '' },
      },
    })
    const { quick } = values
    const flags = values.flags.split(' ').filter((flag) => flag !== '')
    const seconds = Number(values.seconds ?? (quick ? 10 : 60))
    const rounds = Number(values.rounds ?? (quick ? 6 : 100))
    const connections = Number(values.connections)
    if (!(seconds > 0) || !(rounds >= 0) || !(connections >= 1))
      throw new Error('--seconds, --rounds and --connections must be numbers')
    const chosen = Object.entries(parts).filter(([name]) => values.part === undefined || values.part === name)
    if (chosen.length === 0) throw new Error(`--part is one of ${Object.keys(parts).join(', ')}`)
    const figures = new Map<string, number>()
    for (const [name, measure] of chosen) {
      const [load = 0] = loadavg()
      console.log(`\n${name}: ${availableParallelism()} cores, load ${load.toFixed(1)} before it began`)
      for (const [key, value] of Object.entries(await measure({ seconds, rounds, quick, connections, flags }))) {
        const before = figures.get(key)
        figures.set(key, before === undefined ? value : (merge[key]?.(before, value) ?? value))
      }
    }
    return Object.fromEntries(asked.flatMap((name) => (figures.has(name) ? [[name, figures.get(name) ?? 0]] : [])))
  },
}

async function measureLoss(rounds: number): Promise<Figures> {
  let lost = 0
  let duplicates = 0
  console.log('broker     rounds  acknowledged   stored  refused  named  unexplained  duplicates  again  accounts')
  for await (const set of runLoss(rounds, roundsPerLab, Math.random)) {
    console.log(lossLine(set))
    const { verdict } = set
    for (const words of [...verdict.missing, ...verdict.wrongAccounts]) console.log(`    ${words}`)
    lost += verdict.unexplained
    duplicates += verdict.duplicates
  }
  return { lost, duplicates }
}

const lossLine = ({ broker, rounds, verdict }: LossSet): string =>
  [
    broker.padEnd(11),
    String(rounds).padStart(6),
    String(verdict.acknowledged).padStart(14),
    String(verdict.stored).padStart(9),
    String(verdict.quarantined).padStart(9),
    String(verdict.named).padStart(7),
    String(verdict.unexplained).padStart(13),
    String(verdict.duplicates).padStart(12),
    String(verdict.twice).padStart(7),
    (verdict.wrongAccounts.length === 0 ? 'right' : `${verdict.wrongAccounts.length} wrong`).padStart(10),
  ].join('')
