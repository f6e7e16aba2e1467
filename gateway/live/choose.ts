import type { StreamFacts, StreamName } from '../contract/camera.ts'
import type { LiveEvent, LiveRequest } from '../contract/live.ts'

export type Hello = Extract<LiveRequest, { type: 'hello' }>
export type Why = Extract<LiveEvent, { type: 'stream' }>['why']

/** One way to show the camera, best first. */
export interface Step {
  readonly stream: StreamName
  readonly tier: 'mse' | 'mpeg1'
  readonly why: Why
}

/** What the box can turn into MPEG-1 for browsers that play nothing else. */
export const mpeg1Mime = 'video/mpeg1'

const family = (codec: string) => (codec.startsWith('avc') || codec === 'H264' ? 'avc' : 'hvc')

/** Does the browser play this codec? It was asked about families and profiles, not about every level. */
export const accepts = (hello: Hello, codec: string): boolean =>
  hello.accept.some(
    (mime) =>
      mime.startsWith('video/mp4') && (family(codec) === 'avc' ? /avc[13]\./.test(mime) : /h(?:vc|ev)1\./.test(mime)),
  )

/** A tile this much taller than the sub stream deserves the main one. */
const mainFromRatio = 1.3

/**
 * The ladder for one viewer: which stream in which form, and why it is not the best one. Pure.
 * @param main, sub what the camera offers; null when it has no such stream or it is not known yet
 */
export function ladder(hello: Hello, main: StreamFacts | null, sub: StreamFacts | null): Step[] {
  const wantsMain = hello.prefer
    ? hello.prefer === 'main'
    : sub !== null && hello.heightPx > sub.heightPx * mainFromRatio
  const plays = (facts: StreamFacts | null) => facts === null || accepts(hello, facts.codec)
  const mainStep = (why: Why): Step[] => (plays(main) ? [{ stream: 'main', tier: 'mse', why }] : [])
  const subStep = (why: Why): Step[] => (sub && plays(sub) ? [{ stream: 'sub', tier: 'mse', why }] : [])
  const steps = wantsMain
    ? [...mainStep(null), ...subStep(plays(main) ? 'sub-unavailable' : 'main-is-h265')]
    : [...subStep(null), ...mainStep(sub ? 'sub-unavailable' : 'no-sub-stream')]
  const mpeg1: Step[] = hello.accept.includes(mpeg1Mime)
    ? [{ stream: sub ? 'sub' : 'main', tier: 'mpeg1', why: 'codec-unsupported' }]
    : []
  return [...steps, ...mpeg1]
}
