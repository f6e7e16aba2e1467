import { describe, expect, test } from 'vitest'
import { readDevice } from '../../gateway/cameras/device.ts'
import { chooseStreams, type VideoProfile } from '../../gateway/cameras/profiles.ts'
import { readStream } from '../../gateway/cameras/stream-reader.ts'
import { systemClock } from '../../gateway/lib/clock.ts'
import { openLog } from '../../gateway/lib/log.ts'
import type { StreamInit } from '../../gateway/media/stream.ts'
import { demoPassword, demoUser } from '../../scripts/simulate-zone/cameras.ts'
import { camera, useZone } from '../simulate-zone/zone.ts'

/** e.g. `a H264 1920x1080` */
function profile(written: string): VideoProfile {
  const [token = '', codec, size = ''] = written.split(' ')
  const [widthPx = 0, heightPx = 0] = size.split('x').map(Number)
  return {
    token,
    facts: { codec: codec === 'H265' ? 'H265' : 'H264', widthPx, heightPx, fps: null, kbps: null },
    hasPtz: false,
  }
}

test.each([
  ['main and sub alone', ['a H264 1920x1080', 'b H264 640x360'], 'a b -'],
  ['the largest of the others', ['a H265 2560x1440', 'b H264 640x360', 'c H264 704x576', 'd H264 1280x720'], 'a b d'],
  ['only H.264', ['a H265 2560x1440', 'b H265 640x360', 'c H265 1280x720', 'd H264 704x576'], 'a b d'],
  ['nothing too small to see', ['a H265 2560x1440', 'b H265 640x360', 'c H264 176x144'], 'a b -'],
  ['one as large as main', ['a H265 1920x1080', 'b H264 1920x1080', 'c H265 640x360'], 'a c b'],
  ['one as large as sub', ['a H265 1920x1080', 'b H265 640x360', 'c H264 640x360'], 'a b c'],
  ['one profile', ['a H264 1280x720'], 'a - -'],
  ['none', [], '- - -'],
])('the third stream: %s', (_name, profiles, expected) => {
  const { main, sub, third } = chooseStreams(profiles.map(profile))
  expect([main, sub, third].map((one) => one?.token ?? '-').join(' ')).toBe(expected)
})

describe('a camera with three profiles', () => {
  const zone = useZone([camera('c08')])

  test('tells all of them, and the third one can be read', async () => {
    const stop = new AbortController()
    const tools = { clock: systemClock, log: openLog('silent') }
    const { streams } = await readDevice(zone('c08').address, demoUser, demoPassword, stop.signal, tools)
    expect(streams.third).toMatchObject({ facts: { codec: 'H264', widthPx: 960, heightPx: 540 } })
    let init: StreamInit | undefined
    const login = { user: demoUser, password: demoPassword, codecHint: 'H264' as const }
    await readStream({ url: streams.third?.url ?? '', ...login }, tools, stop.signal, (event) => {
      init ??= event.init
      if (event.frame?.sample.key) stop.abort()
    })
    expect(init).toMatchObject({ codec: expect.stringMatching(/^avc1/), widthPx: 960, heightPx: 540 })
  })
})
