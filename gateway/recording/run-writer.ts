import { crc32 } from 'node:zlib'
import type { Failure } from '../domain/failure.ts'
import { observeFrame, type RunClock, startRunClock } from '../domain/run-clock.ts'
import { type Bytes, type Millis, seconds, type UtcMs } from '../domain/units.ts'
import type { GapReason, RunEndReason } from '../domain/words.ts'
import { fragmentHead } from '../media/fragment.ts'
import { linkedPart, sealLink } from '../media/link.ts'
import type { Sample, StreamFrame, StreamInit } from '../media/stream.ts'
import { sha256 } from './chain.ts'
import { diskFailure } from './disk-failure.ts'
import type { FragmentEntry } from './fragment-table.ts'
import { longestSegmentMs, type RecordingIndex, type StoredSegment } from './index.ts'
import { type createSegment, type SegmentFile, segmentPath } from './segment-file.ts'

/** A fragment is a GOP, or what came of one between two beats of `cut`: a kill may cost at most what is not yet written. */
const fragmentMs: Millis = seconds(2)
const segmentMs: Millis = seconds(60)
/** A picture that would be shown for longer than this is followed by a hole, and the hole ends the run. */
const holeMs: Millis = seconds(2)
/** Without a keyframe a segment cannot end; beyond these the run does. Recovery reads a whole file into memory. */
const largestSegmentBytes: Bytes = 256 * 1024 * 1024
const keylessMs: Millis = longestSegmentMs - seconds(10)

/** What is kept of a frame until it is on disk. */
export type RecordedFrame = Pick<StreamFrame, 'sample' | 'arrivedUtcMs'>

/** A recordings disk, as its writers know it. */
export interface WritableDisk {
  readonly name: string
  /** Its folder, absolute. */
  readonly root: string
  /** @throws Failure disk-away · disk-full when nothing may be written now */
  readonly mayWrite: () => Promise<void>
}

export interface WriterParts {
  /** The camera's disk now; asked for each file. */
  readonly disk: () => WritableDisk
  readonly index: RecordingIndex
  /** A file is closed and indexed. */
  readonly onSegment: (segment: StoredSegment) => void
  readonly createSegment: typeof createSegment
  /** A file that holds nothing or could not be finished: recovery deals with it when the disk works again. */
  readonly onOrphan: (disk: string, path: string, failure?: Failure) => void
}

interface OpenSegment {
  readonly disk: WritableDisk
  readonly file: SegmentFile
  readonly initBytes: number
  readonly fragments: FragmentEntry[]
}

export interface NewRunOfCamera {
  readonly cameraId: string
  readonly init: StreamInit
  /** The first frame, a keyframe; it is still to be added. */
  readonly first: RecordedFrame
  readonly clockOffsetMs: number | null
  /** Length of the first segment: staggered over cameras, so that not all rotate at once. */
  readonly firstSegmentMs: Millis
  /** The end of the camera's hash chain; goes on with each fragment written. Undefined until the first one: recovery may still be moving it. */
  readonly chain: { link: Uint8Array | undefined }
}

/** One run on disk: frames in, segment files and rows out. Its calls must not overlap; `recorder.ts` sees to that. */
export function runWriter(run: NewRunOfCamera, parts: WriterParts) {
  const { cameraId, init, first, clockOffsetMs, chain } = run
  const { index } = parts
  const { timescale } = init
  const firstDts = first.sample.dts
  const mediaMs = (ticks: number): Millis => (ticks / timescale) * 1_000
  let clock: RunClock = startRunClock(0, first.arrivedUtcMs)
  let hasParted = false
  let last: { dts: number; duration: number; arrivedUtcMs: UtcMs; waitedMs: Millis } | undefined
  let runId: number | undefined
  let pending: Sample[] = []
  let segment: OpenSegment | undefined
  let sequence = 0
  let rotateAfterMs = run.firstSegmentMs
  /** End of the last frame that is on disk, in ticks since the run's start. */
  let writtenTicks = 0
  let hasFootage = false

  const utcOf = (ticks: number): UtcMs => Math.round(clock.anchorUtcMs + mediaMs(ticks))
  const segmentTicks = (dts: number) => dts - firstDts - (segment?.fragments[0]?.baseTime ?? dts - firstDts)

  const fileBytes = (): Bytes => segment?.file.sizeBytes ?? 0

  const rowOf = (id: number, { disk, file, initBytes, fragments }: OpenSegment): StoredSegment => ({
    cameraId,
    disk: disk.name,
    root: disk.root,
    runId: id,
    startUtcMs: utcOf(fragments[0]?.baseTime ?? 0),
    endUtcMs: utcOf(writtenTicks),
    path: file.path,
    sizeBytes: file.sizeBytes,
    initBytes,
    anchorUtcMs: clock.anchorUtcMs,
    fragments,
    codec: init.codec,
    timescale,
    clockOffsetMs,
  })

  const openSegment = async (startUtcMs: UtcMs): Promise<OpenSegment> => {
    const disk = parts.disk()
    await disk.mayWrite()
    runId ??= index.openRun({ cameraId, startUtcMs, init, clockOffsetMs })
    const file = await parts.createSegment(disk.root, segmentPath(cameraId, startUtcMs, runId), init.bytes)
    return { disk, file, initBytes: init.bytes.length, fragments: [] }
  }

  const flush = async () => {
    const [first] = pending
    if (!first) return
    const samples = pending
    pending = []
    const baseTime = first.dts - firstDts
    segment ??= await openSegment(utcOf(baseTime))
    const before = chain.link ?? index.chainHead(cameraId)
    const times = { utcMs: utcOf(baseTime), baseTime }
    // The samples are written where they lie: a copy of all video would be most of the garbage.
    const head = fragmentHead(++sequence, samples, times, { runId: runId ?? 0, before })
    const data = samples.map((sample) => sample.data)
    sealLink(
      head,
      data.reduce((crc, piece) => crc32(piece, crc), crc32(linkedPart(head))),
    )
    const offset = segment.file.sizeBytes
    await segment.file.append([head, ...data])
    const duration = samples.reduce((sum, sample) => sum + sample.duration, 0)
    const link = sha256(head, ...data)
    chain.link = link
    segment.fragments.push({
      offset,
      sizeBytes: segment.file.sizeBytes - offset,
      baseTime,
      duration,
      key: first.key,
      sha256: link,
    })
    writtenTicks = baseTime + duration
    if (hasFootage) return
    hasFootage = true
    index.endGap(cameraId, utcOf(baseTime))
  }

  const closeSegment = async () => {
    if (!segment || runId === undefined) return
    await segment.file.close()
    const { disk, file, fragments } = segment
    if (fragments.length === 0) parts.onOrphan(disk.name, file.path)
    else {
      const row = rowOf(runId, segment)
      index.addSegment(row)
      parts.onSegment(row)
    }
    segment = undefined
  }

  return {
    /** Why `frame` cannot belong to this run, or undefined. Asked once for each frame, before `add`. */
    misfit({ sample, arrivedUtcMs }: RecordedFrame): GapReason | undefined {
      const { is, stepped } = observeFrame(clock, mediaMs(sample.dts - firstDts), arrivedUtcMs)
      clock = is
      hasParted ||= stepped
      // Drift is slow: the run ends at a keyframe, where the next one begins without a loss.
      if (hasParted && sample.key) return 'clock-step'
      if (!last) return undefined
      if (sample.dts <= last.dts) return 'clock-step'
      const holeTicks = sample.dts - last.dts - last.duration
      if (mediaMs(holeTicks) > holeMs) {
        // A reader may tell a picture only when it knows how long it lasts: the wait was then before the picture, not behind it.
        const waitedMs = Math.max(last.waitedMs, arrivedUtcMs - last.arrivedUtcMs)
        return waitedMs > mediaMs(holeTicks) / 2 ? 'stalled' : 'clock-step'
      }
      const isTooLong = mediaMs(segmentTicks(sample.dts)) > keylessMs || fileBytes() > largestSegmentBytes
      return isTooLong && !sample.key ? 'no-keyframe' : undefined
    },
    /** A frame that is no misfit. @throws Failure as `SegmentFile` */
    async add({ sample, arrivedUtcMs }: RecordedFrame): Promise<void> {
      const pendingTicks = pending[0] ? sample.dts - pending[0].dts : 0
      if (pending.length > 0 && (sample.key || mediaMs(pendingTicks) >= fragmentMs)) await flush()
      const isFull = mediaMs(segmentTicks(sample.dts)) >= rotateAfterMs || fileBytes() > largestSegmentBytes / 2
      if (sample.key && isFull) {
        await closeSegment()
        rotateAfterMs = segmentMs
      }
      // ffmpeg lets a picture last until the next one: before a hole that would be the hole's length.
      const duration =
        mediaMs(sample.duration) > holeMs ? (last?.duration ?? Math.round(timescale / 25)) : sample.duration
      pending.push({ ...sample, duration })
      last = { dts: sample.dts, duration, arrivedUtcMs, waitedMs: arrivedUtcMs - (last?.arrivedUtcMs ?? arrivedUtcMs) }
    },
    /** The last fragment, the last row. @throws Failure as `SegmentFile`; then `abandon` */
    async close(): Promise<void> {
      await flush()
      await closeSegment()
    },
    /** After a disk error: the last file is indexed if it closes, and left for adoption if not. */
    async abandon(): Promise<void> {
      pending = []
      const { disk, file } = segment ?? {}
      try {
        await closeSegment()
      } catch (cause) {
        if (disk && file) parts.onOrphan(disk.name, file.path, diskFailure(cause, file.path))
      }
      segment = undefined
    },
    /** The run's row, once `close` or `abandon` is done. */
    conclude(reason: RunEndReason): void {
      if (runId === undefined) return
      if (hasFootage) index.closeRun(runId, cameraId, utcOf(writtenTicks), reason)
      else index.dropRun(runId)
    },
    endUtcMs: () => utcOf(writtenTicks),
    hasFootage: () => hasFootage,
    /** Everything received is written, the group that is still growing too. @throws Failure as `SegmentFile` */
    cut: flush,
    sync: async () => segment?.file.sync(),
    /** The file being written, as far as it is written. */
    open: (): StoredSegment | undefined =>
      segment && runId !== undefined && segment.fragments.length > 0 ? rowOf(runId, segment) : undefined,
  }
}
export type RunWriter = ReturnType<typeof runWriter>
