import { describe, expect, test } from 'vitest'
import { captureMap } from '../../dashboard/live/capture-map.ts'
import { clockGuess } from '../../dashboard/live/clock-guess.ts'
import { acceptedMimes } from '../../dashboard/live/codecs.ts'
import { failedSteps } from '../../dashboard/live/failed-steps.ts'
import { handshakeGate } from '../../dashboard/live/gate.ts'
import { playerCounts } from '../../dashboard/live/player-counts.ts'
import { streamMeter } from '../../dashboard/live/stream-meter.ts'
import { togetherGroup } from '../../dashboard/live/together.ts'

describe('the gateway’s clock, guessed', () => {
  const utc = 1_795_000_000_000
  test('is not believed while only kept pictures came, then is what the quickest frame says', () => {
    const guess = clockGuess()
    guess.began(0)
    for (let ms = 0; ms < 100; ms += 10) guess.arrived(ms, utc - 10_000 + ms * 90)
    expect(guess.serverUtcMs(100)).toBe(null)
    for (let ms = 100; ms <= 700; ms += 100) guess.arrived(ms, utc + ms - 30)
    expect(guess.serverUtcMs(700)).toBe(utc + 670)
  })

  test('follows a clock that is set forward at once, and forgets all when it is set back', () => {
    const guess = clockGuess()
    for (let ms = 0; ms <= 1_000; ms += 100) expect(guess.arrived(ms, utc + ms)).toBe('steady')
    guess.arrived(1_100, utc + 61_100)
    expect(guess.serverUtcMs(1_200)).toBe(utc + 61_200)
    expect(guess.arrived(1_200, utc + 1_200)).toBe('stepped')
    expect(guess.serverUtcMs(1_200)).toBe(null)
    for (let ms = 1_300; ms <= 2_000; ms += 100) guess.arrived(ms, utc + ms)
    expect(guess.serverUtcMs(2_000)).toBe(utc + 2_000)
  })

  test('old pictures of a new generation are no step', () => {
    const guess = clockGuess()
    for (let ms = 0; ms <= 1_000; ms += 100) guess.arrived(ms, utc + ms)
    guess.began(1_000)
    expect(guess.arrived(1_010, utc - 9_000)).toBe('steady')
    expect(guess.serverUtcMs(1_010)).toBe(utc + 1_010)
  })

  test('a drift of the clocks is followed within two minutes', () => {
    const guess = clockGuess()
    // This browser's clock runs one part in a thousand too fast.
    for (let ms = 0; ms <= 600_000; ms += 100) guess.arrived(ms, utc + ms * 0.999)
    const over = (guess.serverUtcMs(600_000) ?? 0) - (utc + 600_000 * 0.999)
    expect(over).toBeGreaterThan(0)
    expect(over).toBeLessThan(121)
  })
})

describe('steps that failed', () => {
  test('rest a minute, twice as long each time, ten minutes at most', () => {
    const failed = failedSteps()
    const rests: number[] = []
    let atMs = 0
    for (let times = 0; times < 6; times++) {
      failed.add('main', atMs)
      failed.add('main', atMs + 1)
      const from = atMs
      while (failed.list(atMs).length > 0) atMs += 1_000
      rests.push(atMs - from)
    }
    expect(rests).toEqual([60_000, 120_000, 240_000, 480_000, 600_000, 600_000])
  })
  test('are given one rebuild when tried again, others three', () => {
    const failed = failedSteps()
    failed.add('sub', 0)
    expect([failed.allowance('sub'), failed.allowance('main'), failed.allowance(null)]).toEqual([1, 3, 3])
  })
})

describe('the gate', () => {
  test('lets in as many as there are places, in order, and forgets who went away', async () => {
    const gate = handshakeGate(2)
    const order: string[] = []
    const going = new AbortController()
    const enter = async (name: string, signal = new AbortController().signal) => {
      const leave = await gate.enter(signal)
      order.push(leave ? name : `${name} gave up`)
      return leave
    }
    const [a] = [await enter('a'), await enter('b')]
    const c = enter('c', going.signal)
    const d = enter('d')
    const e = enter('e')
    going.abort()
    await c
    a?.()
    a?.()
    await d
    expect(order).toEqual(['a', 'b', 'c gave up', 'd'])
    ;(await d)?.()
    await e
    expect(order.at(-1)).toBe('e')
  })
})

describe('together', () => {
  test('the slowest of those within 3 s', () => {
    const group = togetherGroup()
    expect(group.ageMs()).toBe(null)
    const leave = [300, 2_900, 3_001, null].map((age) => group.join(() => age))
    expect(group.ageMs()).toBe(2_900)
    leave[1]?.()
    expect(group.ageMs()).toBe(300)
  })
  test('small changes of the slowest one are not run after', () => {
    const group = togetherGroup()
    let age = 410
    group.join(() => age)
    const told = [410, 449, 310, 451, 300, 460, 2_999].map((now) => {
      age = now
      return group.ageMs()
    })
    expect(told).toEqual([450, 450, 450, 500, 300, 500, 3_000])
  })
})

describe('the capture map', () => {
  test('finds each frame by its time, whatever the order they came in, and the newer of two at the same place', () => {
    const map = captureMap()
    for (const [mediaS, capture] of [
      [1, 10],
      [1.2, 11],
      [1.0667, 12],
      [1.1333, 13],
    ] as const)
      map.add(mediaS, capture)
    expect([1, 1.0666, 1.1334, 1.2].map((mediaS) => map.at(mediaS))).toEqual([10, 12, 13, 11])
    map.add(1.2, 99)
    expect(map.at(1.2)).toBe(99)
    expect(map.at(1.8)).toBe(null)
    map.forgetBefore(6)
    expect(map.at(1.2)).toBe(null)
  })
})

describe('the meter', () => {
  test('measures fps, bit rate, keyframe interval and B-frames from what arrives', () => {
    const meter = streamMeter()
    meter.began(0)
    expect(meter.reading()).toEqual({ fps: null, kbps: null, gopMs: null, bFrames: null })
    const order = [0, 3, 1, 2]
    for (let index = 0; index < 120; index++) {
      const ptsS = (Math.floor(index / 4) * 4 + (order[index % 4] ?? 0)) / 20
      const frame = { payload: new Uint8Array(1_000), key: index % 40 === 0, discontinuity: false, ptsS }
      meter.arrived(index * 50, { ...frame, captureUnixMicros: 0 })
    }
    const { fps, kbps, gopMs, bFrames } = meter.reading()
    expect(fps).toBeCloseTo(20, 3)
    expect(kbps).toBeCloseTo(160, 3)
    expect([gopMs, bFrames]).toEqual([2_000, true])
  })
})

describe('counts', () => {
  const readings = (decoded: number, dropped: number, isJumping = false) => ({
    decoded,
    dropped,
    isJumping,
    lagMs: null,
    targetMs: null,
  })
  test('frames that a seek passes over are not dropped ones', () => {
    const counts = playerCounts(() => 0)
    counts.read(readings(10, 1))
    counts.read(readings(60, 21, true))
    counts.read(readings(70, 22))
    counts.pictureOpened()
    counts.read(readings(5, 2))
    expect(counts.total.dropped).toBe(4)
  })
  test('the share of dropped frames is told when five seconds were watched', () => {
    let atMs = 0
    const counts = playerCounts(() => atMs)
    const shares: (number | null)[] = []
    for (; atMs <= 6_000; atMs += 250) {
      counts.read(readings(atMs / 50, atMs / 500))
      shares.push(counts.droppedShare())
    }
    expect(shares.slice(0, 20).every((share) => share === null)).toBe(true)
    expect(shares.slice(20)).toEqual([0.1, 0.1, 0.1, 0.1, 0.1])
  })
})

test('what the browser says it plays, and what every browser does', () => {
  expect(acceptedMimes(undefined)).toEqual(['video/mpeg1', 'image/jpeg'])
  const avcOnly = acceptedMimes((mime) => mime.includes('avc1.42E01E'))
  expect(avcOnly).toEqual(['video/mp4; codecs="avc1.42E01E"', 'video/mpeg1', 'image/jpeg'])
  expect(acceptedMimes(() => true).length).toBeLessThanOrEqual(32)
})
