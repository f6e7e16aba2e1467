import { PassThrough, Readable } from 'node:stream'
import ffmpeg from 'fluent-ffmpeg'
import { Failure } from '../domain/failure.ts'
import { redact } from '../lib/log.ts'

/** One picture takes this long at most, in seconds. */
const timeoutSeconds = 10

/**
 * A JPEG of one picture. The only place that uses fluent-ffmpeg: a bounded job, ended with SIGTERM, its messages redacted.
 * @param init `ftyp` + `moov` @param frames `moof` + `mdat`, once or more, beginning with a keyframe
 * @param atSeconds the first picture presented at this media time or later; without it the first one
 * @throws Failure lost (`no-picture`) when ffmpeg cannot decode it
 */
export async function stillOf(
  init: Uint8Array,
  frames: Uint8Array,
  signal?: AbortSignal,
  atSeconds?: number,
): Promise<Buffer> {
  signal?.throwIfAborted()
  const output = new PassThrough()
  const command = ffmpeg(Readable.from([Buffer.concat([init, frames])]), { timeout: timeoutSeconds })
    .inputFormat('mp4')
    .outputOptions(['-frames:v 1', '-q:v 4'])
    .format('mjpeg')
  // The times as they stand in the file; half a millisecond for rounding.
  if (atSeconds !== undefined)
    command.outputOptions(['-copyts', '-vf', `select=gte(t\\,${(atSeconds - 0.0005).toFixed(6)})`])
  const stop = () => command.kill('SIGTERM')
  signal?.addEventListener('abort', stop, { once: true })
  try {
    const [, picture] = await Promise.all([
      new Promise<void>((resolve, reject) => {
        command.on('end', () => resolve())
        command.on('error', (cause: Error) => {
          output.end()
          reject(
            new Failure('lost', 'no-picture', 'no picture could be made', {
              said: redact(cause.message).slice(0, 200),
            }),
          )
        })
        command.pipe(output, { end: true })
      }),
      Readable.prototype.toArray.call(output).then((chunks) => Buffer.concat(chunks as Buffer[])),
    ])
    if (picture.length === 0) throw new Failure('lost', 'no-picture', 'no picture could be made')
    return picture
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

/** Each picture is an ffmpeg of its own: no more than `most` at once. @throws Failure busy (`snapshot-busy`) from what is too much */
export function pictureLimit(most: number) {
  let running = 0
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= most)
      throw new Failure('busy', 'snapshot-busy', 'other pictures are being made; try again', { retryAfterMs: 1_000 })
    running++
    try {
      return await work()
    } finally {
      running--
    }
  }
}
