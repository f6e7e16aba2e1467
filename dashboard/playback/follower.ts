import { signal } from '@preact/signals'
import { type Millis, seconds, type UtcMs, type UtcRange } from '../../gateway/domain/units.ts'
import type { FootageMap } from './footage-map.ts'
import { type PlayTrouble, recordedPlayer, windowAt } from './recorded-player.ts'
import { recordedMs } from './spans.ts'
import { correction, type Follower } from './sync.ts'

/** What one camera's place on the page shows. `waiting`: nothing was recorded now; until when, as far as it is known. */
export type FollowerState =
  | { readonly kind: 'loading' | 'showing' }
  | { readonly kind: 'waiting'; readonly untilUtcMs: UtcMs | null }
  | { readonly kind: 'failed'; readonly trouble: PlayTrouble }

interface FollowerOptions {
  readonly cameraId: string
  readonly video: HTMLVideoElement
  readonly hrefOf: (window: UtcRange) => string
  readonly footage: FootageMap
  readonly nowUtcMs: () => UtcMs
}

/** After it was set anew, a video gets this long before it is set again. */
const settleMs: Millis = 1_500
/** So long before footage begins again, the video is made ready for it. */
const prepareMs: Millis = seconds(5)
const sameMs: Millis = 60

/** The video of one camera, that follows the page's clock. */
export function videoFollower({ cameraId, video, hrefOf, footage, nowUtcMs }: FollowerOptions) {
  const state = signal<FollowerState>({ kind: 'loading' })
  const player = recordedPlayer(video, hrefOf, (trouble, detail) => {
    console.debug(`footage of ${cameraId} does not play: ${trouble}, ${detail}`)
    state.value = { kind: 'failed', trouble }
  })
  let setAtMs = -Infinity
  let standsSinceMs: number | null = null
  let preparedUtcMs: UtcMs | null = null

  const isReady = (): boolean => player.shownUtcMs() !== undefined && video.readyState >= 3 && !video.seeking
  const show = (utcMs: UtcMs): void => {
    setAtMs = performance.now()
    preparedUtcMs = null
    const now = nowUtcMs()
    const before = { fromUtcMs: windowAt(utcMs, now).fromUtcMs, toUtcMs: utcMs }
    player.show(utcMs, now, recordedMs(footage.spansOf(cameraId), before) / 1_000)
  }
  const become = (kind: 'loading' | 'showing'): void => {
    if (state.peek().kind !== kind) state.value = { kind }
  }
  /** How much of what was recorded lies between the picture shown and a moment; a hole that the video passed counts nothing. */
  const behindMs = (shownUtcMs: UtcMs, utcMs: UtcMs): Millis => {
    const range = { fromUtcMs: Math.min(shownUtcMs, utcMs), toUtcMs: Math.max(shownUtcMs, utcMs) }
    return recordedMs(footage.spansOf(cameraId), range) * (shownUtcMs < utcMs ? 1 : -1)
  }
  /** It has a picture of the moment: what waited or is new is set to it. */
  const join = (utcMs: UtcMs): void => {
    const { kind } = state.peek()
    const isNew = kind === 'waiting' || setAtMs === -Infinity
    if (isNew && (preparedUtcMs === null || Math.abs(preparedUtcMs - utcMs) > sameMs * 5)) show(utcMs)
    if (isNew) become('loading')
    if (state.peek().kind === 'loading' && video.readyState >= 2 && player.shownUtcMs() !== undefined) become('showing')
  }

  return {
    cameraId,
    state,
    join,
    show(utcMs: UtcMs): void {
      become('loading')
      show(utcMs)
    },
    shownUtcMs: player.shownUtcMs,
    isFailed: (): boolean => state.peek().kind === 'failed',
    isSeeking: (): boolean => video.seeking,
    /** Nothing was recorded now; `nextUtcMs` is when that ends. @returns whether that is new */
    wait(utcMs: UtcMs, nextUtcMs: UtcMs | undefined, speed: number): boolean {
      if (!video.paused) video.pause()
      standsSinceMs = null
      const untilUtcMs = nextUtcMs ?? null
      const before = state.peek()
      const isNew = before.kind !== 'waiting'
      if (isNew || before.untilUtcMs !== untilUtcMs) state.value = { kind: 'waiting', untilUtcMs }
      const isSoon = untilUtcMs !== null && untilUtcMs - utcMs < prepareMs * Math.max(1, speed)
      if (isSoon && preparedUtcMs !== untilUtcMs) {
        show(untilUtcMs)
        preparedUtcMs = untilUtcMs
      }
      return isNew
    },
    /** How it stands beside the clock. */
    facts(nowMs: number): Follower {
      if (video.ended) return { shownUtcMs: Infinity, ready: true, waitingMs: 0 }
      const ready = isReady()
      standsSinceMs = ready ? null : (standsSinceMs ?? nowMs)
      return {
        shownUtcMs: player.shownUtcMs() ?? -Infinity,
        ready,
        waitingMs: standsSinceMs === null ? 0 : nowMs - standsSinceMs,
      }
    },
    /** Plays on beside the clock. */
    follow(utcMs: UtcMs, speed: number, nowMs: number): void {
      const settled = nowMs - setAtMs > settleMs
      if (video.ended) {
        if (settled && !player.has(utcMs)) show(utcMs)
        return
      }
      const shownUtcMs = player.shownUtcMs()
      if (shownUtcMs !== undefined) {
        const how = correction(behindMs(shownUtcMs, utcMs), speed)
        if (how.kind === 'seek') {
          if (settled && !video.seeking) show(utcMs)
        } else if (Math.abs(video.playbackRate - how.rate) > 0.001) video.playbackRate = how.rate
      }
      if (video.paused) video.play().catch((cause: unknown) => console.debug('playing was interrupted', cause))
    },
    freeze(): void {
      if (!video.paused) video.pause()
    },
    /** Goes to the moment, to the picture. */
    stepTo: show,
    /** Stands still: where it is not at the moment shown, it goes there. */
    settleAt(utcMs: UtcMs): void {
      const shownUtcMs = player.shownUtcMs()
      if (shownUtcMs === undefined || Math.abs(shownUtcMs - utcMs) > sameMs) show(utcMs)
    },
    close: player.close,
  }
}
export type VideoFollower = ReturnType<typeof videoFollower>
