import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { Failure } from '../domain/failure.ts'
import type { UtcMs } from '../domain/units.ts'
import { boxAt } from '../media/boxes.ts'
import { placeFragment, presentedFrom } from '../media/fragment.ts'
import { mostReferences, type Reference, segmentIndex, type Statement, statedInit } from '../media/movie-head.ts'
import { openFootage, type Part, readFootage } from './clip-files.ts'
import type { FootageFile, FootageFragment, Piece } from './footage.ts'

/** Read, and handed on, at once. */
const blockBytes = 2 * 1024 * 1024
/** Jumps go to places at least this far apart: a camera may send nothing but keyframes. */
const jumpSeconds = 1

/** Both ends inclusive. */
export interface ByteSlice {
  readonly start: number
  readonly end: number
}

/** One MP4, not yet read: only its size and its head are made. */
export interface Clip {
  readonly sizeBytes: number
  /** Strong, with its quotes: equal tags are equal bytes. */
  readonly etag: string
  /** What the clip really covers: from a keyframe on, in whole fragments. */
  readonly startUtcMs: UtcMs
  readonly endUtcMs: UtcMs
  /** Its bytes, or a slice of them. The stream fails with Failure lost (`footage-missing`, `mp4-damaged`). */
  read(slice?: ByteSlice): Readable
}

/** Neighbouring fragments of one file, read with one call. */
interface Block {
  readonly file: FootageFile
  readonly linkBytes: number
  readonly fileOffset: number
  fileBytes: number
  readonly fragments: FootageFragment[]
  /** Where it begins in the clip, and its size there: without the link boxes. */
  readonly at: number
  sizeBytes: number
  /** Of its first fragment in the clip. */
  readonly sequence: number
  readonly time: number
}

/**
 * One fragmented MP4 made on the fly from the files: no transcoding, no temporary file. Holes are closed up; the true wall clock of every
 * fragment stays in its `prft` box. The link boxes of the hash chain are left out: they would no longer hold, as the times are rewritten.
 * @throws Failure lost (`footage-missing`, `mp4-damaged`)
 */
export async function clipOf({ init, pieces }: Part, statement: Statement): Promise<Clip> {
  const [first] = pieces
  const fragments = pieces.flatMap((piece) => piece.fragments)
  const duration = fragments.reduce((sum, fragment) => sum + fragment.duration, 0)
  const { timescale } = first.file
  const index = segmentIndex(timescale, await firstPresented(first), referencesOf(pieces, timescale))
  const start = Buffer.concat([statedInit(init, statement, duration), index])
  const blocks = blocksOf(pieces, start.length)
  const end = blocks.at(-1)
  const hash = createHash('sha256').update(start)
  hash.update(Buffer.concat(fragments.map((fragment) => fragment.sha256)))
  return {
    sizeBytes: end ? end.at + end.sizeBytes : start.length,
    etag: `"${hash.digest('base64url').slice(0, 27)}"`,
    startUtcMs: Math.round(first.startUtcMs),
    endUtcMs: Math.round((pieces.at(-1) ?? first).endUtcMs),
    read: (slice = { start: 0, end: Number.MAX_SAFE_INTEGER }) =>
      Readable.from(bytesOf(start, blocks, slice), { objectMode: false }),
  }
}

/** The earliest picture of the clip, in ticks behind its first decoding time: not 0 with B-frames. */
async function firstPresented({ file, fragments: [{ offset, sizeBytes }] }: Piece): Promise<number> {
  const handle = await openFootage(file)
  try {
    return presentedFrom(await readFootage(handle, file.path, offset, sizeBytes))
  } finally {
    await handle.close()
  }
}

function referencesOf(pieces: Part['pieces'], timescale: number): Reference[] {
  const references: { sizeBytes: number; duration: number }[] = []
  const whole = pieces.reduce((sum, { fragments }) => fragments.reduce((all, { duration }) => all + duration, sum), 0)
  const least = Math.max(jumpSeconds * timescale, whole / (mostReferences - 1))
  for (const { fragments, linkBytes } of pieces) {
    const open = references.at(-1)
    const into = open && open.duration < least ? open : { sizeBytes: 0, duration: 0 }
    if (into !== open) references.push(into)
    for (const fragment of fragments) {
      into.sizeBytes += fragment.sizeBytes - linkBytes
      into.duration += fragment.duration
    }
  }
  return references
}

function blocksOf(pieces: Part['pieces'], startBytes: number): Block[] {
  const blocks: Block[] = []
  let [at, sequence, time] = [startBytes, 1, 0]
  for (const { file, fragments, linkBytes } of pieces)
    for (const fragment of fragments) {
      const open = blocks.at(-1)
      const follows =
        open?.file.path === file.path &&
        open.fileOffset + open.fileBytes === fragment.offset &&
        open.fileBytes + fragment.sizeBytes <= blockBytes
      const sizeBytes = fragment.sizeBytes - linkBytes
      if (open && follows) {
        open.fragments.push(fragment)
        open.fileBytes += fragment.sizeBytes
        open.sizeBytes += sizeBytes
      } else {
        const place = { fileOffset: fragment.offset, fileBytes: fragment.sizeBytes, at, sizeBytes, sequence, time }
        blocks.push({ file, linkBytes, fragments: [fragment], ...place })
      }
      at += sizeBytes
      sequence++
      time += fragment.duration
    }
  return blocks
}

async function* bytesOf(start: Buffer, blocks: readonly Block[], slice: ByteSlice): AsyncGenerator<Buffer> {
  if (slice.start < start.length) yield start.subarray(slice.start, slice.end + 1)
  let open: { path: string; handle: Awaited<ReturnType<typeof openFootage>> } | undefined
  try {
    for (const block of blocks) {
      if (block.at + block.sizeBytes <= slice.start) continue
      if (block.at > slice.end) return
      if (open?.path !== block.file.path) {
        await open?.handle.close()
        open = undefined
        open = { path: block.file.path, handle: await openFootage(block.file) }
      }
      const bytes = placed(await readFootage(open.handle, open.path, block.fileOffset, block.fileBytes), block)
      yield bytes.subarray(Math.max(0, slice.start - block.at), slice.end + 1 - block.at)
    }
  } finally {
    await open?.handle.close()
  }
}

/** The fragments of a block with their places in the clip, moved together over the link boxes. Works in `bytes`. */
function placed(bytes: Buffer, block: Block): Buffer {
  const { linkBytes, fragments, file } = block
  let [from, to, sequence, time] = [0, 0, block.sequence, block.time]
  for (const { sizeBytes, duration } of fragments) {
    const size = sizeBytes - linkBytes
    if (linkBytes > 0) bytes.copyWithin(to, from + linkBytes, from + sizeBytes)
    const fragment = bytes.subarray(to, to + size)
    if (boxAt(fragment, 0)?.type !== 'prft')
      throw new Failure('lost', 'mp4-damaged', 'a recorded file is damaged', { path: file.path })
    placeFragment(fragment, sequence++, time)
    time += duration
    from += sizeBytes
    to += size
  }
  return bytes.subarray(0, block.sizeBytes)
}
