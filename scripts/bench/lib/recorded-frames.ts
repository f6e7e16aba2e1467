import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { need } from '../../../gateway/media/boxes.ts'
import { samplesOf } from '../../../gateway/media/fragment.ts'
import { decodeFragments } from '../../../gateway/recording/fragment-table.ts'
import { scanSegment } from '../../../gateway/recording/scan.ts'
import { listDisk } from '../../footage/files.ts'
import { openIndex } from '../../footage/index-reader.ts'
import { pictureOfSample } from './rtp-tap.ts'

export interface RecordedFrame {
  readonly picture: string
  /** Where the recording says it lies. */
  readonly utcMs: number
}
export interface RecordedFile {
  readonly path: string
  readonly startUtcMs: number
  readonly endUtcMs: number
  /** Closed and indexed. */
  readonly indexed: boolean
  readonly frames: readonly RecordedFrame[]
}

/** Files of a camera that touch the range, with their pictures, straight from disk and index; the one being written too. */
export function recordedFiles(
  { dataDir, recordings }: { dataDir: string; recordings: string },
  cameraId: string,
  fromUtcMs: number,
  toUtcMs: number,
): RecordedFile[] {
  const index = openIndex(dataDir)
  try {
    const rows = index.headsOf(cameraId)
    const indexed = rows
      .filter((row) => row.endUtcMs > fromUtcMs && row.startUtcMs < toUtcMs)
      .map((row): RecordedFile => {
        const table = index.fragmentsOf(row.id)
        const bytes = readFileSync(join(recordings, row.path))
        const entries = table ? decodeFragments(table) : []
        const parts = entries.map(({ offset, sizeBytes }) => bytes.subarray(offset, offset + sizeBytes))
        const { path, startUtcMs, endUtcMs } = row
        return { path, startUtcMs, endUtcMs, indexed: true, frames: framesOf(parts, row.anchorUtcMs, row.timescale) }
      })
    const known = new Set(rows.map(({ path }) => path))
    const open = listDisk(recordings).segments.filter(({ path }) => path.startsWith(`${cameraId}/`) && !known.has(path))
    return [...indexed, ...open.flatMap(({ path }) => openFile(join(recordings, path), path))]
  } finally {
    index.close()
  }
}

function openFile(file: string, path: string): RecordedFile[] {
  const bytes = readFileSync(file)
  const scanned = scanSegment(bytes)
  if (!scanned) return []
  const { init, fragments, anchorUtcMs } = scanned
  const parts = fragments.map(({ offset, sizeBytes }) => bytes.subarray(offset, offset + sizeBytes))
  const utcOf = (ticks: number) => anchorUtcMs + (ticks / init.timescale) * 1_000
  const last = fragments.at(-1)
  return [
    {
      path,
      startUtcMs: utcOf(fragments[0]?.baseTime ?? 0),
      endUtcMs: utcOf((last?.baseTime ?? 0) + (last?.duration ?? 0)),
      indexed: false,
      frames: framesOf(parts, anchorUtcMs, init.timescale),
    },
  ]
}

const framesOf = (fragments: readonly Uint8Array[], anchorUtcMs: number, timescale: number): RecordedFrame[] =>
  fragments.flatMap((fragment) =>
    samplesOf(need(fragment, 'moof').body, need(fragment, 'mdat').body).map((sample) => ({
      picture: pictureOfSample(sample.data),
      utcMs: anchorUtcMs + (sample.dts / timescale) * 1_000,
    })),
  )
