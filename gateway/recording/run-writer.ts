import { observeFrame, type RunClock, startRunClock } from '../domain/run-clock.ts'
import { type Millis, seconds, type UtcMs } from '../domain/units.ts'
import { buildFragment } from '../media/fragment.ts'
import type { Sample, StreamFrame, StreamInit } from '../media/stream.ts'
import { nextLink, sha256 } from './chain.ts'
import type { FragmentEntry } from './fragment-table.ts'
import type { RecordingIndex, StoredSegment } from './index.ts'
import { createSegment, type SegmentFile, segmentPath } from './segment-file.ts'

/** A fragment is a GOP, or a part of one: a kill may cost at most what is not yet written. */
const fragmentMs: Millis = 500
const segmentMs: Millis = seconds(60)
/** A hole in the media time this long ends the run. */
const holeMs: Millis = seconds(2)

interface OpenSegment {
  readonly file: SegmentFile
  readonly initBytes: number
  readonly fragments: FragmentEntry[]
}

/**
 * One run on disk: frames in, segment files and rows out. Its calls must not overlap; `recorder.ts` sees to that.
 * @param firstSegmentMs length of the first segment: staggered over cameras, so that not all rotate at once
 */
export function runWriter(
  cameraId: string,
  runId: number,
  init: StreamInit,
  first: StreamFrame,
  root: string,
  index: RecordingIndex,
  firstSegmentMs: Millis,
) {
  const { timescale } = init
  const firstDts = first.sample.dts
  const mediaMs = (ticks: number): Millis => (ticks / timescale) * 1_000
  let clock: RunClock = startRunClock(0, first.arrivedUtcMs)
  let link = index.lastLink(cameraId)
  let pending: Sample[] = []
  let segment: OpenSegment | undefined
  let sequence = 0
  let rotateAfterMs = firstSegmentMs
  /** End of the last frame that is on disk, in ticks since the run's start. */
  let writtenTicks = 0
  let lastEndDts = firstDts

  const utcOf = (ticks: number): UtcMs => Math.round(clock.anchorUtcMs + mediaMs(ticks))

  const rowOf = ({ file, initBytes, fragments }: OpenSegment, chain: Uint8Array): StoredSegment => ({
    cameraId,
    runId,
    startUtcMs: utcOf(fragments[0]?.baseTime ?? 0),
    endUtcMs: utcOf(writtenTicks),
    path: file.path,
    sizeBytes: file.sizeBytes,
    initBytes,
    anchorUtcMs: clock.anchorUtcMs,
    fragments,
    chain,
    codec: init.codec,
    timescale,
  })

  const flush = async () => {
    const [head] = pending
    if (!head) return
    const samples = pending
    pending = []
    const baseTime = head.dts - firstDts
    if (!segment) {
      const file = await createSegment(root, segmentPath(cameraId, utcOf(baseTime), runId))
      await file.append(init.bytes)
      segment = { file, initBytes: init.bytes.length, fragments: [] }
    }
    const bytes = buildFragment(++sequence, samples, { utcMs: utcOf(baseTime), baseTime })
    const offset = segment.file.sizeBytes
    await segment.file.append(bytes)
    const duration = samples.reduce((sum, sample) => sum + sample.duration, 0)
    const hash = sha256(bytes)
    link = nextLink(link, hash)
    segment.fragments.push({ offset, sizeBytes: bytes.length, baseTime, duration, key: head.key, sha256: hash })
    writtenTicks = baseTime + duration
  }

  const closeSegment = async () => {
    if (!segment) return
    const closing = segment
    await closing.file.close()
    if (closing.fragments.length > 0) index.addSegment(rowOf(closing, link))
    segment = undefined
  }

  return {
    runId,
    /** Why `frame` cannot belong to this run, or undefined. */
    misfit({ sample }: StreamFrame): 'clock-step' | 'stalled' | undefined {
      if (sample.dts < lastEndDts - timescale) return 'clock-step'
      return mediaMs(sample.dts - lastEndDts) > holeMs ? 'stalled' : undefined
    },
    /** @returns `clock-step` when wall clock and media time have parted and the run must end @throws Failure as `SegmentFile` */
    async add({ sample, arrivedUtcMs }: StreamFrame): Promise<'clock-step' | undefined> {
      const observed = observeFrame(clock, mediaMs(sample.dts - firstDts), arrivedUtcMs)
      clock = observed.is
      if (observed.stepped) return 'clock-step'
      const pendingTicks = pending[0] ? sample.dts - pending[0].dts : 0
      if (pending.length > 0 && (sample.key || mediaMs(pendingTicks) >= fragmentMs)) await flush()
      const startTicks = segment?.fragments[0]?.baseTime
      if (sample.key && startTicks !== undefined && mediaMs(sample.dts - firstDts - startTicks) >= rotateAfterMs) {
        await closeSegment()
        rotateAfterMs = segmentMs
      }
      pending.push(sample)
      lastEndDts = sample.dts + sample.duration
      return undefined
    },
    /** The last fragment, the last row. @returns the end of the run @throws Failure as `SegmentFile` */
    async close(): Promise<UtcMs> {
      await flush()
      await closeSegment()
      return utcOf(writtenTicks)
    },
    /** After a disk error: what is on disk stays for recovery or is indexed if it closes. @returns the end of what was written */
    async abandon(): Promise<UtcMs> {
      pending = []
      await closeSegment()
      return utcOf(writtenTicks)
    },
    endUtcMs: () => utcOf(writtenTicks),
    sync: async () => segment?.file.sync(),
    /** The file being written, as far as it is written. */
    open: (): StoredSegment | undefined => (segment && segment.fragments.length > 0 ? rowOf(segment, link) : undefined),
  }
}
export type RunWriter = ReturnType<typeof runWriter>
