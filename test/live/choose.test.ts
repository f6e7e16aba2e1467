import { describe, expect, test } from 'vitest'
import type { StreamFacts } from '../../gateway/contract/camera.ts'
import { type Hello, ladder } from '../../gateway/live/choose.ts'

const facts = (codec: 'H264' | 'H265', heightPx: number): StreamFacts => ({
  codec,
  widthPx: (heightPx * 16) / 9,
  heightPx,
  fps: 15,
  kbps: 500,
})
const avc = 'video/mp4; codecs="avc1.4D401F"'
const hevc = 'video/mp4; codecs="hvc1.1.6.L93.B0"'
const hello = (fields: Partial<Hello>): Hello => ({
  type: 'hello',
  version: 1,
  accept: [avc],
  widthPx: 640,
  heightPx: 360,
  ...fields,
})
const [main, main265, sub, sub265] = [facts('H264', 1080), facts('H265', 1080), facts('H264', 360), facts('H265', 360)]

describe('ladder', () => {
  test.each([
    ['a small tile gets the sub stream', hello({}), main, sub, ['sub mse', 'main mse sub-unavailable']],
    ['a large tile gets the main stream', hello({ heightPx: 700 }), main, sub, ['main mse', 'sub mse sub-unavailable']],
    [
      'who asks for main gets it whatever the size',
      hello({ prefer: 'main' }),
      main,
      sub,
      ['main mse', 'sub mse sub-unavailable'],
    ],
    [
      'a main stream in H.265 steps down to an H.264 sub stream and says why',
      hello({ prefer: 'main' }),
      main265,
      sub,
      ['sub mse main-is-h265'],
    ],
    [
      'a browser with H.265 gets it',
      hello({ prefer: 'main', accept: [avc, hevc] }),
      main265,
      sub,
      ['main mse', 'sub mse sub-unavailable'],
    ],
    ['a camera without a sub stream', hello({}), main, null, ['main mse no-sub-stream']],
    [
      'nothing but H.265, a browser without it, with the fallback',
      hello({ accept: [avc, 'video/mpeg1'] }),
      main265,
      sub265,
      ['sub mpeg1 codec-unsupported'],
    ],
    ['nothing but H.265 and no fallback', hello({}), main265, sub265, []],
    ['streams that are not known yet are tried', hello({}), null, null, ['main mse no-sub-stream']],
  ])('%s', (_name, request, mainFacts, subFacts, expected) => {
    expect(
      ladder(request, mainFacts, subFacts).map(({ stream, tier, why }) =>
        [stream, tier, why].filter(Boolean).join(' '),
      ),
    ).toEqual(expected)
  })
})
