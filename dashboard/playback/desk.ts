import { batch, signal } from '@preact/signals'
import type { ReadonlySignal } from '@preact/signals'
import { minutes, type UtcMs, type UtcRange } from '../../gateway/domain/units.ts'
import { toProblem } from '../api/request.ts'
import type { Api } from '../api/routes.ts'
import type { Address } from './address.ts'
import { conductor } from './conductor.ts'
import { footageMap } from './footage-map.ts'
import { type Marks, noMarks } from './marks.ts'
import { centred, firstView, lookBackMs, notAfter, panned, type View, zoomed } from './scale.ts'
import { mostCameras } from './speeds.ts'

export type DeskDialog = 'hold' | 'download' | 'keys'

const startBehindMs = minutes(2)

/** Everything the playback page shows, as signals; made once each time the page is opened. */
export function createDesk(api: Api, nowUtcMs: ReadonlySignal<UtcMs>) {
  const now = (): UtcMs => nowUtcMs.peek()
  const footage = footageMap(api.spans, now)
  const cameraIds = signal<readonly string[]>([])
  const play = conductor({
    cameraIds: () => cameraIds.peek(),
    footage,
    nowUtcMs: now,
    hrefOf: api.playlistHref,
  })
  const view = signal<View>(firstView([], now() - startBehindMs, now()))
  const marks = signal<Marks>(noMarks)
  /** `sensor:metric`; null: the page chooses. */
  const readings = signal<readonly string[] | null>(null)
  /** Where the playhead is dragged to. */
  const scrubUtcMs = signal<UtcMs | null>(null)
  const dialog = signal<DeskDialog | null>(null)
  /** Goes up when holds were placed, extended or released here. */
  const holdsVersion = signal(0)

  const go = (utcMs: UtcMs): void => {
    const { fromUtcMs, spanMs } = view.peek()
    if (utcMs < fromUtcMs || utcMs > fromUtcMs + spanMs) view.value = notAfter(centred(utcMs, spanMs), now())
    play.go(utcMs)
  }
  /** The first view fits what was recorded in the last day, unless somebody moved it before that was known. */
  const fitView = async (cameraId: string, wishUtcMs: UtcMs): Promise<void> => {
    const first = firstView([], wishUtcMs, now())
    view.value = first
    const range = { fromUtcMs: now() - lookBackMs, toUtcMs: now() }
    const spans = await api.spans(cameraId, range)
    if (view.peek() === first) view.value = firstView(spans, wishUtcMs, now())
  }

  return {
    footage,
    play,
    cameraIds,
    view,
    marks,
    readings,
    scrubUtcMs,
    dialog,
    holdsVersion,
    go,
    /** Takes over what an address says. `known` are the cameras there are. */
    open(address: Address, known: readonly string[]): void {
      const asked = address.cameraIds.filter((id) => known.includes(id))
      const wishUtcMs = address.utcMs ?? now() - startBehindMs
      batch(() => {
        cameraIds.value = asked.length > 0 ? asked : known.slice(0, 1)
        marks.value = address.marks
        readings.value = address.readings
        play.setSpeed(address.speed)
        play.playing.value = address.playing
      })
      const [first] = cameraIds.peek()
      if (address.view !== null) view.value = address.view
      else if (first !== undefined)
        fitView(first, wishUtcMs).catch((thrown: unknown) => console.debug(toProblem(thrown).message))
      play.go(wishUtcMs)
    },
    /** The page as it is now. */
    address: (): Address => ({
      cameraIds: cameraIds.value,
      utcMs: play.atUtcMs.value,
      view: view.value,
      speed: play.speed.value,
      playing: play.playing.value,
      marks: marks.value,
      readings: readings.value,
    }),
    /** Shows these cameras, four at most; the moment stays. */
    choose(ids: readonly string[]): void {
      const before = cameraIds.peek()
      cameraIds.value = [...new Set(ids)].slice(0, mostCameras)
      const at = play.headUtcMs.peek()
      // A quite different view is asked for anew, so that a camera without footage now says so.
      if (at !== null && !before.some((id) => cameraIds.peek().includes(id))) play.go(at)
    },
    zoom(factor: number, anchorUtcMs?: UtcMs): void {
      const { fromUtcMs, spanMs } = view.peek()
      const middle = fromUtcMs + spanMs / 2
      const at = play.headUtcMs.peek()
      const isSeen = at !== null && at >= fromUtcMs && at <= fromUtcMs + spanMs
      view.value = notAfter(zoomed(view.peek(), factor, anchorUtcMs ?? (isSeen ? at : middle)), now())
    },
    pan(byMs: number): void {
      view.value = notAfter(panned(view.peek(), byMs), now())
    },
    /** So much time around the playhead, as little of it as possible in the future. */
    showSpan(spanMs: number): void {
      const { fromUtcMs, spanMs: before } = view.peek()
      const around = centred(play.headUtcMs.peek() ?? fromUtcMs + before / 2, spanMs)
      view.value = { ...around, fromUtcMs: Math.min(around.fromUtcMs, now() - around.spanMs * 0.97) }
    },
    /** An item fills the timeline, with a little beside it. */
    showRange({ fromUtcMs, toUtcMs }: UtcRange): void {
      view.value = notAfter(centred((fromUtcMs + toUtcMs) / 2, (toUtcMs - fromUtcMs) * 1.4), now())
    },
    mark(change: Partial<Marks>): void {
      marks.value = { ...marks.peek(), ...change }
    },
    close: play.close,
  }
}
export type Desk = ReturnType<typeof createDesk>
