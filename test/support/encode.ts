/** Real video from ffmpeg for tests of bytes. */
import { execFileSync } from 'node:child_process'
import { boxesOf } from '../../gateway/media/boxes.ts'
import { samplesOf } from '../../gateway/media/fragment.ts'
import { readInit } from '../../gateway/media/init.ts'
import type { Sample, StreamInit } from '../../gateway/media/stream.ts'

export interface Encoded {
  readonly init: StreamInit
  readonly samples: readonly Sample[]
}

/**
 * One frame a fragment, as the reader asks ffmpeg for, with the parameter sets before each keyframe as well, as cameras send them.
 * @param codec options of ffmpeg's encoder @param size of the picture @param seconds at 10 frames a second
 */
export function encodeInBand(codec: readonly string[], size = '320x240', seconds = 1): Encoded {
  const source = ['-f', 'lavfi', '-i', `testsrc=size=${size}:rate=10:duration=${seconds}`]
  const fragments = ['-movflags', 'frag_every_frame+empty_moov+default_base_moof', '-f', 'mp4', 'pipe:1']
  const sets = ['-bsf:v', 'dump_extra=freq=keyframe']
  const bytes = execFileSync('ffmpeg', ['-loglevel', 'error', ...source, ...codec, ...sets, ...fragments], {
    maxBuffer: 1 << 26,
  })
  const boxes = boxesOf(bytes)
  const init = readInit(bytes.subarray(0, boxes.find((box) => box.type === 'moof')?.offset))
  const samples = boxes.flatMap((box, n) =>
    box.type === 'moof' ? samplesOf(box.body, boxes[n + 1]?.body ?? new Uint8Array()) : [],
  )
  return { init, samples }
}

export const x264 = (profile: string, format = 'yuv420p', params = 'keyint=10'): string[] => [
  '-c:v',
  'libx264',
  '-preset',
  'ultrafast',
  '-profile:v',
  profile,
  '-pix_fmt',
  format,
  '-x264-params',
  params,
]
export const x265 = (format = 'yuv420p', params = 'keyint=10'): string[] => [
  '-c:v',
  'libx265',
  '-preset',
  'ultrafast',
  '-pix_fmt',
  format,
  '-x265-params',
  `log-level=none:info=0:${params}`,
]
