import { describe, expect, test } from 'vitest'
import type { BufferPort } from '../../dashboard/live/append-queue.ts'
import { msePicture, type VideoEvents, type VideoPort } from '../../dashboard/live/mse-picture.ts'
import type { MediaFrame } from '../../dashboard/live/ports.ts'
import { fakeClock, need, settled } from './fakes.ts'

const frameS = 0.1
const pace = { serverUtcMs: null, groupAgeMs: null }

/** A video whose SourceBuffer takes everything at once, a byte a frame. */
function start({ refuses = false } = {}) {
  const { clock, pass } = fakeClock()
  const log: string[] = []
  const told: string[] = []
  let ranges: [number, number][] = []
  let events: VideoEvents | undefined
  let nowS = 0
  let listeners: (() => void)[] = []
  let next: { ptsS: number }[] = []
  const buffer = {
    updating: false as boolean,
    timestampOffset: 0,
    buffered: {
      get length() {
        return ranges.length
      },
      start: (index: number) => ranges[index]?.[0] ?? 0,
      end: (index: number) => ranges[index]?.[1] ?? 0,
    },
    appendBuffer(bytes: Uint8Array) {
      buffer.updating = true
      // An init is one byte of zero.
      const parts = bytes[0] === 0 ? [] : next.splice(0, bytes.length)
      queueMicrotask(() => {
        for (const { ptsS } of parts) grow(ptsS + buffer.timestampOffset)
        buffer.updating = false
        for (const listener of listeners) listener()
      })
    },
    remove(startS: number, endS: number) {
      log.push(`remove ${startS}-${endS.toFixed(1)}`)
      buffer.updating = true
      queueMicrotask(() => {
        ranges = ranges.map(([from, to]) => [Math.max(from, endS), to])
        buffer.updating = false
        for (const listener of listeners) listener()
      })
    },
    changeType: (mime: string) => void log.push(`type ${mime}`),
    addEventListener: (type: string, listener: () => void) => {
      if (type === 'updateend') listeners = [...listeners, listener]
    },
  } satisfies BufferPort
  const grow = (atS: number) => {
    const last = ranges.at(-1)
    if (last && Math.abs(last[1] - atS) < 0.05) last[1] = atS + frameS
    else ranges.push([atS, atS + frameS])
  }
  const video: VideoPort = {
    async open(mime) {
      log.push(`open ${mime}`)
      await settled()
      if (refuses) throw new Error('no such type')
      return buffer
    },
    currentTimeS: () => nowS,
    isSeeking: () => false,
    seek(toS) {
      log.push(`seek ${toS.toFixed(2)}`)
      nowS = toS
    },
    setRate: (rate) => void (rate !== 1 && log.push(`rate ${rate}`)),
    play: () => undefined,
    counts: () => ({ decoded: 0, dropped: 0 }),
    watch(heard) {
      events = heard
    },
    stop: () => void log.push('stop'),
  }
  const picture = msePicture(clock, video, {
    presented: (capture, frames) => told.push(`presented ${capture} ${frames}`),
    broken: (fault, cause) => told.push(`${fault}: ${cause}`),
    healed: (fault) => told.push(`healed ${fault}`),
  })
  return {
    picture,
    pass,
    log,
    told,
    events: () => need(events),
    ranges: () => ranges,
    play(toS: number) {
      nowS = toS
    },
    init() {
      picture.begin('a', new Uint8Array([0]))
    },
    async frames(fromS: number, count: number, keyEvery = Number.POSITIVE_INFINITY, discontinuity = false) {
      for (let index = 0; index < count; index++) {
        const ptsS = fromS + index * frameS
        const key = index === 0 || index % keyEvery === 0
        next.push({ ptsS })
        const frame: MediaFrame = {
          payload: new Uint8Array([1]),
          key,
          discontinuity: discontinuity && index === 0,
          ptsS,
          captureUnixMicros: Math.round(ptsS * 10),
        }
        picture.media(frame)
      }
      await settled()
      await settled()
    },
  }
}

describe('the MSE picture', () => {
  test('shows the keyframe first, then jumps to the newest picture, and knows which one is seen', async () => {
    const { init, frames, log, events, told } = start()
    init()
    await frames(50, 100)
    expect(log).toEqual(['open a', 'seek 1.00'])
    events().presented(1, 1)
    expect(log.at(-1)).toBe('seek 10.85')
    events().presented(10.8, 3)
    expect(told).toEqual(['presented 500 1', 'presented 598 3'])
  })

  test('a frame before the first keyframe is not taken', async () => {
    const { init, picture, frames, ranges } = start()
    init()
    const early = { payload: new Uint8Array([1]), key: false, discontinuity: false, ptsS: 3, captureUnixMicros: 1 }
    picture.media(early)
    await frames(50, 2)
    expect(ranges()).toEqual([[1, expect.closeTo(1.2, 5)]])
  })

  test('a new generation follows seamlessly; a step in the stream’s time too', async () => {
    const { init, frames, ranges, told, events } = start()
    init()
    await frames(50, 10)
    init()
    await frames(7, 10)
    await frames(900, 10)
    await frames(910, 10, undefined, true)
    expect(ranges()).toEqual([[1, expect.closeTo(5, 5)]])
    events().presented(2.2, 1)
    events().presented(3.2, 1)
    expect(told).toEqual(['presented 72 1', 'presented 9002 1'])
  })

  test('a hole is jumped over', async () => {
    const { init, frames, picture, events, log, play } = start()
    init()
    await frames(50, 3)
    events().presented(1, 1)
    await frames(51, 3)
    play(1.28)
    picture.tick(pace)
    expect(log.at(-1)).toBe('seek 2.01')
  })

  test('old pictures go, from a keyframe on, and no more often than every 4 s', async () => {
    const { init, frames, picture, events, log, play, pass } = start()
    init()
    await frames(0, 160, 20)
    events().presented(1, 1)
    await pass(5_000)
    for (const atS of [12, 12.9, 13.2, 14, 15]) {
      play(atS)
      picture.tick(pace)
      await settled()
    }
    expect(log.filter((line) => line.startsWith('remove'))).toEqual(['remove 0-5.0'])
  })

  test('a type that is refused is told as such; nothing is told after the end', async () => {
    const refused = start({ refuses: true })
    refused.init()
    await refused.frames(0, 2)
    expect(refused.told).toEqual(['unsupported: no such type'])
    const { init, picture, frames, told, events, log } = start()
    init()
    await frames(0, 2)
    picture.close()
    events().failed('media error 3')
    expect(told).toEqual([])
    expect(log.at(-1)).toBe('stop')
  })

  test('no init is no picture; a media error is one of decoding', () => {
    const { picture, told, events } = start()
    picture.begin('a', undefined)
    events().failed('media error 3')
    expect(told).toEqual(['decode: fragmented MP4 without an init', 'decode: media error 3'])
  })
})
