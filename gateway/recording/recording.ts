import type { DiskState } from '../contract/footage.ts'
import { onlyExpected } from '../domain/coverage.ts'
import type { Failure } from '../domain/failure.ts'
import { normal } from '../domain/stretches.ts'
import { joinSpans, type SpanOf } from '../domain/timeline.ts'
import { days, intersect, type Millis, minutes, seconds, type UtcMs, type UtcRange } from '../domain/units.ts'
import type { GapReason } from '../domain/words.ts'
import { every } from '../lib/clock.ts'
import type { Tools } from '../lib/supervise.ts'
import type { Store } from '../store/open.ts'
import { diskFailure } from './disk-failure.ts'
import { diskReport } from './disks.ts'
import { holds as holdTable } from './holds.ts'
import { recordingIndex, type StoredSegment } from './index.ts'
import { type CameraLife, ledger } from './ledger.ts'
import { plannedOffs } from './planned-off.ts'
import { type Recorder, recorder } from './recorder.ts'
import { type Changed, compareDisks, endCrashed, explainLostIndex, type RecoveryReport } from './recovery.ts'
import { createSegment } from './segment-file.ts'
import { type PathRow, upkeepIndex } from './upkeep-index.ts'
import { type DiskSettings, type Volume, volume } from './volume.ts'

/** What recording needs to know of a camera. */
export interface RecordedCamera {
  readonly clockOffsetMs: number | null
  /** null: the default. */
  readonly retentionDays: number | null
  /** Name of its disk; null: the first one. */
  readonly disk: string | null
}

/** How a disk is. */
export interface DiskTrouble {
  readonly name: string
  readonly root: string
  /** Why it takes nothing; null while it does. */
  readonly trouble: Failure | null
  /** Within the last day footage went before its time. */
  readonly isShort: boolean
}

export interface RecordingParts {
  readonly store: Store
  readonly gatewayId: string
  /** At least one; the first one takes what is assigned to none. */
  readonly disks: readonly DiskSettings[]
  readonly retentionDays: number
  readonly tools: Tools
  /** Undefined when it was removed. */
  readonly camera: (cameraId: string) => RecordedCamera | undefined
  /** @throws Failure missing (`camera-missing`) when there never was such a camera */
  readonly requireCamera: (cameraId: string) => void
  readonly lives: () => readonly CameraLife[]
  readonly timeZone: () => string
  readonly onTimeline: (cameraId: string, endUtcMs: UtcMs, gap: GapReason | null) => void
  /** A file is closed and indexed. */
  readonly onSegment?: (segment: StoredSegment) => void
}

/** What was received is on disk after this time, the sync included: a kill or a power cut costs at most a second. */
const beatMs: Millis = 800
/** A disk that went away, filled up or came back is noticed within this time. */
const upkeepMs = seconds(10)

/** Footage on disk: one recorder a camera, the index, recovery, retention, holds and the ledger. */
export function recording(parts: RecordingParts) {
  const { store, tools } = parts
  const { clock } = tools
  const rootOf = (disk: string): string => (parts.disks.find(({ name }) => name === disk) ?? first).path
  const [first] = parts.disks as readonly [DiskSettings]
  const index = recordingIndex(store, rootOf)
  const upkeep = upkeepIndex(store)
  const holds = holdTable(store, clock, parts.requireCamera)
  const plannedOff = plannedOffs(store, clock, parts.requireCamera)
  const recorders = new Map<string, Recorder>()
  /** Nothing is known, so what is found on a disk has lost its index. */
  const isIndexNew = upkeep.isEmpty()
  let isRecovered = false
  let recovered: Promise<unknown> = Promise.resolve()

  const retentionMs = (cameraId: string): Millis => days(parts.camera(cameraId)?.retentionDays ?? parts.retentionDays)
  const rawSpans = (cameraId: string, range: UtcRange): SpanOf[] => {
    const open = recorders.get(cameraId)?.open()
    const recorded = [...index.recordedIn(cameraId, range), ...(open ? [open] : [])]
    const now = clock.now()
    return joinSpans(recorded, index.gapsIn(cameraId, range, now), {
      fromUtcMs: range.fromUtcMs,
      toUtcMs: Math.min(range.toUtcMs, now),
    })
  }
  const coverage = ledger({
    store,
    tools,
    lives: parts.lives,
    timeZone: parts.timeZone,
    plannedOff: plannedOff.stretches,
    spans: rawSpans,
    knownUntilUtcMs: (cameraId) => recorders.get(cameraId)?.knownUntilUtcMs() ?? clock.now(),
    firstKnownUtcMs: upkeep.firstKnown,
  })
  /** What was counted of these stretches is counted anew. */
  const recount = (changed: readonly Changed[]) => {
    for (const [cameraId, of] of Map.groupBy(changed, (one) => one.cameraId))
      for (const range of normal(of)) coverage.recount(cameraId, range)
  }
  const onEarly = (rows: readonly PathRow[]) =>
    recount(rows.map(({ cameraId, startUtcMs, endUtcMs }) => ({ cameraId, fromUtcMs: startUtcMs, toUtcMs: endUtcMs })))
  const volumes = parts.disks.map((settings): Volume => {
    const onFull = (failure: Failure) => {
      for (const [cameraId, one] of recorders) if (diskOf(cameraId).name === settings.name) one.refuse(failure)
    }
    const { gatewayId } = parts
    return volume(settings, {
      store,
      gatewayId,
      index,
      upkeep,
      tools,
      held: holds.held,
      recovered: () => recovered,
      onCompared({ adopted, changed }) {
        if (isIndexNew && adopted > 0) explainLostIndex({ index, upkeep, store }, settings.name, clock.now())
        recount(changed)
      },
      retentionMs,
      onEarly,
      onFull,
    })
  })
  const volumeOf = (name: string | null | undefined): Volume =>
    volumes.find((one) => one.name === name) ?? (volumes[0] as Volume)
  const diskOf = (cameraId: string): Volume => volumeOf(parts.camera(cameraId)?.disk)

  /** What the index cannot take now is repaired by the next `reconcile`, or by recovery. */
  const trying = (write: () => void) => {
    try {
      write()
    } catch (cause) {
      volumes[0]?.onDisk(diskFailure(cause, first.path))
    }
  }
  const finish = async (cameraId: string, why: 'disabled' | 'gateway-stopped'): Promise<void> => {
    const one = recorders.get(cameraId)
    one?.end(why)
    await one?.settled()
    recorders.delete(cameraId)
  }
  /** Gaps go when the footage around them would; those in a held stretch stay. */
  const forgetOldGaps = () => {
    const now = clock.now()
    const held = holds.held()
    const isKept = (cameraId: string, gap: UtcRange) => (held.get(cameraId) ?? []).some((span) => intersect(span, gap))
    upkeep.dropBefore(now, (cameraId) => now - retentionMs(cameraId), isKept)
  }

  return {
    /**
     * Begins at once with how the last run ended, then compares each disk with the index. Cameras may be read meanwhile: what they send
     * waits until the files are compared. A disk that is away is told by `disks` and compared when it comes.
     */
    recover(): Promise<RecoveryReport> {
      const crashedRuns = endCrashed({ index, upkeep })
      const comparing = compareDisks(volumes)
      recovered = comparing
      return comparing.then((files) => {
        const report = { ...files, crashedRuns }
        if (crashedRuns + files.adopted + files.missingFiles > 0)
          tools.log.warn(report, 'recovered from an unclean end')
        isRecovered = true
        return report
      })
    },
    /** Until then the timeline does not know how the last run ended. */
    isRecovered: () => isRecovered,
    /** The recorder of a camera that is to be recorded from now on; what is missing until its first frame has a reason. */
    begin(cameraId: string): Recorder {
      const known = recorders.get(cameraId)
      if (known) return known
      const made = recorder(cameraId, () => parts.camera(cameraId)?.clockOffsetMs ?? null, {
        disk: () => diskOf(cameraId).writable,
        index,
        tools,
        createSegment,
        onSegment(segment) {
          volumeOf(segment.disk).grew(segment.sizeBytes)
          parts.onSegment?.(segment)
        },
        onOrphan(disk, path, failure) {
          volumeOf(disk).addOrphan(path)
          if (failure) tools.log.warn({ path, code: failure.code }, 'a file could not be closed; it is adopted later')
        },
        onDisk: (disk, failure) => volumeOf(disk).onDisk(failure),
        onTimeline: parts.onTimeline,
      })
      recorders.set(cameraId, made)
      trying(() => {
        // A crash or a stop explains the time until the first frame better than `connecting`.
        const open = index.openGapOf(cameraId)?.reason
        if (open !== undefined && open !== 'disabled') return
        // A camera that was never recorded was expected from the moment it was added.
        const isNew = upkeep.firstKnown(cameraId) === undefined
        const added = isNew ? parts.lives().find(({ id }) => id === cameraId)?.addedUtcMs : undefined
        index.beginGap(cameraId, Math.min(added ?? Infinity, clock.now()), 'connecting')
      })
      return made
    },
    /** Ends recording of a camera and leaves an open gap with this reason. */
    finish,
    /** Open gaps of cameras that are not recorded: none of one that was removed, `disabled` for one that is switched off. */
    reconcile(cameras: readonly { readonly id: string; readonly enabled: boolean }[]): void {
      const isEnabled = new Map(cameras.map(({ id, enabled }) => [id, enabled]))
      const now = clock.now()
      trying(() => {
        for (const { cameraId, reason } of index.openGaps()) {
          if (recorders.has(cameraId)) continue
          const enabled = isEnabled.get(cameraId)
          if (enabled === undefined) index.endGap(cameraId, now)
          else if (!enabled && reason !== 'disabled') index.beginGap(cameraId, now, 'disabled')
        }
        // Until then the hour of the last end is not known.
        if (isRecovered) coverage.tick()
      })
    },
    /** Recorded stretches, and gaps within the time that the camera was expected to record. */
    spans(cameraId: string, range: UtcRange): SpanOf[] {
      const life = parts.lives().find(({ id }) => id === cameraId)
      const spans = rawSpans(cameraId, range)
      return life ? onlyExpected(spans, coverage.expectation(life, range)) : spans
    },
    /** Yes, too, while the disks are not compared yet. */
    hasFootage: (cameraId: string, range: UtcRange): boolean =>
      !isRecovered || rawSpans(cameraId, range).some(({ kind }) => kind === 'recorded'),
    /** Files that touch `range`, in order; the one being written last. */
    segments(cameraId: string, range: UtcRange): StoredSegment[] {
      const open = recorders.get(cameraId)?.open()
      const touches = open && intersect({ fromUtcMs: open.startUtcMs, toUtcMs: open.endUtcMs }, range)
      return [...index.segmentsIn(cameraId, range), ...(touches ? [open] : [])]
    },
    /** One file. @param path relative to the folder of its disk */
    segmentAt(cameraId: string, path: string): StoredSegment | undefined {
      const open = recorders.get(cameraId)?.open()
      return open?.path === path ? open : index.segmentAt(path)
    },
    holds,
    plannedOff,
    coverage,
    /** Cameras that should record at this moment. */
    expectedNow(): ReadonlySet<string> {
      const range = { fromUtcMs: clock.now(), toUtcMs: clock.now() + 1 }
      const isExpected = (life: CameraLife) => coverage.expectation(life, range).expected.length > 0
      return new Set(
        parts
          .lives()
          .filter(isExpected)
          .map(({ id }) => id),
      )
    },
    /** What is wrong, by disk. */
    troubles: (): DiskTrouble[] =>
      volumes.map((one) => ({
        name: one.name,
        root: one.root,
        trouble: one.trouble(),
        isShort: clock.now() - (one.lastEarlyUtcMs() ?? -Infinity) < days(1),
      })),
    /** @param cameraIds those that are to be recorded */
    disks: (cameraIds: readonly string[]): Promise<DiskState[]> =>
      Promise.all(
        volumes.map((one) => {
          const assigned = cameraIds.filter((id) => diskOf(id) === one)
          return diskReport({
            volume: one,
            upkeep,
            held: holds.held(),
            retentionMs,
            assigned,
            retentionDays: parts.retentionDays,
            now: clock.now(),
          })
        }),
      ),
    async run(signal: AbortSignal): Promise<void> {
      const beat = () => trying(() => upkeep.beat(clock.now()))
      beat()
      await Promise.all([
        // A disk that hangs holds up its own cameras only.
        ...volumes.map((one) =>
          every(clock, beatMs, signal, () =>
            Promise.all([...recorders].filter(([cameraId]) => diskOf(cameraId) === one).map(([, each]) => each.sync())),
          ),
        ),
        ...volumes.map((one) => one.upkeepOnce().then(() => every(clock, upkeepMs, signal, one.upkeepOnce))),
        every(clock, seconds(5), signal, beat),
        every(clock, minutes(1), signal, () => trying(forgetOldGaps)),
      ])
      await Promise.all([...recorders.keys()].map((cameraId) => finish(cameraId, 'gateway-stopped')))
    },
  }
}
export type Recording = ReturnType<typeof recording>
