import type { StreamFacts, StreamName } from '../contract/camera.ts'
import type { LiveRequest, StepDown } from '../contract/live.ts'
import type { LadderStep } from '../domain/words.ts'

export type Hello = Extract<LiveRequest, { type: 'hello' }>

/** What is known of one stream now. */
export interface StreamNow {
  /** What the camera says of it; null when it has no such stream, or (main) when nobody knows yet. */
  readonly facts: StreamFacts | null
  /** From the parameter sets; null while no video is there. It knows better than `facts`. */
  readonly codec: string | null
  /** `ready`: a keyframe is there. `opening`: it is being fetched, or could be. `failed`: the last attempt to fetch it did. */
  readonly status: 'ready' | 'opening' | 'failed'
  /** Can it be turned into MPEG-1? */
  readonly mpeg1: 'free' | 'full' | 'failed'
  /** Can it be turned into single pictures? */
  readonly jpeg: 'free' | 'failed'
}
export type CameraNow = Readonly<Record<StreamName, StreamNow>>

/** A step of the ladder that is not taken, and why. */
export interface NotTaken {
  readonly step: LadderStep
  readonly why: StepDown
}
export interface Decision {
  /** Null: nothing can be had now. */
  readonly shown: { readonly step: LadderStep; readonly stream: StreamName } | null
  /** Why it is not the best step; null when it is. */
  readonly why: StepDown | null
  /** The steps before the shown one, best first; all of them when nothing is shown. */
  readonly above: readonly NotTaken[]
  /** Streams that this viewer needs to be fetched: the shown one, and those that it waits for. */
  readonly needs: readonly StreamName[]
  /** A better step is being fetched: the shown one is for the meantime. */
  readonly isBridge: boolean
  /** Nothing is shown, and nothing will be until the viewer asks differently. */
  readonly isHopeless: boolean
}

/** What the box can turn into MPEG-1 for browsers that play nothing else. */
export const mpeg1Mime = 'video/mpeg1'
export const jpegMime = 'image/jpeg'

const isAvc = (codec: string) => codec.startsWith('avc') || codec === 'H264'

/** Does the browser play this codec? It was asked about families and profiles, not about every level. */
export const accepts = (hello: Pick<Hello, 'accept'>, codec: string): boolean =>
  hello.accept.some(
    (mime) => mime.startsWith('video/mp4') && (isAvc(codec) ? /avc[13]\./.test(mime) : /h(?:vc|ev)1\./.test(mime)),
  )

/** A tile this much taller than the sub stream deserves the main one. */
const mainFromRatio = 1.3

/** The steps as this viewer wants them, best first. */
function orderFor(hello: Hello, { sub }: CameraNow): LadderStep[] {
  const isLarge = sub.facts !== null && hello.heightPx > sub.facts.heightPx * mainFromRatio
  const first = hello.prefer ?? (isLarge ? 'main' : 'sub')
  const order: LadderStep[] = first === 'main' ? ['main', 'sub', 'third'] : ['sub', 'main', 'third']
  return [...(first === 'third' ? ['third' as const, ...order.slice(0, 2)] : order), 'mpeg1', 'jpeg']
}

/**
 * The ladder for one viewer: which stream in which form, why it is not a better one, and what has to be fetched. A better step that is
 * being fetched is bridged with what is there; one that failed is still needed, so that it is taken again when it comes back.
 */
export function decide(hello: Hello, now: CameraNow): Decision {
  const above: NotTaken[] = []
  const needs = new Set<StreamName>()
  let isBridge = false
  let isHopeless = true

  const judgeStream = (name: StreamName): StepDown | StreamName => {
    const { facts, codec, status } = now[name]
    if (hello.failed?.includes(name)) return 'player-failed'
    if (name !== 'main' && facts === null) return name === 'sub' ? 'no-sub-stream' : 'third-unavailable'
    const known = codec ?? facts?.codec ?? null
    if (known !== null && !accepts(hello, known))
      return name === 'main' && !isAvc(known) ? 'main-is-h265' : 'codec-unsupported'
    isHopeless = false
    if (status === 'ready') {
      needs.add(name)
      return name
    }
    // What is only for the meantime is not fetched.
    if (isBridge && name !== 'main') return `${name}-unavailable`
    needs.add(name)
    if (status === 'failed') return `${name}-unavailable`
    isBridge = true
    return 'opening'
  }
  /** What is turned into another form: the sub stream, because it costs less, or else the main one. */
  const judgeMade = (step: 'mpeg1' | 'jpeg'): StepDown | StreamName => {
    if (hello.failed?.includes(step)) return 'player-failed'
    if (!hello.accept.includes(step === 'mpeg1' ? mpeg1Mime : jpegMime)) return 'codec-unsupported'
    // A transcoder for a moment is not worth its start.
    if (step === 'mpeg1' && isBridge) return 'opening'
    const hasSub = now.sub.facts !== null
    if (hasSub && !isBridge) needs.add('sub')
    const source = hasSub && now.sub.status === 'ready' ? 'sub' : 'main'
    const isComing = hasSub && now.sub.status === 'opening'
    if (step === 'mpeg1') {
      const { mpeg1 } = now[source]
      if (mpeg1 === 'full') isHopeless &&= !hello.accept.includes(jpegMime)
      else isHopeless = false
      if (mpeg1 !== 'free') return mpeg1 === 'full' ? 'tier-full' : 'transcoder-failed'
      if (isComing) {
        isBridge = true
        return 'opening'
      }
    } else isHopeless = false
    if (now[source].status !== 'ready') return `${source}-unavailable`
    if (step === 'jpeg' && now[source].jpeg === 'failed') return 'transcoder-failed'
    needs.add(source)
    return source
  }

  for (const step of orderFor(hello, now)) {
    const found = step === 'mpeg1' || step === 'jpeg' ? judgeMade(step) : judgeStream(step)
    if (found === 'main' || found === 'sub' || found === 'third') {
      const shown = { step, stream: found }
      return { shown, why: reason(step, above), above, needs: [...needs], isBridge, isHopeless: false }
    }
    above.push({ step, why: found })
  }
  return { shown: null, why: reason('jpeg', above), above, needs: isHopeless ? [] : [...needs], isBridge, isHopeless }
}

/** The one reason that a person is told: why the best step is not shown, or why only something made by the box can be. */
function reason(step: LadderStep, above: readonly NotTaken[]): StepDown | null {
  const firstOf = (...reasons: StepDown[]) => above.find(({ why }) => reasons.includes(why))?.why
  const best = above[0]?.why ?? null
  if (step !== 'mpeg1' && step !== 'jpeg') return best
  const mpeg1 = above.find((one) => one.step === 'mpeg1')?.why
  const isBoxes = mpeg1 === 'tier-full' || mpeg1 === 'transcoder-failed' || mpeg1 === 'player-failed'
  if (isBoxes) return mpeg1
  return firstOf('opening') ?? firstOf('player-failed', 'main-is-h265', 'codec-unsupported') ?? best
}
