import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ClipPlan } from '../contract/footage.ts'
import { Failure } from '../domain/failure.ts'
import type { UtcMs, UtcRange } from '../domain/units.ts'
import { type ClipSources, clipPlan, oneClip, type StatedClip } from './clip-plan.ts'
import { type FindFile, gapsAmong } from './footage.ts'
import { type Instant, instantOf } from './instant.ts'
import { playlistOf } from './playlist.ts'

export interface PlaybackSources extends ClipSources {
  readonly findFile: FindFile
}

/** `<start>-<run>.mp4`; the start tells the folder, a UTC day. Up to what a date can say. */
const segmentName = /^(\d{1,15})-\d{1,12}\.mp4$/

/** Footage for people: playlists, files by byte range, clips, pictures of a moment. */
export function playback(sources: PlaybackSources) {
  const { find, findFile, spans } = sources
  return {
    playlist: (cameraId: string, range: UtcRange): string =>
      playlistOf(find(cameraId, range), range, gapsAmong(spans(cameraId, range))),
    /** @throws Failure missing (`no-footage`), conflict (`clip-codec-change`), lost (`footage-missing`, `mp4-damaged`) */
    clip: (cameraId: string, range: UtcRange): Promise<StatedClip> => oneClip(sources, cameraId, range),
    /** The range as files that each play by themselves. @throws Failure lost (`footage-missing`, `mp4-damaged`) */
    clips: (cameraId: string, range: UtcRange): Promise<ClipPlan> => clipPlan(sources, cameraId, range),
    /** @throws Failure missing (`no-footage`) with the gap's reason, lost (`footage-missing`, `no-picture`) */
    still: (cameraId: string, utcMs: UtcMs, signal: AbortSignal): Promise<Instant> =>
      instantOf(sources, cameraId, utcMs, signal),
    /** A file that a playlist names; `complete` when it will not grow any more. @throws Failure missing (`no-footage`) */
    async segment(cameraId: string, name: string): Promise<{ path: string; sizeBytes: number; complete: boolean }> {
      const startUtcMs = Number(segmentName.exec(name)?.[1])
      const day = Number.isNaN(startUtcMs) ? undefined : new Date(startUtcMs).toISOString().slice(0, 10)
      const file = day && findFile(cameraId, `${cameraId}/${day}/${name}`)
      if (!file) throw new Failure('missing', 'no-footage', 'there is no such recording')
      const path = join(file.root, file.path)
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
