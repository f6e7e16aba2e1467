import type { Camera } from '../../gateway/contract/camera.ts'
import type { CoverageRow } from '../../gateway/contract/footage.ts'
import { dayStarts } from '../../gateway/domain/hours.ts'
import type { UtcRange } from '../../gateway/domain/units.ts'
import { spansAt } from './fake-footage.ts'

const hourMs = 3_600_000
const zone = 'Asia/Shanghai'

/**
 * Coverage as the ledger would give it of the fake footage. Camera 1 was off by plan for some days, camera 3 is new, camera 5 records by
 * day only, camera 7 has an hour that does not add up, camera 10 a day of which nothing is known.
 */
export function coverageAt(
  cameras: readonly Pick<Camera, 'id' | 'areaId'>[],
  { fromUtcMs, toUtcMs }: UtcRange,
  bucket: 'hour' | 'day',
  now: number,
): CoverageRow[] {
  const starts = bucket === 'day' ? dayStarts({ fromUtcMs, toUtcMs }, zone) : hoursOf(fromUtcMs, toUtcMs)
  return cameras.flatMap(({ id, areaId }) =>
    starts.slice(0, -1).flatMap((start, n) => {
      const end = starts[n + 1] ?? start
      const daysAgo = Math.floor((now - start) / (24 * hourMs))
      if (id === 'cam-10' && daysAgo === 9) return []
      const isNew = id === 'cam-3' && daysAgo > 18
      const isOff = id === 'cam-1' && daysAgo > 3 && daysAgo < 7
      const share = isNew ? 0 : id === 'cam-5' ? 0.5 : 1
      const whole = ((Math.min(end, now) - start) / 1_000) * share
      const row = { cameraId: id, areaId, fromUtcMs: start, toUtcMs: end }
      if (isOff)
        return [
          {
            ...row,
            expectedSeconds: 0,
            recordedSeconds: 0,
            plannedOffSeconds: whole,
            gapSeconds: {},
            unexplainedSeconds: 0,
          },
        ]
      const gapSeconds: CoverageRow['gapSeconds'] = {}
      if (daysAgo % 4 !== 0 || Number(id.slice(4)) % 5 === 0)
        for (const { kind, startUtcMs, endUtcMs, reason } of spansAt(id, start, end, now))
          if (kind === 'gap' && reason !== undefined)
            gapSeconds[reason] =
              (gapSeconds[reason] ?? 0) + ((endUtcMs - startUtcMs) / 1_000) * share * (daysAgo % 3 === 0 ? 0.1 : 1)
      const unexplainedSeconds = id === 'cam-7' && daysAgo === 2 ? 12.4 : 0
      const gaps = Object.values(gapSeconds).reduce((sum, seconds) => sum + seconds, 0)
      return [
        {
          ...row,
          expectedSeconds: whole,
          recordedSeconds: whole - gaps - unexplainedSeconds,
          plannedOffSeconds: 0,
          gapSeconds,
          unexplainedSeconds,
        },
      ]
    }),
  )
}

function hoursOf(fromUtcMs: number, toUtcMs: number): number[] {
  const starts: number[] = []
  for (let at = Math.floor(fromUtcMs / hourMs) * hourMs; ; at += hourMs) {
    starts.push(at)
    if (at >= toUtcMs) return starts
  }
}
