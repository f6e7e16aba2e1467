import type { Failure } from '../domain/failure.ts'
import type { HeldSpans } from '../domain/retention.ts'
import type { Bytes, Millis, UtcMs } from '../domain/units.ts'
import type { Tools } from '../lib/supervise.ts'
import type { Store } from '../store/open.ts'
import { recordingsDisk } from './disk.ts'
import { diskFailure } from './disk-failure.ts'
import type { RecordingIndex } from './index.ts'
import { adopt, type FilesReport, nothingFound, recoverFiles } from './recovery.ts'
import { sweep } from './retention.ts'
import type { WritableDisk } from './run-writer.ts'
import type { PathRow, UpkeepIndex } from './upkeep-index.ts'

/** One recordings disk of the configuration. */
export interface DiskSettings {
  readonly name: string
  /** Absolute. */
  readonly path: string
  readonly minFreeBytes: Bytes
  readonly maxBytes?: Bytes | undefined
}

export interface VolumeParts {
  readonly store: Store
  readonly gatewayId: string
  readonly index: RecordingIndex
  readonly upkeep: UpkeepIndex
  readonly tools: Tools
  readonly held: () => HeldSpans
  /** Until then files of an unclean end may still be adopted, on this disk or another: their runs come first. */
  readonly recovered: () => Promise<unknown>
  /** Disk and index were compared: at the start, or when the disk came. */
  readonly onCompared: (report: FilesReport) => void
  readonly retentionMs: (cameraId: string) => Millis
  /** Footage went before its time. */
  readonly onEarly: (rows: readonly PathRow[]) => void
  /** The disk must not be written to any more: runs on it end. */
  readonly onFull: (failure: Failure) => void
}

/** Below this, nothing is written any more: the file system needs room to end files well. */
const floorBytes: Bytes = 50_000_000

/** One recordings disk: whether it may be written to, what is wrong with it, and its upkeep. */
export function volume(settings: DiskSettings, parts: VolumeParts) {
  const { name, path: root, minFreeBytes, maxBytes = Infinity } = settings
  const { store, tools, index, upkeep } = parts
  const disk = recordingsDisk(root, parts.gatewayId, store, tools.clock)
  const recovery = { name, disk, index, upkeep, store, log: tools.log }
  const orphans = new Set<string>()
  let trouble: Failure | null = null
  let compared: Promise<FilesReport> | undefined
  let isComparing = false
  /** Nothing but held footage is left, and there is no room. */
  let onlyHeld = false
  let usedBytes: Bytes | undefined
  let lastEarlyUtcMs: UtcMs | undefined

  /** Disk and index are compared once, before the first file is written; a disk that is away at the start is compared when it comes. */
  const compareOnce = () => compared ?? compareAnew()
  const compareAnew = () => {
    isComparing = true
    compared = recoverFiles(recovery)
      .then((report) => {
        parts.onCompared(report)
        return report
      })
      .catch((cause: unknown) => {
        compared = undefined
        throw diskFailure(cause, root)
      })
      .finally(() => (isComparing = false))
    return compared
  }
  const full = (why: string) => diskFailure(Object.assign(new Error(why), { code: 'ENOSPC' }), root)
  const mustHaveRoom = async () => {
    const floor = Math.min(floorBytes, minFreeBytes)
    // What is full stays full until there is some room, not just a little.
    if ((await disk.freeBytes()) < (trouble?.code === 'disk-full' ? floor * 2 : floor)) throw full('below the floor')
    if (onlyHeld && used() > maxBytes) throw full('only held footage is left')
  }
  const used = (): Bytes => (usedBytes ??= upkeep.sizeOf(name))

  const onDisk = (failure: Failure | null) => {
    if (failure && trouble?.code !== failure.code)
      tools.log.error({ disk: name, code: failure.code, ...failure.facts, err: failure.cause }, failure.message)
    if (!failure && trouble) tools.log.info({ disk: name }, 'the recordings disk works again')
    trouble = failure
  }
  const adoptOrphans = async () => {
    for (const path of orphans) {
      await adopt(path, recovery, nothingFound())
      orphans.delete(path)
      usedBytes = undefined
    }
  }

  const writable: WritableDisk = {
    name,
    root,
    async mayWrite() {
      await parts.recovered()
      await disk.mustBeOurs()
      await compareOnce()
      await mustHaveRoom()
    },
  }

  return {
    ...writable,
    writable,
    settings: { ...settings, maxBytes: settings.maxBytes ?? null },
    disk,
    trouble: () => trouble,
    /** When footage last went before its time, since the start. */
    lastEarlyUtcMs: () => lastEarlyUtcMs,
    onDisk,
    usedBytes: used,
    grew: (sizeBytes: Bytes): void => {
      if (usedBytes !== undefined) usedBytes += sizeBytes
    },
    /** Adopted by the next upkeep. */
    addOrphan: (path: string): void => void orphans.add(path),
    /** @throws Failure when the disk is away */
    async compare(): Promise<FilesReport> {
      await disk.mustBeOurs()
      usedBytes = undefined
      return await (isComparing ? compareOnce() : compareAnew())
    },
    /** Looks after the disk once: is it ours, is there room, is there something to delete or to adopt? Never throws. */
    async upkeepOnce(): Promise<void> {
      try {
        await disk.mustBeOurs()
        await compareOnce()
        const { held, retentionMs } = parts
        const onEarly = (rows: readonly PathRow[]) => {
          lastEarlyUtcMs = tools.clock.now()
          parts.onEarly(rows)
        }
        const swept = await sweep(
          { name, disk, upkeep, minFreeBytes, maxBytes, retentionMs, held: held(), onEarly, tools },
          used(),
        )
        usedBytes = used() - swept.freedBytes
        onlyHeld = !swept.enough
        await mustHaveRoom()
        await adoptOrphans()
        // Only a write shows that the disk takes one: it may be read-only, and nobody recording on it.
        await disk.mustTakeBytes()
        onDisk(null)
      } catch (cause) {
        const failure = diskFailure(cause, root)
        onDisk(failure)
        if (failure.code === 'disk-full') parts.onFull(failure)
      }
    },
  }
}
export type Volume = ReturnType<typeof volume>
