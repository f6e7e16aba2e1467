import { array, assert, boolean, integer, nat, property, record } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { wallKey } from '../../dashboard/wall/keys.ts'
import { type Tour, type TourFacts, tourProgress, tourStart, tourStep } from '../../dashboard/wall/tour.ts'

const facts: TourFacts = { passedMs: 1_000, tourMs: 20_000, pages: 3, held: false, ready: true }
/** So many seconds of tour. */
function after(seconds: number, change: Partial<TourFacts> = {}, from: Tour = tourStart): Tour {
  let tour = from
  for (let n = 0; n < seconds; n++) tour = tourStep(tour, { ...facts, ...change })
  return tour
}

describe('the tour', () => {
  test('opens the next page four seconds before it is due, and turns when its pictures are there', () => {
    expect(after(15)).toMatchObject({ ahead: false, turn: false })
    expect(after(16)).toMatchObject({ ahead: true, turn: false })
    expect(after(19)).toMatchObject({ ahead: true, turn: false })
    expect(after(20)).toMatchObject({ turn: true })
  })

  test('waits for pictures that are late, but not for ever', () => {
    const late = after(24, { ready: false })
    expect(late.turn).toBe(false)
    expect(tourStep(late, { ...facts, passedMs: 0, ready: true }).turn).toBe(true)
    expect(after(25, { ready: false }).turn).toBe(true)
  })

  test('a short one opens the next page at half time', () => {
    expect(after(2, { tourMs: 5_000 })).toMatchObject({ ahead: false })
    expect(after(3, { tourMs: 5_000 })).toMatchObject({ ahead: true })
  })

  test('while somebody uses the wall it stands, and goes on from there; what was opened stays open', () => {
    const held = after(100, { held: true }, after(17))
    expect(held).toEqual({ shownMs: 17_000, ahead: true, turn: false })
    expect(after(3, {}, held).turn).toBe(true)
  })

  test('one page is no tour', () => {
    expect(after(60, { pages: 1 })).toEqual(tourStart)
  })

  test('never turns while it is held, nor before the page had its time', () => {
    const step = record({ passedMs: nat(1_000), held: boolean(), ready: boolean() })
    assert(
      property(array(step, { maxLength: 200 }), integer({ min: 5_000, max: 60_000 }), (steps, tourMs) => {
        let tour = tourStart
        for (const one of steps) {
          tour = tourStep(tour, { ...facts, ...one, tourMs })
          if (tour.turn) expect(one.held || tour.shownMs < tourMs).toBe(false)
          expect(tourProgress(tour, tourMs)).toBeLessThanOrEqual(1)
          if (tour.turn) tour = tourStart
        }
      }),
    )
  })
})

describe('keys', () => {
  const press = (key: string, change: object = {}) => ({
    key,
    shiftKey: false,
    ctrlKey: false,
    altKey: false,
    metaKey: false,
    ...change,
  })
  test.each([
    ['1', { kind: 'tile', index: 0 }],
    ['9', { kind: 'tile', index: 8 }],
    ['g', { kind: 'layout' }],
    ['G', { kind: 'layout' }],
    ['t', { kind: 'tour' }],
    ['i', { kind: 'details' }],
    ['s', { kind: 'snapshot' }],
    ['?', { kind: 'help' }],
  ])('%s: %o, unless keys of one character are off', (key, expected) => {
    expect(wallKey(press(key), true)).toEqual(expected)
    expect(wallKey(press(key), false)).toBeUndefined()
    for (const held of ['ctrlKey', 'altKey', 'metaKey'])
      expect(wallKey(press(key, { [held]: true }), true)).toBeUndefined()
  })

  test.each([
    ['Escape', {}, { kind: 'back' }],
    ['PageDown', {}, { kind: 'page', by: 1 }],
    ['PageUp', {}, { kind: 'page', by: -1 }],
    ['ArrowLeft', {}, { kind: 'arrow', key: 'ArrowLeft' }],
    ['ArrowDown', { shiftKey: true }, { kind: 'swap', key: 'ArrowDown' }],
    ['0', {}, undefined],
    ['Enter', {}, undefined],
    ['constructor', {}, undefined],
  ])('%s %o: %o, whether they are on or off', (key, change, expected) => {
    for (const single of [true, false]) expect(wallKey(press(key, change), single)).toEqual(expected)
  })
})
