import { type Failure, toFailure } from '../domain/failure.ts'
import { joinSpans, type SpanOf } from '../domain/timeline.ts'
import { type Bytes, intersect, minutes, seconds, type UtcMs, type UtcRange } from '../domain/units.ts'
import type { GapReason } from '../domain/words.ts'
import { every } from '../lib/clock.ts'
import type { Tools } from '../lib/supervise.ts'
import type { Store } from '../store/open.ts'
import { recordingsDisk } from './disk.ts'
import { recordingIndex, type StoredSegment } from './index.ts'
import { type Recorder, recorder } from './recorder.ts'
import { type RecoveryReport, recoverRecordings } from './recovery.ts'
import { sweep } from './retention.ts'
import { diskFailure } from './segment-file.ts'
import { upkeepIndex } from './upkeep-index.ts'

export interface RecordingParts {
  readonly store: Store
  readonly gatewayId: string
  /** The recordings folder, absolute. */
  readonly root: string
  readonly limits: { readonly retentionDays: number; readonly minFreeBytes: Bytes }
  readonly tools: Tools
  readonly clockOffsetMs: (cameraId: string) => number | null
  readonly onTimeline: (cameraId: string, endUtcMs: UtcMs, gap: GapReason | null) => void
}

/** Below this, nothing is written any more: the file system needs room to end files well. */
const floorBytes: Bytes = 50_000_000

/** Footage on disk: one recorder a camera, the index, recovery and retention. */
export function recording(parts: RecordingParts) {
  const { store, root, tools } = parts
  const index = recordingIndex(store)
  const upkeep = upkeepIndex(store)
  const disk = recordingsDisk(root, parts.gatewayId, store, tools.clock)
  const recorders = new Map<string, Recorder>()
  let trouble: Failure | null = null

  const mayWrite = async () => {
    await disk.mustBeOurs()
    if ((await disk.freeBytes()) < Math.min(floorBytes, parts.limits.minFreeBytes))
      throw diskFailure({ code: 'ENOSPC' }, root)
  }
  const onDisk = (failure: Failure | null) => {
    if (failure && trouble?.code !== failure.code)
      tools.log.error({ code: failure.code, ...failure.facts }, failure.message)
    if (!failure && trouble) tools.log.info('the recordings disk works again')
    trouble = failure
  }

  const tick = async () => {
    const synced = await Promise.allSettled([...recorders.values()].map((one) => one.sync()))
    for (const result of synced) if (result.status === 'rejected') onDisk(toFailure(result.reason))
  }
  const upkeepOnce = async () => {
    try {
      await disk.mustBeOurs()
      await sweep(disk, upkeep, parts.limits, tools)
    } catch (cause) {
      onDisk(toFailure(cause))
    }
  }

  const finish = async (cameraId: string, why: 'disabled' | 'removed' | 'gateway-stopped'): Promise<void> => {
    const one = recorders.get(cameraId)
    one?.end(why === 'removed' ? 'disabled' : why)
    await one?.settled()
    recorders.delete(cameraId)
    if (why === 'removed') index.endGap(cameraId, tools.clock.now())
  }

  return {
    /** Must be done before anything is recorded. @throws nothing: a disk that is away is told by `trouble` and tried again */
    async recover(): Promise<RecoveryReport | undefined> {
      try {
        await disk.mustBeOurs()
      } catch (cause) {
        onDisk(toFailure(cause))
        return undefined
      }
      return await recoverRecordings(disk, index, upkeep, store, tools.log)
    },
    /** The recorder of a camera that is to be recorded from now on; what is missing until its first frame has a reason. */
    begin(cameraId: string): Recorder {
      const known = recorders.get(cameraId)
      if (known) return known
      const made = recorder(cameraId, () => parts.clockOffsetMs(cameraId), {
        root,
        index,
        tools,
        mayWrite,
        onDisk,
        onTimeline: parts.onTimeline,
      })
      recorders.set(cameraId, made)
      // A crash or a stop explains the time until the first frame better than `connecting`.
      const open = index.openGapOf(cameraId)?.reason
      if (open === undefined || open === 'disabled') index.beginGap(cameraId, tools.clock.now(), 'connecting')
      return made
    },
    /** Ends recording of a camera. `disabled` leaves an open gap, `removed` none: nothing is expected any more. */
    finish,
    spans(cameraId: string, range: UtcRange): SpanOf[] {
      const open = recorders.get(cameraId)?.open()
      const recorded = [...index.recordedIn(cameraId, range), ...(open ? [open] : [])]
      const now = tools.clock.now()
      return joinSpans(recorded, index.gapsIn(cameraId, range, now), {
        fromUtcMs: range.fromUtcMs,
        toUtcMs: Math.min(range.toUtcMs, now),
      })
    },
    /** Files that touch `range`, in order; the one being written last. */
    segments(cameraId: string, range: UtcRange): StoredSegment[] {
      const open = recorders.get(cameraId)?.open()
      const touches = open && intersect({ fromUtcMs: open.startUtcMs, toUtcMs: open.endUtcMs }, range)
      return [...index.segmentsIn(cameraId, range), ...(touches ? [open] : [])]
    },
    root,
    trouble: () => trouble,
    async run(signal: AbortSignal): Promise<void> {
      upkeep.beat(tools.clock.now())
      await Promise.all([
        every(tools.clock, seconds(1), signal, tick),
        every(tools.clock, seconds(5), signal, () => upkeep.beat(tools.clock.now())),
        upkeepOnce().then(() => every(tools.clock, minutes(1), signal, upkeepOnce)),
      ])
      await Promise.all([...recorders.keys()].map((cameraId) => finish(cameraId, 'gateway-stopped')))
    },
  }
}
export type Recording = ReturnType<typeof recording>
