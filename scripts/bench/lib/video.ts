import { execFileSync } from 'node:child_process'
import { boxesOf } from '../../../gateway/media/boxes.ts'
import { samplesOf } from '../../../gateway/media/fragment.ts'
import { readInit } from '../../../gateway/media/init.ts'
import type { Video } from './made-footage.ts'

/** The first GOP of a file, as ffmpeg hands it to the recorder. */
export function videoOf(file: string): Video {
  const copy = ['-loglevel', 'error', '-i', file, '-c', 'copy', '-an']
  const fragments = ['-movflags', 'frag_every_frame+empty_moov+default_base_moof', '-f', 'mp4', 'pipe:1']
  const bytes = execFileSync('ffmpeg', [...copy, ...fragments], { maxBuffer: 1 << 28 })
  const boxes = boxesOf(bytes)
  const init = readInit(bytes.subarray(0, boxes.find(({ type }) => type === 'moof')?.offset))
  const samples = boxes.flatMap((box, n) =>
    box.type === 'moof' ? samplesOf(box.body, boxes[n + 1]?.body ?? new Uint8Array()) : [],
  )
  const next = samples.findIndex(({ key }, n) => n > 0 && key)
  return { init, samples: samples.slice(0, next) }
}
