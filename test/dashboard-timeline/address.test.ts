import { describe, expect, test } from 'vitest'
import { type Address, readAddress, writeAddress } from '../../dashboard/playback/address.ts'
import { keyAction } from '../../dashboard/playback/keys.ts'
import { markedOr, noMarks } from '../../dashboard/playback/marks.ts'
import { faster, fasterBack } from '../../dashboard/playback/speeds.ts'

const moment = Date.parse('2026-11-22T14:03:20+08:00')
const minute = 60_000
const plain: Address = {
  cameraIds: [],
  utcMs: null,
  view: null,
  speed: 1,
  playing: true,
  marks: noMarks,
  readings: null,
}
const read = (query: string) => readAddress(new URLSearchParams(query))

describe('the address of the page', () => {
  test.each<[string, Partial<Address>]>([
    ['camera=cam-2&t=2026-11-22T14:03:20%2B08:00', { cameraIds: ['cam-2'], utcMs: moment }],
    ['camera=cam-2&t=2026-11-22T14:03:20+08:00', { cameraIds: ['cam-2'], utcMs: moment }],
    ['camera=cam-2&t=2026-11-22T06:03:20.000Z', { cameraIds: ['cam-2'], utcMs: moment }],
    ['camera=cam-2&t=yesterday', { cameraIds: ['cam-2'] }],
    ['', {}],
    ['camera=', {}],
    ['camera=a,b,a,,c', { cameraIds: ['a', 'b', 'c'] }],
    ['camera=a,b,c,d,e', { cameraIds: ['a', 'b', 'c', 'd'] }],
    [
      't=2026-11-22T06:03:20Z&z=3600',
      { utcMs: moment, view: { fromUtcMs: moment - 30 * minute, spanMs: 60 * minute } },
    ],
    ['from=2026-11-22T06:03:20Z&z=60', { view: { fromUtcMs: moment, spanMs: minute } }],
    // Beyond what the timeline can show: the nearest that it can.
    ['from=2026-11-22T06:03:20Z&z=1', { view: { fromUtcMs: moment, spanMs: 10_000 } }],
    ['z=60', {}],
    ['t=2026-11-22T06:03:20Z&z=-5', { utcMs: moment }],
    ['speed=8&paused=1', { speed: 8, playing: false }],
    ['speed=3', {}],
    ['in=2026-11-22T06:03:20Z', { marks: { inUtcMs: moment, outUtcMs: null } }],
    ['readings=cold:temp,door:open', { readings: ['cold:temp', 'door:open'] }],
    ['readings=', { readings: [] }],
  ])('%s', (query, expected) => {
    expect(read(query)).toEqual({ ...plain, ...expected })
  })

  test('one camera and a moment: the links of other pages, in the site’s own time', () => {
    const href = writeAddress({ ...plain, cameraIds: ['cam-2'], utcMs: moment + 400 }, 'Asia/Shanghai')
    expect(decodeURIComponent(href)).toBe('/playback?camera=cam-2&t=2026-11-22T14:03:20+08:00')
  })

  test('the whole state is read as it was written', () => {
    const state: Address = {
      cameraIds: ['cam-2', 'cam-1'],
      utcMs: moment,
      view: { fromUtcMs: moment - 5 * minute, spanMs: 37 * minute },
      speed: 4,
      playing: false,
      marks: { inUtcMs: moment - minute, outUtcMs: moment + minute },
      readings: ['cold-1:temp'],
    }
    for (const zone of ['Asia/Shanghai', 'America/St_Johns', 'UTC'])
      expect(read(writeAddress(state, zone).split('?')[1] ?? '')).toEqual(state)
    expect(read(writeAddress({ ...plain, readings: [] }, 'UTC').split('?')[1] ?? '').readings).toEqual([])
  })
})

describe('keys', () => {
  const none = { shiftKey: false, ctrlKey: false, altKey: false, metaKey: false }
  test.each([
    [' ', {}, { kind: 'toggle' }],
    ['k', {}, { kind: 'pause' }],
    ['L', { shiftKey: true }, { kind: 'shuttle', direction: 1 }],
    ['j', {}, { kind: 'shuttle', direction: -1 }],
    ['ArrowLeft', {}, { kind: 'step', ms: -5_000 }],
    ['ArrowRight', { shiftKey: true }, { kind: 'step', ms: 60_000 }],
    ['ArrowRight', { ctrlKey: true }, { kind: 'gap', direction: 1 }],
    [']', {}, { kind: 'alert', direction: 1 }],
    ['.', {}, { kind: 'frame', direction: 1 }],
    ['i', {}, { kind: 'markIn' }],
    ['h', {}, { kind: 'hold' }],
    ['e', {}, { kind: 'download' }],
    ['?', { shiftKey: true }, { kind: 'help' }],
    ['-', {}, { kind: 'zoom', factor: 2 }],
    ['i', { ctrlKey: true }, undefined],
    ['h', { metaKey: true }, undefined],
    ['ArrowLeft', { altKey: true }, undefined],
    ['q', {}, undefined],
  ])('%s %o', (key, held, expected) => {
    expect(keyAction({ key, ...none, ...held })).toEqual(expected)
  })

  test('L and J go faster each time, as far as a browser plays', () => {
    expect([0, 0.5, 1, 2, 4, 8, 16].map(faster)).toEqual([1, 1, 2, 4, 8, 16, 16])
    expect([16, 1, 0, -1, -2, -4, -8].map(fasterBack)).toEqual([-1, -1, -1, -2, -4, -8, -8])
  })
})

describe('what a dialog begins with', () => {
  const at = moment
  test.each([
    ['both marks', { inUtcMs: at - 9, outUtcMs: at + 9 }, [-9, 9]],
    ['no mark: around the moment', noMarks, [-30_000, 30_000]],
    ['only in', { inUtcMs: at + 5_000, outUtcMs: null }, [5_000, 35_000]],
    ['only out', { inUtcMs: null, outUtcMs: at }, [-30_000, 0]],
    ['marks the wrong way round', { inUtcMs: at + 9, outUtcMs: at - 9 }, [-9, 9]],
  ])('%s', (_, marks, [from = 0, to = 0]) => {
    expect(markedOr(marks, at, at + 60 * minute)).toEqual({ fromUtcMs: at + from, toUtcMs: at + to })
  })
  test('never after now', () => {
    expect(markedOr(noMarks, at, at + 1_000).toUtcMs).toBe(at + 1_000)
  })
})
