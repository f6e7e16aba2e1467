import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Failure } from '../domain/failure.ts'
import type { UtcMs } from '../domain/units.ts'
import { syncFolder } from '../lib/files.ts'

/** `<camera>/<YYYY-MM-DD>/<startUtcMs>-<run>.mp4`; the day is UTC. */
export const segmentPath = (cameraId: string, startUtcMs: UtcMs, runId: number): string =>
  `${cameraId}/${new Date(startUtcMs).toISOString().slice(0, 10)}/${Math.round(startUtcMs)}-${runId}.mp4`

/** @returns the run of a segment's file name, or undefined when it is none of ours */
export function runOfName(name: string): number | undefined {
  const match = /^(\d{1,16})-(\d{1,12})\.mp4$/.exec(name)
  return match ? Number(match[2]) : undefined
}

/** An error of the file system in our words: `disk-full`, or `disk-away` for everything else a disk can say. */
export function diskFailure(cause: unknown, path: string): Failure {
  if (cause instanceof Failure) return cause
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown'
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? new Failure('busy', 'disk-full', 'the recordings disk is full', { path }, { cause })
    : new Failure('away', 'disk-away', `the recordings disk answers ${code}`, { path, errno: code }, { cause })
}

/** One file being written. What is in it is always whole: a write that fails is cut off again. */
export interface SegmentFile {
  readonly path: string
  readonly sizeBytes: number
  append(bytes: Uint8Array): Promise<void>
  /** What was written so far survives a power cut afterwards. */
  sync(): Promise<void>
  /** Synced, closed, and its name synced in its folder. */
  close(): Promise<void>
}

/** @throws Failure busy (`disk-full`), away (`disk-away`); also from every call on the file */
export async function createSegment(root: string, path: string): Promise<SegmentFile> {
  const whole = join(root, path)
  let handle: FileHandle
  try {
    await mkdir(dirname(whole), { recursive: true })
    handle = await open(whole, 'wx')
  } catch (cause) {
    throw diskFailure(cause, path)
  }
  let sizeBytes = 0
  let closed = false
  let syncing: Promise<void> = Promise.resolve()

  return {
    path,
    get sizeBytes() {
      return sizeBytes
    },
    async append(bytes) {
      try {
        let written = 0
        while (written < bytes.length) {
          const step = await handle.write(bytes, written, bytes.length - written, sizeBytes + written)
          written += step.bytesWritten
        }
        sizeBytes += bytes.length
      } catch (cause) {
        try {
          await handle.truncate(sizeBytes)
        } catch (second) {
          // The disk is worse than full; recovery cuts the file at its last whole fragment.
          throw diskFailure(second, path)
        }
        throw diskFailure(cause, path)
      }
    },
    sync() {
      if (!closed) syncing = syncing.then(() => handle.datasync())
      return syncing.catch((cause: unknown) => {
        throw diskFailure(cause, path)
      })
    },
    async close() {
      if (closed) return
      closed = true
      try {
        try {
          await syncing
          await handle.datasync()
        } finally {
          await handle.close()
        }
        await syncFolder(dirname(whole))
      } catch (cause) {
        throw diskFailure(cause, path)
      }
    },
  }
}
