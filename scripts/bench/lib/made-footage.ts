import { hash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { buildFragment } from '../../../gateway/media/fragment.ts'
import { linkedPart, sealLink } from '../../../gateway/media/link.ts'
import type { Sample, StreamInit } from '../../../gateway/media/stream.ts'
import type { FragmentEntry } from '../../../gateway/recording/fragment-table.ts'
import type { RecordingIndex } from '../../../gateway/recording/index.ts'
import { segmentPath } from '../../../gateway/recording/segment-file.ts'

/** One GOP and what decodes it; it is repeated for as long as footage is wanted. */
export interface Video {
  readonly init: StreamInit
  readonly samples: readonly Sample[]
}
export interface MadeSegment {
  readonly disk: string
  readonly path: string
  readonly startUtcMs: number
  readonly endUtcMs: number
  readonly fragments: readonly FragmentEntry[]
}
export interface MakeOptions {
  readonly index: RecordingIndex
  readonly video: Video
  readonly cameraId: string
  readonly startUtcMs: number
  readonly segments: number
  /** GOPs in a segment. */
  readonly gops: number
  /** Fragments of a GOP; the recorder cuts long ones once a second. */
  readonly piecesOfGop?: number
  /** false: as footage was before there were links. */
  readonly linked?: boolean
  readonly disk?: { readonly name: string; readonly root: string }
}

const ticksOf = (samples: readonly Sample[]) => samples.reduce((sum, { duration }) => sum + duration, 0)

/** One run of footage on disk and in the index, as the recorder leaves it: fragments linked and hashed. */
export function makeRun(options: MakeOptions): MadeSegment[] {
  const { index, video, cameraId, startUtcMs, gops, disk, linked = true } = options
  const { init, samples } = video
  const root = disk?.root ?? ''
  const diskName = disk?.name ?? 'main'
  const gopTicks = ticksOf(samples)
  const each = Math.ceil(samples.length / (options.piecesOfGop ?? 1))
  const pieces = Array.from({ length: options.piecesOfGop ?? 1 }, (_, n) => samples.slice(n * each, (n + 1) * each))
  const utcOf = (ticks: number) => Math.round(startUtcMs + (ticks / init.timescale) * 1_000)
  const runId = index.openRun({ cameraId, startUtcMs, init })
  let before = index.chainHead(cameraId)
  let sequence = 0
  const made: MadeSegment[] = []
  for (let n = 0; n < options.segments; n++) {
    const first = n * gops * gopTicks
    const path = segmentPath(cameraId, utcOf(first), runId)
    const parts: Uint8Array[] = [init.bytes]
    const fragments: FragmentEntry[] = []
    let offset = init.bytes.length
    let baseTime = first
    for (let part = 0; part < gops * pieces.length; part++) {
      const piece = pieces[part % pieces.length] ?? []
      const times = { utcMs: utcOf(baseTime), baseTime }
      const bytes = buildFragment(++sequence, piece, times, linked ? { runId, before } : undefined)
      if (linked) sealLink(bytes, crc32(linkedPart(bytes)))
      const sha256 = hash('sha256', bytes, 'buffer')
      const duration = ticksOf(piece)
      fragments.push({ offset, sizeBytes: bytes.length, baseTime, duration, key: part % pieces.length === 0, sha256 })
      parts.push(bytes)
      offset += bytes.length
      baseTime += duration
      before = sha256
    }
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), Buffer.concat(parts))
    const [from, to] = [utcOf(first), utcOf(first + gops * gopTicks)]
    const row = {
      disk: diskName,
      path,
      sizeBytes: offset,
      initBytes: init.bytes.length,
      anchorUtcMs: startUtcMs,
      fragments,
    }
    index.addSegment({ ...row, cameraId, runId, startUtcMs: from, endUtcMs: to })
    made.push({ disk: diskName, path, startUtcMs: from, endUtcMs: to, fragments })
  }
  index.closeRun(runId, cameraId, utcOf(options.segments * gops * gopTicks), 'camera-lost')
  return made
}
