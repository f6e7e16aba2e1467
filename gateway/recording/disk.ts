import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rmdir, statfs, unlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { Failure } from '../domain/failure.ts'
import { type Bytes, days } from '../domain/units.ts'
import type { Clock } from '../lib/clock.ts'
import { syncFolder } from '../lib/files.ts'
import type { Store } from '../store/open.ts'
import { diskFailure } from './disk-failure.ts'

export const markerName = '.zone-gateway'
const Marker = z.object({ diskId: z.string(), gatewayId: z.string() })

/**
 * The recordings folder. It carries a marker file with an id that the database knows: a folder without it is an unmounted or a
 * foreign disk, and nothing is written there.
 */
export function recordingsDisk(root: string, gatewayId: string, store: Store, clock: Clock) {
  const known = store.db.prepare<[string], { diskId: string }>(`SELECT disk_id AS diskId FROM disk WHERE path = ?`)
  const remember = store.db.prepare(`INSERT INTO disk (path, disk_id, marked_utc_ms) VALUES (?, ?, ?)`)
  const markerFile = join(root, markerName)
  const unfinished = `${markerName}.new`
  const probeFile = join(root, `${markerName}.probe`)

  const readMarker = async (): Promise<z.infer<typeof Marker> | undefined> => {
    let text: string
    try {
      text = await readFile(markerFile, 'utf8')
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw new Failure('away', 'disk-away', 'the recordings folder cannot be read', { path: root }, { cause })
    }
    try {
      return Marker.parse(JSON.parse(text))
    } catch (cause) {
      throw new Failure(
        'away',
        'disk-away',
        'the marker file of the recordings folder is damaged',
        { path: markerFile },
        { cause },
      )
    }
  }

  const mustBeOurs = async (): Promise<void> => {
    const expected = known.get(root)?.diskId
    if (expected === undefined) await mkdir(root, { recursive: true })
    const marker = await readMarker()
    if (marker && marker.diskId === expected) return
    if (marker && marker.gatewayId !== gatewayId)
      throw new Failure('away', 'disk-away', 'the recordings folder belongs to another gateway', { path: root })
    if (expected !== undefined)
      throw new Failure('away', 'disk-away', 'the recordings folder is not the marked one: is the disk mounted?', {
        path: root,
      })
    if (marker) {
      remember.run(root, marker.diskId, clock.now())
      return
    }
    // A kill may have left the marker half made.
    if ((await readdir(root)).some((name) => name !== 'lost+found' && name !== unfinished))
      throw new Failure('away', 'disk-away', 'the recordings folder is not empty and has no marker', { path: root })
    const diskId = randomUUID()
    await writeFile(join(root, unfinished), `${JSON.stringify({ diskId, gatewayId })}\n`, { flush: true })
    await rename(join(root, unfinished), markerFile)
    await syncFolder(root)
    remember.run(root, diskId, clock.now())
  }
  /** One at a time: two that find an empty folder at once would mark it twice. */
  let checking: Promise<void> | undefined
  const ours = (cause: unknown): never => {
    throw diskFailure(cause, root)
  }

  return {
    root,
    /**
     * Checks that the folder is the one that was marked; the first time an empty folder gets its marker.
     * @throws Failure away (`disk-away`) for an unmounted, foreign or unreadable folder, busy (`disk-full`)
     */
    mustBeOurs: (): Promise<void> => (checking ??= mustBeOurs().finally(() => (checking = undefined))).catch(ours),
    /** Writes and removes a small file: only that shows whether a disk that was in trouble is well again. @throws Failure as above */
    async mustTakeBytes(): Promise<void> {
      try {
        await writeFile(probeFile, Buffer.alloc(4_096), { flush: true })
        await unlink(probeFile)
      } catch (cause) {
        ours(cause)
      }
    },
    /** Bytes that may still be written by this process. */
    async freeBytes(): Promise<Bytes> {
      const { bavail, bsize } = await statfs(root).catch(ours)
      return bavail * bsize
    },
    /** Size of its file system. */
    async totalBytes(): Promise<Bytes> {
      const { blocks, bsize } = await statfs(root).catch(ours)
      return blocks * bsize
    },
    /** Removes files for good, a power cut included; that some are already gone is fine. Folders of past days go when they are empty. */
    async remove(paths: readonly string[]): Promise<void> {
      const yesterday = new Date(clock.now() - days(1)).toISOString().slice(0, 10)
      for (const path of paths) await unlink(join(root, path)).catch(unless('ENOENT'))
      for (const folder of new Set(paths.map((path) => dirname(path)))) {
        await syncFolder(join(root, folder)).catch(unless('ENOENT'))
        // Into today's and yesterday's, files may just be coming.
        if (folder.slice(-10) < yesterday) await rmdir(join(root, folder)).catch(unless('ENOENT', 'ENOTEMPTY'))
      }
    },
  }
}
export type RecordingsDisk = ReturnType<typeof recordingsDisk>

/** Lets these errors of the file system pass. */
const unless =
  (...codes: readonly string[]) =>
  (cause: NodeJS.ErrnoException): void => {
    if (!codes.includes(cause.code ?? '')) throw cause
  }
