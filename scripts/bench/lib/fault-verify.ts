import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Span } from '../../../gateway/contract/camera.ts'
import type { ClipPlan, CoverageRow } from '../../../gateway/contract/footage.ts'
import { openTempFolder } from '../../../test/support/temp.ts'
import { type Lab, type LabCamera, labFps } from './fault-lab.ts'
import { type RecordedFile, recordedFiles } from './recorded-frames.ts'

const run = promisify(execFile)
const frameMs = 1_000 / labFps
/** Starts and ends are whole milliseconds, and joined stretches may lie this far apart. */
const seamMs = 50
/** A stretch lies where its least delayed picture was received. */
const asideMs = 1_000
/** Between two pictures of a stretch that is called recorded. */
const holeMs = 500

export interface Verdict {
  /** Each a sentence. */
  readonly wrongSpans: readonly string[]
  readonly damagedClips: readonly string[]
  readonly unexplainedSeconds: number
  readonly clips: number
  readonly frames: number
}

/** What can be said about the footage of a range after a fault: timelines, every file and clip, the account. */
export async function verify(lab: Lab, fromUtcMs: number, toUtcMs: number): Promise<Verdict> {
  const wrongSpans: string[] = []
  const damagedClips: string[] = []
  let [unexplainedMs, clips, frames] = [0, 0, 0]
  for (const camera of lab.cameras) {
    // Files first: what the timeline says afterwards can only be more.
    const files = recordedFiles(lab, camera.id, fromUtcMs, toUtcMs)
    const spans = await lab.spansOf(camera.id, fromUtcMs, toUtcMs)
    frames += files.reduce((sum, file) => sum + file.frames.length, 0)
    wrongSpans.push(...wrongIn(camera, spans, files).map((why) => `${camera.id}: ${why}`))
    unexplainedMs += holesIn(spans)
    for (const file of files) {
      clips++
      const said = await complaintOf(join(lab.recordings, file.path))
      if (said !== undefined) damagedClips.push(`${file.path}: ${said}`)
    }
    const bad = await clipComplaints(lab, camera.id, fromUtcMs, toUtcMs)
    clips += bad.clips
    damagedClips.push(...bad.complaints)
  }
  return { wrongSpans, damagedClips, unexplainedSeconds: unexplainedMs / 1_000, clips, frames }
}

/** The gateway's own account of the range. @returns seconds that are neither recorded nor explained, or do not add up */
export async function ledgerDifference(lab: Lab, fromUtcMs: number, toUtcMs: number): Promise<number> {
  const { rows } = await lab.get<{ rows: CoverageRow[] }>(
    `/api/coverage?bucket=hour&fromUtcMs=${fromUtcMs}&toUtcMs=${toUtcMs}`,
  )
  if (rows.length < lab.cameras.length)
    throw new Error(`the account has ${rows.length} rows for ${lab.cameras.length} cameras`)
  return rows.reduce((sum, row) => {
    const gaps = Object.values(row.gapSeconds).reduce((total, seconds) => total + seconds, 0)
    const difference = Math.abs(row.expectedSeconds - row.recordedSeconds - gaps - row.unexplainedSeconds)
    return sum + row.unexplainedSeconds + (difference * 1_000 > seamMs * 2 ? difference : 0)
  }, 0)
}

function wrongIn({ observer }: LabCamera, spans: readonly Span[], files: readonly RecordedFile[]): string[] {
  const wrong: string[] = []
  for (const [n, span] of spans.entries()) {
    const before = spans[n - 1]
    if (span.endUtcMs < span.startUtcMs) wrong.push(`a stretch ends before it begins: ${told(span)}`)
    if (before && span.startUtcMs < before.endUtcMs) wrong.push(`${told(before)} and ${told(span)} overlap`)
  }
  const frames = files.flatMap((file) => file.frames).toSorted((a, b) => a.utcMs - b.utcMs)
  const recorded = spans.filter(({ kind }) => kind === 'recorded')
  const kept = new Set(frames.map(({ picture }) => picture))
  for (const span of recorded) {
    // The newest pictures were not yet on disk when the files were read.
    const last = span === recorded.at(-1)
    const inside = frames.filter(({ utcMs }) => utcMs >= span.startUtcMs - seamMs && utcMs < span.endUtcMs + seamMs)
    if (inside.length === 0 && !last && span.endUtcMs - span.startUtcMs > holeMs)
      wrong.push(`no picture in ${told(span)}`)
    const hole = inside.find(({ utcMs }, n) => n > 0 && utcMs - (inside[n - 1]?.utcMs ?? utcMs) > holeMs)
    if (hole) wrong.push(`no pictures for ${holeMs} ms before ${at(hole.utcMs)} in ${told(span)}`)
    const late = inside.flatMap(({ picture, utcMs }) => {
      const arrived = observer.arrivalOf(picture, utcMs)
      return arrived === undefined ? [] : [arrived - utcMs]
    })
    // A busy machine delays pictures, which leaves their place as it is; nothing comes before its time, and one at least comes at it.
    const least = Math.min(...late)
    if (late.length > 0 && Math.abs(least) > asideMs) wrong.push(`${told(span)} lies ${Math.round(least)} ms aside`)
    // What another reader saw well inside a recorded stretch must be there.
    const [first, end] = [inside[0], inside.at(-1)]
    if (!first || !end) continue
    const missing = observer
      .between(first.utcMs + asideMs, end.utcMs - asideMs)
      .filter(({ picture }) => !kept.has(picture))
    if (missing.length > 0)
      wrong.push(`${missing.length} pictures from ${at(missing[0]?.utcMs ?? 0)} are missing in ${told(span)}`)
  }
  const outside = frames.filter(
    ({ utcMs }) =>
      utcMs > (spans[0]?.startUtcMs ?? 0) + frameMs &&
      utcMs < (spans.at(-1)?.endUtcMs ?? 0) - frameMs &&
      !recorded.some((span) => utcMs >= span.startUtcMs - frameMs && utcMs < span.endUtcMs + frameMs),
  )
  if (outside.length > 0) wrong.push(`${outside.length} pictures at ${at(outside[0]?.utcMs ?? 0)} lie in a gap`)
  return wrong
}

/** Time between stretches that nothing explains. */
export const holesIn = (spans: readonly Span[]): number =>
  spans.reduce((sum, { startUtcMs }, n) => {
    const hole = startUtcMs - (spans[n - 1]?.endUtcMs ?? startUtcMs)
    return sum + (hole > seamMs ? hole : 0)
  }, 0)

/** What ffprobe says of a file when it decodes every picture; undefined when it says nothing. */
export async function complaintOf(file: string): Promise<string | undefined> {
  const asked = ['-v', 'error', '-count_frames', '-show_entries', 'stream=nb_read_frames', '-of', 'csv=p=0', file]
  try {
    const { stdout, stderr } = await run('ffprobe', asked, { timeout: 60_000 })
    if (stderr.trim() !== '') return stderr.trim().slice(0, 300)
    return Number.parseInt(stdout, 10) > 0 ? undefined : 'not one picture'
  } catch (cause) {
    return cause instanceof Error ? cause.message.slice(0, 300) : String(cause)
  }
}

async function clipComplaints(lab: Lab, cameraId: string, fromUtcMs: number, toUtcMs: number) {
  using temp = openTempFolder('clips')
  const query = `fromUtcMs=${Math.round(fromUtcMs)}&toUtcMs=${Math.round(toUtcMs)}`
  const { parts } = await lab.get<ClipPlan>(`/api/cameras/${cameraId}/clips?${query}`)
  const complaints: string[] = []
  for (const { href, sizeBytes, fromUtcMs: from } of parts) {
    const answer = await lab.gateway.fetch(href)
    const bytes = Buffer.from(await answer.arrayBuffer())
    if (!answer.ok) {
      complaints.push(`${href}: ${answer.status} ${bytes.toString().slice(0, 300)}`)
      continue
    }
    if (sizeBytes !== bytes.length && from < toUtcMs - 10_000)
      complaints.push(`${href}: ${bytes.length} bytes instead of the ${sizeBytes} it promised`)
    const file = join(temp.path, 'clip.mp4')
    writeFileSync(file, bytes)
    const said = await complaintOf(file)
    if (said !== undefined) complaints.push(`${href}: ${said}`)
  }
  return { clips: parts.length, complaints }
}

const at = (utcMs: number) => new Date(utcMs).toISOString().slice(11, 23)
const told = ({ kind, reason, startUtcMs, endUtcMs }: Span) => `${reason ?? kind} ${at(startUtcMs)}-${at(endUtcMs)}`
