import type { Readable } from 'node:stream'
import { Failure } from '../domain/failure.ts'
import { type Millis, seconds } from '../domain/units.ts'
import { runChild } from '../lib/child.ts'

/** A GOP of a small stream takes a tenth of a second; a machine under load may need longer. */
const timeoutMs: Millis = seconds(10)
/** Recording and the other live pictures come first. */
const niceness = '5'
const widthPx = 640

/**
 * The last picture of a piece of video as a JPEG at most 640 wide.
 * @param mp4 `ftyp` + `moov`, then `moof` + `mdat` of each picture from a keyframe on @param count how many pictures
 * @throws Failure lost (`no-picture`) when ffmpeg cannot decode it; whatever `signal` aborts with
 */
export async function lastPicture(mp4: Uint8Array, count: number, signal: AbortSignal): Promise<Buffer> {
  const filters = `select=gte(n\\,${count - 1}),scale='min(${widthPx},iw)':-2:flags=area:out_range=pc,format=yuvj420p`
  const args = [
    ...'-v error -nostdin -threads 1 -probesize 32 -analyzeduration 0 -f mp4 -i pipe:0 -vf'.split(' '),
    filters,
    ...'-frames:v 1 -fps_mode passthrough -threads 1 -c:v mjpeg -q:v 6 -f image2pipe pipe:1'.split(' '),
  ]
  let jpeg: Buffer = Buffer.alloc(0)
  const { lastLines } = await runChild('nice', ['-n', niceness, 'ffmpeg', ...args], {
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    async talk(stdout, stdin) {
      stdin.end(mp4)
      jpeg = await bytesOf(stdout)
    },
  })
  signal.throwIfAborted()
  if (jpeg.length === 0)
    throw new Failure('lost', 'no-picture', 'no picture could be made', { said: lastLines.join(' | ').slice(0, 200) })
  return jpeg
}

async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) if (chunk instanceof Uint8Array) chunks.push(chunk)
  return Buffer.concat(chunks)
}
