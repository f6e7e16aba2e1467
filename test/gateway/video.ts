import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { tempFolder } from '../support/temp.ts'
import type { Api } from './api.ts'

const run = promisify(execFile)

export interface DecodedVideo {
  readonly codec: string
  readonly frames: number
  /** From the first to the end of the last picture, by presentation time. */
  readonly seconds: number
  /** Times at which a camera of steady `fps` would have sent a picture and none is there. */
  readonly missing: number
}

/** Decodes every picture with ffmpeg's own decoder. @throws Error when it has a single word to say about them */
export async function decodeVideo(bytes: Uint8Array, fps: number): Promise<DecodedVideo> {
  const file = join(tempFolder('video'), 'video.mp4')
  await writeFile(file, bytes)
  const entries = 'stream=codec_name,codec_type:frame=pts_time'
  const asked = ['-v', 'warning', '-count_frames', '-show_entries', entries, '-of', 'json', file]
  const { stdout, stderr } = await run('ffprobe', asked, { timeout: 30_000, maxBuffer: 16 * 1_024 * 1_024 })
  if (stderr.trim() !== '') throw new Error(`ffprobe complains: ${stderr.slice(0, 2_000)}`)
  const { streams, frames } = JSON.parse(stdout) as {
    streams: { codec_name: string; codec_type: string }[]
    frames: { pts_time: string }[]
  }
  const [stream] = streams
  if (!stream || streams.length !== 1 || stream.codec_type !== 'video')
    throw new Error(`not one video track: ${stdout.slice(0, 500)}`)
  const times = frames.map(({ pts_time }) => Number(pts_time))
  const steps = times.slice(1).map((time, at) => (time - (times[at] ?? 0)) * fps)
  const uneven = steps.find((step) => step < 0.5)
  if (uneven !== undefined) throw new Error(`a picture comes only ${uneven} frames after the one before it`)
  return {
    codec: stream.codec_name,
    frames: times.length,
    seconds: (times.at(-1) ?? 0) - (times[0] ?? 0) + 1 / fps,
    missing: steps.reduce((sum, step) => sum + Math.round(step) - 1, 0),
  }
}

export interface JoinedPlaylist {
  readonly text: string
  readonly bytes: Buffer
  /** Sum of the lengths that the playlist claims. */
  readonly seconds: number
}

/** What a player does: fetches the map and every byte range of the playlist, and joins them. */
export async function joinPlaylist(
  api: Api,
  cameraId: string,
  fromUtcMs: number,
  toUtcMs: number,
): Promise<JoinedPlaylist> {
  const folder = `/api/cameras/${cameraId}`
  const text = (await api.bytes(`${folder}/playlist.m3u8?${api.range(fromUtcMs, toUtcMs)}`)).body.toString()
  const parts: Buffer[] = []
  const fetchRange = async (uri: string, range: string) => {
    const [size = 0, offset = 0] = range.split('@').map(Number)
    const wanted = `bytes=${offset}-${offset + size - 1}`
    const { status, headers, body } = await api.bytes(`${folder}/${uri}`, { range: wanted })
    if (status !== 206 || body.length !== size || !headers.get('content-range')?.startsWith(`bytes ${offset}-`))
      throw new Error(`asked ${wanted} of ${uri}, got ${status} with ${body.length} bytes`)
    parts.push(body)
  }
  let pending: string | undefined
  let seconds = 0
  for (const line of text.split('\n')) {
    const map = /^#EXT-X-MAP:URI="([^"]+)",BYTERANGE="([^"]+)"$/.exec(line)
    if (map) await fetchRange(map[1] ?? '', map[2] ?? '')
    else if (line.startsWith('#EXTINF:')) seconds += Number.parseFloat(line.slice('#EXTINF:'.length))
    else if (line.startsWith('#EXT-X-BYTERANGE:')) pending = line.slice('#EXT-X-BYTERANGE:'.length)
    else if (line !== '' && !line.startsWith('#')) {
      if (pending === undefined) throw new Error(`${line} has no byte range`)
      await fetchRange(line, pending)
      pending = undefined
    }
  }
  return { text, bytes: Buffer.concat(parts), seconds }
}
