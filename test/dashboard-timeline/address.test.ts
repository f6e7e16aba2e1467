import { describe, expect, test } from 'vitest'
import { readAddress, writeAddress } from '../../dashboard/playback/address.ts'
import { keyAction } from '../../dashboard/playback/keys.ts'

const moment = Date.parse('2026-11-22T14:03:20+08:00')

describe('the address of a moment', () => {
  test.each([
    ['camera=cam-2&t=2026-11-22T14:03:20%2B08:00', { cameraId: 'cam-2', utcMs: moment }],
    ['camera=cam-2&t=2026-11-22T14:03:20+08:00', { cameraId: 'cam-2', utcMs: moment }],
    ['camera=cam-2&t=2026-11-22T06:03:20.000Z', { cameraId: 'cam-2', utcMs: moment }],
    ['camera=cam-2&t=yesterday', { cameraId: 'cam-2', utcMs: null }],
    ['', { cameraId: null, utcMs: null }],
    ['camera=', { cameraId: null, utcMs: null }],
  ])('%s', (query, expected) => {
    expect(readAddress(new URLSearchParams(query))).toEqual(expected)
  })

  test('what is written is read again, and shows the site’s own time', () => {
    const href = writeAddress('cam-2', moment + 400, 'Asia/Shanghai')
    expect(decodeURIComponent(href)).toBe('/playback?camera=cam-2&t=2026-11-22T14:03:20+08:00')
    expect(readAddress(new URLSearchParams(href.split('?')[1]))).toEqual({ cameraId: 'cam-2', utcMs: moment })
  })
})

describe('keys', () => {
  const none = { shiftKey: false, ctrlKey: false, altKey: false, metaKey: false }
  test.each([
    [' ', {}, { kind: 'toggle' }],
    ['ArrowLeft', {}, { kind: 'step', ms: -5_000 }],
    ['ArrowRight', { shiftKey: true }, { kind: 'step', ms: 60_000 }],
    ['ArrowRight', { ctrlKey: true }, { kind: 'gap', direction: 1 }],
    ['J', { shiftKey: true }, { kind: 'step', ms: -10_000 }],
    ['.', {}, { kind: 'frame', direction: 1 }],
    ['i', {}, { kind: 'markIn' }],
    ['-', {}, { kind: 'zoom', factor: 2 }],
    ['i', { ctrlKey: true }, undefined],
    ['ArrowLeft', { altKey: true }, undefined],
    ['q', {}, undefined],
  ])('%s %o', (key, held, expected) => {
    expect(keyAction({ key, ...none, ...held })).toEqual(expected)
  })
})
