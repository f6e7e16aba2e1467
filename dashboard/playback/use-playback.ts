import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Span } from '../../gateway/contract/camera.ts'
import { hours, type Millis, minutes, type UtcMs } from '../../gateway/domain/units.ts'
import { toProblem } from '../api/request.ts'
import { formatTime } from '../i18n/time.ts'
import { useGateway } from '../shell/gateway.ts'
import { type PlayTrouble, type RecordedPlayer, recordedPlayer, windowAt } from './recorded-player.ts'
import { nextRecorded, recordedMs, spanAt } from './spans.ts'
import { reasonWord } from './timeline.tsx'
import { words } from './words.ts'

/** What keeps a moment from being shown. `nothing`: no recording then and for two hours after. */
export type Obstacle =
  | { readonly kind: 'nothing'; readonly utcMs: UtcMs; readonly reason: string | null }
  | { readonly kind: PlayTrouble | 'spans'; readonly utcMs: UtcMs; readonly detail: string; readonly problem?: unknown }

const lookAheadMs: Millis = hours(2)
/** A step in filming time larger than this, while playing, is a hole that was passed. */
const holeMs: Millis = 3_000
const tellEveryMs: Millis = 100

/** The player of one camera as signals. `seek` looks up what is recorded first, and says when it had to jump. */
export function usePlayback(cameraId: string) {
  const { api, nowUtcMs } = useGateway()
  const video = useRef<HTMLVideoElement>(null)
  const player = useRef<RecordedPlayer | null>(null)
  const seeking = useRef(new AbortController())
  const spans = useRef<readonly Span[]>([])
  const atUtcMs = useSignal<UtcMs | null>(null)
  const notice = useSignal('')
  const obstacle = useSignal<Obstacle | null>(null)
  const playing = useSignal(false)
  const rate = useSignal(1)

  const jumpedOver = (fromUtcMs: UtcMs, toUtcMs: UtcMs): string => {
    const gap = spans.current.find(
      (span) => span.kind === 'gap' && span.endUtcMs > fromUtcMs - 1_000 && span.startUtcMs < toUtcMs,
    )
    const now = nowUtcMs.peek()
    const reason = gap === undefined ? words().unknown : reasonWord(gap)
    return words().jumped(formatTime(fromUtcMs, now), formatTime(toUtcMs, now), reason)
  }

  const start = () => {
    const element = video.current
    if (element === null) return
    element.playbackRate = rate.peek()
    element.play().catch((cause: unknown) => console.debug('playing was interrupted', cause))
  }

  const seek = async (wantedUtcMs: UtcMs): Promise<void> => {
    seeking.current.abort()
    const own = new AbortController()
    seeking.current = own
    const now = nowUtcMs.peek()
    const utcMs = Math.min(wantedUtcMs, now)
    const window = windowAt(utcMs, now)
    const range = { fromUtcMs: window.fromUtcMs, toUtcMs: Math.max(Math.min(utcMs + lookAheadMs, now), utcMs + 1_000) }
    atUtcMs.value = utcMs
    notice.value = ''
    try {
      const found = await api.spans(cameraId, range, own.signal)
      if (own.signal.aborted) return
      spans.current = found
      const playUtcMs = nextRecorded(found, utcMs)
      if (playUtcMs === undefined) {
        const gap = spanAt(found, utcMs)
        video.current?.pause()
        obstacle.value = { kind: 'nothing', utcMs, reason: gap ? reasonWord(gap) : null }
        return
      }
      obstacle.value = null
      if (playUtcMs - utcMs > 1_000) notice.value = jumpedOver(utcMs, playUtcMs)
      atUtcMs.value = playUtcMs
      const before = { fromUtcMs: windowAt(playUtcMs, now).fromUtcMs, toUtcMs: playUtcMs }
      player.current?.show(playUtcMs, now, recordedMs(found, before) / 1_000)
      start()
    } catch (thrown) {
      if (own.signal.aborted) return
      const problem = toProblem(thrown)
      obstacle.value = { kind: 'spans', utcMs, detail: problem.message, problem }
    }
  }
  const go = (utcMs: UtcMs): void => void seek(utcMs)

  useEffect(() => {
    const element = video.current
    if (element === null) return undefined
    let toldAtMs = 0
    const stop = new AbortController()
    player.current = recordedPlayer(element, (window) => api.playlistHref(cameraId, window), {
      moved(utcMs) {
        const before = atUtcMs.peek()
        const jumped = before !== null && utcMs - before > holeMs * Math.max(1, element.playbackRate)
        if (jumped && !element.paused) notice.value = jumpedOver(before, utcMs)
        if (!jumped && performance.now() - toldAtMs < tellEveryMs && !element.paused) return
        toldAtMs = performance.now()
        atUtcMs.value = utcMs
      },
      ended(window) {
        if (nowUtcMs.peek() - window.toUtcMs > minutes(0.2)) go(window.toUtcMs)
        else notice.value = words().end
      },
      failed(kind, detail) {
        obstacle.value = { kind, detail, utcMs: atUtcMs.peek() ?? nowUtcMs.peek() }
      },
    })
    const sync = () => {
      playing.value = !element.paused
    }
    for (const name of ['play', 'pause', 'ended']) element.addEventListener(name, sync, { signal: stop.signal })
    return () => {
      stop.abort()
      seeking.current.abort()
      player.current?.close()
      player.current = null
    }
  }, [cameraId])

  return {
    video,
    atUtcMs,
    notice,
    obstacle,
    playing,
    rate,
    seek: go,
    step: (ms: Millis) => {
      const at = atUtcMs.peek()
      if (at !== null) go(at + ms)
    },
    toggle: () => (video.current?.paused === true ? start() : video.current?.pause()),
    /** One picture ahead or back, at 25 a second. */
    frame(direction: 1 | -1) {
      const element = video.current
      if (element === null) return
      element.pause()
      element.currentTime += direction / 25
    },
    setRate(next: number) {
      rate.value = next
      if (video.current !== null) video.current.playbackRate = next
    },
  }
}
export type PlaybackState = ReturnType<typeof usePlayback>
