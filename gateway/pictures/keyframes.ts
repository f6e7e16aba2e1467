import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { Failure } from '../domain/failure.ts'
import { type Bytes, seconds, type UtcMs, type UtcRange } from '../domain/units.ts'
import { need } from '../media/boxes.ts'
import { buildFragment, samplesOf } from '../media/fragment.ts'

/** One recorded file, as pictures need to know it; it may still be growing. */
export interface PictureFile {
  /** Folder of its recordings disk, absolute. */
  readonly root: string
  /** Relative to `root`. */
  readonly path: string
  readonly initBytes: number
  readonly timescale: number
  /** Wall clock of tick 0 of the run. */
  readonly anchorUtcMs: number
  readonly fragments: readonly {
    readonly offset: number
    readonly sizeBytes: number
    readonly baseTime: number
    readonly key: boolean
  }[]
}

/** Files of a camera that touch the range, in order; the one being written last. */
export type FindFiles = (cameraId: string, range: UtcRange) => readonly PictureFile[]

/** A picture that can be decoded alone. */
export interface Keyframe {
  readonly file: PictureFile
  readonly utcMs: UtcMs
  readonly offset: number
  readonly sizeBytes: number
}

/** A small picture is kept for every stretch of so many milliseconds that footage covers. */
export const previewEveryMs = seconds(10)
export const slotOf = (utcMs: UtcMs): number => Math.floor(utcMs / previewEveryMs)

export const keyframesOf = (file: PictureFile): Keyframe[] =>
  file.fragments
    .filter(({ key }) => key)
    .map(({ offset, sizeBytes, baseTime }) => ({
      file,
      utcMs: Math.round(file.anchorUtcMs + (baseTime / file.timescale) * 1_000),
      offset,
      sizeBytes,
    }))

/** The first keyframe of each slot behind `lastSlot`. */
export function firstOfSlots(keyframes: readonly Keyframe[], lastSlot: number): Keyframe[] {
  let before = lastSlot
  return keyframes.filter(({ utcMs }) => {
    const isFirst = slotOf(utcMs) > before
    if (isFirst) before = slotOf(utcMs)
    return isFirst
  })
}

/** The last keyframe at or before a moment, and after `fromUtcMs`. */
export const keyframeAt = (files: readonly PictureFile[], { fromUtcMs, toUtcMs }: UtcRange): Keyframe | undefined =>
  files
    .flatMap(keyframesOf)
    .filter(({ utcMs }) => utcMs >= fromUtcMs && utcMs <= toUtcMs)
    .reduce<Keyframe | undefined>((last, one) => (last && last.utcMs > one.utcMs ? last : one), undefined)

export interface Coded {
  readonly bytes: Bytes
  /** Of all its bytes: two live pictures never have the same. */
  readonly crc: number
}
/** Keyframes of one file as a film of its own, one picture a second, ready for a decoder. */
export interface Film {
  readonly mp4: Buffer
  /** Of each picture, as the camera sent it. */
  readonly coded: readonly Coded[]
}

/**
 * Reads only the fragments that begin with these keyframes: a few hundred kilobytes of a file of thirty megabytes.
 * @param keyframes of one file
 * @throws Failure lost (`footage-missing`, `mp4-damaged`)
 */
export async function readFilm(file: PictureFile, keyframes: readonly Keyframe[]): Promise<Film> {
  const path = join(file.root, file.path)
  let handle: FileHandle
  try {
    handle = await open(path, 'r')
  } catch (cause) {
    const facts = { path: file.path }
    throw new Failure('lost', 'footage-missing', 'a recorded file is not on the disk any more', facts, { cause })
  }
  try {
    const parts: Uint8Array[] = [await readAt(handle, file.path, 0, file.initBytes)]
    const coded: Coded[] = []
    for (const [n, { offset, sizeBytes }] of keyframes.entries()) {
      const fragment = await readAt(handle, file.path, offset, sizeBytes)
      const [first] = samplesOf(need(fragment, 'moof').body, need(fragment, 'mdat').body)
      if (!first) throw new Failure('lost', 'mp4-damaged', 'a fragment without a picture', { path: file.path })
      const baseTime = n * file.timescale
      const alone = { ...first, dts: baseTime, cts: 0, duration: file.timescale }
      parts.push(buildFragment(n + 1, [alone], { utcMs: 0, baseTime }))
      coded.push({ bytes: first.data.length, crc: crc32(first.data) })
    }
    return { mp4: Buffer.concat(parts), coded }
  } finally {
    await handle.close()
  }
}

async function readAt(handle: FileHandle, path: string, from: number, size: number): Promise<Buffer> {
  const bytes = Buffer.alloc(size)
  const { bytesRead } = await handle.read(bytes, 0, size, from)
  if (bytesRead !== size)
    throw new Failure('lost', 'footage-missing', 'a recorded file is shorter than its index says', { path })
  return bytes
}
