import type { Failure } from '../domain/failure.ts'
import { joinSpans, type SpanOf } from '../domain/timeline.ts'
import { type Bytes, intersect, seconds, type UtcMs, type UtcRange } from '../domain/units.ts'
import type { GapReason } from '../domain/words.ts'
import { every } from '../lib/clock.ts'
import type { Tools } from '../lib/supervise.ts'
import type { Store } from '../store/open.ts'
import { recordingsDisk } from './disk.ts'
import { diskFailure } from './disk-failure.ts'
import { recordingIndex, type StoredSegment } from './index.ts'
import { type Recorder, recorder } from './recorder.ts'
import { adopt, endCrashed, type FilesReport, nothingFound, type RecoveryReport, recoverFiles } from './recovery.ts'
import { sweep } from './retention.ts'
import { createSegment } from './segment-file.ts'
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
/** A disk that went away, filled up or came back is noticed within this time. */
const upkeepMs = seconds(10)

/** Footage on disk: one recorder a camera, the index, recovery and retention. */
export function recording(parts: RecordingParts) {
  const { store, root, tools } = parts
  const index = recordingIndex(store)
  const upkeep = upkeepIndex(store)
  const disk = recordingsDisk(root, parts.gatewayId, store, tools.clock)
  const recovery = { disk, index, upkeep, store, log: tools.log }
  const recorders = new Map<string, Recorder>()
  const orphans = new Set<string>()
  let trouble: Failure | null = null
  let compared: Promise<FilesReport> | undefined
  let isRecovered = false

  /** Disk and index are compared once, before the first file is written; a disk that is away at the start is compared when it comes. */
  const compareOnce = () =>
    (compared ??= recoverFiles(recovery).catch((cause: unknown) => {
      compared = undefined
      throw diskFailure(cause, root)
    }))
  const mustHaveRoom = async () => {
    if ((await disk.freeBytes()) < Math.min(floorBytes, parts.limits.minFreeBytes))
      throw diskFailure(Object.assign(new Error('below the floor'), { code: 'ENOSPC' }), root)
  }
  const mayWrite = async () => {
    await disk.mustBeOurs()
    await compareOnce()
    await mustHaveRoom()
  }
  const onDisk = (failure: Failure | null) => {
    if (failure && trouble?.code !== failure.code)
      tools.log.error({ code: failure.code, ...failure.facts, err: failure.cause }, failure.message)
    if (!failure && trouble) tools.log.info('the recordings disk works again')
    trouble = failure
  }
  /** What the index cannot take now is repaired by the next `reconcile`, or by recovery. */
  const trying = (write: () => void) => {
    try {
      write()
    } catch (cause) {
      onDisk(diskFailure(cause, root))
    }
  }

  const adoptOrphans = async () => {
    for (const path of orphans) {
      await adopt(path, recovery, nothingFound())
      orphans.delete(path)
    }
  }
  const upkeepOnce = async () => {
    try {
      await disk.mustBeOurs()
      await compareOnce()
      await sweep(disk, upkeep, parts.limits, tools)
      await mustHaveRoom()
      await adoptOrphans()
      if (trouble) await disk.mustTakeBytes()
      upkeep.beat(tools.clock.now())
      onDisk(null)
    } catch (cause) {
      onDisk(diskFailure(cause, root))
    }
  }

  const finish = async (cameraId: string, why: 'disabled' | 'gateway-stopped'): Promise<void> => {
    const one = recorders.get(cameraId)
    one?.end(why)
    await one?.settled()
    recorders.delete(cameraId)
  }

  return {
    /** Must be done before anything is recorded. A disk that is away is told by `trouble` and compared when it comes. */
    async recover(): Promise<RecoveryReport> {
      let files = nothingFound()
      try {
        await disk.mustBeOurs()
        compared = undefined
        files = await compareOnce()
      } catch (cause) {
        onDisk(diskFailure(cause, root))
      }
      const report = { ...files, crashedRuns: endCrashed(recovery) }
      const { crashedRuns, adopted, missingFiles } = report
      if (crashedRuns + adopted + missingFiles > 0) tools.log.warn(report, 'recovered from an unclean end')
      isRecovered = true
      return report
    },
    /** Until then the timeline does not know how the last run ended. */
    isRecovered: () => isRecovered,
    /** The recorder of a camera that is to be recorded from now on; what is missing until its first frame has a reason. */
    begin(cameraId: string): Recorder {
      const known = recorders.get(cameraId)
      if (known) return known
      const made = recorder(cameraId, () => parts.clockOffsetMs(cameraId), {
        root,
        index,
        tools,
        mayWrite,
        createSegment,
        onOrphan: (path, failure) => {
          orphans.add(path)
          if (failure) tools.log.warn({ path, code: failure.code }, 'a file could not be closed; it is adopted later')
        },
        onDisk,
        onTimeline: parts.onTimeline,
      })
      recorders.set(cameraId, made)
      trying(() => {
        // A crash or a stop explains the time until the first frame better than `connecting`.
        const open = index.openGapOf(cameraId)?.reason
        if (open === undefined || open === 'disabled') index.beginGap(cameraId, tools.clock.now(), 'connecting')
      })
      return made
    },
    /** Ends recording of a camera and leaves an open gap with this reason. */
    finish,
    /** Open gaps of cameras that are not recorded: none of one that was removed, `disabled` for one that is switched off. */
    reconcile(cameras: readonly { readonly id: string; readonly enabled: boolean }[]): void {
      const isEnabled = new Map(cameras.map(({ id, enabled }) => [id, enabled]))
      const now = tools.clock.now()
      trying(() => {
        for (const { cameraId, reason } of index.openGaps()) {
          if (recorders.has(cameraId)) continue
          const enabled = isEnabled.get(cameraId)
          if (enabled === undefined) index.endGap(cameraId, now)
          else if (!enabled && reason !== 'disabled') index.beginGap(cameraId, now, 'disabled')
        }
      })
    },
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
    /** One file. @param path relative to `root` */
    segmentAt(cameraId: string, path: string): StoredSegment | undefined {
      const open = recorders.get(cameraId)?.open()
      return open?.path === path ? open : index.segmentAt(path)
    },
    root,
    trouble: () => trouble,
    async run(signal: AbortSignal): Promise<void> {
      const beat = () => trying(() => upkeep.beat(tools.clock.now()))
      beat()
      await Promise.all([
        every(tools.clock, seconds(1), signal, () => Promise.all([...recorders.values()].map((one) => one.sync()))),
        every(tools.clock, seconds(5), signal, beat),
        upkeepOnce().then(() => every(tools.clock, upkeepMs, signal, upkeepOnce)),
      ])
      await Promise.all([...recorders.keys()].map((cameraId) => finish(cameraId, 'gateway-stopped')))
    },
  }
}
export type Recording = ReturnType<typeof recording>
