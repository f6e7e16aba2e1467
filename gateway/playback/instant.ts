import { Failure } from '../domain/failure.ts'
import type { UtcMs } from '../domain/units.ts'
import { boxesOf } from '../media/boxes.ts'
import { buildFragment, samplesOf } from '../media/fragment.ts'
import type { Sample } from '../media/stream.ts'
import { openFootage, readFootage } from './clip-files.ts'
import { type FindFootage, type FindSpans, gapsAmong, type Piece, piecesOf } from './footage.ts'
import { stillOf } from './still.ts'

export interface Instant {
  readonly jpeg: Buffer
  /** When the picture was filmed: at or before the moment asked for. */
  readonly utcMs: UtcMs
}

/** A picture may wait for the next one this long; a moment later belongs to a gap. */
const lingerMs = 100
/** B-frames are presented before pictures that were sent earlier: so much of what follows is looked at too, in seconds. */
const reorderSeconds = 1
/** From a keyframe to the picture; beyond it the camera sends no keyframes worth the name. */
const mostBytes = 64 * 1024 * 1024

/**
 * The picture that was to be seen at `utcMs`, full size, from recorded footage.
 * @throws Failure missing (`no-footage`) with the gap's reason, lost (`footage-missing`, `no-picture`)
 */
export async function instantOf(
  { find, spans }: { readonly find: FindFootage; readonly spans: FindSpans },
  cameraId: string,
  utcMs: UtcMs,
  signal: AbortSignal,
): Promise<Instant> {
  const around = { fromUtcMs: Math.max(0, utcMs - lingerMs), toUtcMs: utcMs + 1 }
  const piece = piecesOf(find(cameraId, around), around, 0).findLast(({ startUtcMs }) => startUtcMs < utcMs + 1)
  if (!piece) {
    const reason = gapsAmong(spans(cameraId, around)).at(-1)?.reason ?? null
    throw new Failure('missing', 'no-footage', 'nothing was recorded at this moment', { cameraId, utcMs, reason })
  }
  const { init, samples } = await readUntil(piece, utcMs)
  const { timescale } = piece.file
  const [key] = samples
  if (!key) throw new Failure('lost', 'mp4-damaged', 'a fragment without pictures', { path: piece.file.path })
  // The keyframe is presented where its piece begins; so are its followers, as far behind it as their own times say.
  const presented = (sample: Sample) => sample.dts + sample.cts - key.dts - key.cts
  const utcOf = (sample: Sample) => piece.startUtcMs + (presented(sample) / timescale) * 1_000
  const wanted = samples.reduce(
    (best, one) => (utcOf(one) < utcMs + 1 && presented(one) > presented(best) ? one : best),
    key,
  )
  const needed = samples.slice(0, samples.indexOf(wanted) + 1).map((one) => ({ ...one, dts: one.dts - key.dts }))
  const frames = buildFragment(1, needed, { utcMs, baseTime: 0 })
  const atSeconds = (wanted.dts + wanted.cts - key.dts) / timescale
  return { jpeg: await stillOf(init, frames, signal, atSeconds), utcMs: Math.floor(utcOf(wanted)) }
}

/** The pictures from the piece's keyframe to the moment, and those after it that may be presented before. */
async function readUntil({ file, fragments }: Piece, utcMs: UtcMs) {
  const until = ((utcMs - file.anchorUtcMs) / 1_000 + reorderSeconds) * file.timescale
  const wanted = fragments.filter(({ baseTime }) => baseTime <= until)
  const [first, last] = [fragments[0], wanted.at(-1) ?? fragments[0]]
  const size = last.offset + last.sizeBytes - first.offset
  if (size > mostBytes)
    throw new Failure('lost', 'no-picture', 'the last keyframe is too far before this moment', { sizeBytes: size })
  const handle = await openFootage(file)
  try {
    const init = await readFootage(handle, file.path, 0, file.initBytes)
    const boxes = boxesOf(await readFootage(handle, file.path, first.offset, size))
    const samples = boxes.flatMap(({ type, body }, n) =>
      type === 'moof' ? samplesOf(body, boxes[n + 1]?.body ?? new Uint8Array()) : [],
    )
    return { init, samples }
  } finally {
    await handle.close()
  }
}
