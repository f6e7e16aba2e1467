import { Failure } from '../domain/failure.ts'
import { type Millis, seconds, type UtcMs } from '../domain/units.ts'
import type { Tools } from '../lib/supervise.ts'
import { decodeFilm, type Picture } from './decode.ts'
import {
  type FindFiles,
  firstOfSlots,
  type Keyframe,
  keyframeAt,
  keyframesOf,
  previewEveryMs,
  readFilm,
  slotOf,
} from './keyframes.ts'
import { type Preview, readPreview, writePreviews } from './preview-pack.ts'

export const previewWidthPx = 320
/** For a person to look at: a picture that raised an alert, or a reference. */
export const largeWidthPx = 960
/** How old the picture for a moment may be: a slot, and a little for the distance between keyframes. */
const reachMs: Millis = seconds(12)
/** Made while somebody waits; more than that and the machine has other things to do. */
const madeAtOnce = 4

/** Small pictures of any recorded moment: from the packs, or from the footage where a pack has none (yet, or any more). */
export function previews(find: FindFiles, { log }: Tools) {
  let writing: Promise<void> = Promise.resolve()
  let making = 0
  let refused = false

  /** A disk that takes no previews has troubles that the recorder tells of; here it is said once. */
  const write = async (root: string, cameraId: string, kept: readonly Preview[]) => {
    try {
      await writePreviews(root, cameraId, kept)
      refused = false
    } catch (cause) {
      if (!refused) log.warn({ code: 'preview-not-kept', cameraId, err: cause }, 'previews cannot be written')
      refused = true
    }
  }
  /** One after the other: two writers would append at the same place. */
  const keep = (root: string, cameraId: string, kept: readonly Preview[]): Promise<void> =>
    (writing = writing.then(() => write(root, cameraId, kept)))

  const pictureOf = async (keyframe: Keyframe, widthPx: number, signal: AbortSignal): Promise<Picture> => {
    const { mp4 } = await readFilm(keyframe.file, [keyframe])
    const [picture] = await decodeFilm(mp4, 1, widthPx, signal)
    if (!picture) throw new Failure('lost', 'no-picture', 'no picture could be made')
    return picture
  }

  const make = async (
    cameraId: string,
    keyframe: Keyframe,
    isFirst: boolean,
    signal: AbortSignal,
  ): Promise<Preview> => {
    if (making >= madeAtOnce)
      throw new Failure('busy', 'preview-busy', 'other pictures are being made; try again', { retryAfterMs: 1_000 })
    making++
    try {
      const { jpeg } = await pictureOf(keyframe, previewWidthPx, signal)
      const made = { utcMs: keyframe.utcMs, jpeg }
      if (isFirst) await keep(keyframe.file.root, cameraId, [made])
      return made
    } finally {
      making--
    }
  }

  return {
    keep,
    pictureOf,
    /**
     * The small picture at or before a moment, at most 12 s older.
     * @throws Failure missing (`no-footage`), busy (`preview-busy`), lost when the footage cannot be read
     */
    async preview(cameraId: string, utcMs: UtcMs, signal: AbortSignal): Promise<Preview> {
      const firstSlotUtcMs = (slotOf(utcMs) - 1) * previewEveryMs
      const files = find(cameraId, { fromUtcMs: firstSlotUtcMs, toUtcMs: utcMs + 1 })
      const latest = keyframeAt(files, { fromUtcMs: utcMs - reachMs, toUtcMs: utcMs })
      if (!latest) throw new Failure('missing', 'no-footage', 'nothing was recorded at this moment', { cameraId })
      // The one that a pack holds, or should.
      const first = firstOfSlots(files.flatMap(keyframesOf), slotOf(utcMs) - 2)
        .filter((one) => one.utcMs <= utcMs && one.utcMs >= utcMs - reachMs)
        .at(-1)
      const kept = first && (await readPreview(first.file.root, cameraId, first.utcMs))
      if (kept && kept.utcMs <= utcMs) return kept
      return await make(cameraId, first ?? latest, first !== undefined, signal)
    },
  }
}
export type Previews = ReturnType<typeof previews>
