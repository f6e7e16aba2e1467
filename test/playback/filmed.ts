/** Segment files as the recorder writes them, with real pictures, at times that a test decides. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { joinSpans, type Gap } from '../../gateway/domain/timeline.ts'
import type { UtcRange } from '../../gateway/domain/units.ts'
import { buildFragment } from '../../gateway/media/fragment.ts'
import { firstLink } from '../../gateway/media/link.ts'
import type { Sample } from '../../gateway/media/stream.ts'
import type { FootageFile, FootageFragment } from '../../gateway/playback/footage.ts'
import { playback } from '../../gateway/playback/playback.ts'
import { type Encoded, encodeInBand, x264 } from '../support/encode.ts'

export const fps = 10
/** Frames from keyframe to keyframe. */
export const gop = 10
export const plain = (seconds = 6, size = '320x240') => encodeInBand([...x264('baseline')], size, seconds)
export const bFrames = (seconds = 6) =>
  encodeInBand(
    x264('main', 'yuv420p', `keyint=${gop}:min-keyint=${gop}:scenecut=0:bframes=2:b-adapt=0:open-gop=0`),
    '320x240',
    seconds,
  )

export interface Film {
  readonly runId: number
  readonly startUtcMs: number
  /** Seconds of each file; the run goes on over them. */
  readonly files?: readonly number[]
  readonly clockOffsetMs?: number | null
  /** false: as recorded before there was a hash chain. */
  readonly linked?: boolean
  readonly cameraId?: string
}

/** One run of a camera on disk. */
export function film(root: string, { init, samples }: Encoded, what: Film): FootageFile[] {
  const {
    runId,
    startUtcMs,
    files = [samples.length / fps],
    linked = true,
    clockOffsetMs = null,
    cameraId = 'cam',
  } = what
  const first = samples[0]?.dts ?? 0
  let taken = 0
  return files.map((seconds) => {
    const mine = samples.slice(taken, (taken += seconds * fps))
    const utcOf = (ticks: number) => Math.round(startUtcMs + (ticks / init.timescale) * 1_000)
    const parts: Buffer[] = [Buffer.from(init.bytes)]
    const fragments: FootageFragment[] = []
    let offset = init.bytes.length
    for (const group of fragmentsOf(mine)) {
      const baseTime = (group[0]?.dts ?? 0) - first
      const times = { utcMs: utcOf(baseTime), baseTime }
      const bytes = buildFragment(fragments.length + 1, group, times, linked ? { runId, before: firstLink } : undefined)
      const duration = group.reduce((sum, sample) => sum + sample.duration, 0)
      const sha256 = createHash('sha256').update(bytes).digest()
      fragments.push({ offset, sizeBytes: bytes.length, baseTime, duration, key: group[0]?.key ?? false, sha256 })
      parts.push(Buffer.from(bytes))
      offset += bytes.length
    }
    const last = fragments.at(-1)
    const fileStart = utcOf(fragments[0]?.baseTime ?? 0)
    const path = `${cameraId}/${new Date(fileStart).toISOString().slice(0, 10)}/${fileStart}-${runId}.mp4`
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), Buffer.concat(parts))
    return {
      root,
      path,
      runId,
      clockOffsetMs,
      fragments,
      sizeBytes: offset,
      initBytes: init.bytes.length,
      codec: init.codec,
      timescale: init.timescale,
      anchorUtcMs: startUtcMs,
      startUtcMs: fileStart,
      endUtcMs: utcOf((last?.baseTime ?? 0) + (last?.duration ?? 0)),
    }
  })
}

/** Half a second each, and a new one at every keyframe. */
function fragmentsOf(samples: readonly Sample[]): Sample[][] {
  const groups: Sample[][] = []
  for (const [n, sample] of samples.entries()) {
    const open = groups.at(-1)
    if (!open || sample.key || n % (fps / 2) === 0) groups.push([sample])
    else open.push(sample)
  }
  return groups
}

/** Playback of these files, and of these gaps between them. */
export function playing(files: readonly FootageFile[], gaps: readonly Gap[] = []) {
  return playback({
    find: (_cameraId, { fromUtcMs, toUtcMs }) =>
      files.filter(({ startUtcMs, endUtcMs }) => endUtcMs > fromUtcMs && startUtcMs < toUtcMs),
    findFile: (_cameraId, path) => files.find((file) => file.path === path),
    spans: (_cameraId, range: UtcRange) => joinSpans(files, gaps, range),
    cameraName: () => '制面间 1',
    timeZone: () => 'Asia/Shanghai',
  })
}

export const minusGap = (startUtcMs: number, endUtcMs: number, reason: Gap['reason'] = 'camera-lost'): Gap => ({
  startUtcMs,
  endUtcMs,
  reason,
})

interface Probed {
  readonly frames: number
  /** Of presentation. */
  readonly times: readonly number[]
  readonly durationS: number
  readonly tags: Readonly<Record<string, string>>
}

/** What ffprobe decodes and reads. @throws Error when it has a word of complaint */
export function probed(file: string): Probed {
  const asked = ['-v', 'error', '-show_entries', 'frame=pts_time:format=duration:format_tags', '-of', 'json', file]
  const out = execFileSync('sh', ['-c', 'exec ffprobe "$@" 2>&1', 'sh', ...asked], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  if (!out.startsWith('{')) throw new Error(`ffprobe complains: ${out.slice(0, 500)}`)
  const { frames, format } = JSON.parse(out) as {
    frames: { pts_time: string }[]
    format: { duration: string; tags?: Record<string, string> }
  }
  return {
    frames: frames.length,
    times: frames.map(({ pts_time }) => Number(pts_time)),
    durationS: Number(format.duration),
    tags: format.tags ?? {},
  }
}
