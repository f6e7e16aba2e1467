/** Recorded files as the recorder writes them, of any film that ffmpeg can make. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { planeBytes } from '../../gateway/domain/picture-look.ts'
import { boxesOf } from '../../gateway/media/boxes.ts'
import { buildFragment, samplesOf } from '../../gateway/media/fragment.ts'
import { readInit } from '../../gateway/media/init.ts'
import { firstLink } from '../../gateway/media/link.ts'
import type { Sample } from '../../gateway/media/stream.ts'
import type { PictureFile } from '../../gateway/pictures/keyframes.ts'

export interface FilmOptions {
  /** ffmpeg's options before the output: inputs and filters. */
  readonly source: readonly string[]
  readonly codec?: 'h264' | 'h264b' | 'h265'
  readonly fps?: number
  readonly gopSeconds?: number
  readonly seconds?: number
  /** A constant rate, as cameras are set to; otherwise one quality. */
  readonly kbps?: number
}

/** Encodes a film, at one quality as if the encoder had run for long, and writes it under `root` as one file of `cameraId` that begins at `startUtcMs`. */
export function makeSegment(root: string, cameraId: string, startUtcMs: number, options: FilmOptions): PictureFile {
  const { fps = 5 } = options
  const { init, samples } = encode(options)
  const day = new Date(startUtcMs).toISOString().slice(0, 10)
  const path = `${cameraId}/${day}/${startUtcMs}-1.mp4`
  const parts: Uint8Array[] = [init.bytes]
  const fragments: { offset: number; sizeBytes: number; baseTime: number; duration: number; key: boolean }[] = []
  let offset = init.bytes.length
  for (const group of halfSeconds(samples, fps)) {
    const baseTime = group[0]?.dts ?? 0
    const utcMs = startUtcMs + (baseTime / init.timescale) * 1_000
    const bytes = buildFragment(fragments.length + 1, group, { utcMs, baseTime }, { runId: 1, before: firstLink })
    const duration = group.reduce((sum, sample) => sum + sample.duration, 0)
    fragments.push({ offset, sizeBytes: bytes.length, baseTime, duration, key: group[0]?.key ?? false })
    parts.push(bytes)
    offset += bytes.length
  }
  mkdirSync(join(root, dirname(path)), { recursive: true })
  writeFileSync(join(root, path), Buffer.concat(parts))
  const { timescale } = init
  return { root, path, initBytes: init.bytes.length, timescale, anchorUtcMs: startUtcMs, fragments }
}

function encode({ source, codec = 'h264', fps = 5, gopSeconds = 1, seconds = 60, kbps }: FilmOptions) {
  const gop = String(fps * gopSeconds)
  const rate = kbps ? ['-b:v', `${kbps}k`, '-maxrate', `${kbps}k`, '-bufsize', `${kbps}k`] : ['-qp', '26']
  const encoder =
    codec === 'h265'
      ? [
          '-c:v',
          'libx265',
          '-preset',
          'ultrafast',
          '-x265-params',
          `keyint=${gop}:min-keyint=${gop}:scenecut=0:log-level=error`,
        ]
      : [
          '-c:v',
          'libx264',
          '-preset',
          'ultrafast',
          ...rate,
          '-bf',
          codec === 'h264b' ? '2' : '0',
          '-g',
          gop,
          '-keyint_min',
          gop,
        ]
  const output = ['-movflags', 'frag_every_frame+empty_moov+default_base_moof', '-f', 'mp4', 'pipe:1']
  const shape = ['-r', String(fps), '-t', String(seconds), '-sc_threshold', '0', '-pix_fmt', 'yuv420p', '-threads', '1']
  const bytes = execFileSync('ffmpeg', ['-v', 'error', ...source, ...shape, ...encoder, ...output], {
    maxBuffer: 1 << 28,
  })
  const boxes = boxesOf(bytes)
  const init = readInit(bytes.subarray(0, boxes.find((box) => box.type === 'moof')?.offset))
  const samples = boxes.flatMap((box, n) =>
    box.type === 'moof' ? samplesOf(box.body, boxes[n + 1]?.body ?? new Uint8Array()) : [],
  )
  return { init, samples }
}

/** Groups of at most half a second; a keyframe begins a new one. */
function halfSeconds(samples: readonly Sample[], fps: number): Sample[][] {
  const groups: Sample[][] = []
  for (const sample of samples) {
    const open = groups.at(-1)
    if (!open || sample.key || open.length >= fps / 2) groups.push([sample])
    else open.push(sample)
  }
  return groups
}

/** Grey planes as the gateway makes them, straight from ffmpeg. @param filter of ffmpeg, before the picture is made small */
export function planesOf(source: readonly string[], filter = 'null', frames = 1): Uint8Array[] {
  const small = 'scale=320:-2:flags=area:out_range=pc,format=yuvj420p,scale=160:90:flags=area,format=gray'
  const args = [
    '-v',
    'error',
    ...source,
    '-vf',
    `${filter},${small}`,
    '-frames:v',
    String(frames),
    '-f',
    'rawvideo',
    'pipe:1',
  ]
  const bytes = execFileSync('ffmpeg', args, { maxBuffer: 1 << 28 })
  return Array.from({ length: bytes.length / planeBytes }, (_, n) =>
    bytes.subarray(n * planeBytes, (n + 1) * planeBytes),
  )
}
