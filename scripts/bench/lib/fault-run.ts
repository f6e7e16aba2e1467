import { setTimeout as sleep } from 'node:timers/promises'
import { waitFor } from '../../../test/support/wait.ts'
import { checkFootage } from '../../footage/check-footage.ts'
import { isGatewayRunning, openIndex } from '../../footage/index-reader.ts'
import type { Problem } from '../../footage/problem.ts'
import type { Act } from './fault-acts.ts'
import type { Lab } from './fault-lab.ts'
import { ledgerDifference, type Verdict, verify } from './fault-verify.ts'

export interface FaultRow extends Verdict {
  readonly name: string
  readonly rounds: number
  readonly lostSeconds: number
  /** Cameras whose timeline does not give the reason. */
  readonly unnamed: readonly string[]
  readonly seconds: number
}

/** Before a fault, what leads to it is looked at too. */
const leadMs = 5_000

/** Does it so many times, and looks at everything after each. */
export async function runAct(lab: Lab, act: Act, rounds: number, random: () => number): Promise<FaultRow> {
  const startedMs = performance.now()
  const wrongSpans: string[] = []
  const damagedClips: string[] = []
  const unnamed: string[] = []
  let [lostSeconds, unexplainedSeconds, clips, frames] = [0, 0, 0, 0]
  for (let round = 0; round < rounds; round++) {
    const done = await act.run(lab, random)
    lostSeconds = Math.max(lostSeconds, done.lostSeconds)
    // A file with some pictures behind the fault.
    await sleep(1_500)
    const [fromUtcMs, toUtcMs] = [done.atUtcMs - leadMs, Date.now()]
    const verdict = await verify(lab, fromUtcMs, toUtcMs)
    wrongSpans.push(...verdict.wrongSpans)
    damagedClips.push(...verdict.damagedClips)
    unexplainedSeconds += verdict.unexplainedSeconds
    clips += verdict.clips
    frames += verdict.frames
    for (const [id, expected] of done.reasons) {
      const spans = await lab.spansOf(id, fromUtcMs, toUtcMs)
      if (!spans.some(({ reason }) => reason === expected))
        unnamed.push(`${id}: ${spans.map(({ reason, kind }) => reason ?? kind).join(', ')}, and no ${expected}`)
    }
  }
  const seconds = (performance.now() - startedMs) / 1_000
  return {
    name: act.name,
    rounds,
    lostSeconds,
    wrongSpans,
    damagedClips,
    unexplainedSeconds,
    clips,
    frames,
    unnamed,
    seconds,
  }
}

export interface WholeVerdict extends Verdict {
  /** Of the footage checker: hashes, chain, disk against index. */
  readonly problems: readonly Problem[]
}

/** Everything once more, from the first moment to the last: timelines, clips, the gateway's own account, hashes and chain. */
export async function verifyWhole(lab: Lab): Promise<WholeVerdict> {
  const toUtcMs = Date.now()
  const verdict = await verify(lab, lab.startedUtcMs, toUtcMs)
  let ledgerSeconds = Number.NaN
  // The account is made every ten seconds.
  await waitFor(async () => (ledgerSeconds = await ledgerDifference(lab, lab.startedUtcMs, toUtcMs)) === 0, {
    timeoutMs: 25_000,
    everyMs: 1_000,
  }).catch((cause: unknown) => {
    if (Number.isNaN(ledgerSeconds)) throw cause
  })
  const index = openIndex(lab.dataDir)
  try {
    const disks = [{ name: 'main', root: lab.recordings }]
    const isRunning = isGatewayRunning(lab.dataDir)
    const { problems } = checkFootage({ index, disks, sample: 1, isRunning, random: Math.random })
    return { ...verdict, unexplainedSeconds: verdict.unexplainedSeconds + ledgerSeconds, problems }
  } finally {
    index.close()
  }
}
