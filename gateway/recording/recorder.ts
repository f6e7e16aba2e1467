import type { Failure } from '../domain/failure.ts'
import { type Bytes, type Millis, seconds, type UtcMs } from '../domain/units.ts'
import type { GapReason, RunEndReason } from '../domain/words.ts'
import { LogKey } from '../lib/log.ts'
import type { Tools } from '../lib/supervise.ts'
import { decoderRecord } from '../media/init.ts'
import type { StreamEvent, StreamInit } from '../media/stream.ts'
import { diskFailure } from './disk-failure.ts'
import { type RecordedFrame, type RunWriter, runWriter, type WriterParts } from './run-writer.ts'

/** What may wait for the disk; beyond it the run ends with `overload`. The live picture never waits. */
export const maxQueuedBytes: Bytes = 24 * 1024 * 1024
/** After a disk error: how long until the disk is tried again. */
export const diskPauseMs: Millis = seconds(5)

export interface RecorderParts extends WriterParts {
  readonly tools: Tools
  /** The timeline grew, or a gap began. */
  readonly onTimeline: (cameraId: string, endUtcMs: UtcMs, gap: GapReason | null) => void
  /** The disk with this name refuses. */
  readonly onDisk: (disk: string, failure: Failure) => void
}

interface Job {
  /** Of video, which may be left out when the disk cannot keep up; 0 for what must be done. */
  readonly videoBytes: Bytes
  work(): Promise<void>
}

/** Records one camera. `put` and `end` return at once; the work is done in order by one loop that `settled` waits for. */
export function recorder(cameraId: string, clockOffsetMs: () => number | null, parts: RecorderParts) {
  const { index, tools } = parts
  let queue: Job[] = []
  let queuedBytes: Bytes = 0
  let working: Promise<void> | undefined
  let init: StreamInit | undefined
  let run: RunWriter | undefined
  const chain: { link: Uint8Array | undefined } = { link: undefined }
  /** What the index could not take yet: the end of a run. Nothing else is written before it. */
  let owed: (() => void) | undefined
  let notBeforeMs: Millis = 0
  let lastToldMs: Millis = 0

  const payOwed = () => {
    owed?.()
    owed = undefined
  }
  const conclude = (ending: RunWriter, reason: RunEndReason) => {
    run = undefined
    owed = () => ending.conclude(reason)
    payOwed()
    parts.onTimeline(cameraId, ending.endUtcMs(), reason)
  }
  const endRun = async (reason: RunEndReason) => {
    if (!run) return
    await run.close()
    conclude(run, reason)
  }
  const beginGap = (reason: GapReason, atUtcMs: UtcMs) => {
    payOwed()
    if (index.openGapOf(cameraId)?.reason === reason) return
    index.beginGap(cameraId, atUtcMs, reason)
    parts.onTimeline(cameraId, atUtcMs, reason)
  }

  /** The disk or the index refused: what is on disk is kept, the gap gets its reason, and the disk is left in peace for a while. */
  const fail = async (failure: Failure) => {
    const disk = parts.disk()
    notBeforeMs = tools.clock.monotonic() + diskPauseMs
    if (failure.kind === 'bug')
      tools.log.error({ [LogKey.camera]: cameraId, err: failure.cause ?? failure }, failure.message)
    parts.onDisk(disk.name, failure)
    const reason: GapReason = failure.code === 'disk-full' ? 'disk-full' : 'disk-away'
    const atUtcMs = tools.clock.now()
    try {
      await run?.abandon()
      if (run) conclude(run, reason)
      beginGap(reason, atUtcMs)
    } catch (cause) {
      parts.onDisk(disk.name, diskFailure(cause, disk.root))
    }
  }

  const takeFrame = async (frame: RecordedFrame) => {
    const misfit = run?.misfit(frame)
    if (misfit) await endRun(misfit)
    if (!run) {
      if (!init || !frame.sample.key || tools.clock.monotonic() < notBeforeMs) return
      payOwed()
      const firstSegmentMs = staggeredMs(cameraId)
      run = runWriter({ cameraId, init, first: frame, clockOffsetMs: clockOffsetMs(), firstSegmentMs, chain }, parts)
    }
    await run.add(frame)
    // Browsers hear of growth once a second, not once a frame.
    if (!run.open() || tools.clock.monotonic() - lastToldMs <= 1_000) return
    lastToldMs = tools.clock.monotonic()
    parts.onTimeline(cameraId, run.endUtcMs(), null)
  }
  const takeInit = async (next: StreamInit) => {
    const isSame = init && Buffer.from(decoderRecord(init.bytes)).equals(decoderRecord(next.bytes))
    if (!isSame) await endRun('parameters-changed')
    init = next
  }
  const takeEnd = async (reason: GapReason, atUtcMs: UtcMs) => {
    await endRun(reason)
    // When nothing was being recorded the gap goes on, with the newest reason.
    beginGap(reason, atUtcMs)
  }

  const workAll = async () => {
    for (let job = queue.shift(); job; job = queue.shift()) {
      queuedBytes -= job.videoBytes
      try {
        await job.work()
      } catch (cause) {
        await fail(diskFailure(cause, parts.disk().root))
      }
    }
    working = undefined
  }
  const push = (job: Job) => {
    queue.push(job)
    queuedBytes += job.videoBytes
    working ??= workAll()
  }
  const end = (reason: GapReason) => {
    const atUtcMs = tools.clock.now()
    push({ videoBytes: 0, work: () => takeEnd(reason, atUtcMs) })
  }

  const refuse = (failure: Failure) => push({ videoBytes: 0, work: () => fail(failure) })

  return {
    cameraId,
    put({ init: next, frame }: StreamEvent): void {
      if (next) return push({ videoBytes: 0, work: () => takeInit(next) })
      const { sample, arrivedUtcMs } = frame
      const videoBytes = sample.data.length
      if (queuedBytes + videoBytes > maxQueuedBytes) {
        tools.log.error({ [LogKey.camera]: cameraId, queuedBytes }, 'the disk cannot keep up: frames are left out')
        queue = queue.filter((job) => job.videoBytes === 0)
        queuedBytes = 0
        end('overload')
      }
      push({ videoBytes, work: () => takeFrame({ sample, arrivedUtcMs }) })
    },
    /** The stream ended or is not wanted any more. */
    end,
    /** Waits until everything put so far is dealt with. */
    async settled(): Promise<void> {
      for (let work = working; work; work = working) await work
    },
    /** What was received so far is written, and survives a power cut afterwards; a disk that refuses ends the run. */
    async sync(): Promise<void> {
      const written = new Promise<void>((resolve) => {
        push({ videoBytes: 0, work: () => (run?.cut() ?? Promise.resolve()).finally(resolve) })
      })
      await written
      try {
        await run?.sync()
      } catch (cause) {
        refuse(diskFailure(cause, parts.disk().root))
      }
    },
    /** The disk must not be written to any more: the run ends with its reason. */
    refuse,
    open: () => run?.open(),
    /** Up to when it is known what was recorded: behind it are frames on their way. Undefined while nothing is being recorded. */
    knownUntilUtcMs: (): UtcMs | undefined => (run?.hasFootage() ? run.endUtcMs() : undefined),
  }
}
export type Recorder = ReturnType<typeof recorder>

/** 30 to 60 s, by camera: rotations, and their disk syncs, are spread over the minute. */
function staggeredMs(cameraId: string): Millis {
  let sum = 0
  for (const letter of cameraId) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 30_000
  return seconds(30) + sum
}
