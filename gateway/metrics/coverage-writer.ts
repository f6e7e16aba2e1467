import { type Millis, minutes, type UtcMs } from '../domain/units.ts'
import { supervise, type Task, type Tools } from '../lib/supervise.ts'
import type { MetricsStore, ReadingTags } from './store.ts'

/** The account of one hour of one camera, as the ledger keeps it. */
export interface CoverageHour {
  readonly cameraId: string
  readonly hourUtcMs: UtcMs
  readonly expectedMs: Millis
  readonly recordedMs: Millis
  readonly plannedOffMs: Millis
  readonly unexplainedMs: Millis
  readonly gapMs: Readonly<Record<string, Millis>>
}

export interface CoverageWriterParts<Hour extends CoverageHour> {
  /** Hours that are over and not yet written, oldest first. */
  readonly waiting: (limit: number) => readonly Hour[]
  readonly exported: (hours: readonly Hour[]) => void
  /** Where a camera is or was. */
  readonly placeOf: (cameraId: string) => Omit<ReadingTags, 'unit'>
  readonly store: Pick<MetricsStore, 'writePoints'>
  readonly tools: Tools
}

const batch = 1_000
const idleMs: Millis = minutes(1)

/**
 * Carries the ledger's hours to the metrics store as the measurement `coverage`: one point an hour and camera, at the start of the hour,
 * in seconds. An hour that was counted anew is written anew.
 */
export function coverageWriter<Hour extends CoverageHour>(parts: CoverageWriterParts<Hour>) {
  const { waiting, exported, placeOf, store, tools } = parts
  const task: Task = {
    name: 'coverage-writer',
    async runOnce(signal) {
      while (!signal.aborted) {
        const hours = waiting(batch)
        if (hours.length > 0) {
          await store.writePoints(hours.map(pointOf), signal)
          exported(hours)
        }
        if (hours.length < batch) await tools.clock.sleep(idleMs, signal)
      }
    },
  }
  const pointOf = (hour: CoverageHour) => {
    const { cameraId, hourUtcMs, expectedMs, recordedMs, plannedOffMs, unexplainedMs, gapMs } = hour
    const gaps = Object.entries(gapMs).map(
      ([reason, ms]) => [`gap_${reason.replaceAll('-', '_')}_s`, ms / 1_000] as const,
    )
    return {
      measurement: 'coverage',
      tags: { ...placeOf(cameraId), camera: cameraId },
      fields: {
        expected_s: expectedMs / 1_000,
        recorded_s: recordedMs / 1_000,
        planned_off_s: plannedOffMs / 1_000,
        unexplained_s: unexplainedMs / 1_000,
        ...Object.fromEntries(gaps),
      },
      utcMs: hourUtcMs,
    }
  }
  return { run: (signal: AbortSignal) => supervise(task, tools, signal) }
}
