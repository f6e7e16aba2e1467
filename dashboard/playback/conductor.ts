import { signal } from '@preact/signals'
import { hours, type Millis, minutes, type UtcMs, type UtcRange } from '../../gateway/domain/units.ts'
import { type ApiProblem, toProblem } from '../api/request.ts'
import { type VideoFollower, videoFollower } from './follower.ts'
import { earliest, type FootageMap } from './footage-map.ts'
import { faster, fasterBack } from './speeds.ts'
import { advanced } from './sync.ts'

/** What the page says about going on. `stuck`: no camera shown has footage now, and nobody plays; `nextUtcMs` is when one has. */
export type Notice =
  | { readonly kind: 'jumped'; readonly fromUtcMs: UtcMs; readonly toUtcMs: UtcMs }
  | { readonly kind: 'stuck'; readonly utcMs: UtcMs; readonly nextUtcMs: UtcMs | null }
  | { readonly kind: 'end' }

interface ConductorOptions {
  /** The cameras shown; their videos may come a little later. */
  readonly cameraIds: () => readonly string[]
  readonly footage: FootageMap
  readonly nowUtcMs: () => UtcMs
  readonly hrefOf: (cameraId: string, window: UtcRange) => string
}

/** A jump asked for goes over a hole up to this long by itself; a longer one is told, and left to the reader. */
const silentJumpMs: Millis = hours(2)
const newestMs: Millis = minutes(3)
const tellEveryMs: Millis = 100
const lookEveryMs: Millis = 1_000

/** One clock in wall time for all cameras shown; each video follows it. */
export function conductor({ cameraIds: ids, footage, nowUtcMs, hrefOf }: ConductorOptions) {
  /** Exact, with each frame; and at most ten times a second, for what is drawn anew. */
  const headUtcMs = signal<UtcMs | null>(null)
  const atUtcMs = signal<UtcMs | null>(null)
  /** What was asked for last: typed, clicked, stepped to. */
  const askedUtcMs = signal<UtcMs | null>(null)
  const playing = signal(true)
  /** As chosen; `pace` is how it plays now: J goes backward, with a negative pace. */
  const speed = signal(1)
  const pace = signal(1)
  const notice = signal<Notice | null>(null)
  const problem = signal<ApiProblem | null>(null)
  const followers = new Map<string, VideoFollower>()
  let going = new AbortController()
  let deciding = false
  let lastMs = performance.now()
  let toldMs = 0
  let lookedMs = 0
  let frame = 0

  const all = (): VideoFollower[] => [...followers.values()]
  const set = (utcMs: UtcMs, tell = true): void => {
    headUtcMs.value = utcMs
    const now = performance.now()
    if (!tell && now - toldMs < tellEveryMs) return
    toldMs = now
    atUtcMs.value = utcMs
  }
  const pause = (): void => {
    playing.value = false
    const at = headUtcMs.peek()
    if (at === null) return
    const having = all().filter((one) => footage.has(one.cameraId, at) && !one.isFailed())
    for (const one of having) one.freeze()
    // What is seen is what the page says: the first picture's own time, and the others exactly there.
    const shown = having.map((one) => one.shownUtcMs()).find((one) => one !== undefined && anyHas(one))
    set(shown ?? at)
    for (const one of having) one.settleAt(shown ?? at)
  }
  const anyHas = (utcMs: UtcMs): boolean => ids().some((id) => footage.has(id, utcMs))
  const failed = (thrown: unknown): void => {
    problem.value = toProblem(thrown)
    playing.value = false
  }

  const refresh = (some: readonly string[], utcMs: UtcMs): void => {
    const { signal } = going
    footage.ensure(some, utcMs, true, signal).catch((thrown: unknown) => {
      // While the moment is known, what comes later may still be asked again.
      const isKnown = some.every((id) => footage.covers(id, utcMs))
      if (isKnown) console.debug('the newest footage is not known', thrown)
      else if (!signal.aborted) failed(thrown)
    })
  }

  /** Runs one thing at a time; the clock stands meanwhile, and a newer one ends it. */
  const alone = async (work: (signal: AbortSignal) => Promise<void>): Promise<void> => {
    going.abort()
    const own = new AbortController()
    going = own
    deciding = true
    try {
      await work(own.signal)
    } catch (thrown) {
      if (!own.signal.aborted) failed(thrown)
    } finally {
      if (going === own) deciding = false
    }
  }
  const nextAt = async (utcMs: UtcMs, signal: AbortSignal): Promise<UtcMs | undefined> =>
    earliest(ids().map((id) => footage.nextOf(id, utcMs))) ?? (await footage.farNext(ids(), utcMs, signal))

  const go = (wantedUtcMs: UtcMs): void => {
    const utcMs = Math.min(wantedUtcMs, nowUtcMs())
    notice.value = null
    problem.value = null
    for (const one of all()) one.freeze()
    askedUtcMs.value = utcMs
    set(utcMs)
    void alone(async (signal) => {
      await footage.ensure(ids(), utcMs, false, signal)
      if (signal.aborted) return
      let toUtcMs = utcMs
      if (ids().length > 0 && !anyHas(utcMs)) {
        const next = await nextAt(utcMs, signal)
        if (signal.aborted) return
        if (next === undefined || !playing.peek() || next - utcMs > silentJumpMs) {
          playing.value = false
          notice.value = { kind: 'stuck', utcMs, nextUtcMs: next ?? null }
        } else {
          notice.value = { kind: 'jumped', fromUtcMs: utcMs, toUtcMs: next }
          toUtcMs = next
          await footage.ensure(ids(), next, false, signal)
          if (signal.aborted) return
        }
      }
      set(toUtcMs)
      for (const one of all()) if (footage.has(one.cameraId, toUtcMs)) one.show(toUtcMs)
    })
  }

  /** Playing came to where no camera has footage. */
  const passHole = (utcMs: UtcMs): void =>
    void alone(async (signal) => {
      await footage.ensure(ids(), utcMs, true, signal)
      if (signal.aborted || anyHas(utcMs)) return
      const next = await nextAt(utcMs, signal)
      if (signal.aborted) return
      if (next === undefined) {
        playing.value = false
        const isNewest = nowUtcMs() - utcMs < newestMs
        notice.value = isNewest ? { kind: 'end' } : { kind: 'stuck', utcMs, nextUtcMs: null }
        return
      }
      await footage.ensure(ids(), next, false, signal)
      if (signal.aborted) return
      notice.value = { kind: 'jumped', fromUtcMs: utcMs, toUtcMs: next }
      set(next)
    })

  const playBack = (utcMs: UtcMs, passedMs: Millis, having: readonly VideoFollower[]): void => {
    if (having.length === 0) {
      const before = ids().flatMap((id) => footage.beforeOf(id, utcMs) ?? [])
      if (before.length === 0) playing.value = false
      else set(Math.max(...before) - 1)
      return
    }
    const next = utcMs + passedMs * pace.peek()
    set(next, false)
    for (const one of having) {
      one.freeze()
      if (!one.isSeeking() && !one.isFailed()) one.settleAt(next)
    }
  }

  const tick = (nowMs: number): void => {
    frame = requestAnimationFrame(tick)
    const passedMs = Math.min(250, nowMs - lastMs)
    lastMs = nowMs
    const at = headUtcMs.peek()
    if (at === null || deciding || problem.peek() !== null) return
    if (nowMs - lookedMs > lookEveryMs) {
      lookedMs = nowMs
      const thin = ids().filter((id) => footage.isThin(id, at) || !footage.covers(id, at))
      if (thin.length > 0) refresh(thin, at)
    }
    const known = all().filter((one) => footage.covers(one.cameraId, at) || footage.has(one.cameraId, at))
    const having = known.filter((one) => footage.has(one.cameraId, at))
    for (const one of known) {
      if (having.includes(one)) one.join(at)
      // What a picture says of a gap is about this very moment.
      else if (one.wait(at, footage.nextOf(one.cameraId, at), pace.peek())) set(at)
    }
    if (!playing.peek() || followers.size === 0) return
    if (pace.peek() < 0) return playBack(at, passedMs, having)
    if (having.length === 0) {
      if (known.length === followers.size || nowUtcMs() - at < newestMs) passHole(at)
      return
    }
    const able = having.filter((one) => !one.isFailed())
    const next = advanced(
      at,
      passedMs,
      pace.peek(),
      able.map((one) => one.facts(nowMs)),
    )
    set(next, false)
    for (const one of able) one.follow(next, pace.peek(), nowMs)
  }
  frame = requestAnimationFrame(tick)

  const play = (nextPace: number): void => {
    pace.value = nextPace
    if (notice.peek()?.kind !== 'jumped') notice.value = null
    playing.value = true
  }
  return {
    headUtcMs,
    atUtcMs,
    askedUtcMs,
    playing,
    speed,
    pace,
    notice,
    problem,
    go,
    pause,
    toggle: () => (playing.peek() ? pause() : play(speed.peek())),
    step(ms: Millis): void {
      const at = headUtcMs.peek()
      if (at !== null) go(at + ms)
    },
    /** One picture ahead or back. */
    frame(direction: 1 | -1, fps: number): void {
      if (playing.peek()) pause()
      const at = headUtcMs.peek()
      if (at === null) return
      const next = at + (direction * 1_000) / fps
      set(next)
      for (const one of all()) if (footage.has(one.cameraId, next)) one.stepTo(next)
    },
    /** L and J: forward or backward, each time faster. */
    shuttle: (direction: 1 | -1): void => {
      const now = playing.peek() ? pace.peek() : 0
      if (direction === 1) play(now > 0 ? faster(now) : speed.peek())
      else play(fasterBack(now))
    },
    setSpeed(next: number): void {
      speed.value = next
      if (pace.peek() > 0) pace.value = next
    },
    /** Joins a video element for a camera. @returns its follower, and what takes it away */
    attach(cameraId: string, video: HTMLVideoElement) {
      const one = videoFollower({ cameraId, video, hrefOf: (window) => hrefOf(cameraId, window), footage, nowUtcMs })
      followers.set(cameraId, one)
      lookedMs = 0
      return {
        state: one.state,
        detach: (): void => {
          if (followers.get(cameraId) === one) followers.delete(cameraId)
          one.close()
        },
      }
    },
    close(): void {
      cancelAnimationFrame(frame)
      going.abort()
      for (const one of all()) one.close()
      followers.clear()
    },
  }
}
