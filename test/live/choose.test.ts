import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { StreamFacts } from '../../gateway/contract/camera.ts'
import { type LadderStep, ladderSteps } from '../../gateway/domain/words.ts'
import { accepts, type CameraNow, decide, type Hello, type StreamNow } from '../../gateway/live/choose.ts'

const factsOf = (codec: 'H264' | 'H265', heightPx: number): StreamFacts => ({
  codec,
  widthPx: (heightPx * 16) / 9,
  heightPx,
  fps: 15,
  kbps: 500,
})
const avc = 'video/mp4; codecs="avc1.4D401F"'
const hevc = 'video/mp4; codecs="hvc1.1.6.L93.B0"'
const all = [avc, 'video/mpeg1', 'image/jpeg']
const hello = (fields: Partial<Hello> = {}): Hello => ({
  type: 'hello',
  version: 1,
  accept: all,
  widthPx: 640,
  heightPx: 360,
  ...fields,
})
const large = { heightPx: 700 }
const none: StreamNow = { facts: null, codec: null, status: 'opening', mpeg1: 'free', jpeg: 'free' }
const main = (fields: Partial<StreamNow> = {}): StreamNow => ({
  ...none,
  facts: factsOf('H264', 1080),
  status: 'ready',
  ...fields,
})
const sub = (fields: Partial<StreamNow> = {}): StreamNow => main({ facts: factsOf('H264', 360), ...fields })
const main265 = (fields: Partial<StreamNow> = {}) => main({ facts: factsOf('H265', 1080), ...fields })
const sub265 = (fields: Partial<StreamNow> = {}) => main({ facts: factsOf('H265', 360), ...fields })
const camera = (one: StreamNow, two: StreamNow = none, three: StreamNow = none): CameraNow => ({
  main: one,
  sub: two,
  third: three,
})

/** e.g. `sub mse`; what it is for; what is not; what is fetched. */
function told(request: Hello, now: CameraNow): string {
  const { shown, why, above, needs, isBridge, isHopeless } = decide(request, now)
  const made = shown?.step === 'mpeg1' || shown?.step === 'jpeg'
  const what =
    shown === null ? (isHopeless ? 'hopeless' : 'nothing') : made ? `${shown.step} of ${shown.stream}` : shown.step
  const words = [
    what,
    why ?? '-',
    above.map((one) => `${one.step}:${one.why}`).join(' ') || '-',
    needs.join('+') || '-',
  ]
  return [...words, ...(isBridge ? ['bridge'] : [])].join(' | ')
}

describe('the ladder', () => {
  test.each<[string, Hello, CameraNow, string]>([
    ['a small tile gets sub', hello(), camera(main(), sub()), 'sub | - | - | sub'],
    ['a large tile gets main', hello(large), camera(main(), sub()), 'main | - | - | main'],
    ['whoever asks for main gets it', hello({ prefer: 'main' }), camera(main(), sub()), 'main | - | - | main'],
    [
      'whoever asks for third gets it',
      hello({ prefer: 'third' }),
      camera(main(), sub(), sub()),
      'third | - | - | third',
    ],
    [
      'a cold sub is fetched, and main shown meanwhile',
      hello(),
      camera(main(), sub({ status: 'opening' })),
      'main | opening | sub:opening | sub+main | bridge',
    ],
    [
      'a sub that fails is still wanted',
      hello(),
      camera(main(), sub({ status: 'failed' })),
      'main | sub-unavailable | sub:sub-unavailable | sub+main',
    ],
    [
      'a main that is away: sub, and main is taken again when it is back',
      hello(large),
      camera(main({ status: 'failed' }), sub()),
      'sub | main-unavailable | main:main-unavailable | main+sub',
    ],
    [
      'a main that only just opens is bridged by a sub that is there',
      hello(large),
      camera(main({ status: 'opening' }), sub()),
      'sub | opening | main:opening | main+sub | bridge',
    ],
    [
      'and no other stream is fetched for the meantime',
      hello(large),
      camera(main({ status: 'opening' }), sub({ status: 'opening' })),
      'nothing | opening | main:opening sub:sub-unavailable third:third-unavailable mpeg1:opening jpeg:main-unavailable | main | bridge',
    ],
    ['no sub', hello(), camera(main()), 'main | no-sub-stream | sub:no-sub-stream | main'],
    [
      'sub and main away: third is fetched',
      hello(),
      camera(main({ status: 'failed' }), sub({ status: 'failed' }), sub({ status: 'opening' })),
      'nothing | opening | sub:sub-unavailable main:main-unavailable third:opening mpeg1:opening jpeg:main-unavailable | sub+main+third | bridge',
    ],
    [
      'main in H.265 for a large tile: sub, and why',
      hello(large),
      camera(main265(), sub()),
      'sub | main-is-h265 | main:main-is-h265 | sub',
    ],
    [
      'main and sub in H.265: third',
      hello(),
      camera(main265(), sub265(), main({ status: 'ready' })),
      'third | codec-unsupported | sub:codec-unsupported main:main-is-h265 | third',
    ],
    ['a browser with H.265 gets it', hello({ accept: [avc, hevc] }), camera(main265(), sub265()), 'sub | - | - | sub'],
    [
      'H.265 alone becomes MPEG-1',
      hello(),
      camera(main265()),
      'mpeg1 of main | main-is-h265 | sub:no-sub-stream main:main-is-h265 third:third-unavailable | main',
    ],
    [
      'of the smaller stream, as soon as it is there; until then single pictures of main',
      hello(),
      camera(main265(), sub265({ status: 'opening' })),
      'jpeg of main | opening | sub:codec-unsupported main:main-is-h265 third:third-unavailable mpeg1:opening | sub+main | bridge',
    ],
    [
      'all transcoders taken: single pictures, named',
      hello(),
      camera(main265({ mpeg1: 'full' })),
      'jpeg of main | tier-full | sub:no-sub-stream main:main-is-h265 third:third-unavailable mpeg1:tier-full | main',
    ],
    [
      'a transcoder that cannot run: single pictures, named',
      hello(),
      camera(main265({ mpeg1: 'failed' })),
      'jpeg of main | transcoder-failed | sub:no-sub-stream main:main-is-h265 third:third-unavailable mpeg1:transcoder-failed | main',
    ],
    [
      'what the player could not play is left out',
      hello({ failed: ['sub', 'main'] }),
      camera(main(), sub()),
      'mpeg1 of sub | player-failed | sub:player-failed main:player-failed third:third-unavailable | sub',
    ],
    [
      'what the video says counts more than what the camera says',
      hello(),
      camera(main({ codec: 'hvc1.1.6.L93.B0', mpeg1: 'full' })),
      'jpeg of main | tier-full | sub:no-sub-stream main:main-is-h265 third:third-unavailable mpeg1:tier-full | main',
    ],
    [
      'a browser that plays nothing of it',
      hello({ accept: [avc] }),
      camera(main265(), sub265()),
      'hopeless | codec-unsupported | sub:codec-unsupported main:main-is-h265 third:third-unavailable mpeg1:codec-unsupported jpeg:codec-unsupported | -',
    ],
    [
      'a camera that is away may come back',
      hello(),
      camera(main({ status: 'failed' })),
      'nothing | no-sub-stream | sub:no-sub-stream main:main-unavailable third:third-unavailable mpeg1:main-unavailable jpeg:main-unavailable | main',
    ],
    [
      'a camera of which nothing is known yet is tried',
      hello(),
      camera(none),
      'nothing | opening | sub:no-sub-stream main:opening third:third-unavailable mpeg1:opening jpeg:main-unavailable | main | bridge',
    ],
  ])('%s', (_name, request, now, expected) => {
    expect(told(request, now)).toBe(expected)
  })

  const streams = fc
    .record({
      facts: fc.option(fc.constantFrom(factsOf('H264', 360), factsOf('H265', 360), factsOf('H264', 1080))),
      video: fc.constantFrom('avc1.4D401F', 'hvc1.1.6.L93.B0'),
      status: fc.constantFrom('ready' as const, 'opening' as const, 'failed' as const),
      mpeg1: fc.constantFrom('free' as const, 'full' as const, 'failed' as const),
      jpeg: fc.constantFrom('free' as const, 'failed' as const),
    })
    .map(({ video, ...rest }): StreamNow => ({ ...rest, codec: rest.status === 'ready' ? video : null }))
  const cameras = fc.record({ main: streams, sub: streams, third: streams })
  const hellos = fc.record({
    accept: fc.subarray([...all, hevc]),
    heightPx: fc.integer({ min: 100, max: 2_000 }),
    failed: fc.subarray([...ladderSteps]),
  })

  test('every step before the shown one is named once, the shown one is ready, playable and fetched', () => {
    fc.assert(
      fc.property(hellos, cameras, (fields, now) => {
        const request = hello(fields)
        const { shown, above, needs, isHopeless } = decide(request, now)
        const named: LadderStep[] = above.map(({ step }) => step)
        expect(new Set(named).size).toBe(named.length)
        if (!shown) {
          expect(named.toSorted()).toEqual([...ladderSteps].toSorted())
          if (isHopeless) expect(needs).toEqual([])
          return
        }
        expect(named).not.toContain(shown.step)
        expect(fields.failed).not.toContain(shown.step)
        expect(now[shown.stream].status).toBe('ready')
        expect(needs).toContain(shown.stream)
        if (shown.step === 'mpeg1') expect(now[shown.stream].mpeg1).toBe('free')
        else if (shown.step !== 'jpeg') expect(accepts(request, now[shown.stream].codec ?? '')).toBe(true)
      }),
    )
  })

  test('an offline is honest: nothing playable is there when nothing is shown', () => {
    fc.assert(
      fc.property(hellos, cameras, (fields, now) => {
        const request = hello(fields)
        if (decide(request, now).shown) return
        for (const name of ['main', 'sub', 'third'] as const) {
          const { facts, codec } = now[name]
          const isThere = codec !== null && (name === 'main' || facts !== null)
          expect(isThere && accepts(request, codec) && !fields.failed.includes(name)).toBe(false)
        }
        const jpegWanted = fields.accept.includes('image/jpeg') && !fields.failed.includes('jpeg')
        expect(jpegWanted && now.main.status === 'ready' && now.main.jpeg === 'free' && now.sub.facts === null).toBe(
          false,
        )
      }),
    )
  })
})
