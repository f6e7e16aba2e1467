import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { Failure } from '../domain/failure.ts'
import type { UtcMs, UtcRange } from '../domain/units.ts'
import { placeFragment } from '../media/fragment.ts'
import { decoderRecord } from '../media/init.ts'
import { type FootageFile, type Piece, piecesOf } from './footage.ts'

export interface Clip {
  readonly stream: Readable
  readonly sizeBytes: number
  /** What the clip really covers: whole GOPs. */
  readonly startUtcMs: UtcMs
  readonly endUtcMs: UtcMs
}

/**
 * One fragmented MP4 over any range, made on the fly from the files: no transcoding, no temporary file. Holes are closed up; the true
 * wall clock of every fragment stays in its `prft` box.
 * @throws Failure missing (`no-footage`), conflict (`clip-codec-change`) when the camera's parameters changed inside the range, lost when a file is gone
 */
export async function clipOf(root: string, files: readonly FootageFile[], range: UtcRange): Promise<Clip> {
  const pieces = piecesOf(files, range, 0)
  const [first, last] = [pieces[0], pieces.at(-1)]
  if (!first || !last) throw new Failure('missing', 'no-footage', 'nothing was recorded in this range')
  const init = await readRange(root, first.file, 0, first.file.initBytes)
  await mustShareParameters(root, pieces, init)
  const sizeBytes =
    init.length + pieces.flatMap((piece) => piece.fragments).reduce((sum, fragment) => sum + fragment.sizeBytes, 0)
  return {
    stream: Readable.from(clipBytes(root, pieces, init), { objectMode: false }),
    sizeBytes,
    startUtcMs: Math.round(first.startUtcMs),
    endUtcMs: Math.round(last.endUtcMs),
  }
}

async function* clipBytes(root: string, pieces: readonly Piece[], init: Uint8Array): AsyncGenerator<Uint8Array> {
  yield init
  let sequence = 0
  let time = 0
  for (const { file, fragments } of pieces) {
    const from = fragments[0]?.offset ?? 0
    const size = fragments.reduce((sum, fragment) => sum + fragment.sizeBytes, 0)
    const bytes = await readRange(root, file, from, size)
    for (const fragment of fragments) {
      const start = fragment.offset - from
      placeFragment(bytes.subarray(start, start + fragment.sizeBytes), ++sequence, time)
      time += fragment.duration
    }
    yield bytes
  }
}

/** Runs of one camera usually share their parameters and their timescale; one file cannot hold two kinds of them. */
async function mustShareParameters(root: string, pieces: readonly Piece[], init: Uint8Array) {
  const record = Buffer.from(decoderRecord(init))
  const timescale = pieces[0]?.file.timescale
  const seen = new Set([pieces[0]?.file.runId])
  for (const { file, startUtcMs } of pieces) {
    if (seen.has(file.runId)) continue
    seen.add(file.runId)
    const other = await readRange(root, file, 0, file.initBytes)
    if (file.timescale !== timescale || !record.equals(decoderRecord(other)))
      throw new Failure(
        'conflict',
        'clip-codec-change',
        'the camera’s video parameters changed inside this range; take two clips',
        {
          atUtcMs: Math.round(startUtcMs),
        },
      )
  }
}

async function readRange(root: string, file: FootageFile, from: number, size: number): Promise<Buffer> {
  let handle: Awaited<ReturnType<typeof open>>
  try {
    handle = await open(join(root, file.path), 'r')
  } catch (cause) {
    throw new Failure(
      'lost',
      'footage-missing',
      'a recorded file is not on the disk any more',
      { path: file.path },
      { cause },
    )
  }
  try {
    const bytes = Buffer.alloc(size)
    const { bytesRead } = await handle.read(bytes, 0, size, from)
    if (bytesRead !== size)
      throw new Failure('lost', 'footage-missing', 'a recorded file is shorter than its index says', {
        path: file.path,
      })
    return bytes
  } finally {
    await handle.close()
  }
}
