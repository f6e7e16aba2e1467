import { readdir, rmdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { hours, type UtcRange } from '../domain/units.ts'
import { hourOfName, previewFolder } from './preview-pack.ts'

/**
 * Deletes the packs of hours of which no footage is left: a small picture of what must not be kept any more must not be kept either.
 * @param root of a recordings disk; one that is not there has nothing to delete
 * @param hasFootage does any footage of the camera touch the range?
 * @returns how many packs were deleted
 */
export async function sweepPreviews(
  root: string,
  hasFootage: (cameraId: string, range: UtcRange) => boolean,
): Promise<number> {
  let deleted = 0
  for (const cameraId of await namesIn(root)) {
    const folder = join(root, cameraId, previewFolder)
    const names = await namesIn(folder)
    let kept = 0
    for (const name of names) {
      const hour = hourOfName(name)
      if (hour === undefined || hasFootage(cameraId, { fromUtcMs: hour, toUtcMs: hour + hours(1) })) {
        kept++
        continue
      }
      await unlink(join(folder, name))
      deleted++
    }
    if (names.length > 0 && kept === 0) await rmdir(folder)
  }
  return deleted
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw cause
  }
}
