import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../domain/failure.ts'
import { decoderRecord } from '../media/init.ts'
import { linkBytes, startsWithLink } from '../media/link.ts'
import type { FootageFile, Piece } from './footage.ts'

/** So many files are looked at side by side. */
const filesAtOnce = 8

/** What has to be read of a file before a clip of it can be planned. */
export interface FileHead {
  /** `ftyp` + `moov`. */
  readonly init: Buffer
  /** Equal keys decode as one stream in one timescale. */
  readonly key: string
  /** Bytes of the link box before each fragment: 0 in files from before there were any. */
  readonly linkBytes: number
}

/** @throws Failure lost (`footage-missing`) */
export async function openFootage({ root, path }: FootageFile): Promise<FileHandle> {
  try {
    return await open(join(root, path), 'r')
  } catch (cause) {
    throw new Failure('lost', 'footage-missing', 'a recorded file is not on the disk any more', { path }, { cause })
  }
}

/** @throws Failure lost (`footage-missing`) when the file ends before that */
export async function readFootage(handle: FileHandle, path: string, from: number, size: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(size)
  const { bytesRead } = await handle.read(bytes, 0, size, from)
  if (bytesRead !== size)
    throw new Failure('lost', 'footage-missing', 'a recorded file is shorter than its index says', { path })
  return bytes
}

/** The heads of the files that are there, by path. A file that is gone, or has lost its head, is left out. */
export async function readHeads(files: readonly FootageFile[]): Promise<Map<string, FileHead>> {
  const heads = new Map<string, FileHead>()
  const waiting = [...files]
  const work = async () => {
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      const head = await unlessLost(readHead(file))
      if (head) heads.set(file.path, head)
    }
  }
  await Promise.all(Array.from({ length: filesAtOnce }, work))
  return heads
}

async function readHead(file: FootageFile): Promise<FileHead> {
  const [first] = file.fragments
  const handle = await openFootage(file)
  try {
    const { size } = await handle.stat()
    const last = file.fragments.at(-1)
    // Checked once for the whole file, so that a download does not break off in the middle.
    if (!first || !last || size < last.offset + last.sizeBytes)
      throw new Failure('lost', 'footage-missing', 'a recorded file is shorter than its index says', {
        path: file.path,
      })
    const bytes = await readFootage(handle, file.path, 0, file.initBytes + Math.min(linkBytes, first.sizeBytes))
    const init = bytes.subarray(0, file.initBytes)
    const key = `${file.codec} ${file.timescale} ${Buffer.from(decoderRecord(init)).toString('base64')}`
    return { init, key, linkBytes: startsWithLink(bytes.subarray(file.initBytes)) ? linkBytes : 0 }
  } finally {
    await handle.close()
  }
}

async function unlessLost<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (cause) {
    if (cause instanceof Failure && cause.kind === 'lost') return undefined
    throw cause
  }
}

/** A piece, and the bytes of the link box before each of its fragments. */
export type ClipPiece = Piece & Pick<FileHead, 'linkBytes'>

/** Pieces that follow each other and decode as one stream: they can be one MP4. */
export interface Part {
  readonly init: Buffer
  /** At least one. */
  readonly pieces: readonly [ClipPiece, ...ClipPiece[]]
}

/** @returns the parts, and the pieces whose files are gone. Pure. */
export function partsOf(pieces: readonly Piece[], heads: ReadonlyMap<string, FileHead>) {
  const parts: { key: string; init: Buffer; pieces: [ClipPiece, ...ClipPiece[]] }[] = []
  const lost: Piece[] = []
  for (const piece of pieces) {
    const head = heads.get(piece.file.path)
    const last = parts.at(-1)
    if (!head) {
      lost.push(piece)
      continue
    }
    const { key, init, linkBytes } = head
    const found = { ...piece, linkBytes }
    if (last?.key === key) last.pieces.push(found)
    else parts.push({ key, init, pieces: [found] })
  }
  return { parts: parts as readonly Part[], lost: lost as readonly Piece[] }
}
