import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Failure } from '../domain/failure.ts'
import type { UtcMs } from '../domain/units.ts'
import { syncFolder } from '../lib/files.ts'
import { diskFailure } from './disk-failure.ts'

/** `<camera>/<YYYY-MM-DD>/<startUtcMs>-<run>.mp4`; the day is UTC. */
export const segmentPath = (cameraId: string, startUtcMs: UtcMs, runId: number): string =>
  `${cameraId}/${new Date(startUtcMs).toISOString().slice(0, 10)}/${Math.round(startUtcMs)}-${runId}.mp4`

/** @returns the run of a segment's file name, or undefined when it is none of ours */
export function runOfName(name: string): number | undefined {
  const match = /^(\d{1,16})-(\d{1,12})\.mp4$/.exec(name)
  return match ? Number(match[2]) : undefined
}

/** One file being written. What is in it is always whole: a write that fails is cut off again. */
export interface SegmentFile {
  readonly path: string
  readonly sizeBytes: number
  /** All of the pieces, one behind the other, or none. */
  append(pieces: readonly Uint8Array[]): Promise<void>
  /** What was written so far survives a power cut afterwards. */
  sync(): Promise<void>
  /** Synced and closed. A second call ends as the first one did. */
  close(): Promise<void>
}

/**
 * A new file that begins with `head`. Its name survives a power cut from now on.
 * @throws Failure busy (`disk-full`), away (`disk-away`); also from every call on the file
 */
export async function createSegment(root: string, path: string, head: Uint8Array): Promise<SegmentFile> {
  const whole = join(root, path)
  let handle: FileHandle
  try {
    const made = await mkdir(dirname(whole), { recursive: true })
    if (made !== undefined) await syncFolder(dirname(made))
    handle = await open(whole, 'wx')
  } catch (cause) {
    throw diskFailure(cause, path)
  }
  const file = segmentFile(handle, path)
  try {
    await file.append([head])
    await syncFolder(dirname(whole))
  } catch (cause) {
    // Nothing of it is worth keeping, and a disk that stays full must not collect empty files and open handles.
    await Promise.allSettled([file.close(), unlink(whole)])
    throw diskFailure(cause, path)
  }
  return file
}

function segmentFile(handle: FileHandle, path: string): SegmentFile {
  let sizeBytes = 0
  let syncing: Promise<void> = Promise.resolve()
  let closing: Promise<void> | undefined
  const ours = (cause: unknown): never => {
    throw diskFailure(cause, path)
  }

  const write = async (pieces: readonly Uint8Array[]) => {
    let at = sizeBytes
    for (let left = pieces; left.length > 0; ) {
      const { bytesWritten } = await handle.writev(left, at)
      if (bytesWritten === 0) throw new Failure('away', 'disk-away', 'the recordings disk takes nothing', { path })
      at += bytesWritten
      left = behind(left, bytesWritten)
    }
    sizeBytes = at
  }
  const close = async () => {
    try {
      await syncing
      await handle.datasync()
    } finally {
      await handle.close()
    }
  }

  return {
    path,
    get sizeBytes() {
      return sizeBytes
    },
    async append(pieces) {
      try {
        await write(pieces)
      } catch (cause) {
        // Should cutting fail too, the disk is worse than full; recovery cuts the file at its last whole fragment.
        await handle.truncate(sizeBytes).catch(ours)
        ours(cause)
      }
    },
    sync() {
      if (!closing) syncing = syncing.then(() => handle.datasync())
      return syncing.catch(ours)
    },
    close: () => (closing ??= close().catch(ours)),
  }
}

/** What is left of the pieces when their first bytes are written. */
function behind(pieces: readonly Uint8Array[], written: number): Uint8Array[] {
  const left: Uint8Array[] = []
  let skip = written
  for (const piece of pieces) {
    if (skip < piece.length) left.push(skip > 0 ? piece.subarray(skip) : piece)
    skip = Math.max(0, skip - piece.length)
  }
  return left
}
