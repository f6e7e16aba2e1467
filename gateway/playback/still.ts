import { PassThrough, Readable } from 'node:stream'
import ffmpeg from 'fluent-ffmpeg'
import { Failure } from '../domain/failure.ts'
import { redact } from '../lib/log.ts'

/** One picture takes this long at most, in seconds. */
const timeoutSeconds = 10

/**
 * A JPEG of one keyframe. The only place that uses fluent-ffmpeg: a bounded job, ended with SIGTERM, its messages redacted.
 * @param init `ftyp` + `moov` @param frame one `moof` + `mdat` that begins with a keyframe
 * @throws Failure lost (`no-picture`) when ffmpeg cannot decode it
 */
export async function stillOf(init: Uint8Array, frame: Uint8Array, signal?: AbortSignal): Promise<Buffer> {
  signal?.throwIfAborted()
  const output = new PassThrough()
  const command = ffmpeg(Readable.from([Buffer.concat([init, frame])]), { timeout: timeoutSeconds })
    .inputFormat('mp4')
    .outputOptions(['-frames:v 1', '-q:v 4'])
    .format('mjpeg')
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
