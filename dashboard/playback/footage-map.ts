import type { Span } from '../../gateway/contract/camera.ts'
import { days, hours, type Millis, minutes, seconds, type UtcMs, type UtcRange } from '../../gateway/domain/units.ts'
import { firstAfter, nextRecorded, spanAt } from './spans.ts'

/** What is missing for less than this is played over without a word. */
export const bridgedMs: Millis = seconds(1)
const behindMs: Millis = hours(1)
const aheadMs: Millis = hours(3)
const marginMs: Millis = minutes(10)
const freshMs: Millis = seconds(15)
/** How far ahead the next footage is looked for; the gateway answers at most 62 days at once. */
const farMs: Millis = days(60)

interface Known {
  readonly range: UtcRange
  readonly spans: readonly Span[]
}

type LoadSpans = (cameraId: string, range: UtcRange, signal?: AbortSignal) => Promise<readonly Span[]>

/** What is recorded around the moment played, for each camera; loaded when the moment leaves what is known. */
export function footageMap(load: LoadSpans, nowUtcMs: () => UtcMs) {
  const cameras = new Map<string, Known>()
  const spansOf = (cameraId: string): readonly Span[] => cameras.get(cameraId)?.spans ?? []

  const covers = (cameraId: string, utcMs: UtcMs): boolean => {
    const range = cameras.get(cameraId)?.range
    return range !== undefined && utcMs >= range.fromUtcMs && utcMs < range.toUtcMs
  }
  const fetchAround = async (cameraId: string, utcMs: UtcMs, signal?: AbortSignal): Promise<void> => {
    const fromUtcMs = Math.max(0, utcMs - behindMs)
    const range = { fromUtcMs, toUtcMs: Math.max(fromUtcMs + 1_000, Math.min(utcMs + aheadMs, nowUtcMs())) }
    const spans = await load(cameraId, range, signal)
    if (signal?.aborted !== true) cameras.set(cameraId, { range, spans })
  }

  return {
    spansOf,
    /** Loads what is not known around a moment. `fresh` loads all of it again: the newest end may have grown. */
    async ensure(cameraIds: readonly string[], utcMs: UtcMs, fresh: boolean, signal?: AbortSignal): Promise<void> {
      const missing = cameraIds.filter((id) => fresh || !covers(id, utcMs))
      await Promise.all(missing.map((id) => fetchAround(id, utcMs, signal)))
    },
    covers,
    /** Near the end of what is known, and more may be known by now. */
    isThin(cameraId: string, utcMs: UtcMs): boolean {
      const range = cameras.get(cameraId)?.range
      if (range === undefined) return true
      return utcMs > range.toUtcMs - marginMs && nowUtcMs() - range.toUtcMs > freshMs
    },
    /** Is there a picture of this moment, or one so near that nobody misses it? */
    has(cameraId: string, utcMs: UtcMs): boolean {
      const spans = spansOf(cameraId)
      if (spanAt(spans, utcMs)?.kind === 'recorded') return true
      const before = spans.findLast((one) => one.kind === 'recorded' && one.endUtcMs <= utcMs)
      const next = nextRecorded(spans, utcMs)
      return before !== undefined && next !== undefined && next - before.endUtcMs <= bridgedMs
    },
    /** The next moment at or after `utcMs` with a picture, as far as it is known here. */
    nextOf: (cameraId: string, utcMs: UtcMs): UtcMs | undefined => nextRecorded(spansOf(cameraId), utcMs),
    /** The last moment before `utcMs` with a picture, as far as it is known here. */
    beforeOf(cameraId: string, utcMs: UtcMs): UtcMs | undefined {
      const spans = spansOf(cameraId)
      const index = firstAfter(spans, utcMs)
      const found = spans.slice(0, index + 1).findLast((one) => one.kind === 'recorded' && one.startUtcMs < utcMs)
      return found === undefined ? undefined : Math.min(found.endUtcMs, utcMs)
    },
    /** The same as `nextOf`, looked up as far as there is footage. */
    async farNext(cameraIds: readonly string[], utcMs: UtcMs, signal?: AbortSignal): Promise<UtcMs | undefined> {
      const toUtcMs = Math.min(nowUtcMs(), utcMs + farMs)
      if (toUtcMs <= utcMs) return undefined
      const found = await Promise.all(
        cameraIds.map(async (id) => nextRecorded(await load(id, { fromUtcMs: utcMs, toUtcMs }, signal), utcMs)),
      )
      return earliest(found)
    },
  }
}
export type FootageMap = ReturnType<typeof footageMap>

export function earliest(moments: readonly (UtcMs | undefined)[]): UtcMs | undefined {
  const known = moments.filter((one) => one !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}
