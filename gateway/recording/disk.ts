import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, statfs, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Failure } from '../domain/failure.ts'
import type { Bytes } from '../domain/units.ts'
import type { Clock } from '../lib/clock.ts'
import { syncFolder } from '../lib/files.ts'
import type { Store } from '../store/open.ts'

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

  return {
    root,
    /**
     * Checks that the folder is the one that was marked; the first time an empty folder gets its marker.
     * @throws Failure away (`disk-away`) for an unmounted, foreign or unreadable folder
     */
    async mustBeOurs(): Promise<void> {
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
      if ((await readdir(root)).some((name) => name !== 'lost+found'))
        throw new Failure('away', 'disk-away', 'the recordings folder is not empty and has no marker', { path: root })
      const diskId = randomUUID()
      await writeFile(`${markerFile}.new`, `${JSON.stringify({ diskId, gatewayId })}\n`, { flush: true })
      await rename(`${markerFile}.new`, markerFile)
      await syncFolder(root)
      remember.run(root, diskId, clock.now())
    },
    /** Bytes that may still be written by this process. */
    async freeBytes(): Promise<Bytes> {
      const { bavail, bsize } = await statfs(root)
      return bavail * bsize
    },
    /** Removes one file; that it is already gone is fine. */
    async remove(path: string): Promise<void> {
      try {
        await unlink(join(root, path))
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
      }
    },
  }
}
export type RecordingsDisk = ReturnType<typeof recordingsDisk>
