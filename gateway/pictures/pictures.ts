import type { PictureState } from '../contract/footage.ts'
import { Failure, toFailure } from '../domain/failure.ts'
import { hours, type Millis, minutes, seconds, type UtcMs, type UtcRange } from '../domain/units.ts'
import { type PictureTrouble, pictureTroubles } from '../domain/words.ts'
import { every } from '../lib/clock.ts'
import type { Tools } from '../lib/supervise.ts'
import type { Store } from '../store/open.ts'
import { decodeFilm, type Picture } from './decode.ts'
import {
  type FindFiles,
  firstOfSlots,
  type Keyframe,
  keyframeAt,
  keyframesOf,
  previewEveryMs,
  type PictureFile,
  readFilm,
  slotOf,
} from './keyframes.ts'
import { pictureTable } from './picture-table.ts'
import { pictureWatch } from './picture-watch.ts'
import { largeWidthPx, previews, previewWidthPx } from './previews.ts'
import { sweepPreviews } from './sweep.ts'

export interface PicturesParts {
  readonly store: Store
  readonly tools: Tools
  readonly find: FindFiles
  readonly hasFootage: (cameraId: string, range: UtcRange) => boolean
  /** Folders of the recordings disks, absolute. */
  readonly roots: () => readonly string[]
  /** Told after every look; saying the same again changes nothing. */
  readonly onTrouble: (cameraId: string, trouble: PictureTrouble, active: boolean) => void
}

/** Segments that wait to be looked at: four minutes of sixteen cameras. Beyond it the oldest is left out, and made on demand. */
const maxWaiting = 64
/** A file lasts about a minute. */
const slotsOfMinute = minutes(1) / previewEveryMs
/** A reference is what the camera shows now, or nearly. */
const referenceMs: Millis = seconds(30)

interface Job {
  readonly cameraId: string
  readonly file: PictureFile
}

/** Small pictures of all footage, and whether the cameras show what they should. One job at a time over all cameras. */
export function pictures(parts: PicturesParts) {
  const { find, onTrouble, tools } = parts
  const { clock, log } = tools
  const table = pictureTable(parts.store)
  const watch = pictureWatch(table)
  const small = previews(find, tools)
  const waiting: Job[] = []
  const lastSlots = new Map<string, number>()
  const counters = { looks: 0, failed: 0, skipped: 0 }
  let known: readonly string[] = []
  let wake = () => {}
  let lastFailed: string | undefined

  /** What goes wrong with one file is counted, and said once for as long as it is the same. */
  const note = (cameraId: string, cause: unknown) => {
    const failure = toFailure(cause)
    counters.failed++
    const line = {
      code: failure.code,
      cameraId,
      ...failure.facts,
      err: failure.kind === 'bug' ? failure.cause : undefined,
    }
    log[failure.code === lastFailed ? 'debug' : 'warn'](line, failure.message)
    lastFailed = failure.code
  }

  /** All of them at once, or one by one when one of them is damaged. */
  async function decodeAll(keyframes: readonly Keyframe[], { cameraId, file }: Job, signal: AbortSignal) {
    const { mp4, coded } = await readFilm(file, keyframes)
    let made: readonly (Picture | undefined)[]
    try {
      made = await decodeFilm(mp4, keyframes.length, previewWidthPx, signal)
    } catch (cause) {
      if (signal.aborted || keyframes.length === 1) throw cause
      made = await oneByOne(keyframes, cameraId, signal)
    }
    return keyframes.flatMap((keyframe, n) => {
      const [picture, as] = [made[n], coded[n]]
      return picture && as ? [{ keyframe, ...picture, coded: as }] : []
    })
  }
  async function oneByOne(keyframes: readonly Keyframe[], cameraId: string, signal: AbortSignal) {
    const made: (Picture | undefined)[] = []
    for (const keyframe of keyframes)
      made.push(
        await small.pictureOf(keyframe, previewWidthPx, signal).catch((cause: unknown) => {
          signal.throwIfAborted()
          note(cameraId, cause)
          return undefined
        }),
      )
    return made
  }

  async function work(job: Job, signal: AbortSignal): Promise<void> {
    const { cameraId, file } = job
    const all = keyframesOf(file)
    const lastSlot = lastSlots.get(cameraId) ?? -1
    // A clock that was set back: these slots are new again.
    const isBack = slotOf(all.at(-1)?.utcMs ?? 0) < lastSlot - slotsOfMinute
    const keyframes = firstOfSlots(all, isBack ? -1 : lastSlot)
    const last = keyframes.at(-1)
    // A camera that was removed meanwhile gets no pictures any more.
    if (!last || !known.includes(cameraId)) return
    lastSlots.set(cameraId, slotOf(last.utcMs))
    const seen = await decodeAll(keyframes, job, signal)
    await small.keep(
      file.root,
      cameraId,
      seen.map(({ keyframe, jpeg }) => ({ utcMs: keyframe.utcMs, jpeg })),
    )
    for (const { keyframe, plane, jpeg, coded } of seen) {
      counters.looks++
      for (const trouble of watch.look(cameraId, { utcMs: keyframe.utcMs, plane, coded }))
        await prove(cameraId, trouble, keyframe, jpeg, signal)
    }
    tell(cameraId)
  }
  /** Keeps the picture that shows a new trouble; a large one, or the small one where that fails. */
  async function prove(
    cameraId: string,
    trouble: PictureTrouble,
    keyframe: Keyframe,
    jpeg: Buffer,
    signal: AbortSignal,
  ) {
    const large = await small.pictureOf(keyframe, largeWidthPx, signal).catch((cause: unknown) => {
      note(cameraId, cause)
      return { jpeg }
    })
    table.addEvidence(cameraId, trouble, clock.now(), { utcMs: keyframe.utcMs, jpeg: large.jpeg })
    onTrouble(cameraId, trouble, true)
  }
  const tell = (cameraId: string) => {
    for (const trouble of pictureTroubles) onTrouble(cameraId, trouble, watch.isActive(cameraId, trouble))
  }

  async function workAll(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => wake(), { once: true })
    while (!signal.aborted) {
      const job = waiting.shift()
      if (job)
        await work(job, signal).catch((cause: unknown) => {
          if (!signal.aborted) note(job.cameraId, cause)
        })
      else await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  const sweepAll = async () => {
    for (const root of parts.roots())
      try {
        const deleted = await sweepPreviews(root, parts.hasFootage)
        if (deleted > 0) log.info({ root, deleted }, 'previews of deleted footage were deleted')
      } catch (cause) {
        log.warn({ code: 'previews-not-swept', root, err: cause }, 'previews cannot be deleted')
      }
  }

  return {
    /** A file was closed. Returns at once. */
    onSegment(cameraId: string, file: PictureFile): void {
      if (waiting.length >= maxWaiting) {
        waiting.shift()
        if (counters.skipped++ === 0) log.warn({ code: 'looks-skipped' }, 'the machine is too busy to look at pictures')
      }
      waiting.push({ cameraId, file })
      wake()
    },
    preview: small.preview,
    /** Of the cameras that there are. */
    states: (): PictureState[] => known.map(watch.stateOf),
    /**
     * What the camera shows now becomes the view it should show.
     * @param by login name @throws Failure away (`no-picture`) when nothing was recorded in the last half minute
     */
    async confirmReference(cameraId: string, by: string, signal: AbortSignal): Promise<PictureState> {
      const confirmedUtcMs = clock.now()
      const range = { fromUtcMs: confirmedUtcMs - referenceMs, toUtcMs: confirmedUtcMs }
      const latest = keyframeAt(find(cameraId, range), range)
      if (!latest) throw new Failure('away', 'no-picture', 'the camera gives no picture now', { cameraId })
      const { jpeg, plane } = await small.pictureOf(latest, largeWidthPx, signal)
      watch.confirm(cameraId, { utcMs: latest.utcMs, jpeg, plane, confirmedBy: by, confirmedUtcMs })
      tell(cameraId)
      return watch.stateOf(cameraId)
    },
    /** @throws Failure missing (`no-reference`) */
    reference(cameraId: string): { jpeg: Uint8Array; utcMs: UtcMs } {
      const reference = watch.reference(cameraId)
      if (!reference) throw new Failure('missing', 'no-reference', 'nobody has confirmed a view yet', { cameraId })
      return reference
    },
    /** @throws Failure missing (`no-picture`) when the alert is not about a picture, or an old one */
    ofAlert(alertId: string): { jpeg: Uint8Array; utcMs: UtcMs; cameraId: string } {
      const picture = table.ofAlert(alertId)
      if (!picture) throw new Failure('missing', 'no-picture', 'there is no picture of this alert', { alertId })
      return picture
    },
    /** Of removed cameras nothing is kept; nothing is wrong with the picture of one that is switched off. */
    reconcile(cameras: readonly { readonly id: string; readonly enabled: boolean }[]): void {
      known = cameras.map(({ id }) => id)
      for (const cameraId of table.cameraIds()) if (!known.includes(cameraId)) watch.forget(cameraId)
      for (const { id, enabled } of cameras) {
        if (enabled) continue
        watch.rest(id)
        tell(id)
      }
    },
    counters: (): Readonly<typeof counters> => counters,
    async run(signal: AbortSignal): Promise<void> {
      await Promise.all([workAll(signal), sweepAll().then(() => every(clock, hours(1), signal, sweepAll))])
      watch.saveAll()
    },
  }
}
export type Pictures = ReturnType<typeof pictures>
