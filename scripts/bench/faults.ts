import { parseArgs } from 'node:util'
import type { Bench } from '../bench.ts'
import { killGateway, otherActs } from './lib/fault-acts.ts'
import { stepClock } from './lib/fault-clock.ts'
import { openLab } from './lib/fault-lab.ts'
import { type FaultRow, runAct, verifyWhole, type WholeVerdict } from './lib/fault-run.ts'

export const bench: Bench = {
  summary: 'kills, cuts, full and swapped disks, lost indexes on a real gateway; --kills N (50) --only WORD',
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: { kills: { type: 'string', default: '50' }, only: { type: 'string', default: '' } },
    })
    const kills = Number(values.kills)
    if (!(kills >= 0)) throw new Error('--kills must be a number')
    await using lab = await openLab(2)
    await lab.allRecord()
    const acts = [killGateway, ...otherActs].filter(({ name }) => name.includes(values.only))
    console.log(
      'fault                                      rounds    lost  wrong spans  damaged clips  unexplained   clips  frames   took',
    )
    const rows: FaultRow[] = []
    for (const act of acts) {
      const rounds = act === killGateway ? kills : 1
      if (rounds === 0) continue
      if (act.mounts && !lab.mayMount) {
        console.log(`${act.name.padEnd(42)} left out: this user may not mount disks`)
        continue
      }
      const row = await runAct(lab, act, rounds, Math.random)
      rows.push(row)
      console.log(line(row))
      for (const what of [...row.wrongSpans, ...row.damagedClips, ...row.unnamed]) console.log(`    ${what}`)
    }
    const clock = 'clock stepped'.includes(values.only) ? await stepClock() : undefined
    if (clock) {
      console.log(
        line({
          ...clock,
          name: 'clock stepped',
          rounds: 1,
          lostSeconds: 0,
          unnamed: [],
          clips: clock.files,
          frames: 0,
        }),
      )
      for (const what of complaintsOf(clock)) console.log(`    ${what}`)
    }
    const whole = await verifyWhole(lab)
    console.log(line({ ...whole, name: 'everything once more', rounds: 1, lostSeconds: 0, unnamed: [], seconds: 0 }))
    for (const what of complaintsOf(whole)) console.log(`    ${what}`)
    const all = [...rows, ...(clock ? [clock] : []), whole]
    return {
      rounds: rows.reduce((sum, row) => sum + row.rounds, clock ? 1 : 0),
      lostSecondsMax: Math.round(Math.max(0, ...rows.map((row) => row.lostSeconds)) * 1_000) / 1_000,
      damagedClips: all.reduce((sum, row) => sum + row.damagedClips.length, 0),
      wrongSpans: all.reduce((sum, row) => sum + row.wrongSpans.length, 0),
      unexplainedSeconds: all.reduce((sum, row) => sum + row.unexplainedSeconds, 0),
      unnamedGaps: rows.reduce((sum, row) => sum + row.unnamed.length, 0),
      checkerProblems: whole.problems.length + (clock?.problems.length ?? 0),
    }
  },
}

const complaintsOf = ({
  wrongSpans,
  damagedClips,
  problems,
}: Pick<WholeVerdict, 'wrongSpans' | 'damagedClips' | 'problems'>): string[] => [
  ...wrongSpans,
  ...damagedClips,
  ...problems.map(({ kind, path, message }) => `${kind} ${path ?? ''}: ${message}`),
]

const line = (row: FaultRow): string =>
  [
    row.name.padEnd(42),
    String(row.rounds).padStart(7),
    `${row.lostSeconds.toFixed(2)} s`.padStart(8),
    String(row.wrongSpans.length).padStart(13),
    String(row.damagedClips.length).padStart(15),
    `${row.unexplainedSeconds.toFixed(2)} s`.padStart(13),
    String(row.clips).padStart(8),
    String(row.frames).padStart(8),
    `${row.seconds.toFixed(0)} s`.padStart(7),
  ].join('')
