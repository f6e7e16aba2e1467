import { expect, test } from 'vitest'
import { readShift, type SilenceFacts, silenceOf, writeShift } from '../../../dashboard/watch/shift.ts'
import { scriptOf, versionStep } from '../../../dashboard/screen/version.ts'

const hour = 3_600_000
const now = Date.UTC(2026, 10, 24, 8)
const good: SilenceFacts = {
  audio: 'running',
  shift: { startedUtcMs: now - hour, heard: true },
  mutedForMs: 0,
  nowUtcMs: now,
  screen: false,
}

test.each<[string, Partial<SilenceFacts>, string | undefined]>([
  ['all is well', {}, undefined],
  ['no shift', { shift: null }, 'not-started'],
  ['no shift, and the browser blocks', { shift: null, audio: 'blocked' }, 'not-started'],
  ['yesterday’s shift', { shift: { startedUtcMs: now - 12 * hour, heard: true } }, 'not-started'],
  ['loaded anew, not yet clicked', { audio: 'blocked' }, 'blocked'],
  ['the browser has not said yet', { audio: 'starting' }, undefined],
  ['nothing heard in the test', { shift: { startedUtcMs: now, heard: false } }, 'not-heard'],
  ['muted', { mutedForMs: 90_000 }, 'muted'],
  ['blocked goes before muted', { mutedForMs: 90_000, audio: 'blocked' }, 'blocked'],
  ['a browser that cannot', { audio: 'none' }, 'no-audio'],
  ['a screen has no shift', { screen: true, shift: null }, undefined],
  ['a screen that is blocked', { screen: true, shift: null, audio: 'blocked' }, 'blocked'],
])('why alerts are not heard: %s', (_, change, kind) => {
  expect(silenceOf({ ...good, ...change })?.kind).toBe(kind)
})

test('a shift is remembered for its person', () => {
  const kept = new Map<string, string>()
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  }
  expect(readShift(storage, 'li')).toBeNull()
  writeShift(storage, 'li', { startedUtcMs: now, heard: false })
  expect(readShift(storage, 'li')).toEqual({ startedUtcMs: now, heard: false })
  expect(readShift(storage, 'wang')).toBeNull()
})

test.each([
  [{}, 'reload'],
  [{ critical: true }, 'wait'],
  [{ attended: true }, 'tell'],
  [{ attended: true, critical: true }, 'tell'],
  [{ served: '/assets/index-a.js' }, 'same'],
  [{ served: undefined }, 'same'],
  [{ own: undefined }, 'same'],
])('a new version: %j is %s', (change, step) => {
  const facts = { own: '/assets/index-a.js', served: '/assets/index-b.js', critical: false, attended: false }
  expect(versionStep({ ...facts, ...change })).toBe(step)
})

test('the version of a page is its script', () => {
  const html =
    '<head><script type="module" crossorigin src="/assets/index-Dt5pYy6b.js"></script><link href="/assets/a.css">'
  expect(scriptOf(html)).toBe('/assets/index-Dt5pYy6b.js')
  expect(scriptOf('The dashboard is not built yet.')).toBeUndefined()
})
