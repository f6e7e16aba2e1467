import type { Readable } from 'node:stream'
import { Failure } from '../domain/failure.ts'
import { planeBytes, planeHeight, planeWidth } from '../domain/picture-look.ts'
import { type Millis, seconds } from '../domain/units.ts'
import { runChild } from '../lib/child.ts'

/** A handful of pictures takes a fifth of a second; a machine under load may need much longer. */
const timeoutMs: Millis = seconds(30)
/** Whatever else happens, live pictures and recording come first. */
const niceness = '15'

export interface Picture {
  readonly jpeg: Buffer
  /** 160 x 90 grey bytes of the same picture, see domain/picture-look.ts. */
  readonly plane: Uint8Array
}

/**
 * Decodes every picture of a small film in one run of ffmpeg: each as a JPEG and as a grey plane.
 * @param mp4 keyframes only @param count how many @param widthPx of the JPEGs; a smaller picture keeps its size
 * @throws Failure lost (`no-picture`) when not all of them can be decoded; whatever `signal` aborts with
 */
export async function decodeFilm(
  mp4: Buffer,
  count: number,
  widthPx: number,
  signal: AbortSignal,
): Promise<readonly Picture[]> {
  let jpegs: Buffer[] = []
  let planes: Buffer = Buffer.alloc(0)
  const { code, lastLines } = await runChild('nice', ['-n', niceness, 'ffmpeg', ...ffmpegArgs(widthPx)], {
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    moreOutputs: 1,
    async talk(stdout, stdin, [greyPipe]) {
      stdin.end(mp4)
      const [pictures, grey] = await Promise.all([bytesOf(stdout), greyPipe ? bytesOf(greyPipe) : planes])
      jpegs = jpegsOf(pictures)
      planes = grey
    },
  })
  signal.throwIfAborted()
  if (code !== 0 || jpegs.length !== count || planes.length !== count * planeBytes)
    throw new Failure('lost', 'no-picture', 'a keyframe could not be decoded', {
      wanted: count,
      decoded: jpegs.length,
      said: lastLines.join(' | ').slice(0, 200),
    })
  return jpegs.map((jpeg, n) => ({ jpeg, plane: planes.subarray(n * planeBytes, (n + 1) * planeBytes) }))
}

function ffmpegArgs(widthPx: number): string[] {
  // Without the probe, ffmpeg decodes the first pictures twice. Softer block edges are not worth a tenth of the time.
  const input = '-v error -nostdin -threads 1 -skip_loop_filter all -probesize 32 -analyzeduration 0 -f mp4 -i pipe:0'
  const graph = [
    `[0:v]scale='min(${widthPx},iw)':-2:flags=area:out_range=pc,format=yuvj420p,split=2[picture][more]`,
    `[more]scale=${planeWidth}:${planeHeight}:flags=area,format=gray[grey]`,
  ].join(';')
  return [
    ...input.split(' '),
    '-filter_complex_threads',
    '1',
    '-filter_complex',
    graph,
    ...'-map [picture] -fps_mode passthrough -threads 1 -c:v mjpeg -q:v 6 -f image2pipe pipe:1'.split(' '),
    ...'-map [grey] -fps_mode passthrough -f rawvideo pipe:3'.split(' '),
  ]
}

const bytesOf = async (stream: Readable): Promise<Buffer> => {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) if (chunk instanceof Uint8Array) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const endOfImage = Buffer.from([0xff, 0xd9])

/** Coded data never holds an end marker: a JPEG ends where the first one stands. */
function jpegsOf(bytes: Buffer): Buffer[] {
  const pictures: Buffer[] = []
  for (let from = 0, end = bytes.indexOf(endOfImage); end >= 0; end = bytes.indexOf(endOfImage, from)) {
    pictures.push(bytes.subarray(from, end + 2))
    from = end + 2
  }
  return pictures
}
