/**
 * The short form of `npm run bench -- faults`: each fault for real, once or a few times, judged by what was heard on the wire. Most of it is
 * waiting, so three gateways go through it side by side.
 */
import { test } from 'vitest'
import {
  type Act,
  cutCameras,
  fillDisk,
  killFfmpeg,
  killGateway,
  loseIndex,
  restartServer,
  swapDiskShortly,
  truncateSegment,
} from '../../scripts/bench/lib/fault-acts.ts'
import { stepClock } from '../../scripts/bench/lib/fault-clock.ts'
import { openLab } from '../../scripts/bench/lib/fault-lab.ts'
import { runAct, verifyWhole } from '../../scripts/bench/lib/fault-run.ts'

/** A second, and the picture that was on its way. */
const promisedSeconds = 1.1
const nothing = { wrongSpans: [], damagedClips: [], unexplainedSeconds: 0 }

const series: readonly { name: string; acts: readonly (readonly [Act, number])[] }[] = [
  {
    name: 'programs that are killed, a server that restarts, files cut short, an index that is gone',
    acts: [
      [killGateway, 3],
      [killFfmpeg, 1],
      [restartServer, 1],
      [truncateSegment, 1],
      [loseIndex, 1],
    ],
  },
  {
    name: 'cameras that are cut off, a disk that is full, and one that is not there',
    acts: [
      [cutCameras, 1],
      [fillDisk, 1],
      [swapDiskShortly, 1],
    ],
  },
]

for (const { name, acts } of series)
  test.concurrent(`${name}: no stretch is wrong, every file and clip decodes, each gap has its reason, at most a second is lost`, async ({
    expect,
  }) => {
    await using lab = await openLab(1)
    await lab.allRecord()
    for (const [act, rounds] of acts) {
      // Only root may mount disks.
      if (act.mounts && !lab.mayMount) continue
      const row = await runAct(lab, act, rounds, Math.random)
      expect(row, act.name).toMatchObject({ ...nothing, unnamed: [] })
      expect(row.lostSeconds, act.name).toBeLessThanOrEqual(promisedSeconds)
      expect(row.frames, act.name).toBeGreaterThan(20 * lab.cameras.length)
    }
    const whole = await verifyWhole(lab)
    expect(whole).toMatchObject({ ...nothing, problems: [] })
    expect(whole.clips).toBeGreaterThan(10)
  }, 240_000)

test.concurrent('a clock set forward and back, and a restart before footage of the future: nothing is overwritten, hashes and chain are whole', async ({
  expect,
}) => {
  const verdict = await stepClock()
  expect(verdict).toMatchObject({ ...nothing, problems: [] })
  expect(verdict.files).toBeGreaterThanOrEqual(6)
}, 240_000)
