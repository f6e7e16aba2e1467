/** Real video whose pictures carry their own number, cut into what the gateway sends to a browser. */
import { execFileSync } from 'node:child_process'
import { boxesOf } from '../../gateway/media/boxes.ts'
import { samplesOf } from '../../gateway/media/fragment.ts'
import { readInit } from '../../gateway/media/init.ts'
import { mimeOf } from '../../gateway/media/stream.ts'

/** One frame in decoding order: one `moof+mdat`. */
export interface ClipFrame {
  readonly bytes: Uint8Array
  readonly key: boolean
  readonly ptsS: number
  /** Which picture this is: what its cells say. */
  readonly picture: number
}
export interface Clip {
  readonly fps: number
  readonly mime: string
  readonly codec: string
  readonly widthPx: number
  readonly heightPx: number
  readonly init: Uint8Array
  readonly frames: readonly ClipFrame[]
}
export interface ClipOptions {
  readonly fps?: number
  readonly seconds?: number
  /** Keyframe interval, seconds. */
  readonly gopS?: number
  readonly bFrames?: number
  readonly heightPx?: number
  readonly codec?: 'libx264' | 'libx265'
  readonly profile?: string
}

/** The number of a picture stands in its top half: cells of black and white, the lowest bit first. */
export const cells = 12

/** Frames of plain grey cells as raw luma and chroma. */
function rawPictures(count: number, widthPx: number, heightPx: number): Buffer {
  const lumaBytes = widthPx * heightPx
  const raw = Buffer.alloc((lumaBytes * 3 * count) / 2, 128)
  const cellPx = Math.floor(widthPx / cells)
  for (let picture = 0; picture < count; picture++) {
    const at = (picture * lumaBytes * 3) / 2
    const row = Buffer.alloc(widthPx, 16)
    for (let cell = 0; cell < cells; cell++)
      if ((picture >> cell) & 1) row.fill(235, cell * cellPx, (cell + 1) * cellPx)
    for (let y = 0; y < heightPx / 2; y++) row.copy(raw, at + y * widthPx)
    // Below, something that moves, so that frames have a size.
    for (let y = heightPx / 2; y < heightPx; y++)
      for (let x = 0; x < widthPx; x += 4) raw[at + y * widthPx + x] = (x * 3 + y * 5 + picture * 7) & 0xff
  }
  return raw
}

export function filmClip(options: ClipOptions = {}): Clip {
  const { fps = 15, seconds = 60, gopS = 2, bFrames = 0, heightPx = 180, codec = 'libx264', profile } = options
  const widthPx = Math.round((heightPx * 16) / 9 / 4) * 4
  const key = Math.round(fps * gopS)
  const params = [`keyint=${key}`, `min-keyint=${key}`, 'scenecut=0', `bframes=${bFrames}`, 'b-adapt=0', 'open-gop=0']
  const encoder =
    codec === 'libx264'
      ? ['-preset', 'veryfast', '-x264-params', [...params, 'b-pyramid=none'].join(':')]
      : ['-preset', 'ultrafast', '-x265-params', [...params, 'log-level=none'].join(':'), '-tag:v', 'hvc1']
  const bytes = execFileSync(
    'ffmpeg',
    [
      ['-loglevel', 'error', '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${widthPx}x${heightPx}`],
      ['-r', String(fps), '-i', 'pipe:0', '-c:v', codec, ...(profile ? ['-profile:v', profile] : []), ...encoder],
      ['-movflags', 'frag_every_frame+empty_moov+default_base_moof', '-f', 'mp4', 'pipe:1'],
    ].flat(),
    { input: rawPictures(fps * seconds, widthPx, heightPx), maxBuffer: 1 << 28 },
  )
  const boxes = boxesOf(bytes)
  const init = readInit(bytes.subarray(0, boxes.find((box) => box.type === 'moof')?.offset))
  const found: Omit<ClipFrame, 'picture'>[] = []
  for (const [index, box] of boxes.entries()) {
    const next = boxes[index + 1]
    if (box.type !== 'moof' || next?.type !== 'mdat') continue
    const [sample] = samplesOf(box.body, next.body)
    if (!sample) continue
    const ptsS = (sample.dts + sample.cts) / init.timescale
    found.push({ bytes: bytes.subarray(box.offset, next.offset + next.size), key: sample.key, ptsS })
  }
  // The edit list of some streams moves the first picture to zero; the number is the order of presentation.
  const order = found.map(({ ptsS }) => ptsS).sort((a, b) => a - b)
  const frames = found.map((frame) => ({ ...frame, picture: order.indexOf(frame.ptsS) }))
  return { fps, mime: mimeOf(init.codec), codec: init.codec, widthPx, heightPx, init: init.bytes, frames }
}

/** A JPEG a second. */
export function filmJpegs(seconds: number): Uint8Array[] {
  const bytes = execFileSync(
    'ffmpeg',
    '-loglevel error -f lavfi -i testsrc=size=320x180:rate=1 -t'
      .split(' ')
      .concat([String(seconds), '-c:v', 'mjpeg', '-f', 'image2pipe', 'pipe:1']),
    { maxBuffer: 1 << 26 },
  )
  const pictures: Uint8Array[] = []
  let from = 0
  for (let at = 2; at <= bytes.length; at++) {
    if (bytes[at - 2] !== 0xff || bytes[at - 1] !== 0xd9) continue
    pictures.push(bytes.subarray(from, at))
    from = at
  }
  return pictures
}

/** MPEG-1 in MPEG-TS as the gateway's transcoder makes it, 25 frames a second, cut into even pieces. */
export function filmMpeg1(seconds: number): Uint8Array[] {
  const bytes = execFileSync(
    'ffmpeg',
    '-loglevel error -f lavfi -i testsrc=size=640x360:rate=25 -t'
      .split(' ')
      .concat([String(seconds), '-c:v', 'mpeg1video', '-b:v', '900k', '-bf', '0', '-f', 'mpegts', 'pipe:1']),
    { maxBuffer: 1 << 26 },
  )
  const pieces = seconds * 25
  const size = Math.ceil(bytes.length / pieces)
  return Array.from({ length: pieces }, (_, index) => bytes.subarray(index * size, (index + 1) * size))
}
