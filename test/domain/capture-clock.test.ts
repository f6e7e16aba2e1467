import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { captureClock } from '../../gateway/domain/capture-clock.ts'

const utc = 1_764_000_000_000
/** Frames of 15 a second; each came `delay` after it was taken. @returns how old each was when it came, as the clock says */
function agesOf(delays: readonly number[], mediaOf = (index: number) => (index * 1_000) / 15): number[] {
  const clock = captureClock()
  return delays.map((delayMs, index) => {
    const arrivedUtcMs = utc + (index * 1_000) / 15 + delayMs
    return Math.round(arrivedUtcMs - clock.captured(mediaOf(index), arrivedUtcMs))
  })
}
const steady = (count: number, delayMs: number) => Array.from({ length: count }, () => delayMs)

describe('when a frame was taken', () => {
  test('what every frame needs on the way is not seen; what one needs more is', () => {
    expect(agesOf([80, 80, 80, 380, 80])).toEqual([0, 0, 0, 300, 0])
  })

  test('frames that stood for six seconds are six seconds old, and the ones behind them less', () => {
    const stuck = Array.from({ length: 90 }, (_, index) => 6_000 - (index * 1_000) / 15)
    const ages = agesOf([...steady(30, 50), ...stuck, ...steady(15, 50)])
    expect(ages[29]).toBe(0)
    expect(ages[30]).toBe(5_950)
    expect(ages[75]).toBe(2_950)
    expect(ages.slice(-15)).toEqual(steady(15, 0))
  })

  test('a burst at the beginning: each counts from what is known so far', () => {
    const ages = agesOf([4_000, 3_000, 2_000, 1_000, 100, 100])
    expect(ages).toEqual([0, 0, 0, 0, 0, 0])
  })

  test('a way that has become longer for good is the way, after twenty seconds', () => {
    const ages = agesOf([...steady(30, 50), ...steady(400, 550)])
    expect(ages[30]).toBe(500)
    expect(ages.at(-1)).toBe(0)
  })

  test('B-frames are as old as their picture', () => {
    const clock = captureClock()
    // Taken at 0, 100, 200, 300; sent in the order 0 300 100 200, 350 ms after the first of the three was taken.
    const ages = [
      [0, 50],
      [300, 350],
      [100, 360],
      [200, 370],
      [600, 650],
    ].map(([mediaMs = 0, atMs = 0]) => utc + atMs - clock.captured(mediaMs, utc + atMs))
    expect(ages).toEqual([0, 0, 210, 120, 0])
  })

  test.each([
    ['the stream begins anew', (index: number) => (index < 30 ? 1_000_000 + index * 66 : index * 66)],
    ['the stream leaves a hole', (index: number) => (index < 30 ? index * 66 : 60_000 + index * 66)],
  ])('%s: nothing is old', (_name, mediaOf) => {
    expect(Math.max(...agesOf(steady(60, 50), mediaOf))).toBeLessThan(66)
  })

  test('the clock of the gateway steps back: frames are not from the future, nor old', () => {
    const clock = captureClock()
    for (let ms = 0; ms < 3_000; ms += 66) clock.captured(ms, utc + ms)
    expect(clock.captured(3_000, utc - 60_000)).toBe(utc - 60_000)
  })

  test('never later than it came', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 10 ** 7 }), fc.integer({ min: 0, max: 10 ** 7 }))),
        (frames) => {
          const clock = captureClock()
          for (const [mediaMs, atMs] of frames)
            expect(clock.captured(mediaMs, utc + atMs)).toBeLessThanOrEqual(utc + atMs)
        },
      ),
    )
  })
})
