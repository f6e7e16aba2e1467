import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../domain/failure.ts'
import type { UtcRange } from '../domain/units.ts'
import { type Clip, clipOf } from './clip.ts'
import type { FindFile, FindFootage } from './footage.ts'
import { playlistOf } from './playlist.ts'

/** `<start>-<run>.mp4`; the start tells the folder, a UTC day. Up to what a date can say. */
const segmentName = /^(\d{1,15})-\d{1,12}\.mp4$/

/** Footage for people: playlists, files by byte range, clips. @param root the recordings folder, absolute */
export function playback(root: string, find: FindFootage, findFile: FindFile) {
  return {
    playlist: (cameraId: string, range: UtcRange): string => playlistOf(find(cameraId, range), range),
    clip: (cameraId: string, range: UtcRange): Promise<Clip> => clipOf(root, find(cameraId, range), range),
    /** A file that a playlist names; `complete` when it will not grow any more. @throws Failure missing (`no-footage`) */
    async segment(cameraId: string, name: string): Promise<{ path: string; sizeBytes: number; complete: boolean }> {
      const startUtcMs = Number(segmentName.exec(name)?.[1])
      const day = Number.isNaN(startUtcMs) ? undefined : new Date(startUtcMs).toISOString().slice(0, 10)
      const file = day && findFile(cameraId, `${cameraId}/${day}/${name}`)
      if (!file) throw new Failure('missing', 'no-footage', 'there is no such recording')
      const path = join(root, file.path)
      try {
        const { size } = await stat(path)
        return { path, sizeBytes: Math.min(size, file.sizeBytes), complete: size === file.sizeBytes }
      } catch (cause) {
        throw new Failure(
          'lost',
          'footage-missing',
          'the recorded file is not on the disk any more',
          { path: file.path },
          { cause },
        )
      }
    },
  }
}
export type Playback = ReturnType<typeof playback>
