import { type Failure, toFailure } from '../domain/failure.ts'
import { type Millis, seconds, type UtcMs } from '../domain/units.ts'
import type { GapReason, RunEndReason } from '../domain/words.ts'
import { LogKey } from '../lib/log.ts'
import type { Tools } from '../lib/supervise.ts'
import { decoderRecord } from '../media/init.ts'
import type { StreamEvent, StreamFrame, StreamInit } from '../media/stream.ts'
import type { RecordingIndex } from './index.ts'
import { type RunWriter, runWriter } from './run-writer.ts'

/** What may wait for the disk; beyond it the run ends with `overload`. The live picture never waits. */
const maxQueuedBytes = 24 * 1024 * 1024
/** After a disk error: how long until the disk is tried again. */
const diskPauseMs: Millis = seconds(5)

export interface RecorderParts {
  readonly root: string
  readonly index: RecordingIndex
  readonly tools: Tools
  /** @throws Failure disk-away · disk-full when nothing may be written now */
  readonly mayWrite: () => Promise<void>
  /** The timeline grew, or a gap began. */
  readonly onTimeline: (cameraId: string, endUtcMs: UtcMs, gap: GapReason | null) => void
  /** The disk refuses, or works again (null). */
  readonly onDisk: (failure: Failure | null) => void
}

type Job =
  | StreamEvent
  | { readonly end: RunEndReason; readonly atUtcMs: UtcMs; readonly init?: undefined; readonly frame?: undefined }

/** Records one camera. `put` and `end` return at once; the work is done in order by one loop that `settled` waits for. */
export function recorder(cameraId: string, clockOffsetMs: () => number | null, parts: RecorderParts) {
  const { index, tools, root } = parts
  const queue: Job[] = []
  let queuedBytes = 0
  let working: Promise<void> | undefined
  let init: StreamInit | undefined
  let run: RunWriter | undefined
  let notBeforeMs: Millis = 0
  let lastToldMs: Millis = 0

  const endRun = async (reason: RunEndReason) => {
    const ending = run
    run = undefined
    if (!ending) return
    let endUtcMs = ending.endUtcMs()
    try {
      endUtcMs = await ending.close()
    } catch (cause) {
      await diskFailed(toFailure(cause), ending)
      return
    }
    index.closeRun(ending.runId, cameraId, endUtcMs, reason)
    parts.onTimeline(cameraId, endUtcMs, reason === 'rotated' ? null : reason)
  }

  const diskFailed = async (failure: Failure, ending: RunWriter | undefined) => {
    notBeforeMs = tools.clock.monotonic() + diskPauseMs
    const reason: GapReason = failure.code === 'disk-full' ? 'disk-full' : 'disk-away'
    if (failure.kind === 'bug')
      tools.log.error({ [LogKey.camera]: cameraId, err: failure.cause ?? failure }, failure.message)
    parts.onDisk(failure)
    let endUtcMs = tools.clock.now()
    if (ending) {
      endUtcMs = ending.endUtcMs()
      try {
        endUtcMs = await ending.abandon()
      } catch (cause) {
        tools.log.warn(
          { [LogKey.camera]: cameraId, code: toFailure(cause).code },
          'the last file could not be closed; recovery adopts it',
        )
      }
      index.closeRun(ending.runId, cameraId, endUtcMs, reason)
    } else index.beginGap(cameraId, endUtcMs, reason)
    parts.onTimeline(cameraId, endUtcMs, reason)
  }

  const startRun = async (frame: StreamFrame, with_: StreamInit) => {
    if (tools.clock.monotonic() < notBeforeMs) return
    await parts.mayWrite()
    const runId = index.openRun(cameraId, frame.arrivedUtcMs, with_, clockOffsetMs())
    run = runWriter(cameraId, runId, with_, frame, root, index, staggeredMs(cameraId))
    parts.onDisk(null)
  }

  const takeFrame = async (frame: StreamFrame) => {
    const misfit = run?.misfit(frame)
    if (misfit) await endRun(misfit)
    if (!run && frame.sample.key && init) await startRun(frame, init)
    if (!run) return
    const ends = await run.add(frame)
    if (ends) await endRun(ends)
    // Browsers hear of growth once a second, not once a frame.
    else if (tools.clock.monotonic() - lastToldMs > 1_000) {
      lastToldMs = tools.clock.monotonic()
      parts.onTimeline(cameraId, run.endUtcMs(), null)
    }
  }

  const takeJob = async (job: Job) => {
    if (job.frame) await takeFrame(job.frame)
    else if (job.init) {
      const same = init && Buffer.from(decoderRecord(init.bytes)).equals(decoderRecord(job.init.bytes))
      if (run && !same) await endRun('rotated')
      init = job.init
    } else {
      await endRun(job.end)
      // Nothing was being recorded: the gap goes on, with the newest reason.
      if (job.end !== 'rotated' && index.openGapOf(cameraId)?.reason !== job.end)
        index.beginGap(cameraId, job.atUtcMs, job.end)
    }
  }

  const work = async () => {
    for (let job = queue.shift(); job; job = queue.shift()) {
      queuedBytes -= job.frame?.bytes.length ?? 0
      try {
        await takeJob(job)
      } catch (cause) {
        const ending = run
        run = undefined
        await diskFailed(toFailure(cause), ending)
      }
    }
  }
  const wake = () => {
    working ??= work().finally(() => {
      working = undefined
      if (queue.length > 0) wake()
    })
  }

  return {
    cameraId,
    put(event: StreamEvent): void {
      const size = event.frame?.bytes.length ?? 0
      if (queuedBytes + size > maxQueuedBytes) {
        tools.log.error({ [LogKey.camera]: cameraId, queuedBytes }, 'the disk cannot keep up: frames are left out')
        queue.length = 0
        queuedBytes = 0
        queue.push({ end: 'overload', atUtcMs: tools.clock.now() })
      }
      queue.push(event)
      queuedBytes += size
      wake()
    },
    /** The stream ended or is not wanted any more. */
    end(reason: RunEndReason): void {
      queue.push({ end: reason, atUtcMs: tools.clock.now() })
      wake()
    },
    /** Waits until everything put so far is dealt with. */
    async settled(): Promise<void> {
      for (let work = working; work; work = working) await work
    },
    sync: async () => run?.sync(),
    open: () => run?.open(),
  }
}
export type Recorder = ReturnType<typeof recorder>

/** 30 to 60 s, by camera: rotations, and their disk syncs, are spread over the minute. */
function staggeredMs(cameraId: string): Millis {
  let sum = 0
  for (const letter of cameraId) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 30_000
  return seconds(30) + sum
}
