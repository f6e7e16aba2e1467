import type { ClipPlan } from '../contract/footage.ts'
import { Failure } from '../domain/failure.ts'
import { intersect, type UtcRange } from '../domain/units.ts'
import { readInit } from '../media/init.ts'
import { type Clip, clipOf } from './clip.ts'
import { type Part, partsOf, readHeads } from './clip-files.ts'
import { cutAt, type FindFootage, type FindSpans, gapsAmong, type Missing, type Piece, piecesOf } from './footage.ts'
import { clipStatement, worstOffset, zoneTime } from './statement.ts'

/** What a clip says about its camera comes from other modules. */
export interface ClipSources {
  readonly find: FindFootage
  readonly spans: FindSpans
  /** Also of a removed camera. */
  readonly cameraName: (cameraId: string) => string
  /** IANA name of the zone's time zone. */
  readonly timeZone: () => string
}

/** Two pieces closer than this follow each other: rounding, or the seam of two runs. */
const seamMs = 40

interface StatedPart {
  readonly part: Part
  readonly clip: Clip
  /** Asks for this part and for no piece of its neighbours. */
  readonly asked: UtcRange
  readonly gaps: readonly Missing[]
}

export interface StatedClip extends Clip {
  /** The camera's clock minus the gateway's; the largest when runs differ; null when not known. */
  readonly clockOffsetMs: number | null
  /** Camera and beginning, in the zone's time. */
  readonly fileName: string
}

/** A range as one MP4. @throws Failure missing (`no-footage`), conflict (`clip-codec-change`), lost (`footage-missing`) */
export async function oneClip(sources: ClipSources, cameraId: string, range: UtcRange): Promise<StatedClip> {
  const { parts } = await partsIn(sources, cameraId, range)
  const [first, second] = parts
  if (!first) throw new Failure('missing', 'no-footage', 'nothing was recorded in this range')
  if (second)
    throw new Failure(
      'conflict',
      'clip-codec-change',
      'the camera’s video parameters changed inside this range; take its parts, which /clips lists',
      {
        atUtcMs: second.clip.startUtcMs,
        parts: parts.length,
        bounds: parts.map(({ asked }) => `${asked.fromUtcMs}-${asked.toUtcMs}`).join(' '),
      },
    )
  const [date, time, offset] = zoneTime(first.clip.startUtcMs, sources.timeZone()).split(' ')
  const stamp = `${date}T${time}`.replaceAll(/:|\.\d+/g, '') + `${offset}`.replace(':', '')
  return {
    ...first.clip,
    clockOffsetMs: worstOffset(offsetsOf([first.part])),
    fileName: `${cameraId}-${stamp}.mp4`,
  }
}

/** A range as the files it can be had as. Nothing recorded is a plan without parts. @throws Failure lost (`footage-missing`) */
export async function clipPlan(sources: ClipSources, cameraId: string, range: UtcRange): Promise<ClipPlan> {
  const { parts, missing } = await partsIn(sources, cameraId, range)
  return {
    cameraId,
    ...range,
    clockOffsetMs: worstOffset(offsetsOf(parts.map(({ part }) => part))),
    parts: parts.map(({ part, clip, asked, gaps }) => {
      const { codec, widthPx, heightPx } = readInit(part.init)
      return {
        fromUtcMs: clip.startUtcMs,
        toUtcMs: clip.endUtcMs,
        sizeBytes: clip.sizeBytes,
        codec,
        widthPx,
        heightPx,
        href: `/api/cameras/${cameraId}/clip.mp4?fromUtcMs=${asked.fromUtcMs}&toUtcMs=${asked.toUtcMs}`,
        gaps: [...gaps],
      }
    }),
    gaps: insideOf(missing, range),
  }
}

async function partsIn(sources: ClipSources, cameraId: string, range: UtcRange) {
  const pieces = piecesOf(sources.find(cameraId, range), range, 0).map((piece) => cutAt(piece, range.toUtcMs))
  const [first, last] = [pieces[0], pieces.at(-1)]
  // The first GOP and the last fragment may reach beyond what was asked for; gaps there count too.
  const covered = {
    fromUtcMs: Math.min(range.fromUtcMs, Math.floor(first?.startUtcMs ?? Infinity)),
    toUtcMs: Math.max(range.toUtcMs, Math.ceil(last?.endUtcMs ?? 0)),
  }
  const heads = await readHeads([...new Map(pieces.map(({ file }) => [file.path, file])).values()])
  const { parts, lost } = partsOf(pieces, heads)
  if (parts.length === 0 && lost[0])
    throw new Failure('lost', 'footage-missing', 'the recorded files are not on the disk any more', {
      path: lost[0].file.path,
    })
  const missing = [...gapsAmong(sources.spans(cameraId, covered)), ...missingFiles(lost)].toSorted(
    (a, b) => a.fromUtcMs - b.fromUtcMs,
  )
  const stated = parts.map((part, n) => statedPart(part, parts[n - 1], parts[n + 1], missing))
  return { missing, parts: await Promise.all(stated) }

  async function statedPart(part: Part, before: Part | undefined, after: Part | undefined, all: readonly Missing[]) {
    const [start, end] = [part.pieces[0], part.pieces.at(-1) ?? part.pieces[0]]
    const bounds = { fromUtcMs: Math.round(start.startUtcMs), toUtcMs: Math.round(end.endUtcMs) }
    const gaps = insideOf(all, bounds)
    const name = sources.cameraName(cameraId)
    const facts = { cameraId, cameraName: name, timeZone: sources.timeZone(), clockOffsetsMs: offsetsOf([part]) }
    const clip = await clipOf(part, clipStatement({ ...facts, ...bounds, gaps: namedHoles(part, gaps) }))
    const fromUtcMs = before ? Math.ceil(Math.max(endOf(before), start.startUtcMs)) : range.fromUtcMs
    // Up to what is there: a part that still grows is downloaded as it was shown.
    const until = Math.floor(Math.min(end.endUtcMs, after?.pieces[0].startUtcMs ?? Infinity))
    const toUtcMs = Math.max(fromUtcMs + 1, Math.min(range.toUtcMs, until))
    return { part, clip, asked: { fromUtcMs, toUtcMs }, gaps } satisfies StatedPart
  }
}

const endOf = ({ pieces }: Part) => (pieces.at(-1) ?? pieces[0]).endUtcMs

/** One gap for pieces that follow each other. */
function missingFiles(lost: readonly Piece[]): Missing[] {
  const gaps: Missing[] = []
  for (const { startUtcMs, endUtcMs } of lost) {
    const last = gaps.at(-1)
    const follows = last && startUtcMs - last.toUtcMs <= seamMs
    const fromUtcMs = follows ? last.fromUtcMs : Math.round(startUtcMs)
    gaps.splice(follows ? -1 : gaps.length, 1, { fromUtcMs, toUtcMs: Math.round(endUtcMs), reason: 'footage-missing' })
  }
  return gaps
}

const insideOf = (gaps: readonly Missing[], bounds: UtcRange): Missing[] =>
  gaps.flatMap((gap) => {
    const inside = intersect(gap, bounds)
    return inside ? [{ ...inside, reason: gap.reason }] : []
  })

/** What is closed up in a part: its gaps, and holes that no gap explains, because nothing was expected there. */
function namedHoles({ pieces }: Part, gaps: readonly Missing[]) {
  const unexplained = pieces.slice(1).flatMap((piece, n) => {
    const hole = { fromUtcMs: Math.round(pieces[n]?.endUtcMs ?? 0), toUtcMs: Math.round(piece.startUtcMs) }
    const isHole = hole.toUtcMs - hole.fromUtcMs > seamMs && !gaps.some((gap) => intersect(gap, hole))
    return isHole ? [{ ...hole, reason: null }] : []
  })
  return [...gaps, ...unexplained].toSorted((a, b) => a.fromUtcMs - b.fromUtcMs)
}

/** Of the runs that know it. */
const offsetsOf = (parts: readonly Part[]): number[] => {
  const byRun = new Map(parts.flatMap(({ pieces }) => pieces.map(({ file }) => [file.runId, file.clockOffsetMs])))
  return [...byRun.values()].filter((offset) => offset !== null)
}
