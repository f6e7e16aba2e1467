import { execFileSync } from 'node:child_process'
import { type Channel, channel } from '../../gateway/live/channel.ts'
import { boxesOf } from '../../gateway/media/boxes.ts'
import { samplesOf } from '../../gateway/media/fragment.ts'
import { readInit } from '../../gateway/media/init.ts'
import type { StreamEvent } from '../../gateway/media/stream.ts'

/** 1, 2, 3 ... */
export function counter(): () => number {
  let last = 0
  return () => ++last
}

/** Real video as it comes from a camera: an init, then each frame, 15 a second with a keyframe every four. */
export function realVideo(codec: 'h264' | 'h265', seconds: number): StreamEvent[] {
  const source = ['-f', 'lavfi', '-i', `testsrc=size=320x240:rate=15:duration=${seconds}`, '-pix_fmt', 'yuv420p']
  const encoder = codec === 'h265' ? ['libx265', '-x265-params', 'log-level=none'] : ['libx264', '-bf', '0']
  const coded = ['-c:v', ...encoder, '-g', '60', '-preset', 'ultrafast']
  const fragments = ['-movflags', 'frag_every_frame+empty_moov+default_base_moof', '-f', 'mp4', 'pipe:1']
  const bytes = execFileSync('ffmpeg', ['-loglevel', 'error', ...source, ...coded, ...fragments], {
    maxBuffer: 1 << 26,
  })
  const boxes = boxesOf(bytes)
  const first = boxes.find((box) => box.type === 'moof')?.offset
  const events: StreamEvent[] = [{ init: readInit(bytes.subarray(0, first)) }]
  for (const [n, box] of boxes.entries()) {
    const mdat = boxes[n + 1]
    if (box.type !== 'moof' || !mdat) continue
    const [sample] = samplesOf(box.body, mdat.body)
    const arrivedUtcMs = 1_800_000_000_000 + ((events.length - 1) * 1_000) / 15
    if (sample)
      events.push({ frame: { sample, bytes: bytes.subarray(box.offset, mdat.offset + mdat.size), arrivedUtcMs } })
  }
  return events
}

/** A channel that holds two seconds of real H.265. */
export function hevcChannel(cameraId: string): Channel {
  const made = channel(cameraId, 'sub', { nextGeneration: counter() })
  for (const event of realVideo('h265', 2)) made.put(event)
  return made
}
